"""Posts a file of transfers to a partner's topic, as the partner's own system would.

The key is the id of the (first) transfer in a record, so that every status of one transfer goes to one partition and keeps its order.
"""

import gzip
import hashlib
import os
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, Protocol

import msgspec
from kafka import KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError

from connectors.kafka.scan import CommittedLog, TopicMissing
from connectors.partners.accept import items_of
from connectors.partners.cutting import Records, is_lines
from connectors.partners.formats import FORMATS
from connectors.partners.formats.contract import Incoming
from schemas import topics
from schemas.native import NATIVE
from schemas.native_reading import Reading
from schemas.registry import Partner

MAX_RECORD_BYTES = 8 * 1024 * 1024  # topic setting of partner topics
LINGER_MS = 5
BATCH_BYTES = 256 * 1024
TOLD_EVERY = 500  # events between two calls of `told`
PACE_S = 0.02  # shortest pause worth taking when a rate is kept
METADATA_MS = 15_000


class PostError(Exception):
    """The file cannot be posted. The text is one sentence that says what to do."""


class Posted(NamedTuple):
    """What was acknowledged by the broker, and the time it took."""

    sent: int
    seconds: float

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.sent / self.seconds if self.seconds > 0 else 0.0


class Clock(Protocol):
    """Time for pacing."""

    def monotonic(self) -> float:
        """Seconds."""

    def sleep(self, seconds: float) -> None:
        """Waits."""


class _Keyed(msgspec.Struct):
    transfer_id: str


_KEYED = msgspec.json.Decoder(_Keyed)


class Source(Protocol):
    """What is posted, and how far it was read: `done()` of `size` bytes as they lie on disk; a size of 0 where it is not known."""

    size: int

    def __iter__(self) -> Iterator[bytes]:
        """The records in order. Raises InvalidTransfer where the whole cannot be used."""

    def done(self) -> int:
        """Bytes that were read."""


class Lines:
    """Events of a JSONL file, a gzipped one, or standard input ("-"), one a line; empty lines are skipped. Iterating raises PostError."""

    def __init__(self, raw: IO[bytes], lines: Iterable[bytes], size: int) -> None:
        self._raw, self._lines = raw, lines
        self.size = size

    def __iter__(self) -> Iterator[bytes]:
        try:
            for line in self._lines:
                event = line.rstrip(b"\r\n")
                if event:
                    yield event
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise PostError(f"The file is packed and cut off or damaged ({error}): post it again whole.") from error

    def done(self) -> int:
        """How much of `size` (bytes of the file as it lies on disk) was read; 0 where the input has no size."""
        return self._raw.tell() if self.size else 0


@contextmanager
def open_source(name: str, partner: Partner, checked: Callable[[int], None]) -> Iterator[Source]:
    """The records of a file in the partner's format, or of standard input ("-"). Raises PostError when it cannot be read.

    checked  is told now and then how many records were found, where the whole is read before the first one
    """
    if partner.format == NATIVE and (name == "-" or _is_lines(name, partner)):
        with open_lines(name) as lines:
            yield lines
        return
    with tempfile.TemporaryFile() if name == "-" else _open(name) as raw:
        if name == "-":  # what is read twice must lie somewhere; nothing of it stays
            shutil.copyfileobj(sys.stdin.buffer, raw)
        found = Records(raw, partner, raw.seek(0, os.SEEK_END))
        found.checked = checked
        yield found


def _is_lines(name: str, partner: Partner) -> bool:
    try:
        return is_lines(Path(name), partner)
    except OSError as error:
        raise _unreadable(name, error) from error


def _open(name: str) -> IO[bytes]:
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError) -> PostError:
    return PostError(f"The file {name} cannot be read ({error.strerror or error}): check the path.")


@contextmanager
def open_lines(name: str) -> Iterator[Lines]:
    """The lines of `name`. Raises PostError when it cannot be read."""
    if name == "-":
        yield Lines(sys.stdin.buffer, sys.stdin.buffer, 0)
        return
    with _open(name) as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        lines = gzip.GzipFile(fileobj=raw) if packed else raw
        yield Lines(raw, lines, Path(name).stat().st_size)


