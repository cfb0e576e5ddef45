"""A receipt's id serves its partner alone, and what it says is what intake has said."""

import pytest

from connectors.partners.http.receipts import Line, Outcomes, ReceiptId, ReceiptIds, Refusal

NO = Refusal("time_in_future", "Send the time at which it happened.", "T")
IDS = ReceiptIds(b"k" * 16)


def at(offset: int, place: int = 0, at_ms: int = 1000) -> ReceiptId:
    return ReceiptId(1, offset, place, at_ms)


def test_an_id_is_read_by_its_partner_and_by_every_process_with_the_key() -> None:
    text = IDS.written("sunrise", at(7, 2))
    assert ReceiptIds(b"k" * 16).read("sunrise", text) == at(7, 2)
    assert IDS.read("moonrise", text) is None
    assert ReceiptIds(b"x" * 16).read("sunrise", text) is None


@pytest.mark.parametrize("text", ["", "A", "7", "ä", "../..", "A" * 54, "A" * 5000])
def test_an_id_that_was_not_given_out_is_nobodys(text: str) -> None:
    assert IDS.read("sunrise", text) is None


def test_changing_any_character_of_an_id_makes_it_nobodys() -> None:
    text = IDS.written("sunrise", at(7))
    assert {
        IDS.read("sunrise", text[:place] + ("B" if text[place] != "B" else "C") + text[place + 1 :]) for place in range(32)
    } == {None}


def test_a_transfer_is_received_until_intake_came_to_it_then_accepted_or_refused() -> None:
    outcomes = Outcomes(since_ms=0)
    assert outcomes.of("a", at(5)) == "received"
    outcomes.add("a", 1, [Line(5, 0, None), Line(5, 1, NO), Line(6, 0, None)])
    assert [outcomes.of("a", at(5)), outcomes.of("a", at(5, 1)), outcomes.of("a", at(6)), outcomes.of("a", at(7))] == [
        "accepted",
        NO,
        "accepted",
        "received",
    ]
    assert outcomes.of("b", at(5)) == "received"
    assert outcomes.of("a", ReceiptId(0, 5, 0, 1000)) == "received"


def test_what_is_older_than_what_was_read_is_gone_and_not_guessed() -> None:
    outcomes = Outcomes(since_ms=900)
    assert outcomes.of("a", at(3, at_ms=899)) == "gone"
    outcomes.add("a", 1, [Line(5, 0, None)])
    assert (outcomes.of("a", at(4)), outcomes.of("a", at(5))) == ("gone", "accepted")


def test_refusals_are_bounded_and_a_forgotten_one_is_never_called_accepted() -> None:
    outcomes = Outcomes(since_ms=0, most_refusals=2)
    for offset in range(10, 14):
        outcomes.add("a", 1, [Line(offset, 0, NO)])
    assert [outcomes.of("a", at(offset)) for offset in range(10, 14)] == ["gone", "gone", NO, NO]
