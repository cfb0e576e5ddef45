"""The schema generated from the profile and FinCEN's own schema give every document the same verdict."""

import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from connectors.fius.fincen.compiler import compile_profile
from connectors.fius.fincen.mapping import Form, load_form
from connectors.fius.fincen.profile import encode
from connectors.fius.fincen.renderer import render
from connectors.fius.fincen.validate import compiled
from connectors.fius.fincen.xsd import generate

NS = "{www.fincen.gov/base}"
VALUES = ("", " ", "Y", "N", "X" * 36, "x" * 151, "y" * 4_001, "Жанна", " a", "a  b", "a\tb", "0", "1", "-1", "33", "99", "926", "SARX", "20260105",
          "19900000", "20261301", "2026-01-05", "12:30:00", "24:00:00", "1.5", "123456789012345", "1234567890123456", "00000000000000", "US", "USA")  # fmt: skip
NAMES = (
    "Party",
    "PartyName",
    "Activity",
    "FilingDateText",
    "SuspiciousActivitySubtypeID",
    "Surprise",
    "PartyAssociation",
    "Assets",
    "Account",
)
MUTANTS = 600


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form()


@pytest.fixture(scope="module")
def theirs(original: Any) -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(original()))


@pytest.fixture(scope="module")
def documents(reports: Any, form: Form, reference: Path) -> list[etree._Element]:
    """Our own batches of the stream and the sample where it is at hand; small ones, for mutants are many."""
    ours = sorted((render(report, form)[0].payload for report in reports), key=len)[:6]
    found = [etree.parse(str(path)).getroot() for path in sorted(reference.glob("sar_batch*.xml"))]
    return found + [etree.fromstring(payload) for payload in ours]


def mutants(originals: list[etree._Element], seed: int, count: int) -> Iterator[tuple[str, etree._Element]]:
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
    kinds: dict[str, Callable[[], object]] = {
        "drop": lambda: parent.remove(node),
        "double": lambda: parent.insert(at, deepcopy(node)),
        "last": lambda: parent.append(node),
        "text": lambda: setattr(leaf, "text", chance.choice(VALUES)),
        "extra": lambda: parent.insert(at, etree.Element(NS + chance.choice(NAMES), SeqNum="9999")),
        "rename": lambda: setattr(node, "tag", NS + chance.choice(NAMES)),
        "namespace": lambda: setattr(node, "tag", etree.QName(node).localname),
        "attribute": lambda: node.set(chance.choice(("id", "SeqNum", "PartyCount")), chance.choice(("1", "x", "7777"))),
        "unnumbered": lambda: node.attrib.pop("SeqNum", ""),
        "root": lambda: root.set(chance.choice(list(root.keys())), chance.choice(("", "1", "1.5", "one"))),
    }
    kind = chance.choice([*kinds, "text", "text", "drop"])
    name = etree.QName(node).localname
    kinds[kind]()
    return f"{kind}:{name}"


def test_samples_and_own_batches_are_valid_in_both(documents: list[etree._Element], form: Form, theirs: etree.XMLSchema) -> None:
    ours = compiled(form)
    assert [(theirs.validate(root), ours.validate(root)) for root in documents] == [(True, True)] * len(documents)


def test_hundreds_of_broken_batches_get_the_same_verdict_from_both(
    documents: list[etree._Element], form: Form, theirs: etree.XMLSchema
) -> None:
    ours = compiled(form)
    verdicts = [(theirs.validate(root), ours.validate(root), what) for what, root in mutants(documents, seed=5, count=MUTANTS)]
    assert [what for first, second, what in verdicts if first != second] == []
    refused = sum(not first for first, _, _ in verdicts)
    assert MUTANTS * 0.4 < refused < MUTANTS  # both verdicts occur


def test_each_field_takes_the_same_values_in_both(documents: list[etree._Element], form: Form, theirs: etree.XMLSchema) -> None:
    ours = compiled(form)
    tried: set[tuple[str, ...]] = set()
    wrong, refused = [], 0
    for root in documents[:4]:
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
                if first != second:
                    wrong.append((path[-1], value))
            leaf.text = kept
    assert wrong == []
    assert len(tried) > 40
    assert refused > 400


def test_the_shipped_profile_is_what_the_compiler_makes_of_fincens_schema(form: Form, original: Any) -> None:
    assert encode(compile_profile(original())) == encode(form.schema.profile)


def test_compiling_the_generated_schema_gives_the_same_rules_again(form: Form) -> None:
    profile = form.schema.profile
    again = compile_profile(generate(profile))
    assert (again.root, again.kinds, again.namespace) == (profile.root, profile.kinds, profile.namespace)
    assert generate(again) == generate(profile)
