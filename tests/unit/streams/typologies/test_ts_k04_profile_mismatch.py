"""TS-K04: what is too much for whom, and what is nobody's business."""

from typing import Any

import msgspec
import pytest

from schemas.observation import TransferFacts
from schemas.transfer import PHONE
from streams.domain.view import View
from streams.typologies.base import Explanation, Hit
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_k01_shared_identifier import pooled
from streams.typologies.ts_k04_profile_mismatch import TYPOLOGY

P = TYPOLOGY.parameters
UNKNOWN, UNPAID, PAID, SKILLED, TRADE = range(5)
LIMIT = 0.6 * 12 * 700  # dollars: a worker in Kazakhstan


def sent(day: float, usd: float, living: int = PAID, to: str = "", who: str = "s", **how: Any) -> TransferFacts:
    more = {"send": "KZ:Almaty", "pay": "UZ:Namangan"} | how
    facts = pay(who, to or f"r{day}", day, usd, **more)
    return msgspec.structs.replace(facts, sender=msgspec.structs.replace(facts.sender, living=living))


def spread(total: float, living: int = PAID, people: int = 3, **how: Any) -> list[TransferFacts]:
    return [sent(i, total / people, living, **how) for i in range(people)]


def found(view: View) -> list[Hit]:
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


def hits(rows: list[TransferFacts]) -> list[Hit]:
    return found(view_of("s", rows))


def told(rows: list[TransferFacts]) -> Explanation:
    best = max(hits(rows), key=lambda h: h.strength)
    return TYPOLOGY.explain(view_of("s", rows), P, best, best.events)


@pytest.mark.parametrize(("living", "times"), [(UNPAID, 0.5), (PAID, 1), (SKILLED, 3), (TRADE, 30), (UNKNOWN, 30)])
def test_each_class_of_occupation_has_its_own_line(living: int, times: float) -> None:
    line = max(LIMIT * times, 3000)
    assert hits(spread(line - 3, living)) == []
    assert len(hits(spread(line + 3, living))) == 1


def test_twice_the_line_is_stronger() -> None:
    assert [h.strength for h in hits(spread(LIMIT * 2))] == [0.8]
    assert [h.measures["years"] for h in hits(spread(LIMIT * 2))] == [pytest.approx(1.2)]


def test_two_receivers_are_a_sale_or_a_feast() -> None:
    assert hits([sent(0, 9000, to="a"), sent(1, 9000, to="b"), sent(2, 9000, to="a")]) == []
    assert len(hits([sent(0, 9000, to="a"), sent(1, 9000, to="b"), sent(2, 9, to="c")])) == 1


@pytest.mark.parametrize(("each", "count"), [(999, 0), (1000, 1)])
def test_less_than_three_thousand_dollars_is_never_too_much(each: float, count: int) -> None:
    rows = [sent(i, each, UNPAID, send="TJ:Dushanbe") for i in range(3)]
    assert len(hits(rows)) == count
    assert len(hits([sent(-200, 9000, UNPAID, send="TJ:Dushanbe"), *rows])) == count


@pytest.mark.parametrize(("last", "count"), [(90, 1), (90.01, 0)])
def test_the_payments_lie_within_ninety_days(last: float, count: int) -> None:
    assert len(hits([sent(0, 2000), sent(1, 2000), sent(last, 2000)])) == count


def test_pay_is_that_of_the_country_of_each_payment() -> None:
    assert hits(spread(LIMIT + 3, send="US:Chicago")) == []
    mixed = [sent(0, 1682), sent(1, 1682), sent(2, 1682, send="TR:Istanbul")]
    assert len(hits(mixed)) == 1
    assert hits([*mixed[:2], sent(2, 1682, send="US:Chicago")]) == []


def test_where_the_pay_is_not_known_a_usual_one_stands_for_it() -> None:
    assert hits(spread(0.6 * 12 * 400 * 3 - 3, SKILLED, send="ZW:Harare")) == []
    rows = spread(0.6 * 12 * 400 * 3 + 3, SKILLED, send="ZW:Harare")
    assert told(rows).absent == ("usual pay in the country of sending",)
    assert hits(spread(9e6, send="")) == []


