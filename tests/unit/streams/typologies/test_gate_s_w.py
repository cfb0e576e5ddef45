"""Whom the gates of TS-S01 to TS-W05 let through to judgement and whom not: each pair differs in the one thing that decides."""

from typing import Any, NamedTuple

import msgspec
import pytest

from schemas.observation import RECEIVER, SENDER, TransferFacts
from schemas.transfer import ACCOUNT, ADDRESS, DEVICE, DOCUMENT, EMAIL, IP, PHONE
from streams.domain.trade import HIRE, ROOM, TICKET
from streams.typologies.base import Typology
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_k01_shared_identifier import SharedView
from streams.typologies.ts_s01_structuring import TYPOLOGY as S01
from streams.typologies.ts_s02_multi_branch_same_day import TYPOLOGY as S02
from streams.typologies.ts_s03_agent_collusion import TYPOLOGY as S03
from streams.typologies.ts_s04_moving_receiver import TYPOLOGY as S04
from streams.typologies.ts_s05_fee_band_match import TYPOLOGY as S05
from streams.typologies.ts_w01_wage_skim import TYPOLOGY as W01
from streams.typologies.ts_w02_escorted_or_proxy_remitter import TYPOLOGY as W02
from streams.typologies.ts_w03_recruiter_visa_travel_payer import TYPOLOGY as W03
from streams.typologies.ts_w04_payroll_gap import TYPOLOGY as W04
from streams.typologies.ts_w05_group_travel_logistics import TYPOLOGY as W05
from tests.unit.streams.typologies.rows import Rows, view_of_used


class Case(NamedTuple):
    """The transfers of "r", and whether the gate is open for them."""

    typology: Typology
    what: str
    is_open: bool
    rows: Rows


class Shared(NamedTuple):
    """An identifier of this kind, whose users are on this side of the transfers, and whether the gate is open."""

    typology: Typology
    what: str
    is_open: bool
    rows: Rows
    kind: int = PHONE
    side: int = SENDER


def paid(who: str, day: float, usd: float = 600, to: str = "r", **how: Any) -> TransferFacts:
    return pay(who, to, day, usd, **how)


def by(payers: str, times: int = 1, step: float = 1, **how: Any) -> Rows:
    """Each of the payers, named by letters, pays so often, `step` days apart."""
    return [paid(who, 10 * n + i * step, **how) for n in range(times) for i, who in enumerate(payers)]


def to_a_firm(rows: Rows, step: int = 0) -> Rows:
    """The same where the receiver is a firm, each sum by `step` times more than the first than the one before."""
    return [
        msgspec.structs.replace(row, receiver=msgspec.structs.replace(row.receiver, is_person=False), usd_minor=row.usd_minor * (1 + step * n))
        for n, row in enumerate(rows) if row.receiver
    ]  # fmt: skip


def near(*usd: float) -> Rows:
    return [paid("r", i, v, "x", send="US:Phoenix", pay="MX:Tijuana") for i, v in enumerate(usd)]


def visits(*visits: tuple[float, int], **how: Any) -> Rows:
    return [paid("r", hour / 24, 900, "x", counter=counter, **how) for hour, counter in visits]


def over(*counters: int, senders: int = 10, **how: Any) -> Rows:
    return [paid(f"s{i % senders}", i, counter=counter, **how) for i, counter in enumerate(counters)]


def at(*towns: str, **how: Any) -> Rows:
    return [paid("p", 9 * i, 1_000, pay=town, **how) for i, town in enumerate(towns)]


def wages(*days: float, to: str = "r") -> Rows:
    return [paid("firm", day, 1_000, to[i % len(to)], channel="payroll", entity_sender=True) for i, day in enumerate(days)]


def helps(families: int, times: int = 2, **how: Any) -> Rows:
    return [paid("r", 60 * n + i, 90, f"f{i}", **how) for n in range(times) for i in range(families)]


def back(workers: str, who_pay: str, channel: str = "payroll", firm: bool = True, **how: Any) -> Rows:
    given = [paid("r", i, 600, who, channel=channel, entity_sender=firm) for i, who in enumerate(workers)]
    return [*given, *(paid(who, 9 + i, 300, **how) for i, who in enumerate(who_pay))]


def buys(*named: int, trade: str = TICKET, **how: Any) -> Rows:
    return [paid("r", i, 150, "shop", trade=trade, passenger=who, **how) for i, who in enumerate(named)]


