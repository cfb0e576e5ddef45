"""TS-S02 at its lines: three agents in two days, two towns within hours, and who is not going round."""

from math import acos, cos, radians, sin

import msgspec
import pytest

from schemas.observation import TransferFacts
from schemas.places import gazetteer
from schemas.transfer import PHONE, Place
from streams.domain.quiet import ROUND_MS, is_quiet
from streams.domain.view import View
from streams.typologies.base import Explanation, Hit
from streams.typologies.build import HOUR_MS, key_of, pay, view_of
from streams.typologies.ts_k01_shared_identifier import pooled
from streams.typologies.ts_s02_multi_branch_same_day import TYPOLOGY, _km

P = TYPOLOGY.parameters


def visit(
    hour: float, counter: int, send: str = "US:Phoenix", to: str = "MX:Tijuana", who: str = "s", **how: object
) -> TransferFacts:
    return pay(who, "r", hour / 24, 900, send=send, pay=to, counter=counter, **how)  # type: ignore[arg-type]


def found(view: View) -> list[Hit]:
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def strengths(*visits: TransferFacts) -> list[float]:
    return [h.strength for h in found(view_of("s", visits))]


def told(*visits: TransferFacts) -> Explanation:
    view = view_of("s", visits)
    best = max(found(view), key=lambda h: h.strength)
    return TYPOLOGY.explain(view, P, best, best.events)


def test_three_agents_are_at_the_line_and_each_further_one_makes_it_stronger() -> None:
    assert strengths(*(visit(5 * i, i + 1) for i in range(6))) == [0.6, 0.6667, 0.7333, 0.8]


@pytest.mark.parametrize(("last", "hits"), [(48, 1), (48.01, 0)])
def test_the_round_takes_48_hours_at_most(last: float, hits: int) -> None:
    assert len(strengths(visit(0, 1), visit(20, 2), visit(last, 3))) == hits


def test_going_back_to_an_agent_is_no_further_agent() -> None:
    assert strengths(visit(0, 1), visit(1, 2), visit(2, 1), visit(3, 2)) == []


@pytest.mark.parametrize(("hours", "hits"), [(4, 1), (4.01, 0)])
def test_two_towns_must_be_reached_within_four_hours(hours: float, hits: int) -> None:
    assert strengths(visit(0, 1, "PK:Gujrat"), visit(hours, 2, "PK:Sialkot")) == [0.6] * hits


@pytest.mark.parametrize(("other", "hits"), [("GB:Bradford", 0), ("GB:Manchester", 1), ("GB:Nowhere", 0), ("GB", 0)])
def test_towns_are_more_than_fifteen_kilometres_apart(other: str, hits: int) -> None:
    assert len(strengths(visit(0, 1, "GB:Leeds"), visit(1, 2, other))) == hits


def test_gujrat_and_wazirabad_are_a_little_too_near_and_acandi_and_capurgana_are_not() -> None:
    assert strengths(visit(0, 1, "PK:Gujrat"), visit(1, 2, "PK:Wazirabad")) == []  # 14.9 km
    assert strengths(visit(0, 1, "CO:Acandi"), visit(1, 2, "CO:Capurgana")) == [0.6]  # 16.4 km


def test_the_distance_is_that_of_the_globe() -> None:
    reason = told(visit(0, 1, "PK:Gujrat"), visit(2, 2, "PK:Sialkot")).reason
    assert "43 km apart, within 4 hours" in reason or "44 km apart, within 4 hours" in reason
    assert told(visit(0, 1, "GB:London"), visit(2, 2, "FR:Paris")).numbers[1].observed == pytest.approx(344, abs=4)


def test_the_farthest_of_several_towns_is_told() -> None:
    numbers = told(visit(0, 1, "PK:Gujrat"), visit(1, 2, "PK:Lahore"), visit(2, 1, "PK:Gujrat")).numbers
    assert numbers[1].observed == pytest.approx(110, abs=12)


def test_of_a_dash_the_payments_far_away_are_the_evidence() -> None:
    (hit,) = found(view_of("s", [visit(0, 1, "PK:Gujrat"), visit(1, 1, "PK:Gujrat"), visit(1.5, 2, "PK:Sialkot")]))
    assert len(hit.events) == 3
    (hit,) = found(view_of("s", [visit(0, 2, "PK:Sialkot"), visit(1, 1, "PK:Gujrat")]))
    assert [e.counter for e in hit.events] == [2, 1]


def test_a_round_holds_all_payments_of_the_two_days() -> None:
    (hit,) = found(view_of("s", [visit(0, 1), visit(1, 1), visit(2, 2), visit(30, 3)]))
    assert (len(hit.events), hit.measures["payments"], hit.measures["usd"]) == (4, 4, 3600)


