"""TS-P05 at its lines: small round sums by night, what leaves, the signs of control, roles and the front line's flag."""

from typing import Any

import msgspec
import pytest

from schemas.observation import TransferFacts
from schemas.transfer import DEVICE, Identifier
from streams.domain.view import View
from streams.episodes import build, extend
from streams.typologies.base import Hit
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_p05_night_small_deposits import TYPOLOGY

P = TYPOLOGY.parameters
CITIES = ("DE:Berlin", "DE:Hamburg", "DE:Cologne", "DE:Frankfurt")
Rows = list[TransferFacts]


def came(guests: int = 8, usd: float = 200, hours: tuple[float, ...] = (1.5,), cities: int = 3, **how: object) -> Rows:
    facts = {"pay": "DE:Berlin", "channel": "wallet_to_wallet", **how}
    return [
        pay(f"g{i}", "her", i + hours[i % len(hours)] / 24, usd, send=CITIES[i % cities], **facts)  # type: ignore[arg-type]
        for i in range(guests)
    ]


def went(usd: float, day: float = 9, to: str = "", **how: object) -> Rows:
    channel = "wallet_to_wallet" if to else "cash_out"
    return [pay("her", to, day, usd, send="DE:Berlin", pay="DE:Berlin", **{"channel": channel, **how})]  # type: ignore[arg-type]


def on_device(rows: Rows, who: str, device: str = "one") -> Rows:
    """The same with a device of `who`."""
    key, mark = key_of(who), Identifier(DEVICE, key_of(device))
    out = []
    for row in rows:
        for side in ("sender", "receiver"):
            party = getattr(row, side)
            if party and party.key == key:
                row = msgspec.structs.replace(row, **{side: msgspec.structs.replace(party, identifiers=(mark,))})
        out.append(row)
    return out


def seen(*rows: Rows) -> View:
    return view_of("her", sorted((r for group in rows for r in group), key=lambda r: r.at_ms))


def found(*rows: Rows) -> list[Hit]:
    view = seen(*rows)
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def parts(*rows: Rows) -> dict[bytes, str]:
    best = max(found(*rows), key=lambda h: h.strength)
    return TYPOLOGY.explain(seen(*rows), P, best, best.events).parts


def test_eight_credits_are_at_the_line() -> None:
    assert [h.strength for h in found(came(8), went(1280))] == [0.6]
    assert found(came(7), went(1280)) == []
    assert found(came(12), went(2400, 12))[-1].strength == 0.7


@pytest.mark.parametrize(("guests", "hits"), [(5, 1), (4, 0)])
def test_at_least_five_people_pay(guests: int, hits: int) -> None:
    rows = [pay(f"g{i % guests}", "her", i, 200, send=CITIES[i % 3], pay="DE:Berlin", channel="cash_in") for i in range(8)]
    assert len(found([msgspec.structs.replace(r, at_ms=r.at_ms + 5_400_000) for r in rows], went(1600))) == hits


def test_the_number_of_credits_makes_it_stronger_not_that_of_people() -> None:
    rows = came(12)
    five = [msgspec.structs.replace(r, sender=rows[i % 5].sender) for i, r in enumerate(rows)]
    assert found(five, went(2400, 12))[-1].strength == 0.7


@pytest.mark.parametrize(("usd", "hits"), [(10, 0), (20, 1), (600, 1), (610, 0), (205, 0), (202, 0), (204, 0)])
def test_sums_are_small_and_round(usd: float, hits: int) -> None:
    assert len(found(came(usd=usd), went(8 * usd))) == hits


def test_round_is_meant_in_the_currency_that_was_paid() -> None:
    pounds = [msgspec.structs.replace(r, currency="GBP", amount_minor=15_000, usd_minor=19_077) for r in came()]
    dinars = [msgspec.structs.replace(r, currency="KWD", amount_minor=25_000, usd_minor=8_133) for r in came()]
    assert len(found(pounds, went(1500))) == 1
    assert found(dinars, went(600)) == []


