"""Fits one value into one element: codes, characters, length, bounds. Says why when it does not fit."""

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from connectors.fius.goaml.mapping import Form
from connectors.fius.goaml.names import ascii_form, clean, in_alphabet
from connectors.fius.goaml.offer import Leaf
from connectors.fius.goaml.patterns import python_regex
from connectors.fius.goaml.profile import Element, Simple

NAME_NORMALIZED = "NAME_NORMALIZED"
TEXT_ASCII = "TEXT_ASCII"
TEXT_SHORTENED = "TEXT_SHORTENED"
CONTROL_REMOVED = "CONTROL_CHARACTERS_REMOVED"
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_INT_TYPES = {"xs:int": (-(2**31), 2**31 - 1), "xs:short": (-(2**15), 2**15 - 1), "xs:byte": (-128, 127)}
_NUMBERS = frozenset({"xs:decimal", "xs:integer", "xs:int", "xs:long", "xs:short", "xs:byte"})
_SHORTENED = " [...]"

SENTENCES = {
    "code_unmapped": "The map of this FIU has no code for the value; add one to its map.yaml.",
    "code_not_in_list": "The code is not in the FIU's list; the map.yaml and the FIU's schema disagree.",
    "too_long": "The value is longer than the FIU's form allows.",
    "too_short": "The value is shorter than the FIU's form demands.",
    "pattern_mismatch": "The value has characters or a shape the FIU's form does not accept.",
    "out_of_range": "The value lies outside the range the FIU's form accepts.",
    "too_many": "There is more of this than the FIU's form takes; split the report or shorten it.",
    "wrong_type": "The value is not of the kind the FIU's form expects.",
    "mandatory_missing": "The FIU's form demands this field; it is not known and no rule of the FIU allows a placeholder.",
    "mandatory_unmapped": "The FIU's form demands this element and the gateway knows no value for it; add it to the FIU's map.yaml.",
}


class UnfitError(Exception):
    """A value that the form cannot hold. `code` is one of SENTENCES."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def fit(leaf: Leaf, element: Element, form: Form) -> tuple[str, str]:
    """The text to write and the rule that changed the value on the way ("" where none did). Raises UnfitError."""
    facets = form.schema.facets(element)
    value, rule = _words(leaf, element, form)
    value, changed = _characters(value, element, facets, form)
    rule = changed or rule
    if element.fixed is not None:
        value = element.fixed
    value, cut = _length(value, leaf, _cap(element, facets, form))
    for simple in facets:
        _check(value, simple, facets[-1].base)
    return value, leaf.rule if leaf.filled else cut or rule or leaf.rule


def _words(leaf: Leaf, element: Element, form: Form) -> tuple[str, str]:
    value: str | None = leaf.value
    if leaf.codes:
        value = form.map.code(leaf.codes, leaf.value, leaf.variant)
        if value is None:
            raise UnfitError("code_unmapped")
    assert value is not None
    cleaned = clean(value)
    return cleaned, CONTROL_REMOVED if cleaned != value else ""


def _characters(value: str, element: Element, facets: tuple[Simple, ...], form: Form) -> tuple[str, str]:
    if element.name in form.map.transliterate:
        for simple in facets:
            allowed = _regex(simple.patterns[0]) if len(simple.patterns) == 1 else None
            if allowed is not None and not allowed.fullmatch(value):
                return in_alphabet(value, allowed), NAME_NORMALIZED
    if element.name in form.map.ascii and not value.isascii():
        return ascii_form(value), TEXT_ASCII
    return value, ""


def _cap(element: Element, facets: tuple[Simple, ...], form: Form) -> int | None:
    caps = [simple.max_length for simple in facets if simple.max_length is not None]
    if element.name in form.map.caps:
        caps.append(form.map.caps[element.name])
    return min(caps) if caps else None


def _length(value: str, leaf: Leaf, cap: int | None) -> tuple[str, str]:
    if cap is None or len(value) <= cap:
        return value, ""
    if leaf.shorter and len(leaf.shorter) <= cap:
        return leaf.shorter, "SHORT_FORM"
    if leaf.text and cap > len(_SHORTENED):
        return value[: cap - len(_SHORTENED)].rstrip() + _SHORTENED, TEXT_SHORTENED
    raise UnfitError("too_long")


def _check(value: str, simple: Simple, base: str) -> None:
    if simple.codes is not None and value not in simple.codes:
        raise UnfitError("code_not_in_list")
    size = len(value)
    if size < (simple.min_length or 0) or (simple.length is not None and size < simple.length):
        raise UnfitError("too_short")
    if simple.length is not None and size > simple.length:
        raise UnfitError("too_long")
    regexes = [_regex(pattern) for pattern in simple.patterns]
    if regexes and None not in regexes and not any(regex is not None and regex.fullmatch(value) for regex in regexes):
        raise UnfitError("pattern_mismatch")
    if base in _NUMBERS:
        _check_number(value, simple, base)
    else:
        _check_order(value, simple)


def _check_number(value: str, simple: Simple, base: str) -> None:
    if base != "xs:decimal" and not _INTEGER.fullmatch(value):
        raise UnfitError("wrong_type")
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise UnfitError("wrong_type") from error
    low, high = _INT_TYPES.get(base, (None, None))
    lowest = [Decimal(bound) for bound in (low, simple.min_inclusive) if bound is not None]
    highest = [Decimal(bound) for bound in (high, simple.max_inclusive) if bound is not None]
    if any(number < bound for bound in lowest) or any(number > bound for bound in highest):
        raise UnfitError("out_of_range")
    digits = -int(number.as_tuple().exponent)
    if simple.fraction_digits is not None and digits > simple.fraction_digits:
        raise UnfitError("out_of_range")


def _check_order(value: str, simple: Simple) -> None:
    """Dates of four-digit years without a zone compare as text."""
    if simple.min_inclusive is not None and value < simple.min_inclusive:
        raise UnfitError("out_of_range")
    if simple.max_inclusive is not None and value > simple.max_inclusive:
        raise UnfitError("out_of_range")


@lru_cache(maxsize=256)
def _regex(pattern: str) -> re.Pattern[str] | None:
    return python_regex(pattern)
