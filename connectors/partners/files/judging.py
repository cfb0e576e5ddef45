"""Judges a file's records as intake will, and gathers them into portions, each of which is one transaction."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from connectors.kafka.record import Record
from connectors.partners.accept import Acceptor, Rejection
from connectors.partners.files.progress import Outcome
from connectors.partners.formats.contract import Incoming
from connectors.partners.formats.file_record import FileRecord
from connectors.partners.http.judge import record_key
from schemas.topics import partner_transfers
from schemas.transfer import Coordinate, Transfer

PORTION_RECORDS = 1000  # of one transaction: some 0.2 s of work, and at most so much is done again after a kill
PORTION_BYTES = 4 << 20


class Portion(NamedTuple):
    """Some records in a row. last: number of the last one, from 1; records: to post; outcomes: of every transfer in them."""

    last: int
    records: list[Record]
    outcomes: list[Outcome]


def portions(numbered: Iterable[tuple[int, FileRecord]], acceptor: Acceptor, now_ms: int) -> Iterator[Portion]:
    """The records judged, in portions. A record is posted where at least one transfer in it is valid, as at the HTTP door."""
    topic = partner_transfers(acceptor.partner.id)
    portion, size = Portion(0, [], []), 0
    for number, record in numbered:
        outcomes, key = _judged(number, record, acceptor, now_ms)
        portion = Portion(number, portion.records, portion.outcomes)
        portion.outcomes.extend(outcomes)
        if key is not None:
            portion.records.append(Record(topic, None, key, record.raw))
        size += len(record.raw)
        if len(portion.outcomes) >= PORTION_RECORDS or size >= PORTION_BYTES:
            yield portion
            portion, size = Portion(0, [], []), 0
    if portion.last:
        yield portion


def _judged(number: int, record: FileRecord, acceptor: Acceptor, now_ms: int) -> tuple[list[Outcome], bytes | None]:
    # The coordinate is intake's to give; here it only carries the index.
    results = acceptor.take_in(Incoming(record.raw, (), now_ms), Coordinate(partner_transfers(acceptor.partner.id), 0, 0))
    outcomes, key = [], None
    for result in results:
        place = (number, record.line(result.source.index), result.source.index, result.transfer_id)
        if isinstance(result, Rejection):
            outcomes.append(Outcome(*place, result.reason_code, result.reason, result.field))
        else:
            assert isinstance(result, Transfer)
            outcomes.append(Outcome(*place))
            key = record_key(result.transfer_id) if key is None else key
    return outcomes, key
