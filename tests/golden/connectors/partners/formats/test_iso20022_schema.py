"""The XSDs generated from messages.json take and refuse what the standard body's originals do, on samples and on samples broken in drawn places."""

import random
import re
from copy import deepcopy
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from connectors.partners.formats import iso20022
from connectors.partners.formats.iso20022.schema.compiler import compile_messages
from connectors.partners.formats.iso20022.schema.profile import Kind, Profile, encode, known
from connectors.partners.formats.iso20022.schema.xsd import NAMESPACE, generate

SHARED = Path(__file__).parents[6] / "shared" / "reference" / "formats" / "iso20022"
PROFILE = Path(__file__).parents[5] / "connectors" / "partners" / "formats" / "iso20022" / "schema" / "messages.json"
OWN = sorted((Path(__file__).parent / "iso20022").glob("*.xml"))
SAMPLES = [*OWN, *sorted(SHARED.glob("samples/*.xml"))]
BREAKS_EACH = 60
needs_originals = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared reference formats are not beside this repository")


def original(message: str) -> bytes:
    return (SHARED / "xsd" / f"{message}.xsd").read_bytes()


@cache
def schemas(message: str) -> tuple[etree.XMLSchema, etree.XMLSchema]:
    return etree.XMLSchema(etree.fromstring(original(message))), etree.XMLSchema(etree.fromstring(generate(known(), message)))


def read(path: Path) -> tuple[str, etree._Element]:
    root = etree.fromstring(path.read_bytes().lstrip())
    (document,) = [element for element in root.iter("{*}Document") if len(element)]
    alone = etree.fromstring(etree.tostring(document))
    return str(etree.QName(alone).namespace).removeprefix(NAMESPACE), alone


def broken(document: etree._Element, draw: random.Random) -> etree._Element:
    """A copy with one thing changed."""
    copy = deepcopy(document)
    one = draw.choice([element for element in copy.iter("*") if element is not copy])
    parent = one.getparent()
    assert parent is not None
    match draw.randrange(9):
        case 0:
            parent.remove(one)
        case 1:
            parent.insert(parent.index(one), deepcopy(one))
        case 2:
            parent.append(one)
        case 3:
            one.tag = one.tag + draw.choice(["x", "Cd", ""])
        case 4:
            one.attrib.clear()
        case 5:
            one.set(draw.choice(["Ccy", "x"]), draw.choice(["EUR", "eur", ""]))
        case 6:
            one.tag = str(one.tag).replace(NAMESPACE, draw.choice(["urn:other:", NAMESPACE]))
        case _:
            value = draw.choice(
                ["", " ", "x" * 36, "y" * 141, "2026-02-30", "-1", "1.123456", "0", "ABCD", "EUR", "true", "é", "+7-999"]
            )
            (draw.choice([leaf for leaf in copy.iter("*") if not len(leaf)])).text = value
    return copy


@needs_originals
def test_messages_json_is_what_the_originals_compile_to() -> None:
    assert encode(compile_messages(map(original, known().messages))) == PROFILE.read_bytes()


@needs_originals
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_generated_and_original_agree_on_every_sample_and_every_break(path: Path) -> None:
    message, document = read(path)
    if message not in known().messages:
        assert message == "pacs.004.001.09"
        return
    by_original, by_ours = schemas(message)
    assert by_original.validate(document)
    assert by_ours.validate(document)
    draw = random.Random(path.stem)
    said = []
    for _ in range(BREAKS_EACH):
        one = broken(document, draw)
        said.append(by_original.validate(one))
        assert by_ours.validate(one) == said[-1], etree.tostring(one)
    assert said.count(False) > BREAKS_EACH / 4
    assert any(said)


def shape(profile: Profile, name: str) -> object:
    """A type without the names of types."""
    found = profile.kinds.get(name) or profile.simples.get(name)
    if not isinstance(found, Kind):
        return found or name
    children = [(child.name, child.min, child.max, shape(profile, child.type)) for child in found.children]
    attributes = {attribute: shape(profile, type_) for attribute, type_ in found.attributes.items()}
    return children, found.is_choice, found.is_open, attributes, shape(profile, found.text) if found.text else ""


@pytest.mark.parametrize("message", sorted(known().messages))
def test_what_is_generated_compiles_to_the_same_again(message: str) -> None:
    again = compile_messages([generate(known(), message)])
    assert shape(again, again.messages[message].document) == shape(known(), known().messages[message].document)


def test_the_page_of_the_format_names_the_versions_that_are_checked() -> None:
    said = " ".join((iso20022.__doc__ or "").split()).partition("Checked against")[2].partition(" Other versions")[0]
    named: list[str] = []
    for message, version in re.findall(r"([a-z]{4}\.[0-9]{3}\.[0-9]{3}|)\.([0-9]{2})\b", said):
        named.append(f"{message or named[-1][:12]}.{version}")
    assert sorted(named) == sorted(known().messages)
