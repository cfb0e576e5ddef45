"""Invented reports for the goAML forms, and the FIUs' own schemas where they are at hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lxml import etree

from connectors.fius.goaml.mapping import Form, load_form
from connectors.fius.resolve import merge_parties
from connectors.fius.resolved import ResolvedReport
from schemas.case import CaseParty
from schemas.finding import Evidence
from schemas.money import Money
from schemas.registry import Fiu, Licence, Partner
from schemas.report import Clock, FilingPlan, Report, TypologyLine
from schemas.transfer import Account, Address, Agent, Document, Flag, Party, Place, Transfer

START_MS = 1_767_600_000_000  # 2026-01-05T08:00:00Z
HOUR_MS = 3_600_000
REFERENCE = Path(__file__).resolve().parents[6] / "shared" / "reference" / "goaml"
ORIGINALS = {"ae": "ae_5.0.2.xsd", "lk": "lk_4.0.xsd"}
ZONES = {"ae": "Asia/Dubai", "lk": "Asia/Colombo"}
CURRENCIES = {"ae": "AED", "lk": "LKR"}


def full_party(number: int, name: str, country: str, **more: Any) -> Party:
    """A customer of whom everything is known."""
    fields: dict[str, Any] = {
        "kind": "person", "party_id": f"C-{number}", "date_of_birth": "1990-02-28", "nationality": country, "occupation": "Driver",
        "documents": (Document("passport", f"N{number}", country), Document("national_id", f"784{number}", country)),
        "phones": (f"+97150123456{number % 10}",), "emails": (f"p{number}@example.org",),
        "addresses": (Address(f"Street {number}", "Town", country),),
        "accounts": (Account("iban", f"AE07033123456789012345{number % 10}"),), "devices": (f"device-{number}",), "ip": "192.0.2.7",
        "customer_since": "2024-01-01",
    }  # fmt: skip
    return Party(key=number.to_bytes(16, "big"), name=name, **(fields | more))


def bare_party(number: int, name: str, kind: str = "person") -> Party:
    """A party of whom nothing but the name is known."""
    return Party(key=number.to_bytes(16, "big"), kind=kind, name=name)


def transfer(number: int, sender: Party, receiver: Party | None, **more: Any) -> Transfer:
    """A transfer between a Dubai counter and one in Osh."""
    fields: dict[str, Any] = {
        "partner": "demo", "scope": "partner:demo", "transfer_id": f"TX-{number:05d}", "status": "paid",
        "occurred_ms": START_MS + number * HOUR_MS, "utc_offset_min": 240, "amount": Money(95_000, "USD"), "usd_minor": 95_000,
        "channel": "cash_to_cash", "send_place": Place("AE", "dubai"), "pay_place": Place("KG", "osh"),
        "send_agent": Agent(b"a" * 16, "AE-7", "Corner Exchange", "AE", "Dubai"),
        "pay_agent": Agent(b"b" * 16, "KG-3", "Osh Desk", "KG", "Osh"), "purpose": "debt", "relationship": "brother",
    }  # fmt: skip
    uid = number.to_bytes(16, "little")
    return Transfer(uid=uid, digest=uid, sender=sender, receiver=receiver, **(fields | more))


def resolved(code: str, transfers: list[Transfer], roles: dict[bytes, str] | None = None, **more: Any) -> ResolvedReport:
    """The report over `transfers` as the FIU `code` gets it."""
    country = code.upper()
    fiu = Fiu(
        id=country, country=country, name="FIU", acronym="FIU", egmont="member", gate="open", goaml="yes", channel="", deadline="PT24H",
        deadline_text="", timezone=ZONES[code], weekend=(5, 6), calendar="", language="en", profile=code, transport="topic",
        confidence="H", evidence="",
    )  # fmt: skip
    plan = FilingPlan(country, country, "file", "ready", "101", "HEAD", (), Clock(START_MS, (), START_MS))
    partner = Partner("demo", "Demo Remit", "mto", "strgw.transfer/1", country, (Licence(country, "101"),))
    named = {party.key for t in transfers for party in (t.sender, t.receiver) if party is not None}
    case_parties = tuple(CaseParty(key, role, "") for key, role in (roles or {}).items() if key in named)
    evidence = tuple(
        Evidence(
            t.uid, 0, 0, n, t.occurred_ms, t.partner, t.sender.key, t.receiver.key if t.receiver else None, t.amount.minor,
            t.amount.currency, t.usd_minor, t.channel, t.send_place.country, t.pay_place.country, "", "",
        )
        for n, t in enumerate(transfers)
    )  # fmt: skip
    fields: dict[str, Any] = {
        "report_id": "0123456789abcdef" * 2, "version": 1, "state": "open", "scope": "partner:demo", "offence": "SOM", "score": 0.8,
        "urgent": False, "do_not_block": False, "suspicion_formed_ms": START_MS, "findings": (), "transfers": evidence,
        "typologies": (TypologyLine("TS-F01", "Funnel", 0.8, ""),), "parties": case_parties,
        "narrative": {"en": "P2 and P3 paid P1 in two transfers."}, "completeness": {}, "filings": (plan,), "considered": (),
    }  # fmt: skip
    return ResolvedReport(
        report=Report(**(fields | more)),
        plan=plan,
        fiu=fiu,
        partner=partner,
        transfers={t.uid: t for t in transfers},
        parties=merge_parties(case_parties, transfers),
    )


def domestic(code: str, items: list[Transfer]) -> list[Transfer]:
    """The same transfers, sent from the FIU's own country."""
    country = code.upper()
    return [msgspec.structs.replace(t, send_place=Place(country, "")) for t in items]


