"""The schema generated from a profile and the FIU's own schema give every document the same verdict."""

import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
import xmlschema
from lxml import etree

from connectors.fius.goaml.importer import compile_profile
from connectors.fius.goaml.mapping import Form, load_form
from connectors.fius.goaml.profile import encode
from connectors.fius.goaml.renderer import render
from connectors.fius.goaml.validate import compiled, quick
from connectors.fius.goaml.xsd import generate

SOURCES = {"ae": ("ae_5.0.2.xsd", ""), "lk": ("lk_4.0.xsd", "4.0")}
VALUES = ("", " ", "-", "x" * 300, "y" * 9_000, "Жанна", "ZZZ", "-1", "0", "1.5", "12.34567890123456", "8000000000000001", "1e5", "true", "1",
          "1700-01-01T00:00:00", "2026-13-01T00:00:00", "2026-01-01", "2026-01-01T00:00:00", "a@b.co", "10.0.0.300", "AE")  # fmt: skip
MUTANTS = 400


def documents(cases: Any, code: str) -> list[etree._Element]:
    """Samples where at hand, and every kind of our own reports."""
    found = [etree.parse(str(path)).getroot() for path in sorted((cases.reference / "samples").glob("*.xml"))]
    return found + [etree.fromstring(render(report, load_form(code))[0].payload) for report in cases.all(code).values()]


def mutants(originals: list[etree._Element], seed: int, count: int) -> Iterator[tuple[str, etree._Element]]:
    """Documents with one or two things changed at random; the seed makes them the same every time."""
    chance = random.Random(seed)
    for _ in range(count):
        root = deepcopy(chance.choice(originals))
        done = [mutate(chance, root) for _ in range(chance.choice((1, 1, 2)))]
        yield "+".join(done), root


def mutate(chance: random.Random, root: etree._Element) -> str:
    node = chance.choice(list(root.iter())[1:])
    parent = node.getparent()
    assert parent is not None
    at = parent.index(node)
    leaf = next((inner for inner in node.iter() if len(inner) == 0), node)
    extra = chance.choice(("comments", "surprise", "gender", "middle_name", "email"))
    other = chance.choice(("t_from", "t_to_my_client", "from_account", "comments", "report_date", "surprise"))
    kinds: dict[str, Callable[[], object]] = {
        "drop": lambda: parent.remove(node),
        "double": lambda: parent.insert(at, deepcopy(node)),
        "last": lambda: parent.append(node),
        "top": lambda: root.insert(0, node),
        "text": lambda: setattr(leaf, "text", chance.choice(VALUES)),
        "extra": lambda: parent.insert(at, etree.Element(extra)),
        "rename": lambda: setattr(node, "tag", other),
        "attribute": lambda: node.set("id", "1"),
        "nil": lambda: node.set("{http://www.w3.org/2001/XMLSchema-instance}nil", "true"),
    }
    kind = chance.choice([*kinds, "text", "text", "drop"])
    name = str(node.tag)
    kinds[kind]()
    return f"{kind}:{name}"


def test_samples_and_own_reports_get_the_same_verdict_from_both(cases: Any, code: str, form: Form, original: Any) -> None:
    theirs, ours = original(code), compiled(form)
    verdicts = [(theirs.validate(root), ours.validate(root)) for root in documents(cases, code)]
    assert all(first == second for first, second in verdicts)
    assert any(first for first, _ in verdicts)


def test_hundreds_of_broken_documents_get_the_same_verdict_from_both(cases: Any, code: str, form: Form, original: Any) -> None:
    theirs, ours = original(code), compiled(form)
    verdicts = []
    for what, root in mutants(documents(cases, code), seed=5, count=MUTANTS):
        verdicts.append((theirs.validate(root), ours.validate(root), what))
        assert quick(form).validate(root) == verdicts[-1][1], what
    assert [what for first, second, what in verdicts if first != second] == []
    refused = sum(not first for first, _, _ in verdicts)
    assert MUTANTS * 0.4 < refused < MUTANTS  # both verdicts occur


def test_each_field_takes_the_same_values_in_both(cases: Any, code: str, form: Form, original: Any) -> None:
    theirs, ours = original(code), compiled(form)
    tried: set[tuple[str, ...]] = set()
    wrong, refused = [], 0
    for root in documents(cases, code):
        if not theirs.validate(root):
            continue
        for leaf in [node for node in root.iter() if len(node) == 0]:
            path = (*(str(above.tag) for above in leaf.iterancestors()), str(leaf.tag))
            if path in tried:
                continue
            tried.add(path)
            kept = leaf.text
            for value in VALUES:
                leaf.text = value
                first, second = theirs.validate(root), ours.validate(root)
                refused += not first
                if first != second or quick(form).validate(root) != second:
                    wrong.append((path, value))
            leaf.text = kept
    assert wrong == []
    assert len(tried) > 60
    assert refused > 100


def test_the_shipped_profile_is_what_the_importer_makes_of_the_fius_schema(cases: Any, code: str, form: Form) -> None:
    name, version = SOURCES[code]
    path = cases.reference / name
    if not path.is_file():
        pytest.skip(f"the FIU's own schema is not at hand ({name} beside the repository)")
    assert encode(compile_profile(path.read_bytes(), code, version)) == encode(form.schema.profile)


def test_importing_a_generated_schema_gives_the_same_rules_again(form: Form) -> None:
    profile = form.schema.profile
    again = compile_profile(generate(profile), profile.fiu, profile.schema_version)
    assert generate(again) == generate(profile)


def test_a_second_validator_agrees(cases: Any, code: str, form: Form) -> None:
    other = xmlschema.XMLSchema10(generate(form.schema.profile).decode())
    root = etree.fromstring(render(cases.all(code)["plain"], form)[0].payload)
    assert other.is_valid(etree.tostring(root).decode())
    for what in ("amount_local", "report_indicators", "from_funds_code"):
        broken = deepcopy(root)
        node = next(broken.iter(what))
        parent = node.getparent()
        assert parent is not None
        parent.remove(node)
        assert not other.is_valid(etree.tostring(broken).decode()), what
