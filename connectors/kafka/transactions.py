"""Consume and produce in one Kafka transaction, with kafka-python.

What exactly-once rests on here (ops/decisions/0004-intake-exactly-once.md):

1. Outputs and consumed offsets are written in one transaction; the consumer reads committed data and starts from
   offsets that no open transaction may still change (require_stable, sent by kafka-python with read_committed).
2. The offsets carry member and generation of the group as they were when the events were polled (KIP-447): a process
   that lost its partitions meanwhile cannot commit.
3. A transactional id per instance: a restarted instance aborts and fences whatever its predecessor left open.
4. Every write is confirmed before the commit is asked for: kafka-python may renew its producer epoch after a failed
   write, and a commit that follows would report success for a transaction the broker has dropped.
5. Whatever fails ends the process; the next one starts from the last commit.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from kafka import ConsumerRebalanceListener, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, MemberToRemove
from kafka.errors import CommitFailedError, FencedInstanceIdError, IllegalGenerationError, KafkaError, ProducerFencedError
from kafka.structs import ConsumerGroupMetadata, MemberState, OffsetAndMetadata

from connectors.kafka.record import Produced
from connectors.kafka.scan import FETCH_BYTES, LogRecord, TopicMissing

SESSION_TIMEOUT_MS = 10_000  # how long the partitions of a dead process wait; the broker's lower bound is 6,000
MAX_POLL_INTERVAL_MS = 60_000  # a step takes well under 1 s; also bounds how long a rebalance waits for us
TRANSACTION_TIMEOUT_MS = 15_000  # bounds how long a killed instance that never returns holds up readers
FETCH_WAIT_MS = 500  # of a fetch that finds nothing
GATHER_BYTES = 128 << 10
RETRY_BACKOFF_MS = 5  # "previous transaction still completing" is answered within a few ms; the default 100 would show
MAX_RECORD_BYTES = 9 * 1024 * 1024  # topics accept 8 MiB; kafka-python measures before compression
CLOSE_TIMEOUT_S = 3
_FENCED = (ProducerFencedError, FencedInstanceIdError, CommitFailedError, IllegalGenerationError)


class CommitLost(Exception):
    """The transaction did not commit: nothing of it is visible, and this process must end."""


class Fenced(CommitLost):
    """Another process owns the partitions or the instance name; this one must end."""


class Taken(NamedTuple):
    """Events of one poll and the group membership under which they were polled."""

    records: Mapping[TopicPartition, list[LogRecord]]
    member: ConsumerGroupMetadata


class TransactionalLog:
    """One group member with one transactional producer.

    group      consumer group; instance: name of this process in it, unique among those that run
    pattern    regular expression of the topics to consume
    gather_ms  how long the broker may gather events up to GATHER_BYTES before it hands them out: at 1,000 events/s 50 ms halve
               what reading costs both sides; 0: each event at once
    """

    def __init__(self, bootstrap: str, group: str, instance: str, pattern: str, gather_ms: int = 0) -> None:
        self._bootstrap, self._group, self._instance, self._pattern = bootstrap, group, instance, pattern
        self._consumer = _consumer(bootstrap, group, instance, gather_ms)
        self._producer = _producer(bootstrap, f"{group}-{instance}")

    def open(self, before_rebalance: Callable[[], None] | None = None) -> None:
        """Fences a predecessor of the same instance name and joins the group.

        before_rebalance  called inside `poll` before partitions are given away, for those who commit in another thread
        """
        self._producer.init_transactions()
        listener = _Revoked(before_rebalance) if before_rebalance else None
        self._consumer.subscribe(pattern=self._pattern, listener=listener)

    def partitions(self, topic: str) -> int:
        """Number of partitions of an output topic. Raises TopicMissing."""
        if topic not in self._consumer.topics():
            raise TopicMissing(topic)
        return len(self._consumer.partitions_for_topic(topic))

    def poll(self, timeout_ms: int, max_records: int) -> Taken | None:
        """Events that are waiting, or None after `timeout_ms`. Raises Fenced when membership is gone."""
        try:
            records = self._consumer.poll(timeout_ms=timeout_ms, max_records=max_records)
        except _FENCED as error:
            raise Fenced(str(error)) from error
        if not records:
            return None
        member = self._consumer.group_metadata()
        # Without a generation the broker would take the offsets of a process that owns nothing.
        if member.generation_id <= 0 or not member.member_id:
            raise Fenced("The group membership was lost while events were being read.")
        return Taken(records, member)

    def commit(self, outputs: Iterable[Produced], taken: Taken | None = None) -> list[int]:
        """Writes `outputs` and the offsets of `taken` in one transaction; returns the outputs' offsets.

        Raises  Fenced      another process has taken over
                CommitLost  anything else that kept the transaction from committing
        """
        try:
            return self._commit(outputs, taken)
        except KafkaError as error:
            raise (Fenced if is_fencing(error) else CommitLost)(str(error)) from error

    def _commit(self, outputs: Iterable[Produced], taken: Taken | None) -> list[int]:
        producer = self._producer
        producer.begin_transaction()
        sent = [producer.send(o.topic, o.value, o.key, partition=o.partition) for o in outputs]
        offsets = [future.get(timeout=TRANSACTION_TIMEOUT_MS / 1000).offset for future in sent]
        if taken is not None:
            producer.send_offsets_to_transaction(_positions(taken), taken.member)
        producer.commit_transaction()
        return offsets

    def hold_back(self, partition: TopicPartition, offset: int) -> None:
        """Gives out nothing of the partition until `go_on`, and then from `offset`. A change of the group ends it: whoever reads the
        partition then begins at its committed offset."""
        self._consumer.pause(partition)
        self._consumer.seek(partition, offset)

    def go_on(self, partitions: Iterable[TopicPartition]) -> None:
        """Gives out again what was held back, as far as it is still this member's."""
        for partition in set(partitions) & set(self._consumer.assignment()):
            self._consumer.resume(partition)

    def is_joined(self) -> bool:
        """Whether the group has given this member its partitions (which may be none)."""
        return bool(self._consumer.group_metadata().state == MemberState.STABLE)

    def must_own(self, wanted: set[TopicPartition]) -> None:
        """Raises Fenced where another member of the group reads one of `wanted`: state that belongs to both must have one owner."""
        missing = wanted - set(self._consumer.assignment())
        if missing:
            raise Fenced(f"Partitions that belong together were given to different processes: {sorted(missing)[0]}.")

    def lag(self) -> dict[str, int]:
        """Events not yet polled, by topic, as of the last fetch of each assigned partition."""
        lags: dict[str, int] = {}
        for tp in self._consumer.assignment():
            end = self._consumer.highwater(tp)
            if end is not None:
                lags[tp.topic] = lags.get(tp.topic, 0) + max(0, end - self._consumer.position(tp))
        return lags

    def close(self) -> None:
        """Leaves the group at once, so that others take the partitions over without waiting for the session to end.

        Static members do not leave by themselves (KIP-345). The member id is named as well: a process that was replaced
        under its instance name must not remove its successor.
        """
        member = self._consumer.group_metadata().member_id
        self._producer.close(timeout=CLOSE_TIMEOUT_S)
        self._consumer.close(autocommit=False, timeout_ms=CLOSE_TIMEOUT_S * 1000)
        if member:
            self._leave(member)

    def _leave(self, member: str) -> None:
        try:
            admin = KafkaAdminClient(bootstrap_servers=self._bootstrap, bootstrap_timeout_ms=CLOSE_TIMEOUT_S * 1000)
        except KafkaError:
            return  # a broker that is away forgets the member by itself when the session ends
        try:
            admin.remove_group_members(self._group, [MemberToRemove(member_id=member, group_instance_id=self._instance)])
        finally:
            admin.close()


