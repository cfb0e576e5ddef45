"""TS-W01 to TS-W03: what went before does not hide what comes, and the edges that no other test stands on."""

from typing import Any

import msgspec
import pytest

from schemas.observation import RECEIVER, SENDER, TransferFacts
from schemas.transfer import ACCOUNT, PHONE, Place
from streams.domain.entity import Story
from streams.domain.event import DAY_MS
from streams.typologies.base import Hit, Typology
from streams.typologies.build import START_MS, view_of
from streams.typologies.ts_k01_shared_identifier import pooled
from streams.typologies.ts_w01_wage_skim import TYPOLOGY as W01
from streams.typologies.ts_w02_escorted_or_proxy_remitter import TYPOLOGY as W02
from streams.typologies.ts_w03_recruiter_visa_travel_payer import TYPOLOGY as W03
from tests.unit.streams.typologies.rows import Rows, paid, view_of_used


def hits(typology: Typology, rows: Rows, who: str = "r", stories: dict[str, Story] | None = None) -> list[Hit]:
    return list(typology.hits(view_of(who, rows, stories), typology.parameters))


def day_of(hit: Hit) -> float:
    return round((hit.at_ms - START_MS) / DAY_MS, 3)


def passed_on(*days: float, workers: str = "abc") -> list[Hit]:
    """Each worker gets a wage on these days and passes it on, one after the other."""
    rows = [paid(w, day + i / 10, 800) for day in days for i, w in enumerate(workers)]
    told = Story(wages=tuple((START_MS + round(day * DAY_MS), 100_000) for day in days))
    return hits(W01, rows, stories=dict.fromkeys(workers, told))


def test_wages_passed_on_are_found_at_the_third_workers_second_pay_day_and_at_each_after_it() -> None:
    found = [(day_of(h), h.measures["workers"], h.measures["cycles"], len(h.events)) for h in passed_on(0, 30, 60)]
    # On day 60 the first worker has three pay-days, the last two: what all have counts.
    assert found == [(30.2, 3, 2, 6), (60, 3, 2, 7), (60.1, 3, 2, 8), (60.2, 3, 3, 9)]
    assert [h.strength for h in passed_on(0, 30, 60)] == [0.6, 0.6, 0.6, 0.7]


@pytest.mark.parametrize(("second", "found"), [(89.8, 1), (89.81, 0)])
def test_both_pay_days_lie_within_ninety_days(second: float, found: int) -> None:
    rows = [paid(w, day + i / 10, 800) for day in (0, second) for i, w in enumerate("abc")]
    told = Story(wages=tuple((START_MS + round(day * DAY_MS), 100_000) for day in (0, second)))
    assert len(hits(W01, rows, stories=dict.fromkeys("abc", told))) == found  # the last is 0.2 days after the pay-day


def test_what_two_payments_of_a_day_pass_on_together_counts() -> None:
    def split(first: float, second: float) -> list[Hit]:
        rows = [paid(w, day + n / 10, usd) for day in (0, 30) for n, usd in enumerate((first, second)) for w in "abc"]
        told = Story(wages=tuple((START_MS + day * DAY_MS, 100_000) for day in (0, 30)))
        return hits(W01, rows, stories=dict.fromkeys("abc", told))

    assert [len(h.events) for h in split(300, 400)] == [12]
    assert day_of(split(300, 400)[0]) == 30.1
    assert split(300, 399) == []


def wages(*days: float, who: str = "firm", to: str = "r") -> Rows:
    return [paid(who, day, 1_000, to, channel="payroll", entity_sender=True) for day in days]


def test_a_run_of_wages_is_of_one_employer_and_one_day_from_its_first() -> None:
    def runs(*rows: TransferFacts) -> list[tuple[float, float]]:
        return [(h.measures["workers"], h.measures["cycles"]) for h in hits(W01, sorted(rows, key=lambda r: r.at_ms))]

    assert runs(*wages(0, 0.5, 1, 30, 30.5, 31)) == [(3, 2)]
    assert runs(*wages(0, 0.5, 1, 30, 30.5, 31.01)) == []
    assert runs(*wages(0, 0.1, 0.2, 0.3, 30, 30.1, 30.2)) == [(3, 2)]
    assert runs(*wages(0, 0.1, 0.2, 30, 30.1, who="firm"), *wages(0.05, 0.15, 0.25, 30.2, who="other")) == []
    both = runs(*wages(0, 0.1, 0.2, 30, 30.1, 30.2), *wages(0.01, 0.11, 0.21, 0.31, 30.01, 30.11, 30.21, 30.31, who="other"))
    assert both[-1:] == [(4, 2)]
    assert runs(*wages(0, 0.1, 0.2, 10, 20, 30, 30.1, 30.2)) == [(3, 2)]


