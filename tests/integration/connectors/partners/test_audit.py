"""The audit finds what is wrong, on the real broker."""

import json
from typing import Any

import msgspec
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.structs import OffsetAndMetadata

from connectors.kafka.scan import CommittedLog
from ops.audit import totals
from schemas.codec import Codec
from schemas.transfer import TransferBatch


def test_events_skipped_by_the_group_are_lost_and_named(gate: Any) -> None:
    gate.post(*(gate.event(f"T{number}") for number in range(5)))
    gate.take_in(5)
    gate.post(*(gate.event(f"L{number}") for number in range(3)))
    admin = KafkaAdminClient(bootstrap_servers=gate.bootstrap)
    admin.alter_group_offsets("intake", {TopicPartition("partner.demo.transfers", 0): OffsetAndMetadata(8, "", -1)})
    admin.close()
    line = next(line for line in gate.audit() if line.events)
    assert (line.holds, line.events, line.lost, line.lost_offsets) == (False, 8, 3, (5, 6, 7))


def test_a_batch_written_twice_is_doubled_and_named(gate: Any) -> None:
    gate.post(gate.event("T0"), gate.event("T1"))
    gate.take_in(2)
    record = next(record for record in gate.read("transfers"))
    gate.post(record.value, topic="transfers", partition=record.partition)
    (batch,) = (batch for batch in gate.batches()[:1])
    line = next(line for line in gate.audit() if line.events)
    assert not line.holds
    assert set(line.doubled_offsets) == {transfer.source.offset for transfer in batch.transfers}


def test_an_event_posted_again_is_a_duplicate_and_one_with_new_content_is_not(gate: Any) -> None:
    gate.post(gate.event("T0"), gate.event("T0"), gate.event("T0", "2024-05-18T10:00:00Z"), b"{")
    gate.take_in(4)
    line = next(line for line in gate.audit() if line.events)
    assert (line.events, line.transfers, line.duplicates, line.quarantined, line.holds) == (4, 2, 1, 1, True)


def test_events_not_taken_in_yet_wait(gate: Any) -> None:
    gate.post(gate.event("T0"))
    gate.take_in(1)
    gate.post(gate.event("T1"), gate.event("T2"))
    line = next(line for line in gate.audit() if line.events)
    assert (line.events, line.waiting, line.holds) == (1, 2, True)


def test_a_transfer_changed_on_its_way_is_not_taken_for_a_duplicate(gate: Any) -> None:
    gate.post(gate.event("T0"))
    gate.take_in(1)
    codec = Codec(TransferBatch)
    (record,) = gate.read("transfers")
    batch = codec.decode(record.value)
    changed = msgspec.structs.replace(
        batch.transfers[0], digest=b"\0" * 16, source=msgspec.structs.replace(batch.transfers[0].source, offset=7)
    )
    gate.post(codec.encode(TransferBatch(batch.stream_start_ms, (changed,))), topic="transfers", partition=record.partition)
    line = next(line for line in gate.audit() if line.events)
    assert (line.events, line.transfers, line.duplicates) == (1, 1, 0), "a source coordinate that no event has does not count"


def test_one_partition_can_be_read_again_and_again(gate: Any) -> None:
    gate.post(*(gate.event(f"T{number}") for number in range(6)))
    with CommittedLog(gate.bootstrap) as log:
        for start, end in ((0, 2), (1, 3), (5, 6), (0, 6)):
            offsets = [record.offset for record in log.read("partner.demo.transfers", {0: (start, end)})]
            assert offsets == list(range(start, end))


def test_a_status_that_is_given_twice_with_other_content_is_a_conflict_and_no_duplicate(gate: Any) -> None:
    event = json.loads(gate.event("T1"))
    other = json.dumps(event | {"amount": {"value": "41", "currency": "USD"}}).encode()
    change = [json.dumps(event | {"status": "changed", "purpose": text}).encode() for text in ("a", "b")]
    gate.post(gate.event("T1"), other, gate.event("T1"), *change)
    gate.take_in(5)
    sums = totals(gate.audit())
    assert (sums["events"], sums["transfers"], sums["duplicates"], sums["conflicts"]) == (5, 4, 1, 1)
