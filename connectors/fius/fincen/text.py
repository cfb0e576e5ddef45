"""Text as FinCEN's batch takes it: printable ASCII, one space between words, none around them (SAR XML guide, 3.2)."""

from connectors.fius.goaml.names import ascii_form, clean

SHORTENED = " [...]"


def plain(text: str) -> str:
    """`text` transliterated to printable ASCII, without line ends, tabs and needless spaces."""
    if not (text.isascii() and text.isprintable()):
        text = ascii_form(clean(text))
    return " ".join(text.split())


def shorten(text: str, most: int) -> str:
    """`text`, or its beginning with a mark where it has more than `most` characters."""
    return text if len(text) <= most else text[: most - len(SHORTENED)].rstrip() + SHORTENED


def pieces(text: str, size: int) -> list[str]:
    """`text` in pieces of at most `size` characters, broken at spaces; joined by a space they are the text again.

    A word longer than `size` is broken where it must be.
    """
    found: list[str] = []
    while len(text) > size:
        end = text.rfind(" ", 1, size + 1)
        end = size if end < 0 else end
        found.append(text[:end])
        text = text[end:].lstrip()
    return [*found, text] if text else found
