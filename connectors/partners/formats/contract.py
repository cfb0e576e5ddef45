"""What a partner's format is to the gateway: how a record in it is read, and what becomes of its fields."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, NamedTuple

from connectors.partners.formats.file_record import FileRecord
from connectors.partners.formats.lines import cut_json
from schemas.native import InvalidTransfer
from schemas.native_reading import Reading
from schemas.registry import Partner

MAX_TRANSFERS = 10_000  # DEF: of one record, as of one HTTP request; a file is cut into records
Headers = Sequence[tuple[str, bytes | None]]


class Incoming(NamedTuple):
    """A record as it came.

    headers      of Kafka or of HTTP, names in any case
    received_ms  when the broker or the server took it in (ms UTC); for formats whose times lack a year or an offset
    """

    raw: bytes
    headers: Headers = ()
    received_ms: int = 0

    def header(self, name: str) -> str:
        """The value of a header, "" where there is none; the last one where it is given twice."""
        found = [value for key, value in self.headers if key.lower() == name and value is not None]
        return found[-1].decode("utf-8", "replace") if found else ""


class Item(NamedTuple):
    """One transfer of a record: as read, or what is wrong with it.

    kept  bytes that hold this transfer alone, readable in the same format; they go to the quarantine in place of the record. b"" where
          the record itself is kept. Where cutting them out costs time: a function that does, called only if the transfer is refused
    """

    result: Reading | InvalidTransfer
    kept: bytes | Callable[[], bytes] = b""

    def part(self) -> bytes:
        """The bytes of `kept`."""
        return self.kept() if callable(self.kept) else self.kept


class FieldRow(NamedTuple):
    """Where one of our fields comes from: its path in strgw.transfer/1, its place in the format, and what happens on the way."""

    canonical: str
    source: str
    note: str = ""


# Turns a record into items. It raises nothing for what a partner sent: what is wrong with the record as a whole is its only item, what is wrong
# with one transfer is that transfer's item and leaves the others as they are. So nothing that was read can be lost with what was not. (What
# `formats.native.Writers` raises comes before the first item.)
Reader = Callable[[Incoming], Iterable[Item]]
# Cuts a file into records that can each be read alone, in the order of the file and without holding the whole; raises InvalidTransfer where
# the file as a whole cannot be used.
Cutter = Callable[[IO[bytes], Partner], Iterator[FileRecord]]


class Format(NamedTuple):
    """One format.

    id        its name in partners.yaml
    title     what people call it
    reader    makes a partner's reader once; raises FormatError where the partner's settings for the format cannot be used
    fields    one row a field of ours that the format can fill
    lost      what the format says and we do not keep, in words
    cut       how a file of it becomes records (connectors.partners.cutting)
    """

    id: str
    title: str
    reader: Callable[[Partner], Reader]
    fields: tuple[FieldRow, ...]
    lost: tuple[str, ...] = ()
    cut: Cutter = cut_json


class FormatError(Exception):
    """A file or a setting that does not fit the format it was said to be in. The text is one sentence that says what to do."""

    code = "format"


def one(result: Reading | InvalidTransfer) -> tuple[Item, ...]:
    """The items of a record that holds one transfer."""
    return (Item(result),)


def too_many() -> InvalidTransfer:
    """The fault of a record with more than MAX_TRANSFERS."""
    return InvalidTransfer("too_many", f"The record holds more than {MAX_TRANSFERS:,} transfers; send fewer in one.")
