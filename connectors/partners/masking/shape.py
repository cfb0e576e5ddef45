"""What may be seen of a value: a word, code, number or time where the field is nobody's, else its shape alone."""

import re
import unicodedata
from collections.abc import Callable
from typing import Literal

LONGEST = 60  # DEF: characters of a shape
# What a field that says nothing of a person may hold. A value of another form may be a name that slipped into the wrong field.
Kind = Literal["word", "code", "number", "time"]
_FORMS: dict[Kind, Callable[[str], object]] = {
    "word": re.compile(r"[^\W\d]{1,32}").fullmatch,
    "code": re.compile(r"[A-Za-z0-9_.:/+-]{1,64}").fullmatch,
    "number": re.compile(r"[0-9+., '-]{1,40}").fullmatch,
    "time": re.compile(r"[0-9TtZz:.,+/ -]{1,40}").fullmatch,
}


def shape(text: str, longest: int = LONGEST) -> str:
    """The text with letters as x and X, digits as 9; punctuation and spaces as they are. Long ones end with their length."""
    seen = "".join(map(_seen, text[:longest]))
    return seen if len(text) <= longest else f"{seen}... ({len(text)} characters)"


def shown(kind: Kind | None, text: str) -> str:
    """The text itself where it is of the kind, else its shape; None: always its shape."""
    return text if kind is not None and _FORMS[kind](text) else shape(text)


def _seen(char: str) -> str:
    if char.isdecimal() or char.isdigit() or char.isnumeric():
        return "9"
    if char.isalpha():
        return "X" if char.isupper() else "x"
    if unicodedata.category(char)[0] == "M":
        return "x"
    return char if char.isascii() and (char.isprintable() or char in "\r\n\t") else "?"
