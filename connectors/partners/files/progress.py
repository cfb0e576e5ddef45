"""How far each file came, on `files.state`: written in the transaction that posts the records, so that neither is ever ahead of the other."""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from connectors.kafka.scan import LogRecord
from schemas import topics
from schemas.codec import Codec

STATE_TOPIC = topics.changelog("files")
State = Literal["taking", "taken", "settled"]


class FileRow(msgspec.Struct, frozen=True):
    """One content that a partner has left; its bytes are its identity, whatever the file is called.

    state     taking: some records are handled; taken: all are, the partner may not have its receipt; settled: it has
    size      bytes of the file as it was left
    cut       digest of these records; with another one `done`, `todo` and `left` would count other records. "": of an older version
    done      records handled so far, in this round
    posted    records on the partner's topic, of all rounds
    accepted, refused  transfers of this round
    chunks    records of `files.state` that hold this round's outcomes
    todo      records to handle in this round; None: all
    left      settled: records that were refused and are judged again when the content comes again
    taken_ms  when the last round ended (ms UTC)
    """

    partner: str
    sha256: str
    name: str
    size: int
    records: int
    cut: str = ""
    state: State = "taking"
    done: int = 0
    posted: int = 0
    accepted: int = 0
    refused: int = 0
    chunks: int = 0
    todo: tuple[int, ...] | None = None
    left: tuple[int, ...] = ()
    taken_ms: int = 0

    @property
    def key(self) -> bytes:
        """Of the row on `files.state`."""
        return f"{self.partner}/{self.sha256}".encode()

    def chunk_key(self, number: int) -> bytes:
        """Of the outcomes of the transaction `number`."""
        return f"{self.partner}/{self.sha256}/{number}".encode()


class Outcome(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What became of one transfer. record: from 1; line: where the record begins; index: in a record that holds several."""

    record: int
    line: int
    index: int = 0
    transfer_id: str | None = None
    code: str = ""
    detail: str = ""
    field: str = ""


ROWS: Codec[FileRow] = Codec(FileRow)
OUTCOMES: Codec[list[Outcome]] = Codec(list[Outcome])


class Progress:
    """What `files.state` says of one partner: rows by content, and the encoded outcomes of files that are not settled."""

    def __init__(self) -> None:
        self._rows: dict[str, FileRow] = {}
        self._chunks: dict[bytes, bytes] = {}

    @classmethod
    def by_partner(cls, records: Iterable[LogRecord]) -> dict[str, "Progress"]:
        """What the topic's records, in log order, say of each partner."""
        found: dict[str, Progress] = {}
        for record in records:
            key = record.key or b""
            found.setdefault(key.partition(b"/")[0].decode(), cls()).note(key, record.value)
        return found

    def note(self, key: bytes, value: bytes | None) -> None:
        """Takes in one record of the topic."""
        if value is None:
            self._chunks.pop(key, None)
        elif key.count(b"/") == 1:
            row = ROWS.decode(value)
            self._rows[row.sha256] = row
        else:
            self._chunks[key] = value

    def row(self, sha256: str) -> FileRow | None:
        """The row of a content, None where it is new."""
        return self._rows.get(sha256)

    def taken(self) -> list[FileRow]:
        """Rows whose file may still lie where it was left."""
        return [row for row in self._rows.values() if row.state == "taken"]

    def outcomes(self, row: FileRow) -> Iterator[Outcome]:
        """The outcomes of a row's round, in the order of its file."""
        for number in range(row.chunks):
            yield from OUTCOMES.decode(self._chunks[row.chunk_key(number)])
