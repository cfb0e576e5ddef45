"""Entries of the quarantine."""

import pytest

from connectors.partners.accept import Rejection
from connectors.partners.quarantine import (
    ATTEMPT_HEADER,
    ORIGIN_HEADER,
    RAW_LIMIT,
    RECEIVED_HEADER,
    Choice,
    Passage,
    entry_id,
    entry_key,
    fingerprint,
    headers_of,
    latest,
    open_entries,
    passage,
    redriven,
    rejected,
    turn,
)
from schemas.quarantine import QuarantineRecord
from schemas.transfer import Coordinate

SOURCE = Coordinate("partner.demo.transfers", 3, 41)


def test_an_entry_keeps_the_bytes_and_says_where_they_lay() -> None:
    record = rejected(Rejection("field_value", "A sentence.", SOURCE, b"{", "00", "T1", "sender.phones[1]"), "demo", Passage(2))
    assert (entry_id(record), record.raw, record.attempts, record.raw_truncated) == (
        "partner.demo.transfers/3/41",
        b"{",
        2,
        False,
    )
    assert record.fingerprint == "field_value:sender.phones[]"


def test_bytes_beyond_the_limit_are_cut_and_said_to_be() -> None:
    record = rejected(Rejection("too_large", "A sentence.", SOURCE, b"x" * (RAW_LIMIT + 1), "00"), "demo", Passage())
    assert (len(record.raw), record.raw_truncated) == (RAW_LIMIT, True)


@pytest.mark.parametrize(
    ("field", "expected"),
    [("", "code"), ("amount.value", "code:amount.value"), ("flags[12].code", "code:flags[].code"), ("a[0].b[7]", "code:a[].b[]")],
)
def test_a_fingerprint_is_the_same_for_every_position_in_a_list(field: str, expected: str) -> None:
    assert fingerprint("code", field) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(b"3", 3), (b"x", 0), (None, 0), (b"-1", 0), (b"9" * 40, 0), ("\u0663".encode(), 0)]
)
def test_attempts_come_from_the_header_if_it_is_a_number(value: bytes | None, expected: int) -> None:
    assert passage([("other", b"9"), (ATTEMPT_HEADER, value)], 5).attempts == expected


@pytest.mark.parametrize("written", [b"", b"t", b"t/1", b"t/1/x", b"t/1/2/3/4", b"t/-1/2", b"\xff/1/2/y"])
def test_an_origin_that_we_did_not_write_counts_as_none(written: bytes) -> None:
    assert passage([(ORIGIN_HEADER, written)], 5).origin is None


def entry(offset: int, transfer_id: str | None = None, code: str = "not_json", came: Passage | None = None) -> QuarantineRecord:
    return rejected(
        Rejection(code, "A sentence.", Coordinate("partner.demo.transfers", 3, offset), b"{", "00", transfer_id),
        "demo",
        came or Passage(),
    )


def offsets(found: list[QuarantineRecord]) -> list[int]:
    return [record.source.offset for record in found]


def anything(_: QuarantineRecord) -> bool:
    return True


def test_what_is_sent_in_again_remembers_when_and_where_it_first_came() -> None:
    first = entry(41, came=Passage(0, 1_700_000_000_000))
    came = passage(headers_of(first), 1_800_000_000_000)
    assert came == Passage(1, 1_700_000_000_000, SOURCE)
    second = entry(99, came=came)
    assert passage(headers_of(second), 1_900_000_000_000) == Passage(2, 1_700_000_000_000, SOURCE)
    assert dict(headers_of(entry(7))).keys() == {ATTEMPT_HEADER, ORIGIN_HEADER}, "an entry of an earlier release notes no time"
    assert dict(headers_of(second))[RECEIVED_HEADER] == b"1700000000000"


def test_the_partners_headers_go_along_and_leave_with_the_mark() -> None:
    refused = Rejection("not_json", "A sentence.", SOURCE, b"{", "00", headers=(("content-type", b"application/json"),))
    record = rejected(refused, "demo", Passage())
    assert headers_of(record)[0] == ("content-type", b"application/json")
    assert (redriven(record).headers, redriven(record).raw) == ((), b"")


def test_a_marked_entry_no_longer_waits() -> None:
    marked = [entry(41), entry(42), redriven(entry(41))]
    assert offsets(open_entries(marked)) == [42]
    assert latest(marked)[entry_key(SOURCE).decode()].state == "redriven"
    assert entry_id(marked[0]) == "partner.demo.transfers/3/41"


def test_entries_wait_in_the_order_in_which_their_events_first_came() -> None:
    failed_again = entry(90, came=Passage(1, 0, Coordinate("partner.demo.transfers", 3, 40)))
    assert offsets(open_entries([entry(50), failed_again, entry(45)])) == [90, 45, 50]


def test_a_later_event_of_a_transfer_waits_for_an_earlier_one_that_is_not_sent() -> None:
    waiting = [entry(1, "T1", "field_value"), entry(2, "T2"), entry(3, "T1"), entry(4, "T1", "field_value"), entry(5)]
    found = turn(waiting, Choice(code="not_json"), anything)
    assert (offsets(found.go), offsets(found.wait)) == ([2, 5], [3])
    assert offsets(turn(waiting, Choice(partner="demo"), anything).go) == [1, 2, 3, 4, 5]
    not_first = turn(waiting, Choice(partner="demo"), lambda record: record.source.offset != 1)
    assert (offsets(not_first.go), offsets(not_first.wait)) == ([2, 5], [3, 4])


def test_an_entry_named_by_its_id_does_not_wait() -> None:
    waiting = [entry(1, "T1"), entry(2, "T1"), entry(3, "T1")]
    found = turn(waiting, Choice(ids=frozenset({entry_id(waiting[2])})), anything)
    assert (offsets(found.go), found.wait) == ([3], [])


def test_the_same_transfer_id_on_another_partition_is_no_reason_to_wait() -> None:
    other = rejected(
        Rejection("not_json", "A sentence.", Coordinate("partner.demo.transfers", 4, 9), b"{", "00", "T1"), "demo", Passage()
    )
    found = turn([entry(1, "T1", "field_value"), other], Choice(code="not_json"), anything)
    assert (offsets(found.go), found.wait) == ([9], [])
