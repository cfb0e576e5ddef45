"""TS-P03 at its lines: the three days, the sum, and each sign of duress alone next to a burst at night."""

import msgspec
import pytest

from schemas.observation import TransferFacts
from streams.domain.entity import Story
from streams.domain.event import DAY_MS
from streams.typologies.base import Hit
from streams.typologies.build import START_MS, key_of, pay, view_of
from streams.typologies.ts_p03_ransom_burst import TYPOLOGY

P = TYPOLOGY.parameters
NOON, NIGHT = 0.5, 0.95  # of a day, UTC; the transfers' own clock is UTC as well
FIRST_MS = START_MS + round(NIGHT * DAY_MS)


def sent(
    day: float, usd: float = 450, who: str = "m", send: str = "SE:Stockholm", to: str = "SD:Khartoum", **how: object
) -> TransferFacts:
    return pay(who, "h", day, usd, send=send, pay=to, **how)  # type: ignore[arg-type]


def nights(count: int = 2, usd: float = 450) -> list[TransferFacts]:
    """A burst with one sign, that it is at night (from three on, with two)."""
    return [sent(NIGHT + i, usd) for i in range(count)]


def paid(day: float, usd: float, to: str = "x", country: str = "ET") -> Story:
    """A payer who paid before: days are counted from the first payment of `nights`."""
    return Story(debits=((FIRST_MS + round(day * DAY_MS), round(usd * 100), key_of(to), "SE", country, False),))


def found(rows: list[TransferFacts], **stories: Story) -> list[Hit]:
    view = view_of("h", rows, stories)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def signs(rows: list[TransferFacts], **stories: Story) -> set[str]:
    hits = found(rows, **stories)
    names = ("tied_payers", "many_payments", "at_night", "two_send_countries", "over_former_maximum", "earlier_receiver")
    return {name for name in names if hits and hits[-1].measures[name]}


def test_two_signs_are_at_the_line_and_more_signs_or_a_thousand_dollars_make_it_stronger() -> None:
    assert found(nights()) == []
    assert [h.strength for h in found(nights(3, 300))] == [0.6]
    assert found(nights(3, 300), m=paid(-90, 100))[-1].strength == 0.7
    assert found([sent(NIGHT, 300), sent(1.95, 300), sent(2.95, 399.99)])[-1].strength == 0.6
    assert found([sent(NIGHT, 300), sent(1.95, 300), sent(2.95, 400)])[-1].strength == 0.8


@pytest.mark.parametrize(("last", "hits"), [(NIGHT + 3, 1), (NIGHT + 3.001, 0)])
def test_the_burst_takes_three_days_at_most(last: float, hits: int) -> None:
    assert len(found([sent(NIGHT), sent(NIGHT + 1), sent(last)])) == hits


@pytest.mark.parametrize(("usd", "hits"), [(100, 1), (99.99, 0)])
def test_the_sum_is_at_least_five_hundred_dollars(usd: float, hits: int) -> None:
    assert len(found([sent(NIGHT, 200), sent(1.1, 200), sent(1.95, usd)])) == hits


def test_many_payments_are_three() -> None:
    assert signs(nights(3)) == {"many_payments", "at_night"}
    assert signs(nights(2), m=paid(-90, 100)) == {"at_night", "over_former_maximum"}


@pytest.mark.parametrize(
    ("hour", "night"), [(21.99, False), (22, True), (23.99, True), (0, True), (5.99, True), (6, False), (12, False)]
)
def test_night_is_from_22_to_6_on_the_clock_of_the_transfer(hour: float, night: bool) -> None:
    rows = [sent(hour / 24), sent(1 + hour / 24), sent(2 + hour / 24)]
    assert bool(found(rows)) is night
    for minutes in (120, -300):
        moved = [msgspec.structs.replace(row, at_ms=row.at_ms - minutes * 60_000, utc_offset_min=minutes) for row in rows]
        assert bool(found(moved)) is night


@pytest.mark.parametrize(("payments", "hits"), [(10, 1), (11, 0)])
def test_thirty_percent_at_night_are_enough(payments: int, hits: int) -> None:
    rows = [sent(NIGHT + i / 100) for i in range(3)] + [sent(1.4 + i / 100) for i in range(payments - 3)]
    assert len([h for h in found(rows) if h.measures["payments"] == payments]) == hits


def test_senders_in_two_countries_are_a_sign() -> None:
    assert signs([sent(NIGHT), sent(1.1, send="NO:Oslo")]) == {"at_night", "two_send_countries"}
    assert found([sent(NIGHT), sent(1.1, send="SE:Malmo")]) == []
    assert "two_send_countries" in signs([sent(NIGHT), sent(1.1, send="NO:Oslo"), sent(1.2, send="FI:Turku")])


@pytest.mark.parametrize(
    ("before", "hits"),
    [(paid(-90, 150), 1), (paid(-90, 150.01), 0), (paid(-365, 150), 1), (paid(-366, 150), 0), (paid(0, 150), 0), (Story(), 0)],
)
def test_three_times_what_the_payer_ever_sent_in_a_year_is_a_sign(before: Story, hits: int) -> None:
    assert len(found(nights(), m=before)) == hits