@pytest.mark.parametrize(("hour", "hits"), [(21.99, 0), (22, 1), (5.99, 1), (6, 0)])
def test_night_is_from_ten_to_six(hour: float, hits: int) -> None:
    assert len(found(came(hours=(hour,)), went(1600))) == hits


def test_night_is_meant_where_the_money_was_paid() -> None:
    kabul = [msgspec.structs.replace(r, utc_offset_min=270) for r in came(hours=(17.6,))]
    assert len(found(kabul, went(1600))) == 1
    assert found([msgspec.structs.replace(r, utc_offset_min=240) for r in kabul], went(1600)) == []


@pytest.mark.parametrize(("hours", "hits"), [((1, 1, 1, 13, 13), 1), ((1, 1, 13, 13, 13), 0)])
def test_six_of_ten_come_by_night(hours: tuple[float, ...], hits: int) -> None:
    assert bool(found(came(10, hours=hours), went(2000, 11))) is bool(hits)


def test_many_by_day_outweigh_eight_by_night() -> None:
    assert found(came(20, hours=(1, 1, 13, 13, 13)), went(2000, 19.9)) == []


def test_the_window_is_fourteen_days() -> None:
    first = 1.5 / 24
    assert len(found(came(8), went(1280, 14 + first))) == 1
    assert found(came(8), went(1280, 14.01 + first)) == []


@pytest.mark.parametrize(("usd", "hits"), [(1120, 1), (1119, 0)])
def test_seven_tenths_leave_again(usd: float, hits: int) -> None:
    assert len(found(came(8), went(usd))) == hits


def test_other_money_of_strangers_counts_as_having_come_in() -> None:
    salary = [pay("firm", "her", 4, 900, send="DE:Berlin", pay="DE:Berlin", channel="bank_transfer")]
    assert found(came(8), salary, went(1280)) == []


def test_cash_and_what_one_person_gets_count_together_but_not_two_people() -> None:
    assert len(found(came(8), went(600), went(600, 9.1, "boss"))) == 1
    assert found(came(8), went(600, 9, "aunt"), went(600, 9.1, "boss")) == []


def test_one_person_under_two_tied_numbers_is_one() -> None:
    rows = [*went(600, 9, "boss"), *went(600, 9.1, "boss_2")]
    both = on_device(on_device(rows, "boss", "b"), "boss_2", "b")
    assert found(came(8), rows) == []
    assert found(came(8), both)[-1].measures["one_taker"]


@pytest.mark.parametrize("how", [{"purpose": "rent"}, {"relation": "spouse"}, {"channel": "card"}])
def test_rent_kin_and_cards_are_neither_guests_nor_takers(how: dict[str, Any]) -> None:
    assert found(came(8, **how), went(1600)) == []
    assert found(came(8), went(1600, 9, "boss", **how)) == []


def test_without_a_sign_of_control_nothing_is_said() -> None:
    assert found(came(12, cities=2), went(2400, 12)) == []
    assert [len(found(came(12, cities=cities), went(2400, 12))) for cities in (3, 4)] == [1, 1]


@pytest.mark.parametrize(("linked", "hits"), [(3, 1), (2, 0)])
def test_three_payers_who_share_an_identifier_are_a_sign(linked: int, hits: int) -> None:
    rows = came(8, cities=1)
    for i in range(linked):
        rows = on_device(rows, f"g{i}")
    assert len(found(rows, went(1600))) == hits


def test_a_device_shared_with_the_taker_is_a_sign() -> None:
    rows = [*came(8, cities=1), *went(700), *went(700, 9.5, "boss")]
    both = on_device(on_device(rows, "her"), "boss")
    assert found(rows) == []
    assert found(both)[-1].facets == ("pass_through", "identity")
    assert parts(both) == {key_of("her"): "worker", key_of("boss"): "collector"}


