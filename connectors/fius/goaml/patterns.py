"""Regular expressions of FIU schemas, which are written for .NET, as XSD means them."""

import re
from functools import lru_cache

from lxml import etree

_PROBE = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="v"><xs:simpleType><xs:restriction base="xs:string">'
    "<xs:pattern/></xs:restriction></xs:simpleType></xs:element></xs:schema>"
)
_LOOKAROUND = re.compile(r"\(\?(=|!|<=|<!)")
_BOUNDARY = re.compile(r"(?<!\\)(?:\\\\)*\\[bBAZz]")


class PatternError(Exception):
    """A pattern that XSD cannot express. `code`: pattern_lookaround, pattern_not_xsd."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def normalise(pattern: str) -> str:
    """`pattern` so that XSD reads it as .NET does.

    In XSD `^` and `$` at the ends are ordinary characters and every pattern is anchored anyway, so they go; `(?:` becomes `(`;
    a hyphen after a range (`9-+`) becomes `\\-`; an escaped slash loses its backslash.
    Raises  PatternError where that does not make it a valid XSD pattern
    """
    if _LOOKAROUND.search(pattern):
        raise PatternError("pattern_lookaround")
    text = pattern[1:] if pattern.startswith("^") else pattern
    if text.endswith("$") and not _escaped(text, len(text) - 1):
        text = text[:-1]
    text = _classes(text.replace("(?:", "(").replace("\\/", "/"))
    if _BOUNDARY.search(text) or not compiles(text):
        raise PatternError("pattern_not_xsd")
    return text


def has_inner_anchor(pattern: str) -> bool:
    """Whether an unescaped `^` or `$` is left outside a character class: XSD takes it literally."""
    outside = re.sub(r"\[(?:\\.|[^\]\\])*\]", "", re.sub(r"\\.", "", pattern))
    return "^" in outside or "$" in outside


def _escaped(text: str, index: int) -> bool:
    backslashes = len(text[:index]) - len(text[:index].rstrip("\\"))
    return backslashes % 2 == 1


def _classes(text: str) -> str:
    return re.sub(r"\[(?:\\.|[^\]\\])*\]", lambda match: _one_class(match.group()), text)


def _one_class(body: str) -> str:
    """A character class in which each hyphen either makes a range or is escaped."""
    tokens = re.findall(r"\\.|.", body[1:-1], re.DOTALL)
    out: list[str] = []
    index = 0
    if tokens[:1] == ["^"]:
        out.append("^")
        index = 1
    while index < len(tokens):
        ends = tokens[index : index + 3]
        if len(ends) == 3 and ends[1] == "-" and ends[0] != "-" and _one_character(ends[0]) and _one_character(ends[2]):
            out += ends
            index += 3
        else:
            out.append("\\-" if tokens[index] == "-" else tokens[index])
            index += 1
    return "[" + "".join(out) + "]"


def _one_character(token: str) -> bool:
    """Whether a token of a class stands for one character: itself, or an escaped sign; not for a set such as \\w."""
    return len(token) == 1 or not token[1].isalpha() or token[1] in "nrt"


def compiles(pattern: str) -> bool:
    """Whether libxml2 accepts the pattern."""
    root = etree.fromstring(_PROBE)
    root[0][0][0][0].set("value", pattern)
    try:
        etree.XMLSchema(root)
    except etree.XMLSchemaParseError:
        return False
    return True


@lru_cache(maxsize=256)
def net_regex(pattern: str) -> re.Pattern[str] | None:
    """A .NET pattern for Python's `re` (use fullmatch), or None where Python reads it differently or not at all."""
    if re.search(r"\\[pPGAZz]|-\[|\(\?<[^=!]|\(\?>", pattern):
        return None
    try:
        return re.compile(pattern)
    except re.error:
        return None


def python_regex(pattern: str) -> re.Pattern[str] | None:
    """The XSD pattern for Python's `re` (use fullmatch), or None where it uses XSD-only classes (\\i, \\c, \\p, subtraction)."""
    if re.search(r"\\[icICpP]|-\[", pattern):
        return None
    parts = re.split(r"(\[(?:\\.|[^\]\\])*\])", pattern)
    literal = [part if part.startswith("[") else re.sub(r"(?<!\\)([$^])", r"\\\1", part) for part in parts]
    try:
        return re.compile("".join(literal))
    except re.error:
        return None
