"""SWIFT FIN messages: blocks and tags as they are, contents by tag."""

import re

from connectors.partners.masking.shape import Kind, shape, shown

_BLOCKS = re.compile(
    r"(?:\s|\{1:[A-Z]\d{2}[A-Z0-9]{12}\d{0,10}\}|\{2:[IO]\d{3}[A-Z0-9]{0,50}\}|\{3:(?:\{\d{3}:[A-Za-z0-9.-]{0,36}\})*\}|\$)*"
)
_TEXT = re.compile(r"(\{4:.*?-\})", re.DOTALL)
_FIELD = re.compile(r"((?:^|(?<=\s)):\d{2}[A-Z]?:)")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_SHOWN: dict[str, Kind] = {
    "13C": "code", "20": "code", "23B": "word", "23E": "code", "26T": "code", "71A": "word", "36": "number",
    "32A": "code", "33B": "code", "71F": "code", "71G": "code",
}  # fmt: skip


def masked_swift(text: str) -> str:
    """The messages with what they say of people masked."""
    return "".join(_body(piece) if piece.startswith("{4:") else _around(piece) for piece in _TEXT.split(text))


def _around(piece: str) -> str:
    return piece if _BLOCKS.fullmatch(piece) else shape(piece, len(piece))


def _body(text: str) -> str:
    head, *pieces = _FIELD.split(text.removeprefix("{4:").removesuffix("-}"))
    seen = [tag + _content(tag.strip(":"), content) for tag, content in zip(pieces[::2], pieces[1::2], strict=True)]
    return "{4:" + shape(head, len(head)) + "".join(seen) + "-}"


def _content(tag: str, content: str) -> str:
    """32A and amounts have a comma, which is no code's: it is looked at without."""
    value = content.strip()
    is_plain = shown(_SHOWN.get(tag), value.replace(",", "")) == value.replace(",", "") or _BIC.fullmatch(value)
    if is_plain and (tag in _SHOWN or (tag[0] == "5" and tag[0:2] not in ("50", "59") and _BIC.fullmatch(value))):
        return content
    return shape(content, len(content))
