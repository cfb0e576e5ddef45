"""Fits one value into one element: codes, characters, length, bounds. Says why when it does not fit."""

import re

from connectors.fius.goaml.facets import checker
from connectors.fius.goaml.mapping import Form
from connectors.fius.goaml.names import ascii_form, clean, in_alphabet
from connectors.fius.goaml.offer import Leaf
from connectors.fius.goaml.patterns import python_regex
from connectors.fius.goaml.profile import Element

NAME_NORMALIZED = "NAME_NORMALIZED"
TEXT_ASCII = "TEXT_ASCII"
TEXT_SHORTENED = "TEXT_SHORTENED"
CONTROL_REMOVED = "CONTROL_CHARACTERS_REMOVED"
SHORT_FORM = "SHORT_FORM"
_SHORTENED = " [...]"
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)T00:00:00")

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
    "head_not_in_form": "The FIU's schema takes transactions only; the rest is typed in its web form. Say so in its map.yaml (head: web_form).",
}


class UnfitError(Exception):
    """A value that the form cannot hold. `code` is one of SENTENCES."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Fitter:
    """Fits values into one element of one form; what the form demands of them is worked out once."""

    def __init__(self, element: Element, form: Form) -> None:
        self.form = form
        facets = form.schema.facets(element)
        self.check = checker(facets, form.schema)
        self.fixed = element.fixed
        caps = [simple.max_length for simple in facets if simple.max_length is not None]
        caps += [form.map.caps[element.name]] if element.name in form.map.caps else []
        self.cap = min(caps, default=None)
        self.is_date = facets[-1].base == "xs:date"
        self.ascii = element.name in form.map.ascii
        patterns = [simple.patterns[0] for simple in facets if len(simple.patterns) == 1]
        alphabets = [python_regex(pattern) for pattern in patterns] if element.name in form.map.transliterate else []
        self.alphabets = [alphabet for alphabet in alphabets if alphabet is not None]
        self.as_told = not (self.alphabets or self.ascii or self.is_date) and self.fixed is None  # printable ASCII stays as it is

    def fit(self, leaf: Leaf) -> tuple[str, str]:
        """The text to write and the rule that changed the value on the way ("" where none did). Raises UnfitError."""
        value = leaf.value
        if leaf.codes:
            code = self.form.map.code(leaf.codes, value, leaf.variant)
            if code is None:
                raise UnfitError("code_unmapped")
            value = code
        if self.as_told and value.isascii() and value.isprintable() and (self.cap is None or len(value) <= self.cap):
            rule = ""
        else:
            value, rule = self._fitted(leaf, value)
        wrong = self.check(value)
        if wrong:
            raise UnfitError(wrong)
        return value, leaf.rule if leaf.filled else rule or leaf.rule

    def _fitted(self, leaf: Leaf, given: str) -> tuple[str, str]:
        value = given
        rule = ""
        if not (value.isascii() and value.isprintable()):
            value = clean(value)
            rule = CONTROL_REMOVED if value != given else ""
        value, rule = self._characters(value, rule)
        if self.fixed is not None:
            value = self.fixed
        elif self.is_date:
            value = _MIDNIGHT.sub(r"\1", value)
        if self.cap is not None and len(value) > self.cap:
            value, rule = self._shortened(value, leaf)
        return value, rule

    def _characters(self, value: str, rule: str) -> tuple[str, str]:
        for allowed in self.alphabets:
            if not allowed.fullmatch(value):
                return in_alphabet(value, allowed), NAME_NORMALIZED
        if self.ascii and not value.isascii():
            return ascii_form(value), TEXT_ASCII
        return value, rule

    def _shortened(self, value: str, leaf: Leaf) -> tuple[str, str]:
        assert self.cap is not None
        if leaf.shorter and len(leaf.shorter) <= self.cap:
            return leaf.shorter, SHORT_FORM
        if leaf.text and self.cap > len(_SHORTENED):
            return value[: self.cap - len(_SHORTENED)].rstrip() + _SHORTENED, TEXT_SHORTENED
        raise UnfitError("too_long")


def fit(leaf: Leaf, element: Element, form: Form) -> tuple[str, str]:
    """The text `leaf` becomes in `element`, and the rule that changed it. Raises UnfitError."""
    return Fitter(element, form).fit(leaf)
