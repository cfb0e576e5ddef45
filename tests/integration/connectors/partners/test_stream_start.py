"""The first day of a stream, decided once on the real broker."""

from typing import Any

from connectors.partners.stream_start import STREAM_START, StreamStart

MAY_16, MAY_17 = 1_715_817_600_000, 1_715_904_000_000


def stored(gate: Any) -> list[StreamStart]:
    return [STREAM_START.decode(record.value) for record in gate.read("intake.state")]


def starts(gate: Any) -> set[int]:
    return {batch.stream_start_ms["demo"] for batch in gate.batches()}


def test_it_is_the_day_of_the_earliest_first_event_of_all_partitions(gate: Any) -> None:
    gate.post(b"{broken", gate.event("B", "2024-05-16T23:30:00Z"), partition=3)
    gate.post(gate.event("A", "2024-05-17T10:00:00Z"), gate.event("old", "2024-05-01T10:00:00Z"), partition=0)
    gate.take_in(4)
    # "old" came late in its partition: within the head of one batch it still counts, as the earliest event in hand.
    assert stored(gate) == [StreamStart("demo", min(starts(gate)))]
    assert len(starts(gate)) == 1


def test_a_restart_keeps_it_whatever_comes_later(gate: Any) -> None:
    gate.post(gate.event("A", "2024-05-17T10:00:00Z"))
    gate.take_in(1)
    gate.post(gate.event("older", "2024-01-01T10:00:00Z"), partition=1)
    gate.take_in(1)
    assert stored(gate) == [StreamStart("demo", MAY_17)]
    assert starts(gate) == {MAY_17}


def test_a_process_that_decided_at_the_same_time_follows_the_first_in_the_log(gate: Any) -> None:
    gate.post(gate.event("A", "2024-05-17T10:00:00Z"))
    intake = gate.intake()  # has read the empty state
    gate.post(STREAM_START.encode(StreamStart("demo", MAY_16)), topic="intake.state")
    taken = 0
    while not taken:
        taken = intake.step()
    intake.close()
    assert starts(gate) == {MAY_16}
    assert [record.start_ms for record in stored(gate)] == [MAY_16, MAY_17, MAY_16], "the winner is last, so compaction keeps it"


def test_the_registry_decides_where_it_names_a_day(gate: Any) -> None:
    gate.stream_start = "2024-05-16"
    gate.post(gate.event("A", "2024-05-17T10:00:00Z"))
    gate.take_in(1)
    assert (starts(gate), stored(gate)) == ({MAY_16}, [])
