"""Takes one file in. The order is the promise: each record of a content is on the partner's topic once, whenever the process is killed.

1. The file is copied to the spool, unpacked; its bytes' digest is its identity.
2. All of it is cut once, so that a file that is not whole is refused before anything of it is posted.
3. Portion by portion, one transaction holds the records, what was said of them, and how far the file has come.
4. The receipt is put beside the file's future place, whole; then the file is moved there.
5. A last transaction says that the partner has its receipt and lets go of what was kept for it.

Killed before 3, nothing happened. In 3, the next process begins behind the last portion that was committed. After 3 and before 5 it finds
nothing left to post, and writes the receipt again from what was kept.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from connectors.files.complete import shown
from connectors.kafka.record import Produced
from connectors.partners.accept import Acceptor
from connectors.partners.files.judging import Portion, portions
from connectors.partners.files.place import DONE, REFUSED, Away, Place, Unreadable
from connectors.partners.files.progress import OUTCOMES, ROWS, STATE_TOPIC, FileRow, Outcome, Progress
from connectors.partners.files.reading import cut_of, records_of
from connectors.partners.files.receipt import Head, Status, write_receipt
from connectors.partners.files.spool import Fetched, FileRefused, fetch
from connectors.partners.formats.file_record import FileRecord

MOST_LEFT = 10_000  # DEF refused records of a content that are judged again when it comes again


class Stopped(Exception):
    """The process is to end; the file goes on where it stands when the next one starts."""


class FileMeters(Protocol):
    """What is counted. Labels are closed sets: partners of the registry, `taken`, `known`, `refused`, `accepted`."""

    def file(self, partner: str, status: str) -> None:
        """A file was taken in, known already, or refused as a whole."""

    def items(self, partner: str, outcome: str, count: int) -> None:
        """`count` transfers were accepted or refused; in a transaction that is committed."""


class Writer(Protocol):
    """Commits records in one transaction; connectors.kafka.transactions.TransactionalWriter is one."""

    def commit(self, outputs: Iterable[Produced]) -> None:
        """Raises Fenced, CommitLost: the process must end."""


class Change(NamedTuple):
    """One record of `files.state`; value None: the key is let go of."""

    key: bytes
    value: bytes | None
    topic: str = STATE_TOPIC
    partition: int | None = None


class Taker:
    """Takes in the files of one partner. Used by one thread; nobody else writes this partner's rows.

    spool  a folder of this partner's alone
    """

    def __init__(self, acceptor: Acceptor, progress: Progress, writer: Writer, spool: Path, tools: "Tools") -> None:
        self._acceptor, self._partner = acceptor, acceptor.partner
        self._progress, self._writer, self._spool, self._tools = progress, writer, spool, tools

    @property
    def partner_id(self) -> str:
        """Whose files these are."""
        return self._partner.id

    def take(self, place: Place, name: str, size: int) -> Status:
        """Takes in the file `name`, of `size` bytes when it was listed. Raises Away, Stopped, Fenced, CommitLost."""
        head, row = Head(shown(name), "", size, "refused", ""), None
        try:
            fetched = self._fetched(place, name, size)
            head = msgspec.structs.replace(head, sha256=fetched.sha256)
            head, row = self._taken_in(fetched, head)
        except FileRefused as error:
            head = msgspec.structs.replace(head, code=error.code, detail=error.text)
        outcomes = () if row is None or head.status == "known" else self._progress.outcomes(row)
        self._settle(place, name, head, outcomes)
        if row is not None and row.state == "taken":
            self._let_go(row)
        self._tools.meters.file(self._partner.id, head.status)
        return head.status

    def forget_absent(self, listed: Iterable[str]) -> None:
        """Lets go of what was kept for files that are taken in and not there any more: moved by a process that was killed then."""
        there = {shown(name) for name in listed}
        for row in self._progress.taken():
            if row.name not in there:
                self._let_go(row)

    def keep_alive(self) -> None:
        """Commits something that changes nothing, so that the broker does not forget this partner's transactions."""
        self._writer.commit([Change(self._partner.id.encode(), None)])

    def _taken_in(self, fetched: Fetched, head: Head) -> tuple[Head, FileRow]:
        row = self._row(fetched, head.file)
        if row.state == "settled":
            return msgspec.structs.replace(head, status="known", detail=_known(row), records=row.records), row
        if row.state == "taking":
            self._refuse_disabled()
            row = self._post(fetched.path, row)
        status: Status = "taken" if row.posted else "refused"
        code = "" if row.posted else "nothing_taken"
        counts = {"records": _round(row), "accepted": row.accepted, "refused": row.refused}
        return msgspec.structs.replace(head, status=status, code=code, detail=_said(row), **counts), row

    def _refuse_disabled(self) -> None:
        if self._acceptor.is_disabled():
            raise FileRefused("partner_disabled", "Your feed is switched off at present; ask the operator.")

    def _fetched(self, place: Place, name: str, size: int) -> Fetched:
        try:
            fetched = fetch(place.chunks(name), self._spool / "incoming")
        except Unreadable as error:
            raise FileRefused(
                "file_unreadable", f"The file cannot be read ({error}); leave it again, readable for the gateway."
            ) from error
        if fetched.size != size:
            raise Away("A file changed while it was read; it is looked at again.")
        return fetched

    def _row(self, fetched: Fetched, name: str) -> FileRow:
        """The row to go on with: a new one, an unfinished one, or one for what was refused of this content before."""
        known = self._progress.row(fetched.sha256)
        if known is not None and known.state == "settled" and known.posted and not known.left:
            return known
        if known is not None and known.state == "taken":
            return msgspec.structs.replace(known, name=name)
        total, cut = cut_of(fetched.path, self._partner)
        if known is not None and known.posted and known.cut != cut:
            raise FileRefused(
                "file_recut",
                f"How your files are read has changed since {known.posted:,} records of this one were posted; leave the rest as a new file.",
            )
        row = FileRow(self._partner.id, fetched.sha256, name, fetched.size, total, cut)
        if known is None or not known.posted:
            return row
        if known.state == "settled":
            return msgspec.structs.replace(row, posted=known.posted, todo=known.left)
        return msgspec.structs.replace(known, name=name)

    def _post(self, path: Path, row: FileRow) -> FileRow:
        """Posts what is left of the file; the row says `taken` with the last portion."""
        todo = None if row.todo is None else frozenset(row.todo)
        last = row.records if row.todo is None else max(row.todo)
        for portion in portions(_numbered(path, self._acceptor, row.done, todo), self._acceptor, self._tools.now_ms()):
            changed = _after(row, portion, last, self._tools.now_ms())
            if changed.state == "taken":
                changed = msgspec.structs.replace(changed, left=self._left(changed, portion))
            self._commit(changed, portion)
            row = changed
            if row.state == "taking" and self._tools.is_stopping():
                raise Stopped
        return row

    def _left(self, row: FileRow, portion: Portion) -> tuple[int, ...]:
        """Records of the round of which nothing was posted."""
        if not row.refused:
            return ()
        before = self._progress.outcomes(msgspec.structs.replace(row, chunks=row.chunks - 1))
        posted: set[int] = set()
        refused: set[int] = set()
        for outcome in (*before, *portion.outcomes):
            (refused if outcome.code else posted).add(outcome.record)
        left = sorted(refused - posted)
        return tuple(left) if len(left) <= MOST_LEFT else ()

    def _commit(self, row: FileRow, portion: Portion) -> None:
        changes = [Change(row.chunk_key(row.chunks - 1), OUTCOMES.encode(portion.outcomes)), Change(row.key, ROWS.encode(row))]
        self._writer.commit([*portion.records, *changes])
        self._note(changes)
        refused = sum(1 for outcome in portion.outcomes if outcome.code)
        self._tools.meters.items(self._partner.id, "accepted", len(portion.outcomes) - refused)
        self._tools.meters.items(self._partner.id, "refused", refused)

    def _settle(self, place: Place, name: str, head: Head, outcomes: Iterable[Outcome]) -> None:
        self._spool.mkdir(parents=True, exist_ok=True)
        receipt = self._spool / "receipt.json"
        write_receipt(receipt, head, outcomes)
        ending = REFUSED if head.status == "refused" else DONE
        place.settle(name, ending, receipt)
        for path in (receipt, self._spool / "incoming"):
            path.unlink(missing_ok=True)

    def _let_go(self, row: FileRow) -> None:
        settled = msgspec.structs.replace(row, state="settled", chunks=0, todo=None, done=0)
        changes = [Change(row.chunk_key(number), None) for number in range(row.chunks)]
        changes.append(Change(settled.key, ROWS.encode(settled)))
        self._writer.commit(changes)
        self._note(changes)

    def _note(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self._progress.note(change.key, change.value)


class Tools(NamedTuple):
    """What a taker is given: the time (ms UTC), meters, and whether the process is to end."""

    now_ms: Callable[[], int]
    meters: FileMeters
    is_stopping: Callable[[], bool]


def _numbered(path: Path, acceptor: Acceptor, done: int, todo: frozenset[int] | None) -> Iterator[tuple[int, FileRecord]]:
    for number, record in enumerate(records_of(path, acceptor.partner), 1):
        if number > done and (todo is None or number in todo):
            yield number, record


def _after(row: FileRow, portion: Portion, last: int, now_ms: int) -> FileRow:
    refused = sum(1 for outcome in portion.outcomes if outcome.code)
    return msgspec.structs.replace(
        row,
        done=portion.last,
        posted=row.posted + len(portion.records),
        accepted=row.accepted + len(portion.outcomes) - refused,
        refused=row.refused + refused,
        chunks=row.chunks + 1,
        state="taken" if portion.last == last else "taking",
        taken_ms=now_ms,
    )


def _round(row: FileRow) -> int:
    return row.records if row.todo is None else len(row.todo)


def _known(row: FileRow) -> str:
    at = datetime.fromtimestamp(row.taken_ms / 1000, UTC).isoformat(timespec="seconds")
    rest = " Mend what that receipt says is refused and leave it as a new file." if row.refused else ""
    return f"This content was taken in on {at} as {row.name}; nothing of it is posted again.{rest}"


def _said(row: FileRow) -> str:
    again = "" if row.todo is None else "Of this content only what was refused before was judged again. "
    if not row.posted:
        return "Every transfer has an error; mend what `transfers` says and leave the file again."
    if row.refused:
        return f"{again}Mend what `transfers` says is refused and leave it as a new file."
    return f"{again}Every transfer is taken in."