@pytest.mark.parametrize(("usd", "hits"), [(1120, 1), (1119, 0)])
def test_one_person_who_takes_seven_tenths_is_a_sign(usd: float, hits: int) -> None:
    rows = [*came(8, cities=1), *went(400), *went(usd, 9.5, "boss")]
    assert len(found(rows)) == hits


def test_the_holder_may_be_the_victim_and_is_never_a_subject() -> None:
    assert parts(came(8), went(1600)) == {key_of("her"): "account_holder"}
    assert parts(came(8, cities=1), went(1600, 9, "boss")) == {key_of("her"): "worker", key_of("boss"): "recipient"}
    assert parts(came(8), went(1600, 9, "boss")) == {key_of("her"): "worker", key_of("boss"): "collector"}


def test_where_the_payers_are_linked_or_come_again_they_may_be_the_victims() -> None:
    linked = came(8, cities=1)
    for i in range(3):
        linked = on_device(linked, f"g{i}")
    assert parts(linked, went(1600)) == {key_of("her"): "passes_on"}

    def again(visits: int) -> Rows:
        rows = came(5 * visits)
        return [msgspec.structs.replace(r, sender=rows[i % 5].sender) for i, r in enumerate(rows)]

    assert parts(again(3)[:14], went(2800, 13.9)) == {key_of("her"): "passes_on"}
    assert parts(again(4), went(2800, 19.9)) == {key_of("her"): "passes_on"}
    assert parts(again(2), went(2000, 11)) == {key_of("her"): "account_holder"}


@pytest.mark.parametrize(("flagged", "weight", "score"), [(False, 0.5, 0.3), (True, 0.8, 0.48)])
def test_a_front_line_flag_raises_the_weight(flagged: bool, weight: float, score: float) -> None:
    rows = came(8)
    rows[2] = msgspec.structs.replace(rows[2], flagged=flagged)
    view = seen(rows, went(1600))
    finding = build(view, TYPOLOGY, extend([], TYPOLOGY.hits(view, P), TYPOLOGY.window_ms)[0], None, 0)
    assert (finding.weight, finding.score, finding.strength) == (weight, score, 0.6)
    assert ("flagged 1 transfer." in finding.reason) is flagged


def test_the_explanation_holds_what_came_and_went() -> None:
    view = seen(came(9, hours=(1, 1, 13)), went(600, 9), went(750, 9.5, "boss"), went(50, 9.7, "aunt"))
    best = found(came(9, hours=(1, 1, 13)), went(600, 9), went(750, 9.5, "boss"), went(50, 9.7, "aunt"))[0]
    told = TYPOLOGY.explain(view, P, best, best.events)
    assert {n.name: n.observed for n in told.numbers} == {
        "min_credits": 9,
        "min_payers": 9,
        "night_share": 0.6667,
        "min_out": 0.75,
    }
    assert len(best.events) == 11  # the aunt's share is not part of it
    assert told.absent == ()
    assert (
        "9 round sums of USD 200 to USD 200 within 14 days, 67% of them at night, and 75% of what came in left again"
        in told.reason
    )


def test_missing_towns_of_payers_are_said_to_be_absent() -> None:
    rows = came(8)
    rows[0] = msgspec.structs.replace(rows[0], send_place=type(rows[0].send_place)("DE", ""))
    best = found(rows, went(1600))[0]
    assert TYPOLOGY.explain(seen(rows, went(1600)), P, best, best.events).absent == ("town of some payers",)


def test_half_of_the_payers_coming_again_is_not_most() -> None:
    rows = came(12)
    turns = [0, 1, 2, 0, 1, 2, 0, 1, 2, 3, 4, 5]  # three of six come three times
    some = [msgspec.structs.replace(r, sender=rows[i].sender) for r, i in zip(rows, turns, strict=True)]
    assert parts(some, went(2400, 12)) == {key_of("her"): "account_holder"}
