"""Where one partition's transactions go: outputs, state changes and position, all or nothing."""

import threading
import time
from typing import NamedTuple, Protocol

from confluent_kafka import KafkaError, KafkaException, Producer

from schemas.topics import changelog
from streams.domain.fold import Output
from streams.runtime.exit_codes import ExitCode, Fault
from streams.runtime.log_reader import PEEK_BYTES, LogReader
from streams.runtime.restore import RestoredState, Resumption, restore, resumption
from streams.runtime.state import POSITION_KEY, Change

TRANSACTION_S = 60  # DEF: the broker aborts a transaction open for longer; must outlast a broker pause
COMMIT_S = 45.0  # DEF: below TRANSACTION_S, so that we give up before the broker does
# Decoding holds the interpreter's lock, so more than two readers at once are no faster, and each buffers tens of MB.
_READING = threading.BoundedSemaphore(2)
_FENCED = frozenset({KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH})


class Batch(NamedTuple):
    """What one commit writes. `position` is the last source offset it contains."""

    outputs: list[Output]
    changes: list[Change]
    position: int


class Ledger(Protocol):
    """Durable side of one partition. Calls block. `write` is called after `claim`, one batch at a time."""

    def claim(self) -> RestoredState:
        """Shuts out every former owner, then reads the state."""
        ...

    def resume_after(self, position: int) -> Resumption:
        """Where the source goes on after `position`."""
        ...

    def write(self, batch: Batch) -> None:
        """Makes the batch durable as a whole, or raises Fault."""
        ...

    def close(self) -> None:
        """Gives the connection back."""
        ...


class LedgerName(NamedTuple):
    """Whose ledger it is; the transactional id follows from it."""

    app: str
    stage: str
    source: str
    partition: int

    @property
    def transactional_id(self) -> str:
        """One for each partition of a stage: claiming it fences the partition's former owner."""
        return f"{self.app}-{self.stage}-{self.partition}"


class KafkaLedger:
    """Ledger in Kafka: one transactional producer; the state lies in the compacted topic `<stage>.state`."""

    def __init__(self, bootstrap: str, name: LedgerName) -> None:
        self._bootstrap = bootstrap
        self._name = name
        self._changelog = changelog(name.stage)
        self._producer: Producer | None = None

    def claim(self) -> RestoredState:
        """init_transactions first, the changelog after it: the other way round a former owner could still write in between."""
        self._producer = Producer(
            {
                "bootstrap.servers": self._bootstrap,
                "transactional.id": self._name.transactional_id,
                "transaction.timeout.ms": TRANSACTION_S * 1000,
                "message.timeout.ms": TRANSACTION_S * 1000,
                "linger.ms": 5,
                "compression.type": "lz4",
                "message.max.bytes": 8 << 20,
                "queue.buffering.max.messages": 2_000_000,
                "log_level": 3,
            }
        )
        try:
            self._producer.init_transactions(COMMIT_S)
            with _READING, LogReader(self._bootstrap) as reader:
                return restore(reader, self._changelog, self._name.partition)
        except KafkaException as error:
            raise self._fault(error, ExitCode.RESTORE_FAILED) from error

    def resume_after(self, position: int) -> Resumption:
        """Where the source goes on after `position`."""
        try:
            with LogReader(self._bootstrap, PEEK_BYTES) as reader:
                return resumption(reader, self._name.source, self._name.partition, position)
        except KafkaException as error:
            raise self._fault(error, ExitCode.RESTORE_FAILED) from error

    def write(self, batch: Batch) -> None:
        """One transaction. A message that cannot be delivered makes the commit fail, so no callback is needed."""
        producer = self._producer
        if producer is None:
            raise Fault(ExitCode.COMMIT_FAILED, f"{self._name.transactional_id} was never claimed")
        try:
            producer.begin_transaction()
            self._produce(producer, batch)
            self._commit(producer)
        except KafkaException as error:
            raise self._fault(error, ExitCode.COMMIT_FAILED) from error

    def close(self) -> None:
        """Closes the producer; an open transaction is left for the next owner's claim to abort."""
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.close(5.0)

    def _produce(self, producer: Producer, batch: Batch) -> None:
        produce, state_topic, partition = producer.produce, self._changelog, self._name.partition
        try:
            for topic, number, key, value in batch.outputs:
                produce(topic, value, key, number)
            for key, raw in batch.changes:
                produce(state_topic, raw, key, partition)
            produce(state_topic, b"%d" % batch.position, POSITION_KEY, partition)
        except BufferError as error:  # 2,000,000 records or 1 GiB in one batch: Backlog keeps it far below
            raise Fault(
                ExitCode.COMMIT_FAILED, f"{self._name.transactional_id}: the batch is larger than the producer's buffer"
            ) from error

    def _commit(self, producer: Producer) -> None:
        """Commits; a timeout that librdkafka calls retriable is waited out, up to COMMIT_S in all."""
        deadline = time.monotonic() + COMMIT_S
        while True:
            try:
                producer.commit_transaction(max(1.0, deadline - time.monotonic()))
                return
            except KafkaException as error:
                if not error.args[0].retriable() or time.monotonic() >= deadline:
                    raise

    def _fault(self, error: KafkaException, code: ExitCode) -> Fault:
        cause = self._cause_of(error)
        if cause.code() in _FENCED:
            code = ExitCode.FENCED
        return Fault(code, f"{self._name.transactional_id}: {cause.name()} {cause.str()}")

    def _cause_of(self, error: KafkaException) -> KafkaError:
        """The error itself; once a producer has failed for good, `produce` only says so and a commit says why."""
        cause: KafkaError = error.args[0]
        if cause.code() == KafkaError._FATAL and self._producer is not None:
            try:
                self._producer.commit_transaction(1.0)
            except KafkaException as reason:
                return reason.args[0]
        return cause
