"""Random reports for the forms of any FIU: ugly names, missing facts, odd channels, every role. Nothing a renderer may raise on."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from connectors.fius.resolve import merge_parties
from connectors.fius.resolved import ResolvedReport
from schemas.case import ROLES, CaseParty
from schemas.money import Money
from schemas.registry import Fiu, Licence, Partner
from schemas.report import Clock, FilingPlan, Report, TypologyLine
from schemas.transfer import Account, Address, Agent, Document, Flag, Party, Place, Transfer

START_MS = 1_767_600_000_000
OF_ANY = {"goaml4": "ID", "goaml5": "CH"}  # forms of no country, and one that takes each
CHANNELS = ("cash_to_cash", "cash_to_wallet", "wallet_to_cash", "wallet_to_wallet", "account_to_cash", "bank_transfer", "card", "payroll",
            "cash_in", "cash_out", "merchant", "virtual_asset", "unheard_of")  # fmt: skip

ugly = st.text(st.one_of(st.characters(), st.sampled_from("<>&'\"\x00\x0b\ud800\ufffeЖنш 🙂")), max_size=40)
countries = st.sampled_from(["AE", "LK", "KG", "AF", "US"] * 6 + ["XX", ""])
words = st.one_of(st.sampled_from(["Anna Lee", "Айгүл Садыкова", "نور الدين", "A & B <c>", "Osh", "7-9\x01x"]), ugly)
names = st.sampled_from(["Anna Lee", "Айгүл Садыкова", "نور الدين", "Bo", "Lee, Ann", "J\x07o <Q>"] * 4 + ["x" * 150, "🙂", " "])
numbers = st.sampled_from(["N123", "784-1990", "A" * 34, "x" * 60])


def optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


def mostly(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(values, values, values, values, values, st.none())


def some(values: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[Any]:
    return st.lists(values, max_size=most).map(tuple)


def some_at_least_one(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(values, min_size=1, max_size=3).map(tuple)


parties = st.builds(
    Party,
    key=st.integers(0, 6).map(lambda number: number.to_bytes(16, "big")),
    kind=st.sampled_from(["person"] * 9 + ["entity"]),
    name=names,
    party_id=optional(words),
    date_of_birth=mostly(st.sampled_from(["1990-01-02"] * 20 + ["1700-01-01", "0001-01-01", "2026-02-30"])),
    nationality=mostly(countries),
    occupation=optional(words),
    customer_since=optional(st.just("2024-01-01")),
    documents=some(
        st.builds(Document, st.sampled_from(["passport", "national_id", "registration", "tazkira", "odd"]), numbers, countries)
    ),
    phones=some(st.one_of(st.sampled_from(["+971501234567", "0501234567", "+1", "123456789012345678901234567890"]), ugly)),
    emails=some(st.one_of(st.just("a@b.co"), ugly), 7),
    devices=some(words),
    ip=optional(st.sampled_from(["192.0.2.7", "2001:db8::1", "300.1.1.1", "x"])),
    addresses=some_at_least_one(st.builds(Address, st.one_of(words, st.just("y" * 200)), words, countries)),
    accounts=some(st.builds(Account, st.sampled_from(["iban", "account", "wallet", "card"]), numbers)),
)
agents = st.builds(Agent, key=st.just(b"a" * 16), agent_id=numbers, name=words, country=countries, city=words)
places = st.builds(Place, countries, st.just(""))


@st.composite
def transfers(draw: st.DrawFn, number: int, country: str) -> Transfer:
    channel = draw(st.sampled_from(CHANNELS))
    return Transfer(
        uid=number.to_bytes(16, "little"),
        digest=bytes(16),
        partner=draw(st.sampled_from(["demo"] * 6 + ["other"])),
        scope="partner:demo",
        transfer_id=f"T{number}" + draw(st.sampled_from(["", "x" * 60])),
        status=draw(st.sampled_from(["sent", "paid", "refunded", "changed", "cancelled"])),
        occurred_ms=draw(st.integers(0, 2_000_000_000_000)),
        utc_offset_min=0,
        amount=Money(
            draw(st.sampled_from([1, 99, 12_345, 10**7, 10**7, 10**18])),
            draw(st.sampled_from(["AED", "LKR", "USD", "JPY", "KWD", "IRR"] * 4 + ["QQQ"])),
        ),
        usd_minor=1,
        channel=channel,
        sender=draw(parties),
        receiver=draw(parties) if channel != "cash_out" and draw(st.integers(0, 9)) else None,
        send_place=Place(country, "") if draw(st.booleans()) else draw(places),
        pay_place=draw(places),
        send_agent=draw(optional(agents)),
        pay_agent=draw(optional(agents)),
        purpose=draw(optional(ugly)),
        relationship=draw(optional(ugly)),
        flags=draw(some(st.builds(Flag, st.just("escorted"), optional(ugly)))),
    )


@st.composite
def reports(draw: st.DrawFn, code: str) -> ResolvedReport:
    country = OF_ANY.get(code, code.upper())
    items = [draw(transfers(number, country)) for number in range(draw(st.sampled_from([0, 1, 1, 2, 2, 3, 4])))]
    keys = dict.fromkeys(party.key for t in items for party in (t.sender, t.receiver) if party is not None)
    roles = tuple(CaseParty(key, draw(st.sampled_from(ROLES)), "") for key in keys)
    number = draw(st.sampled_from(["101"] * 12 + ["", "KG-9"]))
    plan = FilingPlan(
        country,
        country,
        draw(st.sampled_from(["file"] * 12 + ["spontaneous"])),
        "ready",
        number,
        draw(words),
        (),
        Clock(0, (), 0),
    )
    report = Report(
        report_id=draw(st.sampled_from(["ab" * 16] * 12 + ["r" * 300])), version=draw(st.integers(1, 3)), state="open", scope="", offence="TIP", score=0.9,
        urgent=draw(st.booleans()), do_not_block=draw(st.booleans()), suspicion_formed_ms=START_MS,
        typologies=draw(some_at_least_one(st.builds(TypologyLine, st.sampled_from(["TS-F01", "TS-P03", "TS-Z99"]), ugly, st.just(0.8), ugly))),
        findings=(), transfers=(), parties=roles, narrative={"en": draw(st.sampled_from(["P1 paid P2."] * 8 + ["Слово " * 300, "word " * 3_000, ""]))}, completeness={},
        filings=(plan,), considered=(), supersedes=draw(some(ugly)),
    )  # fmt: skip
    fiu = Fiu(
        id=country, country=country, name="", acronym="", egmont="member", gate="open", goaml="yes", channel="", deadline="PT24H", deadline_text="",
        timezone="Asia/Dubai", weekend=(), calendar="", language="en", profile=code, transport="", confidence="H", evidence="",
    )  # fmt: skip
    partner = Partner(
        "demo", "Demo Remit", "mto", "", country, (Licence(country, "101", agents=draw(st.sampled_from([(), (), ("N123",)]))),)
    )
    return ResolvedReport(report, plan, fiu, partner, {t.uid: t for t in items}, merge_parties(roles, items))


@pytest.fixture(scope="session")
def any_report() -> Callable[[str], st.SearchStrategy[ResolvedReport]]:
    """The strategy of reports for the FIU whose profile is the code given; its registration is 101."""
    return reports
