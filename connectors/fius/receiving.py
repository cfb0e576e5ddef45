"""Reads an FIU's topic as that FIU would: decodes the envelope, checks the digest, then the bytes against the form."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
from kafka import KafkaConsumer, TopicPartition

from connectors.kafka.scan import FETCH_BYTES, TopicMissing
from schemas import topics
from schemas.filing import Filing, FilingError
from schemas.wire import UnreadableAvro, decode_filing

POLL_MS = 500
Check = Callable[[bytes], Sequence[FilingError]]


class Received(msgspec.Struct, frozen=True):
    """One record as the FIU sees it. `filing` is None where the envelope itself is unreadable; no problems: take it."""

    partition: int
    offset: int
    filing: Filing | None
    problems: tuple[FilingError, ...]

    @property
    def is_genuine(self) -> bool:
        """True when the bytes are those the gateway signed for with their digest."""
        return self.filing is not None and not any(p.code in ("digest_differs", "wrong_fiu") for p in self.problems)


def received(partition: int, offset: int, raw: bytes, fiu: str, check: Check | None) -> Received:
    """What an FIU makes of one record of its topic."""
    try:
        filing = decode_filing(raw)
    except UnreadableAvro as error:
        return Received(partition, offset, None, (FilingError(error.code, error.reason, "", ""),))
    problems = list(_envelope(filing, fiu))
    if not problems and check is not None:
        problems = list(check(filing.payload))
    return Received(partition, offset, filing, tuple(problems))


def _envelope(filing: Filing, fiu: str) -> Iterator[FilingError]:
    digest = hashlib.sha256(filing.payload).hexdigest()
    if digest != filing.sha256:
        text = f"The bytes have the digest {digest}, the envelope says {filing.sha256}: refuse the report and ask for it again."
        yield FilingError("digest_differs", text, "payload", "")
    if filing.fiu.upper() != fiu.upper():
        yield FilingError("wrong_fiu", f"The report is addressed to {filing.fiu}; refuse it.", "fiu", "filings.fiu")


class FiuTopic:
    """The records of `fiu.<cc>.reports`, committed ones only, without a group."""

    def __init__(self, bootstrap: str, fiu: str, from_beginning: bool) -> None:
        self._consumer = KafkaConsumer(
            bootstrap_servers=bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="none",
            allow_auto_create_topics=False,
            max_partition_fetch_bytes=FETCH_BYTES,
            metrics_enabled=False,
        )
        topic = topics.fiu_reports(fiu)
        found = self._consumer.partitions_for_topic(topic)
        if not found:
            self._consumer.close()
            raise TopicMissing(topic)
        self._partitions = [TopicPartition(topic, partition) for partition in sorted(found)]
        self._consumer.assign(self._partitions)
        self._ends = self._consumer.end_offsets(self._partitions)
        starts = self._consumer.beginning_offsets(self._partitions) if from_beginning else self._ends
        for partition in self._partitions:
            self._consumer.seek(partition, starts[partition])

    def records(self, follow: bool) -> Iterator[tuple[int, int, bytes]]:
        """Partition, offset and bytes; without `follow` it ends at the end the topic had when it was opened."""
        while follow or not self._at_end():
            for partition, polled in self._consumer.poll(timeout_ms=POLL_MS).items():
                for record in polled:
                    if follow or record.offset < self._ends[partition]:
                        yield record.partition, record.offset, record.value or b""

    def _at_end(self) -> bool:
        return all(self._consumer.position(partition) >= self._ends[partition] for partition in self._partitions)

    def close(self) -> None:
        """Ends the connection."""
        self._consumer.close()


def save(filing: Filing, folder: Path) -> Path:
    """Writes the report's bytes under its file name; a name that leads out of `folder` is refused with ValueError."""
    if Path(filing.file_name).name != filing.file_name or filing.file_name in ("", ".", ".."):
        raise ValueError(
            f"The file name {filing.file_name!r} of filing {filing.filing_id} is not a plain name; it was not saved."
        )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / filing.file_name
    path.write_bytes(filing.payload)
    return path
