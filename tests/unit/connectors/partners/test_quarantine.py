"""Entries of the quarantine."""

import pytest

from connectors.partners.accept import Rejection
from connectors.partners.quarantine import (
    ATTEMPT_HEADER,
    RAW_LIMIT,
    attempts_of,
    entry_id,
    fingerprint,
    latest,
    open_entries,
    redriven,
    rejected,
)
from schemas.transfer import Coordinate

SOURCE = Coordinate("partner.demo.transfers", 3, 41)


def test_an_entry_keeps_the_bytes_and_says_where_they_lay() -> None:
    record = rejected(Rejection("field_value", "A sentence.", SOURCE, b"{", "00", "T1", "sender.phones[1]"), "demo", 2)
    assert (entry_id(record), record.raw, record.attempts, record.raw_truncated) == (
        "partner.demo.transfers/3/41",
        b"{",
        2,
        False,
    )
    assert record.fingerprint == "field_value:sender.phones[]"


def test_bytes_beyond_the_limit_are_cut_and_said_to_be() -> None:
    record = rejected(Rejection("too_large", "A sentence.", SOURCE, b"x" * (RAW_LIMIT + 1), "00"), "demo", 0)
    assert (len(record.raw), record.raw_truncated) == (RAW_LIMIT, True)


@pytest.mark.parametrize(
    ("field", "expected"),
    [("", "code"), ("amount.value", "code:amount.value"), ("flags[12].code", "code:flags[].code"), ("a[0].b[7]", "code:a[].b[]")],
)
def test_a_fingerprint_is_the_same_for_every_position_in_a_list(field: str, expected: str) -> None:
    assert fingerprint("code", field) == expected


@pytest.mark.parametrize(("value", "expected"), [(b"3", 3), (b"x", 0), (None, 0), (b"-1", 0)])
def test_attempts_come_from_the_header_if_it_is_a_number(value: bytes | None, expected: int) -> None:
    assert attempts_of([("other", b"9"), (ATTEMPT_HEADER, value)]) == expected


def test_a_marked_entry_no_longer_waits() -> None:
    record = rejected(Rejection("not_json", "A sentence.", SOURCE, b"{", "00"), "demo", 0)
    other = rejected(Rejection("not_json", "A sentence.", Coordinate("partner.demo.transfers", 3, 42), b"{", "00"), "demo", 0)
    marked = [record, other, redriven(record)]
    assert [entry_id(found) for found in open_entries(marked, lambda _: True)] == ["partner.demo.transfers/3/42"]
    assert latest(marked)["partner.demo.transfers/3/41"].state == "redriven"
