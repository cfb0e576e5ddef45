"""Names and texts as an FIU's form can hold them: split, transliterated, cleaned."""

import re
from functools import lru_cache

from anyascii import anyascii

# What XML 1.0 cannot carry (section 2.2), tab and line ends excepted.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What turns the letters after it round, or hides; the joiners U+200C and U+200D stay, Persian words are written with them.
_TURNING = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_WORDS = {"&": " and ", "@": " at ", "_": " ", "/": " ", ",": " ", "`": "'", "’": "'", "ʼ": "'"}


def clean(text: str) -> str:
    """`text` without characters that XML cannot carry, or that make a reader see other letters than there are."""
    return text if text.isascii() and text.isprintable() else _TURNING.sub("", _NOT_XML.sub("", text))


def split(name: str) -> tuple[str, str]:
    """First and last name of a full name: what stands before a comma, else the last word, is the last name.

    The first name is "" where the name has one word only.
    """
    words = name.split()
    if "," in name:
        last, _, first = name.partition(",")
        if first.strip() and last.strip():
            return " ".join(first.split()), " ".join(last.split())
    return " ".join(words[:-1]), words[-1] if words else ""


def is_ascii(text: str) -> bool:
    """Whether every character is ASCII."""
    return text.isascii()


@lru_cache(maxsize=4096)
def ascii_form(text: str) -> str:
    """`text` transliterated to printable ASCII, line ends and tabs kept."""
    plain = anyascii(text)
    return "".join(char for char in plain if " " <= char <= "~" or char in "\n\t\r")


def in_alphabet(text: str, allowed: re.Pattern[str]) -> str:
    """`text` transliterated and reduced to the characters that `allowed` accepts one by one."""
    plain = ascii_form(text)
    plain = "".join(_WORDS.get(char, char) if not allowed.fullmatch(char) else char for char in plain)
    return " ".join("".join(char if allowed.fullmatch(char) else " " for char in plain).split())