class Cases:
    """Builders, so that test files need no import of this one."""

    full_party = staticmethod(full_party)
    bare_party = staticmethod(bare_party)
    transfer = staticmethod(transfer)
    resolved = staticmethod(resolved)
    domestic = staticmethod(domestic)
    currencies = CURRENCIES
    reference = REFERENCE
    originals = ORIGINALS

    @staticmethod
    def plain_text(code: str) -> str:
        """The FIU's own XSD after the plainest possible reading of its .NET anchors."""
        text = (REFERENCE / ORIGINALS[code]).read_text("utf-8-sig")
        return text.replace('pattern value="^', 'pattern value="').replace('$" />', '" />')

    def all(self, code: str) -> dict[str, ResolvedReport]:
        """Every kind of report, by name."""
        local = CURRENCIES[code]
        payer, collector = full_party(2, "Aigul Sadykova", "KG"), full_party(1, "Bakyt Testov", "KG")
        cyrillic, arabic = full_party(3, "Айгүл Садыкова-О'Нил", "KG"), full_party(4, "نور الدين أحمد", "AF")
        firm = full_party(
            5, 'Smith & Sons "Gold" <Trading> Ltd', "AE", kind="entity", documents=(Document("registration", "TL1", "AE"),)
        )
        roles = {collector.key: "subject", payer.key: "family_payer", cyrillic.key: "protected"}
        kinds = {
            "plain": [transfer(1, payer, collector), transfer(2, cyrillic, collector)],
            "scripts": [transfer(1, cyrillic, arabic), transfer(2, arabic, collector)],
            "entity": [transfer(1, payer, firm), transfer(2, firm, collector, channel="bank_transfer")],
            "cash_out": [transfer(1, payer, None, channel="cash_out", pay_place=Place(code.upper(), ""), pay_agent=None)],
            "accounts": [transfer(n, payer, collector, channel=c) for n, c in enumerate(("bank_transfer", "wallet_to_wallet", "payroll", "cash_in"))],
            "no_decimals": [transfer(1, payer, collector, amount=Money(150_000, "JPY"))],
            "three_decimals": [transfer(1, payer, collector, amount=Money(1_234_567, "KWD"))],
            "local": [transfer(1, payer, collector, amount=Money(123_456, local))],
            "signs": [transfer(1, payer, collector, purpose="a & b < c > d \x00\x07 \ud800?", flags=(Flag("escorted", "<b>&\x1f"),))],
            "far": [transfer(1, payer, full_party(7, "Bo", "US")), transfer(2, collector, payer, send_place=Place("TR", ""), pay_place=Place("US", ""))],
        }  # fmt: skip
        return {name: resolved(code, domestic(code, items)[:1] + items[1:], roles) for name, items in kinds.items()}


@pytest.fixture
def cases() -> Cases:
    return Cases()


@pytest.fixture(params=["ae", "lk"])
def code(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def form(code: str) -> Form:
    return load_form(code)


@pytest.fixture
def original() -> Callable[[str], etree.XMLSchema]:
    """The FIU's own XSD, compiled by libxml2 after the plainest possible reading of its .NET anchors; skips where absent."""

    def load(code: str) -> etree.XMLSchema:
        path = REFERENCE / ORIGINALS[code]
        if not path.is_file():
            pytest.skip(f"the FIU's own schema is not at hand ({path.name} beside the repository)")
        return etree.XMLSchema(etree.fromstring(Cases.plain_text(code).encode()))

    return load
