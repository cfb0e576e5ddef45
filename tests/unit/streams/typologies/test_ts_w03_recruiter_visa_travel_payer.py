"""Recruiter, visa or travel payer: the price is of the corridor, the sums are alike, and what is sent on strengthens."""

import pytest

from streams.domain.view import View
from streams.typologies.base import Hit
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_w03_recruiter_visa_travel_payer import TYPOLOGY

P = TYPOLOGY.parameters


def fees(sums: list[float], purposes: tuple[str, ...] = ("travel",), send: str = "PK:Gujrat", at: str = "PK:Gujrat", on: float = 0) -> View:  # fmt: skip
    rows = [pay(f"m{i}", "agent", i, usd, send=send, pay=at, purpose=purposes[i % len(purposes)]) for i, usd in enumerate(sums)]
    if on:
        rows.append(pay("agent", "handler", 20, on, send=at, pay="LY:Benghazi"))
    return view_of("agent", rows)


def hits_of(view: View) -> list[Hit]:
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


@pytest.mark.parametrize(
    ("send", "at", "usd"),
    [
        ("PK:Gujrat", "SA:Riyadh", 2574),
        ("PK:Gujrat", "PK:Gujrat", 1415),
        ("KG:Osh", "TR:Istanbul", 1200),
        ("BD:Dhaka", "BD:Dhaka", 1200),
    ],
)
def test_six_tenths_of_the_price_of_the_corridor_is_the_line(send: str, at: str, usd: float) -> None:
    assert hits_of(fees([usd] * 5, send=send, at=at))
    assert not hits_of(fees([usd - 1] * 5, send=send, at=at))


def test_where_no_price_is_known_six_tenths_of_two_thousand_dollars_are_the_line() -> None:
    assert hits_of(fees([1_200] * 5, send="BD:Dhaka", at="BD:Dhaka"))
    assert not hits_of(fees([1_199.99] * 5, send="BD:Dhaka", at="BD:Dhaka"))


@pytest.mark.parametrize(("last", "found"), [(30, True), (30.01, False)])
def test_the_fifth_fee_comes_within_thirty_days(last: float, found: bool) -> None:
    days = (0, 1, 2, 3, last)
    rows = [pay(f"m{i}", "agent", day, 2400, send="PK:Gujrat", pay="PK:Gujrat", purpose="travel") for i, day in enumerate(days)]
    assert bool(hits_of(view_of("agent", rows))) is found


def test_where_no_price_is_known_it_is_said() -> None:
    view = fees([2000] * 5, send="BD:Dhaka", at="BD:Dhaka")
    (hit,) = hits_of(view)
    absent = TYPOLOGY.explain(view, P, hit, hit.events).absent
    assert absent == ("licence of the receiver", "recruitment price of the corridor")


def test_a_country_that_is_left_out_never_makes_a_sum_a_price() -> None:
    assert not hits_of(fees([2573] * 5, send="PK:Gujrat", at=":"))
    assert hits_of(fees([2574] * 5, send="PK:Gujrat", at=":"))


def test_seven_sums_of_ten_lie_within_a_quarter_of_the_median() -> None:
    near, far = [2000.0, 2500.0, 1500.0, 2000.0, 2100.0, 1900.0, 2000.0], [4000.0, 4000.0, 500.0]
    assert any(len(h.events) == 10 for h in hits_of(fees(near + far)))
    assert not any(len(h.events) == 10 for h in hits_of(fees([*near[:6], 1400.0, *far])))


def test_purposes_that_were_left_out_do_not_hide_it_and_debt_alone_is_no_fee() -> None:
    assert hits_of(fees([2400] * 5, ("travel", "none", "travel", "none", "none")))
    assert not hits_of(fees([2400] * 5, ("travel", "none", "none", "none", "none")))
    assert hits_of(fees([2400] * 5, ("travel", "debt", "debt", "debt", "debt")))
    assert not hits_of(fees([2400] * 6, ("travel", "debt", "debt", "debt", "debt", "debt")))[1:]


def test_what_goes_on_to_persons_abroad_strengthens_from_six_tenths() -> None:
    alone = hits_of(fees([2400] * 5, on=7_199))
    joined = hits_of(fees([2400] * 5, on=7_200))
    assert max(h.strength for h in alone) == pytest.approx(0.51)
    assert max(h.strength for h in joined) == 0.8
    best = max(joined, key=lambda h: h.strength)
    assert "pass_through" in best.facets
    told = TYPOLOGY.explain(fees([2400] * 5, on=7_200), P, best, best.events)
    assert told.parts[key_of("agent")] == "collector"
    assert told.parts[key_of("handler")] == "recipient"
    assert told.parts[key_of("m0")] == "payer"


def test_what_was_sent_on_in_earnest_is_evidence_and_less_is_not() -> None:
    for on, transfers in ((7_200, 6), (7_199, 5)):
        hit = hits_of(fees([2400] * 5, on=on))[-1]
        assert len(hit.events) == transfers


def test_of_several_ways_the_cheapest_is_the_price_and_one_that_is_known_is_enough() -> None:
    def hits(*sends: str) -> list[Hit]:
        rows = [pay(f"m{i}", "agent", i, 1_500, send=send, pay=send, purpose="travel") for i, send in enumerate(sends)]
        return hits_of(view_of("agent", rows))

    mixed = hits("PK:Gujrat", *["BD:Dhaka"] * 4)  # 2,358 by what is known of Pakistan, else 2,000
    assert [(h.measures["price"], h.measures["is_known"]) for h in mixed] == [(2_000, True)]
    assert [(h.measures["price"], h.measures["is_known"]) for h in hits(*["BD:Dhaka"] * 5)] == [(2_000, False)]
    assert [(h.measures["price"], h.measures["is_known"]) for h in hits(*["PK:Gujrat"] * 5)] == [(2_358, True)]


def test_only_what_was_sent_on_in_earnest_is_told() -> None:
    for on, said in ((7_200, True), (7_199, False), (0, False)):
        view = fees([2400] * 5, on=on)
        hit = max(hits_of(view), key=lambda h: h.strength)
        reason = TYPOLOGY.explain(view, P, hit, hit.events).reason
        assert ("was sent on to persons abroad" in reason) is said


@pytest.mark.parametrize(("new", "facet"), [(3, True), (2, False)])
def test_half_of_the_payments_by_new_payers_are_the_facet(new: int, facet: bool) -> None:
    before = [pay(f"m{i}", "agent", -60, 20, purpose="gift") for i in range(new, 6)]
    now = [pay(f"m{i}", "agent", i, 2400, send="PK:Gujrat", pay="PK:Gujrat", purpose="travel") for i in range(6)]
    hit = hits_of(view_of("agent", [*before, *now]))[-1]
    assert ("newness" in hit.facets) is facet