WAY = ("AF:Zaranj", "IR:Urmia", "TR:Van")
VISA: dict[str, Any] = {"purpose": "travel"}
CASES = (
    Case(S01, "two sums near a line", True, near(2_900, 2_900)),
    Case(S01, "three sums near a line", True, near(2_900, 2_900, 2_900)),
    Case(S01, "one of two near a line", False, near(2_900, 2_000)),
    Case(S02, "two counters in 48 hours", True, visits((0, 1), (48, 2))),
    Case(S02, "two counters in 48 hours, the later with the lower number", True, visits((0, 2), (4, 1))),
    Case(S02, "two counters in 49 hours", False, visits((0, 1), (49, 2))),
    Case(S02, "one counter twice", False, visits((0, 1), (4, 1))),
    Case(S02, "no counter told", False, visits((0, 1), (4, 0))),
    Case(S02, "for a wife", False, visits((0, 1), (4, 2), relation="spouse")),
    Case(S02, "not in cash", False, visits((0, 1), (4, 2), channel="bank_transfer")),
    Case(S02, "a firm", False, visits((0, 1), (4, 2), entity_sender=True)),
    Case(S03, "twenty over one counter", True, over(*[9] * 20)),
    Case(S03, "twenty-one over one counter, and another", True, over(*[9] * 21, 8, senders=11)),
    Case(S03, "nineteen over one counter, and another", False, over(*[9] * 19, 8)),
    Case(S03, "twenty over no counter", False, over(*[0] * 20)),
    Case(S03, "of nine people", False, over(*[9] * 20, senders=9)),
    Case(S03, "dues", False, over(*[9] * 20, purpose="dues")),
    Case(S03, "from accounts", False, over(*[9] * 20, channel="account_to_cash")),
    Case(S04, "three towns of a route", True, at(*WAY)),
    Case(S04, "four towns of a route", True, at(*WAY, "TR:Edirne")),
    Case(S04, "two towns of a route", False, at(*WAY[:2], "GB:Leeds")),
    Case(S04, "one of the three towns twice", False, at(*WAY[:2], WAY[0])),
    Case(S04, "USD 1,000.01 in one of the three", False, [*at(*WAY[:2]), paid("p", 20, 1_000.01, pay=WAY[2])]),
    Case(S04, "paid into an account in one of the three", False, [*at(*WAY[:2]), *at(WAY[2], channel="bank_transfer")]),
    Case(S04, "by an employer", False, at(*WAY, entity_sender=True)),
    Case(S04, "to a firm", False, to_a_firm(at(*WAY))),
    Case(S05, "three payers", True, by("abc")),
    Case(S05, "four payers", True, by("abcd")),
    Case(S05, "two payers", False, by("ab", 2)),
    Case(S05, "a firm that takes sums of all kinds", False, to_a_firm(by("abc"), step=1)),
    Case(W01, "three who pay twice", True, by("abc", 2)),
    Case(W01, "four who pay three times", True, by("abcd", 3)),
    Case(W01, "three, one of them once", False, by("abc", 2)[:5]),
    Case(W01, "two who pay three times", False, by("ab", 3)),
    Case(W01, "dues", False, by("abc", 2, purpose="dues")),
    Case(W01, "six wages, three of them within exactly a day", True, wages(0, 0.5, 1, 30, 32, 34)),
    Case(W01, "six wages, no three of them within a day", False, wages(0, 0.5, 1.01, 30, 32, 34)),
    Case(W01, "five wages in a day", False, wages(0, 0.1, 0.2, 0.3, 0.4)),
    Case(W02, "five people, twice each", True, helps(5)),
    Case(W02, "six people, three times each", True, helps(6, 3)),
    Case(W02, "five people, one of them once", False, helps(5)[:9]),
    Case(W02, "four people", False, helps(4, 3)),
    Case(W03, "five visas", True, by("abcde", **VISA)),
    Case(W03, "six of seven do not say what for", True, [*by("abcdef"), *by("g", **VISA)]),
    Case(W03, "nobody speaks of travel", False, by("abcde", purpose="debt")),
    Case(W03, "four payers, one of them twice", False, by("abcda", **VISA)),
    Case(W03, "one of the five pays rent", False, [*by("abcd", **VISA), *by("e", purpose="rent")]),
    Case(W03, "one of the five is kin", False, [*by("abcd", **VISA), *by("e", **VISA, relation="spouse")]),
    Case(W03, "one of the five is a firm", False, [*by("abcd", **VISA), *by("e", **VISA, entity_sender=True)]),
    Case(W03, "one of the five pays a wage", False, [*by("abcd", **VISA), *by("e", **VISA, channel="payroll")]),
    Case(W04, "three workers who pay in", True, back("abc", "abc")),
    Case(W04, "four workers who pay in", True, back("abcd", "abcd")),
    Case(W04, "three workers, two of whom pay in", False, back("abc", "abx")),
    Case(W04, "three who get no wages", False, back("abc", "abc", channel="bank_transfer")),
    Case(W04, "the household of a person", False, back("abc", "abc", firm=False)),
    Case(W04, "rent", False, back("abc", "abc", purpose="rent")),
    Case(W05, "four tickets", True, buys(0, 0, 0, 0)),
    Case(W05, "five rooms for somebody", True, buys(1, 1, 2, 2, 3, trade=ROOM)),
    Case(W05, "three tickets", False, buys(1, 2, 3)),
    Case(W05, "of four vehicles one for nobody who is named", False, buys(1, 2, 3, 0, trade=HIRE)),
    Case(W05, "other things for four people", False, buys(1, 2, 3, 4, trade="ride")),
    Case(W05, "a firm", False, buys(1, 2, 3, 4, entity_sender=True)),
)  # fmt: skip
TWO_DAYS = (0, 2, 4, 30, 32, 34)
KINDS = (DOCUMENT, PHONE, ACCOUNT, DEVICE, EMAIL, ADDRESS, IP)


