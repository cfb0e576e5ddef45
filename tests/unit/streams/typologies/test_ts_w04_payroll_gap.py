"""TS-W04 at its lines: a site without wages, and wages that come back."""

from collections.abc import Callable
from typing import Any

import pytest

from schemas.corridors import corridors
from schemas.observation import RECEIVER, SENDER, TransferFacts
from schemas.transfer import ADDRESS, IP, PHONE
from streams.domain.entity import EntityState, IdentifierState, User
from streams.domain.event import DAY_MS, event_of
from streams.domain.memory import remember, upsert
from streams.domain.profile import Profile
from streams.domain.view import View
from streams.typologies.build import START_MS, key_of, pay, view_of
from streams.typologies.ts_k01_shared_identifier import SharedView
from streams.typologies.ts_w04_payroll_gap import TYPOLOGY

P = TYPOLOGY.parameters
HERE = "KZ:Almaty"


def site(
    rows: list[TransferFacts], people: tuple[str, ...] = ("w0", "w1", "w2"), firm: str = "firm", kind: int = ADDRESS
) -> SharedView:
    """The address of the firm and the people, with all their transfers."""
    state = IdentifierState(kind, {}, EntityState(kind))
    names = {key_of(n): n for n in (firm, *people) if n}
    for facts in rows:
        for side, party in ((SENDER, facts.sender), (RECEIVER, facts.receiver)):
            if party and party.key in names:
                event = event_of(facts, side)
                remember(state.group, facts)
                upsert(state.group, event, counts=True)
                state.users.setdefault(event.mine, User(0, 0, event, Profile(names[party.key] != firm, "", 0, (), ())))
    return SharedView(key_of("address"), state, corridors())


def invoices(days: tuple[float, ...] = (0, 20, 40, 60), usd: float = 1250, channel: str = "bank_transfer") -> list[TransferFacts]:
    return [pay(f"c{i}", "firm", day, usd, send=HERE, pay=HERE, channel=channel) for i, day in enumerate(days)]


def home(people: int = 3, day: float = 50, pay_: str = "UZ:Termez") -> list[TransferFacts]:
    return [pay(f"w{i}", f"h{i}", day + i, 150, send=HERE, pay=pay_) for i in range(people)]


def wage(usd: float, to: str = "x", day: float = 30) -> TransferFacts:
    return pay("firm", to, day, usd, send=HERE, pay=HERE, channel="payroll", entity_sender=True)


def strengths(view: View) -> list[float]:
    return [h.strength for h in TYPOLOGY.hits(view, P)] if TYPOLOGY.gate(view, P) else []


def test_three_people_at_the_address_of_a_firm_without_wages_are_at_the_line() -> None:
    assert strengths(site([*invoices(), *home()])) == [0.6]
    assert strengths(site([*invoices(), *home(2)])) == []


def test_nine_people_are_full_strength() -> None:
    assert max(strengths(site([*invoices(), *home(9)], tuple(f"w{i}" for i in range(9))))) == 1.0


@pytest.mark.parametrize(("paid", "fires"), [(249, True), (250, False)])
def test_wages_of_a_twentieth_are_a_payroll(paid: float, fires: bool) -> None:
    assert bool(strengths(site([*invoices(), *home(), wage(paid)]))) is fires


def test_what_the_firm_pays_otherwise_is_no_wage() -> None:
    rent = pay("firm", "x", 30, 2000, send=HERE, pay=HERE, entity_sender=True)
    assert strengths(site([*invoices(), *home(), rent])) == [0.6]


@pytest.mark.parametrize(("usd", "fires"), [(1250, True), (1249.99, False)])
def test_turnover_at_its_line(usd: float, fires: bool) -> None:
    assert bool(strengths(site([*invoices(usd=usd), *home()]))) is fires


@pytest.mark.parametrize(("last", "fires"), [(60, True), (59.9, False), (90, True), (91, False)])
def test_turnover_of_two_months_within_three(last: float, fires: bool) -> None:
    assert bool(strengths(site([*invoices((0, 1, 2, last)), *home(day=min(last, 60) - 5)]))) is fires


def test_what_people_send_before_and_after_makes_no_longer_turnover() -> None:
    assert strengths(site([*home(day=0), *invoices((5, 20, 40, 64)), *home(day=70)])) == []
    assert strengths(site([*home(day=0), *invoices((5, 20, 40, 65)), *home(day=70)]))[-1:] == [0.6]


def test_what_its_own_people_pay_is_no_turnover() -> None:
    own = [pay(f"w{i % 3}", "firm", 20 * i, 1250, send=HERE, pay=HERE) for i in range(4)]
    assert strengths(site([*own, *home()])) == []


@pytest.mark.parametrize("to", ["KZ:Shymkent", ""])
def test_only_money_sent_abroad_counts(to: str) -> None:
    assert strengths(site([*invoices(), *home(pay_=to)])) == []


