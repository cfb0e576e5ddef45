"""Patterns written for .NET, read as XSD means them."""

import re

import pytest

from connectors.fius.goaml.patterns import PatternError, compiles, has_inner_anchor, normalise, python_regex


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("^[a-z]*$", "[a-z]*"),
        ("[a-z]*", "[a-z]*"),
        (r"price\$", r"price\$"),
        ("[_a-zA-Z0-9-+]+", r"[_a-zA-Z0-9\-+]+"),
        ("[a-zA-Z0-9 .'-]*", r"[a-zA-Z0-9 .'\-]*"),
        ("(?:ab)+", "(ab)+"),
        (r"https?:\/\/x", "https?://x"),
    ],
)
def test_anchors_and_net_spellings_become_xsd(written: str, meant: str) -> None:
    assert normalise(written) == meant
    assert compiles(meant)


@pytest.mark.parametrize("pattern", ["(?=.*[0-9])[a-z0-9]+", "(?!x).*", "(?<=a)b"])
def test_lookaround_cannot_be_carried(pattern: str) -> None:
    with pytest.raises(PatternError) as caught:
        normalise(pattern)
    assert caught.value.code == "pattern_lookaround"


def test_what_libxml2_refuses_is_reported() -> None:
    with pytest.raises(PatternError) as caught:
        normalise("[a-z")
    assert caught.value.code == "pattern_not_xsd"


def test_an_anchor_left_inside_is_seen() -> None:
    assert has_inner_anchor("a$|^b")
    assert not has_inner_anchor(r"[^$]\^\$")


def test_python_reads_a_pattern_as_xsd_does() -> None:
    regex = python_regex("a^b$")
    assert regex is not None
    assert regex.fullmatch("a^b$")
    assert python_regex(r"\p{L}+") is None
    assert isinstance(python_regex("[^a]+"), re.Pattern)
