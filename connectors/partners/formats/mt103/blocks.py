"""The blocks and fields of SWIFT FIN messages (block 1: us, 2: the other side, 3: user header, 4: text)."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import IO, NamedTuple

from connectors.partners.formats.file_record import FileRecord
from connectors.partners.formats.lines import CHUNK
from schemas.native import InvalidTransfer
from schemas.registry import Partner

MAX_BYTES = 1_048_576  # DEF: a message is 10,000 characters at most; an RJE file comes in portions
_START = re.compile(r"\{1:(?P<service>[A-Z]\d{2})(?P<terminal>[A-Z0-9]{12})\d*\}")
_HEADER = re.compile(r"\{2:(?P<direction>[IO])(?P<type>\d{3})(?P<rest>[^}]{0,64})\}")  # SWIFT's own has 47 characters at most
_UETR = re.compile(r"\{121:([0-9a-fA-F-]{36})\}")
# A field begins on a line of its own; messages that lost their line ends have white space before it instead.
_FIELD = re.compile(r"(?:^|\s):(?P<tag>\d{2}[A-Z]?):")
_TEN_DIGITS = re.compile(r"[0-9]{10}")
_CENTURY = 80  # two-digit years from 80 on are of the last century (SWIFT's rule for dates)


class Message(NamedTuple):
    """One MT103: BICs of sender and receiver (11 characters), time of input (ISO 8601 without an offset, "" where unknown), fields by tag."""

    raw: bytes
    sender: str
    receiver: str
    input_time: str
    uetr: str
    fields: dict[str, str]

    def field(self, *tags: str) -> tuple[str, str]:
        """Tag and content of the first of these fields that is there; ("", "") where none is."""
        return next(((tag, self.fields[tag]) for tag in tags if self.fields.get(tag)), ("", ""))


def messages(raw: bytes) -> list[Message]:
    """Every MT103 in `raw`; acknowledgements are passed over. Raises InvalidTransfer where there is none, or another message."""
    if not raw.strip():
        raise InvalidTransfer("empty", "The record is empty; send one MT103.")
    if len(raw) > MAX_BYTES:
        raise InvalidTransfer("too_large", f"The record is larger than {MAX_BYTES} bytes; send fewer messages in one.")
    try:
        text = raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InvalidTransfer(
            "not_utf8", f"The record is not UTF-8 (byte {error.start}); SWIFT's own characters are ASCII."
        ) from error
    starts = list(_START.finditer(text))
    pieces = zip(starts, [*(found.start() for found in starts[1:]), len(text)], strict=False)
    financial = [(start, end) for start, end in pieces if start["service"].endswith("01")]
    if not financial:
        raise InvalidTransfer("not_in_format", "The record has no basic header block {1:F01…}; send the message with its blocks.")
    return [_message(start, text[start.start() : end]) for start, end in financial]


_BEGINNING = re.compile(rb"\{1:[A-Z]\d{2}[A-Z0-9]{12}\d*\}")
_LONGEST_BEGINNING = 64  # bytes: where a chunk may end within one


def cut(file: IO[bytes], _: Partner) -> Iterator[FileRecord]:
    """Each message of an RJE file as a record; acknowledgements are left out. Raises InvalidTransfer."""
    text, line, is_found, is_end = b"", 1, False, False
    while not is_end:
        chunk = file.read(CHUNK)
        is_end = not chunk
        text += chunk
        starts = [found.start() for found in _BEGINNING.finditer(text)]
        if is_end:
            starts.append(len(text))
        rest = starts[-1] if starts else max(0, len(text) - _LONGEST_BEGINNING)
        line += text.count(b"\n", 0, starts[0] if starts else rest)
        for start, end in pairwise(starts):
            is_found = True
            piece = text[start:end]
            if piece[4:6] == b"01":
                yield FileRecord(_bounded(piece).strip().rstrip(b"$").rstrip(), (line,))
            line += piece.count(b"\n")
        text = _bounded(text[rest:])
    if not is_found:
        raise InvalidTransfer("not_in_format", "The file has no basic header block {1:F01…}; send messages with their blocks.")


def _bounded(piece: bytes) -> bytes:
    if len(piece) > MAX_BYTES:
        raise InvalidTransfer(
            "too_large", f"A message of the file is longer than {MAX_BYTES:,} bytes; send each with its blocks."
        )
    return piece


def _message(start: re.Match[str], text: str) -> Message:
    header, body = _HEADER.search(text), _body(text)
    if header is None or body is None:
        raise InvalidTransfer("not_in_format", "A message lacks its application header {2:…} or its text {4:…-}; send it whole.")
    if header["type"] != "103":
        raise InvalidTransfer("message_unsupported", "A message is no MT103; send customer credit transfers only.")
    ours, rest = _bic(start["terminal"]), header["rest"]
    uetr = _UETR.search(text)
    incoming = header["direction"] == "O"
    theirs = _bic(rest[10:22] if incoming else rest[:12])
    return Message(
        raw=text.strip().rstrip("$").rstrip().encode(),
        sender=theirs if incoming else ours,
        receiver=ours if incoming else theirs,
        input_time=_input_time(rest) if incoming else "",
        uetr=uetr[1].lower() if uetr else "",
        fields=_fields(body),
    )


def _body(text: str) -> str | None:
    """What stands in block 4; None where it has no beginning or no end. Not a pattern: that would try every beginning to the end."""
    start = text.find("{4:")
    end = text.find("-}", start + 3) if start >= 0 else -1
    return text[start + 3 : end].rstrip() if end >= 0 else None


def _bic(terminal: str) -> str:
    """The BIC of a logical terminal address, whose ninth character is the terminal."""
    return terminal[:8] + terminal[9:12]


def _input_time(rest: str) -> str:
    """{2:O103HHMMYYMMDD…}: when the sender put the message in."""
    if not _TEN_DIGITS.match(rest):
        return ""
    return f"{year(rest[4:6])}-{rest[6:8]}-{rest[8:10]}T{rest[:2]}:{rest[2:4]}:00"


def _fields(text: str) -> dict[str, str]:
    """Fields by tag, the first where one is repeated; line ends kept."""
    found = list(_FIELD.finditer(text))
    fields: dict[str, str] = {}
    ends = [*(following.start() for following in found[1:]), len(text)]
    for field, end in zip(found, ends, strict=False):  # without a field there is an end all the same
        fields.setdefault(field["tag"], text[field.end() : end].strip())
    return fields


def year(digits: str) -> str:
    """Four digits of a year given by two."""
    return ("19" if int(digits) >= _CENTURY else "20") + digits
