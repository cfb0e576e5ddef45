"""Faust as this project uses it: agents, group membership and assignment; not its tables, offsets, transactions or web server.

Every private hook of Faust is in this file and is checked by tests/integration/streams/runtime/test_faust_contract.py:

* the consumer thread's factories, overridden so that only committed records are read (Faust reads uncommitted ones unless
  `processing_guarantee` is exactly_once, which cannot write other topics than those it reads);
* how long its fetcher waits, on the broker for new records and in the process for those it has to be taken;
* its commit, replaced: topics are declared without acks, so Faust never commits (its bookkeeping can commit past a record
  still in work), and `commit_hints` commits what the ledger has made durable. These offsets are hints for the next owner;
  the position in the state is the truth.
"""

import logging
import tempfile
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, NamedTuple

import faust
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata
from aiokafka.structs import TopicPartition as AioTopicPartition
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

logger = logging.getLogger("strgw.runtime")
READ_COMMITTED = "read_committed"
# A fetch asks for all partitions but those with records that the agents have not taken yet, and one is under way at a time: a fetch
# for quiet topics alone holds up the busy one until it ends. So the next fetch waits for the agents, which a long judgement keeps
# busy for some tenths of a second (aiokafka's own patience is 0.1 s), and ends itself soon (Faust's is 1,500 ms; of 50 ms, twenty
# a second for each worker cost a quiet broker 7 % of a processor).
TAKEN_WITHIN_S = 2.0
FETCH_WAIT_MS = 300

# Reasons: the register of engine faults (session and rebalance times R37, stream_wait_empty R5, declare R21, web R40).
FROZEN: Mapping[str, Any] = {
    "processing_guarantee": "at_least_once",
    "store": "memory://",
    "consumer_auto_offset_reset": "earliest",
    "consumer_max_fetch_size": 4 << 20,
    "broker_rebalance_timeout": 30.0,
    "broker_heartbeat_interval": 1.0,
    "broker_request_timeout": 30.0,
    "broker_max_poll_records": 500,
    "producer_request_timeout": 60.0,
    "stream_wait_empty": False,
    "stream_publish_on_commit": False,
    "stream_buffer_maxsize": 256,
    "table_standby_replicas": 0,
    "topic_disable_leader": True,
    "topic_allow_declare": False,
    "web_enabled": False,
}
RecordLoop = Callable[[Any], Coroutine[Any, Any, None]]


class CommittedThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]  # faust has no types
    """Consumer thread that reads committed records only and commits the offsets it is told."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # Both are read when the fetcher is made, in consumer.start().
        consumer._isolation_level = READ_COMMITTED
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS
        return consumer

    async def on_start(self) -> None:
        """Starts the consumer; its fetcher is made in there."""
        await super().on_start()
        self._ensure_consumer()._fetcher._prefetch_backoff = TAKEN_WITHIN_S

    def verify_event_path(self, now: float, tp: Any) -> None:
        """Faust's livelock log counts its own commits, which never happen here; streams.runtime.watchdog looks instead."""

    async def commit_hints(self, offsets: Mapping[TP, int]) -> None:
        """Commits next offsets for the group. A refusal is harmless: the next owner then skips more records."""
        await self.call_thread(self._commit_hints, offsets)

    async def _commit_hints(self, offsets: Mapping[TP, int]) -> None:
        owned = self.assignment()
        wanted = {
            AioTopicPartition(tp.topic, tp.partition): OffsetAndMetadata(next_, "")
            for tp, next_ in offsets.items()
            if tp in owned
        }
        if not wanted:
            return
        try:
            await self._ensure_consumer().commit(wanted)
        except KafkaError as error:
            logger.debug("offset hints refused: %s", error)


class CommittedConsumer(driver.Consumer):  # type: ignore[misc]  # faust has no types
    """Consumer whose thread is CommittedThread."""

    def _new_consumer_thread(self) -> CommittedThread:
        return CommittedThread(self, loop=self.loop, beacon=self.beacon)


class CommittedTransport(driver.Transport):  # type: ignore[misc]  # faust has no types
    """aiokafka transport whose consumer is CommittedConsumer."""

    Consumer = CommittedConsumer


class EngineOptions(NamedTuple):
    """`app_id` is the consumer group; `partitions` those of every source; `session_s` bounds a worker's silence (R37)."""

    app_id: str
    bootstrap: str
    partitions: int
    session_s: float


class Engine:
    """One Faust app with one agent for each source topic."""

    def __init__(self, options: EngineOptions) -> None:
        self._datadir = tempfile.TemporaryDirectory(prefix="strgw-worker-", ignore_cleanup_errors=True)
        brokers = ";".join(f"kafka://{server.strip()}" for server in options.bootstrap.split(","))
        settings = {**FROZEN, "broker_session_timeout": options.session_s, "topic_partitions": options.partitions}
        self.app = faust.App(options.app_id, broker=brokers, datadir=self._datadir.name, **settings)
        self.app.transport = CommittedTransport(self.app.conf.broker_consumer, self.app)
        self._partitions = options.partitions

    def add_agent(self, name: str, source: str, loop: RecordLoop) -> None:
        """Runs `loop` over the records of `source` as raw bytes. Both type and serializer are needed, else Faust tries JSON (R6)."""
        raw = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}
        topic = self.app.topic(source, acks=False, partitions=self._partitions, **raw)
        self.app.agent(topic, name=name, concurrency=1)(loop)

    def on_rebalance(self, revoked: RecordLoop, assigned: RecordLoop) -> None:
        """Calls `revoked` before the group takes partitions back (it waits) and `assigned` with each new assignment (sets of TP)."""

        async def on_revoked(_: Any, partitions: Any, **__: Any) -> None:
            await revoked(partitions)

        async def on_assigned(_: Any, partitions: Any, **__: Any) -> None:
            await assigned(partitions)

        self.app.on_partitions_revoked.connect(on_revoked)
        self.app.on_partitions_assigned.connect(on_assigned)

    def generation(self) -> int:
        """Generation of the consumer group, as last told by the broker."""
        return int(self.app.consumer_generation_id)

    def crash_reason(self) -> BaseException | None:
        """What made Faust give up, or None while it runs."""
        if not self.app.crashed:
            return None
        reason = self.app.crash_reason
        return reason if isinstance(reason, BaseException) else RuntimeError("the stream engine gave no reason")

    async def start(self) -> None:
        """Joins the group; returns when the first assignment is there."""
        await self.app.start()

    async def commit_hints(self, committed: Mapping[tuple[str, int], int]) -> None:
        """Commits (topic, partition) -> last durable offset for the group."""
        thread = self.app.consumer._thread
        await thread.commit_hints({TP(topic, partition): offset + 1 for (topic, partition), offset in committed.items()})

    async def stop(self) -> None:
        """Leaves the group and stops every thread of Faust."""
        await self.app.stop()
        self._datadir.cleanup()
