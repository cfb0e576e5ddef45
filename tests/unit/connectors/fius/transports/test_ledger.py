"""The ledger on SQLite and on PostgreSQL: what is noted once stays noted, and what was sent is never offered again."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.fius.transports.channel import Sent
from connectors.fius.transports.ledger import Ledger, Moved, Replaced
from connectors.fius.transports.steps import STUBBORN
from connectors.fius.transports.transmission import Transmission
from connectors.register.database import open_database


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    engine = open_database(database_url)
    yield Ledger(engine, lambda: 7)
    engine.dispose()


def row(number: int, **changes: Any) -> Transmission:
    fields: dict[str, Any] = {
        "filing_id": f"f{number}",
        "fiu": "AE",
        "report_id": f"r{number}",
        "version": 1,
        "partition": 0,
        "offset": number,
        "reference": f"ref{number}",
        "file_name": f"STR{number}.xml",
        "packaging": "file",
        "sha256": "d",
        "urgent": False,
        "due_ms": 1000 + number,
        "taken_ms": 1,
    }
    return Transmission(**(fields | changes))


def due(ledger: Ledger, now_ms: int = 0) -> str | None:
    found = ledger.next_due("AE", now_ms)
    return found.filing_id if found else None


def test_a_filing_is_taken_once_however_often_it_comes(ledger: Ledger) -> None:
    assert (ledger.take([row(1), row(2), row(1)]), ledger.take([row(2), row(3)]), ledger.take([])) == (2, 1, 0)
    assert ledger.counts() == {("AE", "pending"): 3}


def test_every_field_comes_back_as_it_was_noted(ledger: Ledger) -> None:
    known = row(1, urgent=True, due_ms=2**40, sent_ms=None, text="Größe 'x' — да")
    ledger.take([known])
    assert ledger.next_due("AE", 0) == known


def test_urgent_comes_first_then_the_order_of_filing(ledger: Ledger) -> None:
    ledger.take([row(2), row(1), row(3, urgent=True)])
    order = []
    while (found := ledger.next_due("AE", 0)) is not None:
        order.append(found.filing_id)
        ledger.sent(ledger.move(found, "sending"), Sent("there"))
    assert order == ["f3", "f1", "f2"]


def test_a_later_version_waits_for_the_earlier_one_even_if_it_is_urgent(ledger: Ledger) -> None:
    ledger.take([row(1, report_id="r", not_before_ms=50), row(2, report_id="r", version=2, urgent=True)])
    assert (due(ledger, 49), due(ledger, 50)) == (None, "f1")
    assert ledger.wakes_ms("AE") == 50


def test_a_filing_that_keeps_failing_lets_the_others_go_first(ledger: Ledger) -> None:
    ledger.take([row(1, failures=STUBBORN), row(2)])
    assert due(ledger) == "f2"
    ledger.take([row(3, failures=STUBBORN - 1, offset=0)])
    assert due(ledger) == "f3"


def test_only_the_fiu_itself_is_meant(ledger: Ledger) -> None:
    ledger.take([row(1, fiu="KG")])
    assert (due(ledger), ledger.wakes_ms("AE"), ledger.wakes_ms("KG")) == (None, None, 0)


def test_of_two_that_carry_the_same_row_the_second_is_told(ledger: Ledger) -> None:
    ledger.take([row(1)])
    mine, theirs = ledger.next_due("AE", 0), ledger.next_due("AE", 0)
    assert mine is not None
    assert theirs is not None
    ledger.move(mine, "sending")
    with pytest.raises(Moved, match="settled meanwhile"):
        ledger.move(theirs, "sending")


def test_what_was_sent_cannot_go_back(ledger: Ledger) -> None:
    ledger.take([row(1)])
    first = ledger.next_due("AE", 0)
    assert first is not None
    sent = ledger.sent(ledger.move(first, "sending"), Sent("there", "K-1"))
    assert (sent.state, sent.place, sent.fiu_reference, sent.sent_ms) == ("sent", "there", "K-1", 7)
    with pytest.raises(ValueError, match="sent -> sending"):
        ledger.move(sent, "sending")
    assert due(ledger) is None


@pytest.mark.parametrize("state", ["pending", "sending", "staged", "refused"])
def test_an_answer_proves_that_the_fiu_has_the_filing(state: str, ledger: Ledger) -> None:
    ledger.take([row(1, state=state, refused_in="staged" if state == "refused" else "")])
    ledger.answered("f1", "accepted", "K-9", 8)
    [known] = ledger.rows(states=("answered",))
    assert (known.status, known.fiu_reference, known.sent_ms, known.answered_ms, known.refused_in) == (
        "accepted",
        "K-9",
        8,
        8,
        "",
    )
    assert due(ledger, 10**12) is None


def test_a_mere_receipt_is_no_judgement_and_takes_none_back(ledger: Ledger) -> None:
    ledger.take([row(1)])
    ledger.answered("f1", "received", "K-1", 5)
    assert [one.filing_id for one in ledger.awaited("AE", 9)] == ["f1"]
    ledger.answered("f1", "rejected", "", 6)
    ledger.answered("f1", "received", "", 7)
    ledger.answered("f1", "outcome", "", 8)
    [known] = ledger.rows(states=("answered",))
    assert (known.status, known.fiu_reference, known.sent_ms, known.answered_ms) == ("rejected", "K-1", 5, 6)
    assert ledger.awaited("AE", 9) == []
    ledger.answered("unknown", "accepted", "", 9)


def test_the_first_offset_is_noted_when_an_fiu_is_first_seen(ledger: Ledger) -> None:
    assert ledger.starts("AE", {0: 7}) == {0: 7}
    assert ledger.starts("AE", {0: 99, 1: 3}) == {0: 7, 1: 3}
    assert ledger.starts("KG", {0: 0}) == {0: 0}


def test_filings_are_found_by_what_an_answer_names(ledger: Ledger) -> None:
    ledger.take([row(1), row(2, reference="ref1"), row(3, fiu="KG")])
    assert ledger.matching("AE", reference="ref1") is None  # two have it
    assert ledger.matching("KG", reference="ref1") is None
    found = ledger.matching("AE", filing_id="f2")
    assert found is not None
    assert found.filing_id == "f2"
    by_file = ledger.of_file("AE", ["STR1.xml.ack", "STR1.xml"])
    assert by_file is not None
    assert by_file.filing_id == "f1"
    assert [one.filing_id for one in ledger.starting_with("f")] == ["f1", "f2"]
    assert ledger.starting_with("%") == []


def test_no_step_of_a_process_that_was_replaced_is_written(database_url: str) -> None:
    engine = open_database(database_url)
    elder, later, person = (Ledger(engine, lambda: 7, owner) for owner in ("a", "b", ""))
    elder.claim()
    elder.take([row(1), row(2)])
    known = elder.next_due("AE", 0)
    assert known is not None
    later.claim()
    for step in (
        lambda: elder.move(known, "sending"),
        lambda: elder.take([row(3)]),
        lambda: elder.answered("f1", "accepted", "", 1),
    ):
        with pytest.raises(Replaced):
            step()
    with pytest.raises(Replaced):
        elder.must_own()
    assert person.counts() == {("AE", "pending"): 2}
    later.move(known, "sending")
    later.must_own()
    engine.dispose()