class TransactionalWriter:
    """A transactional producer without a consumer; an unfinished transaction of the same id is aborted and its owner fenced."""

    def __init__(self, bootstrap: str, transactional_id: str) -> None:
        self._producer = transactional_producer(bootstrap, transactional_id)

    def commit(self, outputs: Iterable[Produced]) -> None:
        """Writes `outputs` in one transaction. Raises Fenced, CommitLost: the process must end."""
        try:
            self._producer.begin_transaction()
            for future in [self._producer.send(o.topic, o.value, o.key, partition=o.partition) for o in outputs]:
                future.get(timeout=TRANSACTION_TIMEOUT_MS / 1000)
            self._producer.commit_transaction()
        except KafkaError as error:
            raise (Fenced if is_fencing(error) else CommitLost)(str(error)) from error

    def close(self) -> None:
        """Ends the connection."""
        self._producer.close(timeout=CLOSE_TIMEOUT_S)


class _Revoked(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python has no types
    """Tells that partitions are about to be given away."""

    def __init__(self, told: Callable[[], None]) -> None:
        self._told = told

    def on_partitions_revoked(self, revoked: object) -> None:
        self._told()

    def on_partitions_assigned(self, assigned: object) -> None:
        """Nothing: a step needs no preparation."""


def is_fencing(error: KafkaError) -> bool:
    """A later call on a fenced producer fails with a plain KafkaError that only carries the reason."""
    return any(isinstance(reason, _FENCED) for reason in (error, error.__cause__, *error.args))


def _positions(taken: Taken) -> dict[TopicPartition, OffsetAndMetadata]:
    return {tp: OffsetAndMetadata(records[-1].offset + 1, "", -1) for tp, records in taken.records.items()}


def _consumer(bootstrap: str, group: str, instance: str, gather_ms: int) -> KafkaConsumer:
    return KafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
        group_instance_id=instance,
        client_id=f"{group}-{instance}",
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        allow_auto_create_topics=False,
        session_timeout_ms=SESSION_TIMEOUT_MS,
        max_poll_interval_ms=MAX_POLL_INTERVAL_MS,
        metadata_max_age_ms=10_000,  # a new partner's topic is read within 10 s
        fetch_max_wait_ms=gather_ms or FETCH_WAIT_MS,
        fetch_min_bytes=GATHER_BYTES if gather_ms else 1,
        max_partition_fetch_bytes=FETCH_BYTES,
        metrics_enabled=False,
    )


def _producer(bootstrap: str, transactional_id: str) -> KafkaProducer:
    return KafkaProducer(
        bootstrap_servers=bootstrap,
        transactional_id=transactional_id,
        transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
        client_id=transactional_id,
        allow_auto_create_topics=False,
        compression_type="lz4",
        batch_size=1 << 20,
        max_request_size=MAX_RECORD_BYTES,
        max_block_ms=TRANSACTION_TIMEOUT_MS,
        retry_backoff_ms=RETRY_BACKOFF_MS,
        metrics_enabled=False,
    )


def transactional_producer(bootstrap: str, transactional_id: str) -> KafkaProducer:
    """A producer ready for its first transaction; an unfinished one of the same id is aborted and its owner fenced."""
    producer = _producer(bootstrap, transactional_id)
    producer.init_transactions()
    return producer