def named(rows: Rows, *names: str) -> Rows:
    """The same, the senders with these names in turn."""
    return [
        msgspec.structs.replace(row, sender=msgspec.structs.replace(row.sender, name_keys=tuple(n.encode() for n in names[i % len(names)].split())))
        for i, row in enumerate(rows)
    ]  # fmt: skip


OF_ONE_NAME = [paid("ab"[n % 2], 60 * n + i, 90, f"f{i}") for n in range(2) for i in range(5)]  # under two customer numbers
SHARED = (
    Shared(W01, "six wages of three users of an account", True, wages(*TWO_DAYS, to="abc"), ACCOUNT, RECEIVER),
    Shared(W01, "seven wages of four users of an account", True, wages(*TWO_DAYS, 36, to="abcd"), ACCOUNT, RECEIVER),
    Shared(W01, "five wages of three users of an account", False, wages(*TWO_DAYS[:5], to="abc"), ACCOUNT, RECEIVER),
    Shared(W01, "two users of an account", False, wages(*TWO_DAYS, to="ab"), ACCOUNT, RECEIVER),
    *(Shared(W01, f"three users of kind {kind}", False, wages(*TWO_DAYS, to="abc"), kind, RECEIVER) for kind in KINDS if kind != ACCOUNT),
    *(Shared(W02, f"three users of kind {kind}", kind != IP, by("abc"), kind) for kind in KINDS),
    Shared(W02, "three users of three names", True, named(by("abc"), "li wu", "al bo", "cy do")),
    Shared(W02, "three users of two families", False, named(by("abc"), "li wu", "al wu", "cy do")),
    *(Shared(W02, f"five families of one person of kind {kind}", kind <= ACCOUNT, named(OF_ONE_NAME, "li wu"), kind) for kind in KINDS),
    Shared(W02, "four users", True, by("abcd")),
    Shared(W02, "two users", False, by("ab", 3)),
    Shared(W02, "twenty-five users", True, by("abcdefghijklmnopqrstuvwxy")),
    Shared(W02, "twenty-six users", False, by("abcdefghijklmnopqrstuvwxyz")),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.typology.id}: {c.what}")
def test_a_gate_is_open_for_whoever_may_be_meant_and_for_nobody_else(case: Case) -> None:
    assert case.typology.gate(view_of("r", case.rows), case.typology.parameters) is case.is_open


@pytest.mark.parametrize("case", SHARED, ids=lambda c: f"{c.typology.id}: {c.what}")
def test_a_gate_is_open_for_identifiers_of_several_and_for_no_others(case: Shared) -> None:
    assert (
        case.typology.gate(view_of_used(case.kind, [(facts, case.side) for facts in case.rows]), case.typology.parameters)
        is case.is_open
    )


def by_senders(kind: int, payers: str) -> SharedView:
    return view_of_used(kind, [(facts, SENDER) for facts in by(payers)])


@pytest.mark.parametrize(("kind", "asked"), [(PHONE, ""), (ACCOUNT, ""), (DEVICE, "abc"), (ADDRESS, "abc")])
def test_the_users_of_a_device_or_an_address_are_asked_what_they_paid(kind: int, asked: str) -> None:
    assert W02.asks
    assert len(W02.asks(by_senders(DEVICE, "abcd"), W02.parameters)) == 4
    assert W02.asks(by_senders(kind, "abc"), W02.parameters) == {key_of(who) for who in asked}
    assert W02.asks(view_of("r", helps(6)), W02.parameters) == set()


def test_those_who_pay_again_and_again_are_asked_for_their_wages() -> None:
    assert W01.asks
    assert W01.asks(view_of("r", [*by("abc", 2), paid("d", 40)]), W01.parameters) == {key_of(who) for who in "abc"}
    assert W01.asks(view_of("r", [*by("ab", 3), paid("c", 40)]), W01.parameters) == set()
    assert len(W01.asks(view_of("r", by("abcd", 2)), W01.parameters)) == 4
