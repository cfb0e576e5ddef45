"""Posts records to partners' topics from a thread of its own; what waits for the broker waits as a future of the event loop.

1. What requests hand over within GATHER_S goes to the thread together, and from there to the producer in the order in which requests came: each
   change between threads costs as much as a record.
2. The broker acknowledges each record (all replicas in sync, idempotent producer); the last one of a request wakes it, together with others.
3. Where one of them fails or is not acknowledged in DELIVERY_MS the request learns that it may not have been stored; sent again, it is a
   duplicate at worst.
"""

import asyncio
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from kafka import KafkaProducer
from kafka.errors import KafkaError

from connectors.kafka.scan import CommittedLog, TopicMissing

DELIVERY_MS = 10_000  # DEF until the broker must have a record; a client's own limit is seldom under 30 s
GATHER_S = 0.005
LINGER_MS = 5  # with GATHER_S: at 1,000 requests/s ten records share a trip to the broker; each trip costs kafka-python half a millisecond
BATCH_BYTES = 256 * 1024
MAX_RECORD_BYTES = 8 * 1024 * 1024
METADATA_MS = 5_000
CLOSE_S = 12


class Outgoing(NamedTuple):
    """One record to post."""

    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


class Place(NamedTuple):
    """Where a record lies in its topic."""

    partition: int
    offset: int


class NotStored(Exception):
    """The broker did not confirm every record; some may be there."""


class ProducerMeters(Protocol):
    """What posting measures."""

    def produced(self, seconds: float) -> None:
        """From the hand-over of a request's records until the broker had them all, or one had failed."""


class Producer:
    """The thread and its producer. clock gives seconds for durations only. Raises TopicMissing, KafkaError."""

    def __init__(self, bootstrap: str, topics: Sequence[str], meters: ProducerMeters, clock: Callable[[], float]) -> None:
        with CommittedLog(bootstrap) as log:  # asking the producer would wait for the topic to appear
            for topic in topics:
                if topic not in log.topics():
                    raise TopicMissing(topic)
        self._producer = _producer(bootstrap)
        self._meters, self._clock = meters, clock
        self._gathered: list[_Job] = []
        self._jobs: queue.SimpleQueue[list[_Job]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="http-producer", daemon=True)
        self._ends: _Ends | None = None
        self.answers = True  # whether the broker confirmed what was last given to it

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    async def post(self, records: Sequence[Outgoing]) -> list[Place]:
        """Where each record lies, once the broker has all of them. Raises NotStored."""
        started = self._clock()
        loop = asyncio.get_running_loop()
        if self._ends is None:
            self._ends = _Ends(loop)
        job = _Job(records, loop.create_future(), self._ends)
        self._gathered.append(job)
        if len(self._gathered) == 1:
            loop.call_later(GATHER_S, self._hand_over)
        try:
            places = await job.done
            self.answers = True
            return places
        except NotStored:
            self.answers = False
            raise
        finally:
            self._meters.produced(self._clock() - started)

    def close(self) -> None:
        """Waits for what was handed over and ends."""
        self._jobs.put([])
        self._thread.join(CLOSE_S)
        self._producer.close(timeout=CLOSE_S)

    def _hand_over(self) -> None:
        gathered, self._gathered = self._gathered, []
        self._jobs.put(gathered)

    def _run(self) -> None:
        while jobs := self._jobs.get():
            for job in jobs:
                self._send(job)

    def _send(self, job: "_Job") -> None:
        for number, record in enumerate(job.records):
            try:
                sent = self._producer.send(record.topic, record.value, record.key, headers=list(record.headers))
            except (KafkaError, ValueError) as error:
                job.failed(error)
                return
            sent.add_callback(job.stored, number)
            sent.add_errback(job.failed)


class _Ends:
    """Requests whose records have all been answered, told to the event loop in groups. `add` may be called by any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ended: deque[tuple[_Job, BaseException | None]] = deque()
        self._is_called = False

    def add(self, job: "_Job", error: BaseException | None) -> None:
        """The request of `job` can go on; `error` where a record failed."""
        self._ended.append((job, error))
        if not self._is_called:  # set back before the last look at the queue, so nothing appended by now is overlooked
            self._is_called = True
            self._loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        self._is_called = False
        while self._ended:
            job, error = self._ended.popleft()
            if not job.done.done():
                job.settle(error)


class _Job:
    """The records of one request and what became of them so far, as the producer's threads report it."""

    def __init__(self, records: Sequence[Outgoing], done: "asyncio.Future[list[Place]]", ends: _Ends) -> None:
        self.records, self.done = records, done
        self._ends, self._lock = ends, threading.Lock()
        self._places: list[Place | None] = [None] * len(records)
        self._left = len(records)

    def stored(self, number: int, metadata: "_Metadata") -> None:
        """The broker has record `number`."""
        with self._lock:
            self._places[number] = Place(metadata.partition, metadata.offset)
            self._left -= 1
            last = self._left == 0
        if last:
            self._ends.add(self, None)

    def failed(self, error: BaseException) -> None:
        """A record could not be stored. Only the first failure counts."""
        with self._lock:
            if self._left <= 0:
                return
            self._left = -1
        self._ends.add(self, error)

    def settle(self, error: BaseException | None) -> None:
        """Wakes the request; in the event loop."""
        if error is not None:
            self.done.set_exception(NotStored(str(error)))
        else:
            self.done.set_result([place for place in self._places if place is not None])


class _Metadata(Protocol):
    partition: int
    offset: int


def _producer(bootstrap: str) -> KafkaProducer:
    return KafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        allow_auto_create_topics=False,
        compression_type="lz4",
        linger_ms=LINGER_MS,
        batch_size=BATCH_BYTES,
        max_request_size=MAX_RECORD_BYTES,
        max_block_ms=METADATA_MS,
        request_timeout_ms=DELIVERY_MS - LINGER_MS - 1,  # the producer demands that both fit into the delivery's time
        delivery_timeout_ms=DELIVERY_MS,
        bootstrap_timeout_ms=15_000,
        metrics_enabled=False,
    )