def test_what_the_people_are_paid_is_no_turnover_and_what_the_firm_sends_abroad_makes_no_worker() -> None:
    to_people = [pay(f"c{i}", f"w{i % 3}", 20 * i, 1250, send=HERE, pay=HERE) for i in range(4)]
    assert strengths(site([*to_people, *home()])) == []
    assert strengths(site([*invoices(), *to_people[:1], *home()])) == [0.6]
    assert strengths(site([*invoices(), *home(2), pay("c0", "w2", 55, 1250, send=HERE, pay=HERE)])) == []
    supplier = pay("firm", "supplier", 55, 900, send=HERE, pay="UZ:Termez", entity_sender=True)
    assert strengths(site([*invoices(), *home(2), supplier])) == []
    assert strengths(site([*invoices(), *home(), supplier])) == [0.6]


def test_of_a_site_workers_turnover_and_share_are_measured() -> None:
    view = site([*invoices((0, 20, 40, 60, 80)), *home(4), wage(100)], tuple(f"w{i}" for i in range(4)))
    hit = list(TYPOLOGY.hits(view, P))[-1]
    assert hit.measures == {"workers": 4, "turnover": 625_000, "share": 10_000 / 625_000, "returned": 0}
    assert (hit.strength, hit.at_ms - START_MS, len(hit.events)) == (0.6667, 80 * DAY_MS, 10)


@pytest.mark.parametrize("to", ["UZ:Termez", "KG:Osh"])
def test_abroad_is_any_other_country(to: str) -> None:
    assert strengths(site([*invoices(), *home(pay_=to)])) == [0.6]


def test_an_address_is_asked_of_with_a_firm_and_three_people() -> None:
    rows = [*invoices(), *home()]
    gates: list[tuple[Callable[[], SharedView], bool]] = [
        (lambda: site(rows), True),
        (lambda: site(rows, people=("w0", "w1")), False),
        (lambda: site(rows, firm=""), False),
        (lambda: site(rows, kind=PHONE), False),
        (lambda: site(rows, kind=IP), False),
    ]
    assert [TYPOLOGY.gate(build(), P) for build, _ in gates] == [fits for _, fits in gates]
    assert TYPOLOGY.asks is not None
    assert TYPOLOGY.asks(site(rows), P) == {key_of(n) for n in ("firm", "w0", "w1", "w2")}


def back(workers: int = 3, share: float = 0.5, day: float = 3, **how: Any) -> View:
    wages = [wage(600, f"w{i}", 0) for i in range(workers)]
    paid = [pay(f"w{i}", "firm", day, 600 * share, **{"channel": "cash_in"} | how) for i in range(workers)]
    view = view_of("firm", [*wages, *paid])
    assert TYPOLOGY.asks is not None
    assert TYPOLOGY.asks(view, P) == set()
    return view


def test_half_of_three_wages_that_come_back_are_at_the_line() -> None:
    assert strengths(back()) == [0.6]
    assert strengths(back(workers=2)) == []
    assert strengths(back(share=0.499)) == []


@pytest.mark.parametrize(("day", "fires"), [(90, True), (90.1, False), (-1, False)])
def test_wages_come_back_within_ninety_days_and_after_they_were_paid(day: float, fires: bool) -> None:
    assert bool(strengths(back(day=day))) is fires


@pytest.mark.parametrize("how", [{"purpose": "rent"}, {"purpose": "dues"}, {"channel": "payroll"}])
def test_rent_dues_and_wages_are_nothing_that_came_back(how: dict[str, Any]) -> None:
    assert strengths(back(**how)) == []


def test_a_household_that_pays_its_help_is_no_firm() -> None:
    wages = [pay("firm", f"w{i}", 0, 600, channel="payroll") for i in range(3)]
    assert strengths(view_of("firm", [*wages, *(pay(f"w{i}", "firm", 3, 600) for i in range(3))])) == []


def test_what_a_firm_lends_is_no_wage_that_came_back() -> None:
    loans = [pay("firm", f"w{i}", 0, 600, entity_sender=True) for i in range(3)]
    assert strengths(view_of("firm", [*loans, *(pay(f"w{i}", "firm", 3, 600) for i in range(3))])) == []


def test_a_worker_who_keeps_the_wage_does_not_count() -> None:
    rows = [*(wage(600, f"w{i}", 0) for i in range(4)), *(pay(f"w{i}", "firm", 3, 400 if i < 3 else 100) for i in range(4))]
    view = view_of("firm", rows)
    best = list(TYPOLOGY.hits(view, P))[-1]
    told = TYPOLOGY.explain(view, P, best, best.events)
    assert told.parts == {key_of("firm"): "recipient"} | {key_of(f"w{i}"): "worker" for i in range(3)}
    assert (
        "3 workers each handed back at least 50% of their wages to the firm within 90 days, USD 1,200 or 67% in all"
        in told.reason
    )
    assert best.facets == ("pass_through",)


def test_the_explanation_of_a_site_makes_its_people_victims() -> None:
    view = site([*invoices(), *home(), wage(100)])
    best = list(TYPOLOGY.hits(view, P))[-1]
    told = TYPOLOGY.explain(view, P, best, best.events)
    assert "took in USD 5,000 within 90 days and paid 2.0% of it in wages, while 3 people" in told.reason
    assert told.parts == {key_of("firm"): "recipient"} | {key_of(f"w{i}"): "worker" for i in range(3)}
    assert [n.name for n in told.numbers] == ["min_workers", "max_payroll"]
    assert best.facets == ("identity",)
