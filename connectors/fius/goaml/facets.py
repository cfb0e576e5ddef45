"""Whether a text is a value of a type: the restrictions of a schema's simple types, worked out once for each chain of them."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from connectors.fius.goaml.patterns import net_regex, python_regex
from connectors.fius.goaml.profile import Schema, Simple

Check = Callable[[str], str]
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_MOST = 2**63
_NO_END = 10**9
_INTEGERS = {
    "xs:integer": (None, None), "xs:long": (-_MOST, _MOST - 1), "xs:int": (-(2**31), 2**31 - 1), "xs:short": (-(2**15), 2**15 - 1),
    "xs:byte": (-128, 127), "xs:nonNegativeInteger": (0, None), "xs:positiveInteger": (1, None), "xs:nonPositiveInteger": (None, 0),
    "xs:negativeInteger": (None, -1), "xs:unsignedLong": (0, 2**64 - 1), "xs:unsignedInt": (0, 2**32 - 1), "xs:unsignedShort": (0, 2**16 - 1),
    "xs:unsignedByte": (0, 255),
}  # fmt: skip
# Values of other built-in types as this gateway writes them; the schema may take more, and libxml2 has the last word.
_SHAPES = {
    "xs:boolean": re.compile("true|false|1|0"),
    "xs:dateTime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"),
    "xs:date": re.compile(r"\d{4}-\d\d-\d\d(Z|[+-]\d\d:\d\d)?"),
    "xs:time": re.compile(r"\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"),
    "xs:gYear": re.compile(r"\d{4}"),
    "xs:gYearMonth": re.compile(r"\d{4}-\d\d"),
    "xs:NMTOKEN": re.compile(r"[\w.:-]+"),
}


def checker(facets: tuple[Simple, ...], schema: Schema) -> Check:
    """A function that says by code (values.SENTENCES) why a text is no value of the type; "" where it is one.

    facets  the chain of Schema.facets: own restrictions first, the built-in or a union or list last
    """
    checks = [
        *_length(facets),
        *(check for simple in facets for check in _restrictions(simple)),
        *_base(facets[-1], facets, schema),
    ]
    if not checks:
        return lambda _: ""
    if len(checks) == 1:
        return checks[0]

    def check(value: str) -> str:
        for one in checks:
            code = one(value)
            if code:
                return code
        return ""

    return check


def _length(facets: tuple[Simple, ...]) -> Iterator[Check]:
    """The narrowest of all lengths in the chain."""
    least = max((length for simple in facets for length in (simple.min_length, simple.length) if length is not None), default=0)
    most = min(
        (length for simple in facets for length in (simple.max_length, simple.length) if length is not None), default=_NO_END
    )
    if least or most < _NO_END:
        yield lambda value: "" if least <= len(value) <= most else "too_short" if len(value) < least else "too_long"


def _restrictions(simple: Simple) -> Iterator[Check]:
    codes = simple.codes
    if codes is not None:
        yield lambda value: "" if value in codes else "code_not_in_list"
    shapes = [python_regex(pattern) for pattern in simple.patterns]
    if shapes and None not in shapes:  # what Python cannot read, libxml2 checks
        known = [shape for shape in shapes if shape is not None]
        yield lambda value: "" if any(shape.fullmatch(value) for shape in known) else "pattern_mismatch"
    rules = [rule for rule in map(net_regex, simple.regexes) if rule is not None]
    if rules:
        yield lambda value: "" if any(rule.fullmatch(value) for rule in rules) else "pattern_mismatch"


def _base(last: Simple, facets: tuple[Simple, ...], schema: Schema) -> Iterator[Check]:
    if last.members:
        members = [checker(schema.chain(member), schema) for member in last.members]
        yield lambda value: "" if any(not member(value) for member in members) else members[0](value)
    elif last.item is not None:
        item = checker(schema.chain(last.item), schema)
        yield lambda value: next((code for code in map(item, value.split()) if code), "")
    elif last.base in _INTEGERS or last.base == "xs:decimal":
        yield _number(last.base, facets)
    elif last.base in _SHAPES or any(simple.min_inclusive or simple.max_inclusive for simple in facets):
        yield _ordered(_SHAPES.get(last.base), facets)


def _number(base: str, facets: tuple[Simple, ...]) -> Check:
    low, high = _INTEGERS.get(base, (None, None))
    shape = _DECIMAL if base == "xs:decimal" else _INTEGER
    least = max(
        (Decimal(bound) for bound in (low, *(simple.min_inclusive for simple in facets)) if bound is not None), default=None
    )
    most = min(
        (Decimal(bound) for bound in (high, *(simple.max_inclusive for simple in facets)) if bound is not None), default=None
    )
    above = max((Decimal(simple.min_exclusive) for simple in facets if simple.min_exclusive is not None), default=None)
    below = min((Decimal(simple.max_exclusive) for simple in facets if simple.max_exclusive is not None), default=None)
    decimals = min((simple.fraction_digits for simple in facets if simple.fraction_digits is not None), default=None)
    digits = min((simple.total_digits for simple in facets if simple.total_digits is not None), default=None)

    def check(value: str) -> str:
        if not shape.fullmatch(value):
            return "wrong_type"
        number = Decimal(value)
        if (least is not None and number < least) or (most is not None and number > most):
            return "out_of_range"
        if (above is not None and number <= above) or (below is not None and number >= below):
            return "out_of_range"
        return _too_long_a_number(value, decimals, digits) if decimals is not None or digits is not None else ""

    return check


def _too_long_a_number(value: str, decimals: int | None, digits: int | None) -> str:
    """`value` as _DECIMAL or _INTEGER has it."""
    whole, _, fraction = value.lstrip("+-").partition(".")
    fraction = fraction.rstrip("0")
    if decimals is not None and len(fraction) > decimals:
        return "out_of_range"
    if digits is not None and len(whole.lstrip("0")) + len(fraction) > digits:
        return "out_of_range"
    return ""


def _ordered(shape: re.Pattern[str] | None, facets: tuple[Simple, ...]) -> Check:
    """Dates of four-digit years without a zone compare as text."""
    low = max((simple.min_inclusive for simple in facets if simple.min_inclusive is not None), default="")
    high = min((simple.max_inclusive for simple in facets if simple.max_inclusive is not None), default=None)

    def check(value: str) -> str:
        if shape is not None and not shape.fullmatch(value):
            return "wrong_type"
        return "out_of_range" if value < low or (high is not None and value > high) else ""

    return check
