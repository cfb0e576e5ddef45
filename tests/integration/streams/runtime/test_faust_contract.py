"""Every private hook of Faust that streams.runtime.transport uses: a release that changes one of them fails here, not at work."""

import importlib.metadata
import inspect
import socket
from typing import TYPE_CHECKING, Any

import aiokafka
import faust
import pytest
from aiokafka.consumer.fetcher import READ_COMMITTED as FETCHER_READS_COMMITTED
from aiokafka.consumer.fetcher import Fetcher
from faust.app.base import App
from faust.streams import Stream
from faust.topics import Topic
from faust.transport.drivers import aiokafka as driver

from streams.runtime.transport import FROZEN, CommittedThread

if TYPE_CHECKING:
    from tests.integration.streams.runtime.conftest import ToyGateway


def source_of(subject: Any) -> str:
    return inspect.getsource(subject)


@pytest.mark.parametrize(
    ("package", "version"),
    [("faust-streaming", "0.15.3"), ("aiokafka", "0.14.0"), ("mode-streaming", "0.7.1")],
)
def test_releases_are_the_ones_the_hooks_were_read_in(package: str, version: str) -> None:
    assert importlib.metadata.version(package) == version


def test_faust_makes_its_consumer_in_the_factories_that_are_overridden() -> None:
    assert "_create_worker_consumer" in source_of(driver.AIOKafkaConsumerThread._create_consumer)
    assert "self._new_consumer_thread()" in source_of(driver.Consumer.__mro__[1].__init__)
    assert "self.transport.create_consumer" in source_of(App._new_consumer)
    assert "isolation_level" in source_of(driver.AIOKafkaConsumerThread._create_worker_consumer)


def test_aiokafka_reads_the_isolation_level_when_it_starts_not_when_it_is_made() -> None:
    assert "isolation_level=self._isolation_level" in source_of(aiokafka.AIOKafkaConsumer.start)
    assert "_isolation_level" in source_of(aiokafka.AIOKafkaConsumer.__init__)
    assert FETCHER_READS_COMMITTED == 1


def test_the_fetcher_is_made_at_the_start_and_reads_its_patience_with_each_answer() -> None:
    assert "fetch_max_wait_ms=self._fetch_max_wait_ms" in source_of(aiokafka.AIOKafkaConsumer.start)
    assert "self._fetcher = Fetcher(" in source_of(aiokafka.AIOKafkaConsumer.start)
    assert "self._consumer.start()" in source_of(driver.AIOKafkaConsumerThread.on_start)
    assert "backoff=self._prefetch_backoff" in source_of(Fetcher._proc_fetch_request)
    assert "node_id in backoff_by_nodes" in source_of(Fetcher._get_actions_per_node)


def test_topics_without_acks_are_never_committed_by_faust() -> None:
    assert "acks" in inspect.signature(Topic.__init__).parameters
    assert "acks_enabled_for" in source_of(driver.Consumer.ack)
    assert "if acks_enabled" in source_of(driver.Consumer._drain_messages)
    assert callable(Stream.noack)


def test_faust_tells_of_revocation_before_and_of_assignment_after_the_generation_changes() -> None:
    assert "await T(self.on_partitions_revoked.send)(revoked)" in source_of(App._on_partitions_revoked)
    assert "await T(self.on_partitions_assigned.send)(assigned)" in source_of(App._on_partitions_assigned)
    assigned = source_of(driver.ConsumerRebalanceListener.on_partitions_assigned)
    assert assigned.index("consumer_generation_id = generation") < assigned.index("thread.on_partitions_assigned")


def test_messages_carry_the_generation_they_were_fetched_in() -> None:
    assert "generation_id=self.app.consumer_generation_id" in source_of(driver.Consumer._to_message)
    fetching = source_of(driver.Consumer.getmany)
    assert fetching.index("new_generation_id != generation_id") < fetching.index("yield tp, to_message")


def test_round_robin_assignor_gives_a_member_only_topics_it_reads() -> None:
    assert "RoundRobinPartitionAssignor" in source_of(driver.AIOKafkaConsumerThread._create_worker_consumer)
    assert "table_standby_replicas > 0" in source_of(driver.AIOKafkaConsumerThread._create_worker_consumer)
    assert FROZEN["table_standby_replicas"] == 0


def test_thread_runs_calls_on_its_own_loop() -> None:
    assert list(inspect.signature(CommittedThread.call_thread).parameters)[:2] == ["self", "fun"]
    assert hasattr(CommittedThread, "_ensure_consumer")
    assert hasattr(CommittedThread, "assignment")


def test_every_frozen_setting_is_one_of_faust() -> None:
    assert set(FROZEN) <= set(faust.Settings.SETTINGS)


def test_worker_opens_no_web_server(toy: "ToyGateway") -> None:
    toy.start().wait_for("ready")
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", 6066))