@pytest.mark.parametrize(("second", "found"), [(89.8, 1), (89.81, 0)])
def test_both_runs_lie_within_ninety_days(second: float, found: int) -> None:
    assert len(hits(W01, wages(0, 0.1, 0.2, second, second + 0.1, second + 0.2))) == found


@pytest.mark.parametrize(("usd", "found"), [(3_000, True), (2_999.99, False)])
def test_who_draws_half_of_the_wages_of_an_account_is_evidence(usd: float, found: bool) -> None:
    earned = [row for day in (1, 31) for i, w in enumerate("abc") for row in wages(day + i / 10, to=w)]
    rows = [*earned, paid("x", 20, usd, "", channel="cash_out")]
    (hit,) = W01.hits(view_of_used(ACCOUNT, zip(rows, (RECEIVER,) * 6 + (SENDER,), strict=True)), W01.parameters)
    assert (len(hit.events) == 7, hit.measures["workers"], hit.measures["cycles"]) == (found, 3, 2)


def together(*visits: tuple[float, int], gap_min: float = 1, **how: Any) -> Rows:
    """On each visit (day, senders) so many people pay at one counter, `gap_min` minutes apart."""
    said = {"send": "KZ:Almaty", "pay": "UZ:Namangan", "counter": 7} | how
    return [paid(f"w{i}", day + i * gap_min / 1440, 120, "x", **said) for day, senders in visits for i in range(senders)]


def escorted(rows: Rows) -> list[Hit]:
    """The hits at the counter; those of the town, which say the same more weakly, are left out."""
    return [h for h in W02.hits(pooled(PHONE, rows), W02.parameters) if h.measures["known"]]


@pytest.mark.parametrize(("gap_min", "found"), [(15, 1), (15.1, 0)])
def test_three_pay_within_exactly_half_an_hour(gap_min: float, found: int) -> None:
    assert len(escorted(together((0, 3), (9, 3), gap_min=gap_min))) == found


@pytest.mark.parametrize(("hours", "found"), [(12, 1), (11.99, 0)])
def test_a_visit_twelve_hours_later_is_another(hours: float, found: int) -> None:
    assert len(escorted(together((0, 3), (hours / 24, 3)))) == found


def test_a_visit_long_ago_does_not_hide_two_that_lie_together() -> None:
    assert [day_of(h) for h in escorted(together((0, 3), (70, 3), (79, 3)))] == [79.001]


def test_of_a_visit_the_batch_with_the_most_people_is_the_evidence_and_of_equal_ones_the_first() -> None:
    def first_visit(*batches: tuple[float, int]) -> list[float]:
        (hit,) = escorted(together(*batches, (9, 3)))
        return sorted({round((e.at_ms - START_MS) / DAY_MS, 1) for e in hit.events})

    assert first_visit((0, 3), (0.2, 3)) == [0, 9]
    assert first_visit((0, 3), (0.2, 4)) == [0.2, 9]
    assert first_visit((0, 4), (0.2, 3)) == [0, 9]
    assert first_visit((0, 3), (9.2, 4)) == [0, 9.2]


@pytest.mark.parametrize("how", [{"channel": "card"}, {"channel": "merchant"}, {"counter": 0, "channel": "wallet_to_wallet"}])
def test_who_pays_in_shops_or_from_home_is_not_brought(how: dict[str, Any]) -> None:
    assert list(W02.hits(pooled(PHONE, together((0, 3), (9, 3), **how)), W02.parameters)) == []


def helps(last: float = 64, families: int = 5, usd: float = 90, **how: Any) -> Rows:
    """A person pays each family twice: from day 0 on, and a day after the other until day `last`."""
    said = {"send": "KZ:Almaty", "pay": "UZ:Namangan"} | how
    return [paid("r", day + i, usd, f"f{i}", **said) for day in (0, last - families + 1) for i in range(families)]


