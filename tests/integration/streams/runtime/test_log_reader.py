"""A reader of single partitions on the real broker: what is committed, where it begins, and that it lets go."""

from typing import TYPE_CHECKING

from confluent_kafka import Producer

from streams.runtime.log_reader import PEEK_BYTES, LogReader

if TYPE_CHECKING:
    from tests.integration.streams.runtime.conftest import ToyGateway


def test_first_committed_record_is_found_behind_an_aborted_one(toy: "ToyGateway") -> None:
    aborted(toy)
    toy.post_raw([(1, b"first"), (1, b"second")])
    with LogReader(toy.bootstrap, PEEK_BYTES) as reader:
        _, end = reader.range_of(toy.prefix + "in", 1)
        assert reader.first_from(toy.prefix + "in", 1, 0, end) == 2  # behind the aborted record and its marker
        assert reader.first_from(toy.prefix + "in", 1, 3, end) == 3


def test_nothing_is_found_where_only_an_aborted_record_and_its_marker_lie(toy: "ToyGateway") -> None:
    aborted(toy)
    with LogReader(toy.bootstrap, PEEK_BYTES) as reader:
        _, end = reader.range_of(toy.prefix + "in", 1)
        assert end == 2
        assert reader.first_from(toy.prefix + "in", 1, 0, end) is None


def test_reader_lets_go_of_a_partition_it_has_read(toy: "ToyGateway") -> None:
    toy.post_raw([(1, b"%d" % number) for number in range(3)])
    with LogReader(toy.bootstrap) as reader:
        found = [message.value() for batch in reader.batches(toy.prefix + "in", 1, 0, 3) for message in batch]
        assert found == [b"0", b"1", b"2"]
        assert reader._consumer.assignment() == []
        assert reader.first_from(toy.prefix + "in", 1, 1, 3) == 1
        assert reader._consumer.assignment() == []


def aborted(toy: "ToyGateway") -> None:
    """One record in partition 1 that no committed reader may see."""
    producer = Producer({"bootstrap.servers": toy.bootstrap, "transactional.id": toy.prefix + "upstream"})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(toy.prefix + "in", b"never seen", None, 1)
    producer.flush(30)
    producer.abort_transaction(30)
