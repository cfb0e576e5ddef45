"""A partner's self-test, without a broker: what we would read of each record, what is refused, and what each gap costs."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from connectors.fius.forms import PORTAL
from connectors.fius.rehearsal import Lack, affected, lacking
from connectors.fius.resolved import Rendered, ResolvedReport
from connectors.partners.accept import Acceptor, Rejection
from connectors.partners.files.reading import records_of
from connectors.partners.files.spool import PIECE_BYTES, FileRefused, fetch
from connectors.partners.formats.contract import Incoming
from connectors.partners.formats.file_record import FileRecord
from ops.needs import FIELDS
from schemas.money import text as money_text
from schemas.registry import Fiu, Partner
from schemas.transfer import Coordinate, Transfer
from streams.domain.identity import Keyring

REHEARSED = 50  # DEF transfers that are rendered in the FIUs' forms: some 2 ms each
REFUSED_KEPT = 1000  # DEF refused transfers that are listed; all are counted
_HOW = ("held", "filled", "absent")
_HIDDEN = {"uid", "digest", "key", "name_keys", "identifiers", "source", "occurred_ms", "utc_offset_min", "scope"}
Renderer = Callable[[ResolvedReport], Sequence[Rendered]]


class Refused(NamedTuple):
    """A transfer that is not taken in. line: where it, or its record, begins in the file."""

    record: int
    line: int
    transfer_id: str | None
    code: str
    detail: str
    field: str


class Read(NamedTuple):
    """A transfer as we read it: field and value, in order."""

    record: int
    line: int
    fields: tuple[tuple[str, str], ...]


class Gap(NamedTuple):
    """A field that `missing` of `asked` transfers do not say."""

    field: str
    missing: int
    asked: int


class FormGap(NamedTuple):
    """A field of ours that an FIU's form asks for and `missing` of `tried` transfers do not say; how, target, text: as rehearsal.Lack."""

    fiu: str
    how: str
    field: str
    target: str
    text: str
    missing: int
    tried: int


class Checked(NamedTuple):
    """Everything found. problem: why the file as a whole cannot be taken (code, sentence)."""

    records: int
    accepted: int
    refused: int
    shown: tuple[Read, ...]
    refusals: tuple[Refused, ...]
    reasons: Mapping[str, int]
    gaps: tuple[Gap, ...]
    form_gaps: tuple[FormGap, ...]
    unlicensed: int
    problem: tuple[str, str] | None = None

    @property
    def passes(self) -> bool:
        """Whether every transfer would be taken in."""
        return self.problem is None and self.accepted > 0 and self.refused == 0


class Forms(NamedTuple):
    """The FIUs, and the renderer of a profile name."""

    fius: Mapping[str, Fiu]
    renderer: Callable[[str], Renderer | None]


def check(partner: Partner, path: Path, forms: Forms, now_ms: int, show: int) -> Checked:
    """Reads a file as the doors would; the first `show` transfers are kept in full. Raises OSError, FormatError."""
    tally = _Tally(partner, forms, show)
    # A key of no deployment: nothing that is made with it is kept.
    acceptor = Acceptor(partner, Keyring(bytes(32)), lambda: now_ms, is_disabled=lambda: False)
    problem = None
    try:
        with _unpacked(path) as unpacked:
            for number, record in enumerate(records_of(unpacked, partner), 1):
                tally.record(number, record, acceptor.take_in(_incoming(record, now_ms), Coordinate("", 0, 0)))
    except FileRefused as error:
        problem = (error.code, error.text)
    return tally.result(problem)


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="strgw-test-") as folder, path.open("rb") as file:
        yield fetch(iter(lambda: file.read(PIECE_BYTES), b""), Path(folder) / "file").path


def _incoming(record: FileRecord, now_ms: int) -> Incoming:
    return Incoming(record.raw, (), now_ms)


class _Tally:
    def __init__(self, partner: Partner, forms: Forms, show: int) -> None:
        self._partner, self._forms, self._show = partner, forms, show
        self._records = self._accepted = self._unlicensed = 0
        self._shown: list[Read] = []
        self._refusals: list[Refused] = []
        self._reasons: Counter[str] = Counter()
        self._missing: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._tried: Counter[str] = Counter()
        self._lacking: Counter[tuple[str, str, str]] = Counter()
        self._first: dict[tuple[str, str, str], Lack] = {}

    def record(self, number: int, record: FileRecord, results: Sequence[Transfer | Rejection]) -> None:
        self._records = number
        for result in results:
            if isinstance(result, Rejection):
                self._reasons[result.reason_code] += 1
                if len(self._refusals) < REFUSED_KEPT:
                    said = (result.transfer_id, result.reason_code, result.reason, result.field)
                    self._refusals.append(Refused(number, record.line(result.source.index), *said))
                continue
            self._accepted += 1
            if len(self._shown) < self._show:
                self._shown.append(Read(number, record.line(result.source.index), tuple(readable(result))))
            for field in FIELDS:
                if field.asks(result):
                    self._asked[field.name] += 1
                    self._missing[field.name] += not field.says(result)
            if self._accepted <= REHEARSED:
                self._rehearse(result)

    def _rehearse(self, transfer: Transfer) -> None:
        licences = affected(self._partner, transfer)
        self._unlicensed += not licences
        for licence in licences:
            fiu = self._forms.fius.get(licence.country)
            render = self._forms.renderer(fiu.profile) if fiu else None
            if fiu is None or render is None or fiu.profile == PORTAL:
                continue  # a portal package takes whatever there is
            self._tried[fiu.id] += 1
            for lack in lacking(transfer, self._partner, licence, fiu, render):
                key = (fiu.id, lack.how, lack.field)
                self._lacking[key] += 1
                self._first.setdefault(key, lack)

    def result(self, problem: tuple[str, str] | None) -> Checked:
        gaps = tuple(Gap(f.name, self._missing[f.name], self._asked[f.name]) for f in FIELDS if self._missing[f.name])
        forms = tuple(
            FormGap(*key, self._first[key].target, self._first[key].text, count, self._tried[key[0]])
            for key, count in sorted(self._lacking.items(), key=lambda one: (_HOW.index(one[0][1]), one[0]))
        )
        return Checked(
            self._records, self._accepted, sum(self._reasons.values()), tuple(self._shown), tuple(self._refusals),
            dict(self._reasons.most_common()), gaps, forms, self._unlicensed, problem,
        )  # fmt: skip


def readable(transfer: Transfer) -> Iterator[tuple[str, str]]:
    """What we read of a transfer, as field and value; keys and digests left out, absent fields too."""
    local = datetime.fromtimestamp(transfer.occurred_ms / 1000, UTC).astimezone(
        timezone(timedelta(minutes=transfer.utc_offset_min))
    )
    yield "transfer_id", transfer.transfer_id
    yield "occurred_at", local.isoformat()
    yield "amount", money_text(transfer.amount)
    for name in transfer.__struct_fields__:
        if name not in (*_HIDDEN, "transfer_id", "amount", "partner"):
            yield from _flat(name, getattr(transfer, name))


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            if name not in _HIDDEN:
                yield from _flat(f"{path}.{name}", getattr(value, name))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _flat(f"{path}[{number}]", item)
    elif value not in (None, "", b""):
        yield path, str(value)
