"""A long code list written as a pattern takes its codes and nothing else."""

import random

import pytest
from lxml import etree

from connectors.fius.goaml.mapping import load_form
from connectors.fius.goaml.profile import FORMAT, Complex, Element, Group, SchemaProfile, Simple
from connectors.fius.goaml.quick_lists import generate_quick, pattern_of

XS = "{http://www.w3.org/2001/XMLSchema}"
SHIPPED = ("ae", "lk", "np", "pk", "goaml4", "goaml5")
NEAR = 6  # wrong spellings tried of each code


def schema_of(pattern: str) -> etree.XMLSchema:
    root = etree.Element(XS + "schema", nsmap={"xs": XS[1:-1]})
    element = etree.SubElement(root, XS + "element", name="v")
    restriction = etree.SubElement(etree.SubElement(element, XS + "simpleType"), XS + "restriction", base="xs:string")
    etree.SubElement(restriction, XS + "pattern", value=pattern)
    return etree.XMLSchema(root)


def takes(schema: etree.XMLSchema, value: str) -> bool:
    node = etree.Element("v")
    node.text = value
    return schema.validate(node)


def misspelt(code: str, chance: random.Random) -> str:
    at = chance.randrange(len(code) + 1)
    other = chance.choice("AZaz09-._ ()|*\\é")
    return chance.choice(
        (code[:at], code[at:], code[:at] + other + code[at:], code[:at] + other + code[at + 1 :], code + code, "")
    )


@pytest.mark.parametrize(
    "codes", [["A.B", "A-B", "A", "AB", "[x]", "a|b", "(", "é^", "$1", "A B", "\\d", "{2}", "?", "*"], ["AE"]]
)
def test_every_sign_stands_for_itself(codes: list[str]) -> None:
    schema, chance = schema_of(pattern_of(codes)), random.Random(1)
    assert all(takes(schema, code) for code in codes)
    tried = {misspelt(code, chance) for code in codes for _ in range(60)} - set(codes)
    assert len(tried) > 20
    assert [value for value in sorted(tried) if takes(schema, value)] == []


@pytest.mark.parametrize("profile", SHIPPED)
def test_each_list_of_a_shipped_form_takes_its_codes_and_no_misspelling(profile: str) -> None:
    chance, lists = random.Random(2), 0
    for simple in load_form(profile).schema.profile.simples.values():
        codes = sorted(simple.codes or ())
        if len(codes) < 8:
            continue
        lists += 1
        schema = schema_of(pattern_of(codes))
        assert [code for code in codes if not takes(schema, code)] == []
        tried = {misspelt(code, chance) for code in codes for _ in range(NEAR)} - set(codes)
        assert [value for value in sorted(tried) if takes(schema, value)] == []
    assert lists >= 2  # countries and currencies


def profile_of(simple: Simple) -> SchemaProfile:
    content = Group(kind="seq", items=(Element(name="a", type="", simple=simple),))
    return SchemaProfile(FORMAT, "xx", "x", "5", "", (Element(name="report", type="", complex=Complex(content=content)),), {}, {})


@pytest.mark.parametrize(
    "kept",
    [
        Simple(base="xs:int", codes=dict.fromkeys("0123456789", "")),  # 01 is 1
        Simple(codes=dict.fromkeys("ABCDEFGHIJ", ""), patterns=("[A-C]",)),  # both count
        Simple(codes=dict.fromkeys(["", *"ABCDEFGHIJ"], "")),
        Simple(codes=dict.fromkeys("AB", "")),  # short
    ],
)
def test_a_list_that_means_more_than_its_spellings_or_is_short_stays_a_list(kept: Simple) -> None:
    written = generate_quick(profile_of(kept))
    assert written.count(b"xs:enumeration") == len(kept.codes or ())


def test_a_long_list_of_text_becomes_one_pattern() -> None:
    written = generate_quick(profile_of(Simple(codes=dict.fromkeys("ABCDEFGHIJ", ""))))
    assert b"xs:enumeration" not in written
    assert written.count(b"xs:pattern") == 1
