"""The equation events = transfers + duplicates + quarantined, for one partition."""

from ops.audit import Ledger, totals

KEY = ("partner.demo.transfers", 0)


def ledger(first: int = 10, end: int = 15, last: int = 15) -> Ledger:
    """Offsets 10 to 14."""
    return Ledger(first, end, last)


def test_it_holds_when_every_offset_ended_once() -> None:
    book = ledger()
    assert all(book.mark(offset) for offset in range(10, 15))
    book.transfers, book.duplicates, book.quarantined = 3, 1, 1
    line = book.result(KEY, [], 0)
    assert (line.events, line.holds) == (5, True)


def test_an_event_that_ended_as_nothing_is_lost() -> None:
    book = ledger()
    for offset in (10, 11, 14):
        book.mark(offset)
    book.transfers = 3
    assert list(book.gaps()) == [(12, 14)]
    line = book.result(KEY, [13], 0)
    assert (line.events, line.lost, line.lost_offsets, line.holds) == (4, 1, (13,), False)


def test_offsets_without_an_event_are_no_loss() -> None:
    book = ledger()
    for offset in (10, 11, 14):
        book.mark(offset)
    book.transfers = 3
    assert book.result(KEY, [], 0).holds


def test_an_event_that_ended_twice_is_doubled_even_when_the_sums_agree() -> None:
    book = ledger(end=12, last=12)
    for offset in (10, 11, 11):
        book.mark(offset)
    book.transfers = 2
    line = book.result(KEY, [], 0)
    assert (line.doubled, line.doubled_offsets, line.holds) == (1, (11,), False)


def test_sums_that_disagree_do_not_hold() -> None:
    book = ledger(end=11, last=11)
    book.mark(10)
    assert not book.result(KEY, [], 0).holds


def test_marks_outside_the_audited_offsets_do_not_count() -> None:
    book = ledger()
    assert not book.mark(9)
    assert not book.mark(15)
    assert list(book.gaps()) == [(10, 15)]


def test_events_behind_the_committed_position_wait_and_are_no_fault() -> None:
    line = ledger(end=10, last=15).result(KEY, [], 5)
    assert (line.events, line.waiting, line.holds) == (0, 5, True)


def test_totals_add_up_all_partitions() -> None:
    lines = [ledger(end=10).result(("a", 0), [], 5), ledger(end=10).result(("a", 1), [], 2)]
    assert totals(lines)["waiting"] == 7


def test_every_transfer_of_a_record_counts_as_an_event() -> None:
    book = ledger(end=12, last=12)
    assert all(book.mark(offset, place) for offset, place in ((10, 0), (10, 1), (10, 2), (11, 0)))
    book.transfers = 4
    line = book.result(KEY, [], 0)
    assert (line.events, line.holds) == (4, True)
    assert book.missing(10, 3) == 0


def test_a_transfer_of_a_record_that_ended_as_nothing_is_missed() -> None:
    book = ledger(end=12, last=12)
    book.mark(10)
    book.mark(10, 2)
    assert (book.missing(10, 3), book.missing(11, 2)) == (1, 2)


def test_a_further_transfer_of_a_record_that_ended_twice_is_doubled() -> None:
    book = ledger(end=11, last=11)
    for place in (0, 1, 1):
        book.mark(10, place)
    book.transfers = 2
    line = book.result(KEY, [], 0)
    assert (line.doubled_offsets, line.holds) == ((10,), False)