@pytest.mark.parametrize(
    ("channel", "hits"),
    [("cash_to_wallet", 1), ("cash_in", 1), ("cash_out", 1), ("bank_transfer", 0), ("payroll", 0), ("account_to_cash", 0)],
)
def test_only_cash_over_a_counter_counts(channel: str, hits: int) -> None:
    assert len(strengths(*(visit(i, i + 1, channel=channel) for i in range(3)))) == hits


def test_money_is_taken_out_where_the_paying_agent_is() -> None:
    def out(hour: float, counter: int, to: str) -> TransferFacts:
        return visit(hour, counter, "PK:Gujrat", to, channel="cash_out")

    assert strengths(out(0, 1, "PK:Gujrat"), out(1, 2, "PK:Sialkot")) == [0.6]
    assert strengths(out(0, 1, "PK:Gujrat"), out(1, 2, "PK:Gujrat")) == []


def test_a_relative_is_paid_in_parts_but_ones_own_account_is_filled() -> None:
    assert strengths(*(visit(i, i + 1, relation="spouse") for i in range(3))) == []
    own = [pay("s", "s", i / 24, 900, send="US:Phoenix", channel="cash_in", counter=i + 1) for i in range(3)]
    assert strengths(*own) == [0.6]


def test_leaving_out_agents_never_adds_a_finding() -> None:
    visits = [visit(3 * i, i % 4 + 1, "PK:Gujrat" if i % 2 else "PK:Sialkot") for i in range(6)]
    every = {h.at_ms: h.strength for h in found(view_of("s", visits))}
    for gone in range(6):
        fewer = [msgspec.structs.replace(v, counter=0) if i == gone else v for i, v in enumerate(visits)]
        assert all(h.strength <= every[h.at_ms] for h in found(view_of("s", fewer)))


def test_who_goes_round_passes_money_on_and_is_no_subject_by_that_alone() -> None:
    explanation = told(visit(0, 1), visit(1, 2), visit(2, 3), visit(3, 0))
    assert explanation.parts == {key_of("s"): "passes_on"}
    assert "USD 2,700 in cash at 3 different agents within 48 hours (3 payments)." in explanation.reason
    assert "km" not in explanation.reason
    assert explanation.absent == ("agent of some payments",)
    assert [n.name for n in explanation.numbers] == ["min_agents"]
    assert told(visit(0, 1), visit(1, 2), visit(2, 3), visit(3, 0, channel="bank_transfer")).absent == ()


@pytest.mark.parametrize(("to", "facets"), [("TR:Van", ("corridor",)), ("TR:Istanbul", ()), ("DE:Berlin", ())])
def test_the_corridor_shows_in_the_town_of_payment(to: str, facets: tuple[str, ...]) -> None:
    (hit,) = found(view_of("s", [visit(i, i + 1, to=to) for i in range(3)]))
    assert hit.facets == facets


def test_a_phone_shared_by_strangers_is_not_one_person() -> None:
    rows = [visit(i, i + 1, who=f"s{i}") for i in range(3)]
    assert found(pooled(PHONE, rows)) == []
    same = [msgspec.structs.replace(f, sender=msgspec.structs.replace(f.sender, name_keys=(b"one", b"name"))) for f in rows]
    assert [h.strength for h in found(pooled(PHONE, same))] == [0.6]


def test_a_party_with_two_counters_close_by_is_not_quiet() -> None:
    assert P.window_h * HOUR_MS == ROUND_MS
    assert not is_quiet(view_of("s", [visit(0, 1), visit(48, 2)]).state)
    assert is_quiet(view_of("s", [visit(0, 1), visit(48.01, 2)]).state)
    assert is_quiet(view_of("s", [visit(0, 1), visit(1, 1), visit(2, 0)]).state)
    assert not is_quiet(view_of("s", [visit(0, 1), visit(1, 0), visit(2, 2)]).state)
    assert is_quiet(view_of("r", [visit(0, 1)]).state)


def test_towns_are_as_far_apart_as_on_a_map() -> None:
    almaty, bishkek = Place("KZ", "almaty"), Place("KG", "bishkek")
    assert _km(almaty, bishkek) == pytest.approx(190, abs=8)  # by a map: 43.24 N 76.89 E, 42.87 N 74.59 E
    assert _km(bishkek, almaty) == pytest.approx(_km(almaty, bishkek))


@pytest.mark.parametrize(("one", "other"), [(("GB", "london"), ("PK", "gujrat")), (("MX", "tijuana"), ("KZ", "almaty"))])
def test_kilometres_are_those_of_a_globe_of_6371_kilometres(one: tuple[str, str], other: tuple[str, str]) -> None:
    here, there = gazetteer().town(*one), gazetteer().town(*other)
    assert here and there
    a, b, turn = radians(here.lat), radians(there.lat), radians(there.lon - here.lon)
    angle = acos(sin(a) * sin(b) + cos(a) * cos(b) * cos(turn))  # by the law of cosines; the code goes by half angles
    assert _km(Place(*one), Place(*other)) == pytest.approx(6_371 * angle, abs=0.001)
