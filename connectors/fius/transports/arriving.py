"""Records of `fiu.<cc>.reports` -> rows of the ledger, and back to the bytes that travel. Unreadable ones go to the quarantine."""

import hashlib
import threading

from connectors.fius.transports.channel import Outgoing, Refused
from connectors.fius.transports.packing import Packaging, outgoing
from connectors.fius.transports.transmission import Transmission
from connectors.kafka.aside import set_aside
from connectors.kafka.record import Record
from connectors.kafka.scan import CommittedLog, LogRecord
from schemas import topics
from schemas.filing import Filing
from schemas.transfer import Coordinate
from schemas.wire import UnreadableAvro, decode_filing

STAGE = "send"


def row_of(record: LogRecord, packaging: Packaging, now_ms: int) -> Transmission | Record:
    """The row of a filing, or the quarantine entry of bytes that are none."""
    raw = record.value or b""
    try:
        filing = decode_filing(raw)
    except UnreadableAvro as error:
        return _quarantined(record, error.code, error.reason)
    if hashlib.sha256(filing.payload).hexdigest() != filing.sha256:
        return _quarantined(record, "digest_differs", f"The bytes of filing {filing.filing_id} are not those of its digest.")
    if topics.fiu_reports(filing.fiu) != record.topic:
        return _quarantined(record, "wrong_fiu", f"The filing {filing.filing_id} is addressed to {filing.fiu}.")
    travelling = outgoing(filing, packaging)
    return Transmission(
        filing_id=filing.filing_id,
        fiu=filing.fiu,
        report_id=filing.report_id,
        version=filing.version,
        partition=record.partition,
        offset=record.offset,
        reference=travelling.reference,
        file_name=travelling.file_name,
        packaging=packaging,
        sha256=travelling.sha256,
        urgent=filing.urgent,
        due_ms=filing.due_at_ms,
        taken_ms=now_ms,
    )


class FilingSource:
    """Reads filings back by their coordinates, for one lane at a time; close it at the end."""

    def __init__(self, bootstrap: str) -> None:
        self._log, self._reading = CommittedLog(bootstrap), threading.Lock()

    def filing(self, row: Transmission) -> Filing:
        """The filing of a row. Raises Refused where it is not on its topic any more."""
        topic, span = topics.fiu_reports(row.fiu), {row.partition: (row.offset, row.offset + 1)}
        with self._reading:
            first, _ = self._log.bounds(topic, span)[row.partition]
            found = [] if row.offset < first else list(self._log.read(topic, span))
        filing = _filing(found[0]) if found else None
        if filing is None or filing.filing_id != row.filing_id:
            raise Refused("filing_gone", f"The filing is no longer on {topic}; restore the topic, or file by hand.")
        return filing

    def load(self, row: Transmission) -> Outgoing:
        """The bytes of a row as they travel. Raises Refused."""
        travelling = outgoing(self.filing(row), "zip" if row.packaging == "zip" else "file")
        if travelling.sha256 != row.sha256:
            raise Refused("bytes_differ", "The filing is not what it was when it was taken up; find out who changed the topic.")
        return travelling

    def close(self) -> None:
        """Ends the connection."""
        self._log.close()


def _filing(record: LogRecord) -> Filing | None:
    try:
        return decode_filing(record.value or b"")
    except UnreadableAvro:
        return None


def _quarantined(record: LogRecord, code: str, reason: str) -> Record:
    return set_aside(STAGE, Coordinate(record.topic, record.partition, record.offset), record.value or b"", (code, reason))
