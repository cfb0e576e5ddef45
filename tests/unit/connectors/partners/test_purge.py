"""What a purge of the quarantine takes, and what stays."""

import msgspec

from connectors.partners.accept import Rejection
from connectors.partners.purge import Line, plan
from connectors.partners.quarantine import Passage, redriven, rejected
from schemas.quarantine import QuarantineRecord
from schemas.transfer import Coordinate

OLD, YOUNG, LINE_MS = 1_000, 9_000, 5_000


def entry(offset: int, code: str = "not_json") -> QuarantineRecord:
    return rejected(
        Rejection(code, "A sentence.", Coordinate("partner.demo.transfers", 0, offset), b"{", "00"), "demo", Passage()
    )


def never(_: QuarantineRecord) -> bool:
    return False


def test_old_entries_go_and_are_counted_by_partner_and_reason() -> None:
    lines = [
        Line(0, 3, OLD, entry(1)),
        Line(0, 5, OLD, entry(2)),
        Line(1, 8, OLD, entry(3, "empty")),
        Line(1, 9, YOUNG, entry(4)),
    ]
    found = plan(lines, LINE_MS, never)
    assert found.entries == {"demo empty": 1, "demo not_json": 2}
    assert (found.total, found.open, found.kept, found.before) == (3, 3, 0, {0: 6, 1: 9})


def test_an_entry_of_exactly_the_age_stays() -> None:
    assert plan([Line(0, 0, LINE_MS, entry(1))], LINE_MS, never).before == {}


def test_an_entry_whose_record_is_still_on_the_partners_topic_keeps_all_behind_it_on_its_partition() -> None:
    lines = [Line(0, 0, OLD, entry(1)), Line(0, 1, OLD, entry(7)), Line(0, 2, OLD, entry(2)), Line(1, 0, OLD, entry(3))]
    found = plan(lines, LINE_MS, lambda record: record.source.offset >= 7)
    assert (found.total, found.kept, found.before) == (2, 2, {0: 1, 1: 1})


def test_what_was_sent_in_again_is_no_longer_open_even_where_its_mark_stays() -> None:
    lines = [Line(0, 0, OLD, entry(1)), Line(0, 1, OLD, entry(2)), Line(0, 2, YOUNG, redriven(entry(1)))]
    found = plan(lines, LINE_MS, never)
    assert (found.total, found.open, found.before) == (2, 1, {0: 2})


def test_an_entry_of_no_partner_counts_too() -> None:
    nobody = msgspec.structs.replace(entry(1), partner="", reason_code="partner_unknown")
    assert plan([Line(0, 0, OLD, nobody)], LINE_MS, never).entries == {"- partner_unknown": 1}