@pytest.mark.parametrize(
    ("before", "hits"),
    [
        (paid(-4, 300), 1),
        (paid(-4, 299.99), 0),
        (paid(-3, 300), 0),
        (paid(-3.01, 300), 1),
        (paid(-4, 300, to="h"), 0),
        (paid(-4, 300, country="NO"), 0),
        (paid(-4, 300, country="SE"), 0),
        (paid(-4, 300, country="YE"), 1),
    ],
)
def test_an_earlier_receiver_of_the_kind_is_a_sign(before: Story, hits: int) -> None:
    assert len(found(nights(), m=before)) == hits


def test_the_largest_former_payment_is_the_measure() -> None:
    large, small = paid(-90, 200), paid(-30, 100)
    assert found(nights(), m=Story(debits=large.debits + small.debits)) == []
    assert len(found(nights(), m=small)) == 1


@pytest.mark.parametrize("stranger", "abcdefgh")
def test_whoever_is_not_tied_to_the_others_makes_it_no_family(stranger: str) -> None:
    rows = [
        sent(NIGHT + i / 100, 900, who=who, phone="" if who == stranger else "one") for i, who in enumerate(("x", "y", stranger))
    ]
    assert [h.measures["payers"] for h in found(rows)] == [2]
    told = TYPOLOGY.explain(view_of("h", rows, {"x": Story()}), P, found(rows)[0], ())
    assert told.absent == ("earlier payments of some payers",)


def test_whoever_the_earlier_receiver_is() -> None:
    for name in "abcdefg":
        assert len(found(nights(), m=paid(-4, 300, to=name))) == 1


def test_payers_who_are_tied_are_a_sign_and_without_a_repeat_speak_weakly() -> None:
    tied = [sent(NIGHT, 900, who="m", phone="one"), sent(1.1, 900, who="b", phone="one")]
    assert [h.strength for h in found(tied)] == [0.45]
    assert signs(tied) == {"tied_payers", "at_night"}
    assert [h.strength for h in found([*tied, sent(1.2, 900, phone="one")])] == [0.45, 0.9]
    assert found([sent(NIGHT, 900, who="m"), sent(1.1, 900, who="b")]) == []


def test_all_are_tied_or_one_of_them_repeats() -> None:
    three = [sent(NIGHT + i / 100, 900, who=w, phone=f) for i, (w, f) in enumerate((("a", "one"), ("b", "one"), ("c", "two")))]
    assert [h.measures["payers"] for h in found(three)] == [2]
    assert [h.measures["payers"] for h in found([*three, sent(1, 900, who="a", phone="one")])] == [2, 3]


@pytest.mark.parametrize(("payers", "hits"), [(2, 1), (3, 0)])
def test_a_lone_payer_who_collects_from_three_is_no_family(payers: int, hits: int) -> None:
    collects = Story(payers=tuple((key_of(f"d{i}"), START_MS) for i in range(payers)))
    assert len(found(nights(3, 300), m=collects)) == hits
    assert found([*nights(3, 300), sent(3.1, 300, who="b")], m=collects)[-1].measures["payers"] == 2
    earlier = Story(debits=paid(-9, 300).debits, payers=collects.payers)
    assert len(found(nights(3, 300), m=earlier)) == 2


@pytest.mark.parametrize("how", [{"relation": "kin", "surname": True}, {"channel": "merchant"}, {"to": "NO:Oslo"}])
def test_kin_shops_and_countries_where_nobody_is_held_are_not_it(how: dict[str, object]) -> None:
    assert found([sent(NIGHT + i, **how) for i in range(3)]) == []  # type: ignore[arg-type]


def test_the_money_crosses_a_border_and_goes_to_a_person() -> None:
    assert found([sent(NIGHT + i, send="SD:Kassala") for i in range(3)]) == []
    firm = [
        msgspec.structs.replace(r, receiver=msgspec.structs.replace(r.receiver, is_person=False)) for r in nights(3) if r.receiver
    ]
    assert found(firm) == []


def test_who_was_paid_before_is_no_stranger_and_a_young_stream_knows_nobody() -> None:
    assert len(found(nights(3))) == 1
    for days in (40, 20):
        assert found([sent(NIGHT - days), *nights(3)]) == []
    assert found([msgspec.structs.replace(row, stream_start_ms=START_MS) for row in nights(3)]) == []


def test_sums_just_under_a_reporting_line_are_structuring() -> None:
    assert found([sent(NIGHT + i, 2_900, send="US:Phoenix") for i in range(3)]) == []
    assert len(found([sent(NIGHT + i, 3_000, send="US:Phoenix") for i in range(3)])) == 1


def test_the_payers_of_every_burst_are_asked() -> None:
    assert TYPOLOGY.asks
    assert TYPOLOGY.asks(view_of("h", [*nights(2), sent(30, who="x")]), P) == {key_of("m")}


def test_the_explanation_names_signs_sums_and_what_is_not_known() -> None:
    for stories, absent in (({}, ("earlier payments of some payers",)), ({"m": Story()}, ())):
        view = view_of("h", nights(3), stories)
        (best,) = TYPOLOGY.hits(view, P)
        told = TYPOLOGY.explain(view, P, best, best.events)
        assert "Within 72 hours 1 payer sent USD 1,350 in 3 payments to a person abroad they had never paid before" in told.reason
        assert "(3 payments, payments at night)" in told.reason
        assert {n.name: n.observed for n in told.numbers} == {"min_usd": 1_350, "min_points": 2}
        assert told.parts == {key_of("h"): "collector", key_of("m"): "ransom_payer"}
        assert told.absent == absent
        assert told.do_not_block
        assert best.facets == ("corridor", "newness")