def key_of(event: bytes) -> bytes:
    """Kafka key of an event: its transfer id, or the SHA-256 of its bytes where that cannot be read."""
    try:
        return _KEYED.decode(event).transfer_id.encode()
    except (msgspec.MsgspecError, UnicodeError):
        return hashlib.sha256(event).digest()


def keys_of(partner: Partner) -> Callable[[bytes], bytes]:
    """What gives the key of a record of the partner: the id of the first transfer that can be read in it, else the SHA-256 of its bytes."""
    if partner.format == NATIVE:
        return key_of
    read = FORMATS[partner.format].reader(partner)

    def key(record: bytes) -> bytes:
        results = (item.result for item in items_of(read, Incoming(record))[1])
        first = next((result for result in results if isinstance(result, Reading)), None)
        return first.event.transfer_id.encode() if first else hashlib.sha256(record).digest()

    return key


def due(number: int, rate: float, started: float) -> float:
    """When the event with this number (from 0) is to be sent at `rate` a second, evenly spaced."""
    return started + number / rate


class Poster:
    """A producer for one partner's topic. Raises PostError when the broker does not answer, TopicMissing without a topic."""

    def __init__(self, bootstrap: str, partner: str, key: Callable[[bytes], bytes] = key_of) -> None:
        self._key = key
        self._topic = topics.partner_transfers(partner)
        self._failed: BaseException | None = None
        try:
            with CommittedLog(bootstrap) as log:
                if self._topic not in log.topics():  # asking the producer would wait for the topic to appear
                    raise TopicMissing(self._topic)
            self._producer = _producer(bootstrap)
        except KafkaError as error:
            raise PostError(f"The broker {bootstrap} does not answer ({error}): start it with `strgw up`.") from error

    def post(self, events: Iterable[bytes], rate: float | None, clock: Clock, told: Callable[[int], None]) -> Posted:
        """Sends every event and waits until the broker has all of them.

        rate   events a second, evenly spaced; None: as fast as it goes
        told   called now and then with the number sent so far
        """
        started = clock.monotonic()
        sent = 0
        for event in events:
            if rate is not None:
                ahead = due(sent, rate, started) - clock.monotonic()
                if ahead > PACE_S:
                    clock.sleep(ahead)
            self._send(event, sent)
            sent += 1
            if sent % TOLD_EVERY == 0:
                self._check()
                told(sent)
        self._producer.flush()
        self._check()
        told(sent)
        return Posted(sent, clock.monotonic() - started)

    def _send(self, event: bytes, number: int) -> None:
        try:
            self._producer.send(self._topic, event, self._key(event)).add_errback(self._note)
        except MessageSizeTooLargeError as error:
            raise PostError(
                f"Event {number + 1} has {len(event):,} bytes; the topic takes at most {MAX_RECORD_BYTES:,}: split it."
            ) from error
        except KafkaError as error:
            raise PostError(
                f"The broker stopped answering after {number:,} events ({error}): check it and post again."
            ) from error

    def _note(self, error: BaseException) -> None:
        self._failed = self._failed or error

    def _check(self) -> None:
        if self._failed is not None:
            raise PostError(f"The broker refused an event ({self._failed}): nothing more was sent.")

    def close(self) -> None:
        """Ends the connection; what was not acknowledged is lost."""
        self._producer.close(timeout=3)


def _producer(bootstrap: str) -> KafkaProducer:
    return KafkaProducer(
        bootstrap_servers=bootstrap,
        allow_auto_create_topics=False,
        compression_type="lz4",
        linger_ms=LINGER_MS,
        batch_size=BATCH_BYTES,
        max_request_size=MAX_RECORD_BYTES,
        max_block_ms=METADATA_MS,
        bootstrap_timeout_ms=METADATA_MS,
        metrics_enabled=False,
    )