@pytest.mark.parametrize(("last", "found"), [(64, 1), (63.9, 0), (180, 1), (180.1, 0)])
def test_families_are_kept_for_sixty_days_within_180(last: float, found: int) -> None:
    rows = helps(last)
    if last >= 180:  # the first family is paid last: both its payments are needed
        rows = [
            *rows[:5],
            *rows[6:9],
            msgspec.structs.replace(rows[9]),
            paid("r", last, 91, "f0", send="KZ:Almaty", pay="UZ:Namangan"),
        ]
    assert len(hits(W02, rows)) == found


def test_six_families_in_one_town_are_found_and_one_of_them_elsewhere_is_none_of_them() -> None:
    assert [h.measures["families"] for h in hits(W02, helps(65, 6))] == [5, 6]
    moved = [msgspec.structs.replace(r, pay_place=Place("KG", "osh")) if i % 6 == 5 else r for i, r in enumerate(helps(65, 6))]
    assert [h.measures["families"] for h in hits(W02, moved)] == [5]


@pytest.mark.parametrize(
    "how",
    [{"pay": "UZ"}, {"purpose": "rent"}, {"relation": "spouse"}, {"channel": "card"}, {"entity_sender": True}, {"usd": 175}],
    ids=str,
)
def test_help_is_small_plain_and_of_a_person_to_strangers_in_a_known_town(how: dict[str, Any]) -> None:
    assert len(hits(W02, helps())) == 1
    assert hits(W02, helps(**how)) == []


def test_what_firms_are_paid_is_no_help() -> None:
    shops = [
        msgspec.structs.replace(r, receiver=msgspec.structs.replace(r.receiver, is_person=False)) for r in helps() if r.receiver
    ]
    assert hits(W02, shops) == []


def fees(count: int = 6, send: str = "PK:Gujrat", at: str = "PK:Gujrat", usd: float = 2_400) -> Rows:
    return [paid(f"m{i}", i, usd, send=send, pay=at, purpose="travel") for i in range(count)]


@pytest.mark.parametrize(
    ("to", "how", "counts"),
    [
        ("x", {}, True),
        ("x", {"pay": "SA:Riyadh"}, True),
        ("x", {"pay": "PK:Lahore"}, False),
        ("x", {"pay": ""}, False),
        ("", {"channel": "cash_out"}, False),
    ],
    ids=["abroad", "abroad elsewhere", "at home", "to where is not told", "cash"],
)
def test_only_what_persons_abroad_get_was_sent_on(to: str, how: dict[str, Any], counts: bool) -> None:
    on = paid("r", 9, 9_000, to, **{"send": "PK:Gujrat", "pay": "LY:Benghazi"} | how)
    assert any("pass_through" in h.facets for h in hits(W03, [*fees(), on])) is counts


def test_what_a_firm_abroad_gets_was_not_sent_on() -> None:
    on = paid("r", 9, 9_000, "x", send="PK:Gujrat", pay="LY:Benghazi")
    assert on.receiver
    to_a_firm = msgspec.structs.replace(on, receiver=msgspec.structs.replace(on.receiver, is_person=False))
    assert all("pass_through" not in h.facets for h in hits(W03, [*fees(), to_a_firm]))


@pytest.mark.parametrize(("abroad", "count", "shown"), [(3, 6, True), (2, 6, False), (3, 7, False)])
def test_half_of_the_fees_from_another_country_of_the_route_are_the_corridor(abroad: int, count: int, shown: bool) -> None:
    rows = fees(count, usd=2_600)
    mixed = [msgspec.structs.replace(r, send_place=Place("IR", "tehran")) if i < abroad else r for i, r in enumerate(rows)]
    assert ("corridor" in hits(W03, mixed)[-1].facets) is shown


@pytest.mark.parametrize(("priced", "shown"), [(3, True), (2, False)])
def test_half_of_the_fees_at_the_price_of_a_leg_are_the_fee_band(priced: int, shown: bool) -> None:
    rows = [
        paid(f"m{i}", i, 2_310 if i < priced else 2_300, send="PK:Gujrat", pay="PK:Gujrat", purpose="travel") for i in range(6)
    ]
    assert ("fee_band" in hits(W03, rows)[-1].facets) is shown  # the cheapest leg costs USD 3,000: 2,307.69 with the tolerance


def test_fees_of_thirty_days_and_of_each_time_are_found() -> None:
    assert [(day_of(h), h.measures["payers"], h.strength) for h in hits(W03, fees(7))] == [
        (4, 5, 0.51),
        (5, 6, 0.544),
        (6, 7, 0.578),
    ]
