"""The runtime on the real broker: what is applied, written and set aside, once each."""

import time
from typing import TYPE_CHECKING

from confluent_kafka import Consumer, Producer, TopicPartition

from streams.runtime.exit_codes import ExitCode

if TYPE_CHECKING:
    from tests.integration.streams.runtime.conftest import ToyGateway


def test_every_observation_is_applied_once_and_a_restart_resumes(toy: "ToyGateway") -> None:
    toy.post_many(20_000, keys=50)
    worker = toy.start()
    toy.wait_applied(20_000)
    assert worker.terminate() == 0
    toy.post_many(10_000, keys=50)
    again = toy.start()
    toy.wait_applied(30_000)
    assert again.terminate() == 0
    restored = [line for line in again.log.read_text().splitlines() if line.startswith("restored")]
    assert len(restored) == 4
    assert all("keys=50 " in line for line in restored), restored
    toy.assert_exact()


def test_idle_worker_claims_and_restores_every_partition(toy: "ToyGateway") -> None:
    worker = toy.start()
    worker.wait_for("ready")
    assert worker.log.read_text().count("restored ") == 4


def test_group_offsets_follow_the_position_and_never_lead_it(toy: "ToyGateway") -> None:
    toy.post_many(4_000)
    worker = toy.start()
    toy.wait_applied(4_000)
    assert worker.terminate() == 0
    group = Consumer({"bootstrap.servers": toy.bootstrap, "group.id": toy.prefix + "app", "enable.auto.commit": False})
    asked = [TopicPartition(toy.prefix + "in", number) for number in range(4)]
    assert [found.offset for found in group.committed(asked, 30)] == [5, 5, 5, 5]
    group.close()


def test_corrupt_record_is_quarantined_with_its_coordinates_and_the_next_is_applied(toy: "ToyGateway") -> None:
    toy.post([(2, [("a", 1)])])
    toy.post_raw([(2, b"\xc1 not msgpack")])
    toy.post([(2, [("b", 2)])])
    worker = toy.start()
    toy.wait_applied(2)
    worker.wait_for("quarantined")
    assert worker.terminate() == 0
    (entry,) = toy.quarantined()
    assert (entry.source.topic, entry.source.partition, entry.source.offset) == (toy.prefix + "in", 2, 1)
    assert (entry.reason_code, entry.raw, entry.stage) == ("not_decodable", b"\xc1 not msgpack", toy.prefix + "count")
    toy.assert_exact()
    again = toy.start()
    again.wait_for("ready")
    assert again.terminate() == 0
    assert len(toy.quarantined()) == 1


def test_exception_in_a_fold_ends_the_worker_by_name_and_commits_nothing_of_that_record(toy: "ToyGateway") -> None:
    toy.post([(0, [("a", 1)])])
    first = toy.start("failing", TOY_SESSION="6")
    toy.wait_applied(1)
    toy.post([(0, [("b", 1), ("fail", 1)])])
    assert first.exit_code() == ExitCode.FOLD_FAILED
    assert f"{toy.prefix}in/0 offset" in first.log.read_text()
    assert toy.counted() == {"a": (1, 1)}
    mended = toy.start("count")
    toy.wait_applied(3)
    assert mended.terminate() == 0
    toy.assert_exact()


def test_state_above_its_bound_ends_the_worker_by_name(toy: "ToyGateway") -> None:
    toy.post([(0, [("fat", 1)])])
    assert toy.start("greedy").exit_code() == ExitCode.STATE_TOO_LARGE
    assert toy.counted() == {}


def test_stage_may_feed_its_own_source(toy: "ToyGateway") -> None:
    toy.post([(number, [(f"p{number}k{n}", 1) for n in range(50)]) for number in range(4)])
    worker = toy.start("echo")
    toy.wait_applied(800)
    assert worker.terminate() == 0
    assert toy.counted() == {key + mark: (1, 1) for key in toy.posted for mark in ("", "'", "''", "'''")}


def test_two_stages_in_one_worker_apply_each_relayed_observation_once(toy: "ToyGateway") -> None:
    toy.post_many(20_000, keys=100)
    worker = toy.start("chain")
    toy.wait_applied(60_000)
    assert worker.terminate() == 0
    sides = {key + side: (count, toy.amounts[key]) for key, count in toy.posted.items() for side in "abc"}
    assert toy.counted() == sides


def test_stages_of_one_application_may_run_in_different_workers(toy: "ToyGateway") -> None:
    toy.post_many(10_000, keys=100)
    workers = [toy.start("relay"), toy.start("counter")]
    toy.wait_applied(30_000)
    assert [worker.terminate() for worker in workers] == [0, 0]


def test_aborted_input_is_never_applied(toy: "ToyGateway") -> None:
    toy.post([(1, [("a", 1)])])
    producer = Producer({"bootstrap.servers": toy.bootstrap, "transactional.id": toy.prefix + "upstream"})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(toy.prefix + "in", b"never decoded", None, 1)
    producer.flush(30)
    producer.abort_transaction(30)
    toy.post([(1, [("b", 1)])])
    worker = toy.start()
    toy.wait_applied(2)
    assert worker.terminate() == 0
    assert toy.quarantined() == []


def test_source_recreated_without_its_state_ends_the_worker_by_name(toy: "ToyGateway") -> None:
    toy.post_many(2_000)
    worker = toy.start()
    toy.wait_applied(2_000)
    assert worker.terminate() == 0
    toy.delete_topic("in")
    toy.create_topic("in")
    assert toy.start().exit_code() == ExitCode.SOURCE_GAP


def test_sigterm_under_load_ends_in_time_with_everything_applied_committed(toy: "ToyGateway") -> None:
    toy.post_many(200_000)
    worker = toy.start()
    worker.wait_for("ready")
    time.sleep(0.5)
    assert worker.terminate(seconds=10) == 0
    again = toy.start()
    again.wait_for("ready")  # a process that is only being loaded has nothing to end in order
    toy.wait_applied(200_000)
    assert again.terminate() == 0
    toy.assert_exact()


def test_sigterm_while_partitions_are_being_restored_ends_in_time(toy: "ToyGateway") -> None:
    worker = toy.start("chain")
    worker.wait_for("owned")
    assert worker.terminate(seconds=10) == 0