@pytest.mark.parametrize(
    "how",
    [{"relation": "spouse"}, {"purpose": "rent"}, {"purpose": "tuition"}, {"channel": "card"}, {"entity_sender": True}],
)
def test_kin_rent_fees_purchases_and_firms_do_not_count(how: dict[str, Any]) -> None:
    assert hits(spread(LIMIT * 3, **how)) == []


def wages(day: float, usd: float, channel: str = "payroll") -> TransferFacts:
    return pay("firm", "s", day, usd, send="KZ:Almaty", pay="KZ:Almaty", channel=channel, entity_sender=True)


def test_wages_that_cover_it_explain_it() -> None:
    rows = [sent(88 + i, 2000) for i in range(3)]
    assert hits([wages(0, 6000), *rows]) == []
    assert len(hits([wages(-0.01, 6000), *rows])) == 1
    assert len(hits([wages(0, 5999), *rows])) == 1
    assert len(hits([wages(0, 6000, "bank_transfer"), *rows])) == 1
    assert len(hits([*rows, wages(91, 6000)])) == 1


def test_leaving_out_occupation_or_places_never_adds_a_finding() -> None:
    for living in (UNPAID, PAID, SKILLED, TRADE):
        rows = spread(LIMIT * 40, living, 4)
        every = {h.at_ms: h.strength for h in hits(rows)}
        blank = [msgspec.structs.replace(f, sender=msgspec.structs.replace(f.sender, living=UNKNOWN)) for f in rows]
        assert all(h.strength <= every[h.at_ms] for h in hits(blank))
        assert all(h.strength <= every[h.at_ms] for h in hits([*rows[:3], sent(3, LIMIT * 10, living, send="")]))


def test_an_occupation_once_stated_is_remembered_and_the_better_paid_of_two_counts() -> None:
    rows = spread(LIMIT + 30)
    assert len(hits([rows[0], *(sent(i, 1700, UNKNOWN) for i in (1, 2))])) == 1
    assert hits([*rows[:2], sent(2, 1700, TRADE)]) == []


def test_the_senders_part_stays_open_and_nobody_else_is_drawn_in() -> None:
    explanation = told(spread(LIMIT * 2))
    assert explanation.parts == {key_of("s"): "recipient"}
    assert "who works for pay, paid USD 10,080 to 3 people who are no kin within 90 days: 1.2 years' income" in explanation.reason
    assert explanation.absent == ()
    assert {n.name: n.observed for n in explanation.numbers} == {"income_share": 1.2, "min_receivers": 3}
    unknown = told(spread(LIMIT * 31, UNKNOWN))
    assert "of unknown occupation" in unknown.reason
    assert unknown.absent == ("occupation",)


@pytest.mark.parametrize(("to", "facets"), [("TR:Van", ("corridor",)), ("TR:Istanbul", ())])
def test_the_corridor_shows_in_the_town_of_payment(to: str, facets: tuple[str, ...]) -> None:
    assert hits(spread(LIMIT * 2, pay=to))[0].facets == facets


def test_at_a_phone_of_one_person_the_best_paid_number_counts() -> None:
    def at_phone(*livings: int, names: tuple[bytes, ...] = (b"one", b"name")) -> list[Hit]:
        rows = [sent(i, 1700, living, who=f"s{i}") for i, living in enumerate(livings)]
        same = [msgspec.structs.replace(f, sender=msgspec.structs.replace(f.sender, name_keys=names)) for f in rows]
        return found(pooled(PHONE, same if names else rows))

    assert len(at_phone(PAID, PAID, UNPAID)) == 1
    assert at_phone(PAID, SKILLED, UNPAID) == []
    assert at_phone(PAID, UNKNOWN, UNPAID) == []
    assert at_phone(PAID, PAID, PAID, names=()) == []
