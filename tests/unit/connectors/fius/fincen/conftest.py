"""A small invented case for FinCEN: two payers in Phoenix, one collector in El Paso, one person to protect; any part may be replaced."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
import pytest
from lxml import etree

from connectors.fius.fincen.mapping import Form, load_form
from connectors.fius.fincen.renderer import render
from connectors.fius.resolve import merge_parties
from connectors.fius.resolved import Rendered, ResolvedReport
from schemas.case import CaseParty
from schemas.fius import load_fius
from schemas.money import Money
from schemas.registry import Fiu, Licence, Partner
from schemas.report import Clock, FilingPlan, Report, TypologyLine
from schemas.transfer import Account, Address, Agent, Document, Party, Place, Transfer

START_MS = 1_767_614_400_000  # 2026-01-05T12:00:00Z, 07:00 in New York
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
COLLECTOR, PAYER, PERSON = b"C" * 16, b"F" * 16, b"V" * 16
NAMESPACE = "{www.fincen.gov/base}"


@lru_cache(maxsize=1)
def _us() -> Fiu:
    return load_fius()["US"]


class Sar:
    """Builds parties, transfers and reports; `roles` by key."""

    start_ms, day_ms = START_MS, DAY_MS
    collector_key, payer_key, person_key = COLLECTOR, PAYER, PERSON

    def collector(self, **more: Any) -> Party:
        fields: dict[str, Any] = {
            "kind": "person", "name": "Bakyt Testov", "date_of_birth": "1980-02-28", "nationality": "KG", "occupation": "Driver",
            "documents": (Document("passport", "N123456", "KG"),), "phones": ("+19155550100",), "emails": ("b@example.org",),
            "addresses": (Address("1 Mesa St", "El Paso", "US"),), "accounts": (Account("wallet", "W-1"),), "ip": "192.0.2.7",
        }  # fmt: skip
        return Party(key=COLLECTOR, **(fields | more))

    def payer(self, **more: Any) -> Party:
        return Party(
            key=PAYER, kind="person", **({"name": "Aigul Sadykova", "date_of_birth": "1990-06-01", "ip": "192.0.2.8"} | more)
        )

    def person(self, **more: Any) -> Party:
        return Party(key=PERSON, kind="person", **({"name": "Noor Ahmad", "date_of_birth": "2010-06-01"} | more))

    def transfer(self, number: int, sender: Party | None = None, receiver: Party | None = None, **more: Any) -> Transfer:
        fields: dict[str, Any] = {
            "partner": "demo", "scope": "partner:demo", "transfer_id": f"TX-{number}", "status": "paid",
            "occurred_ms": START_MS + number * HOUR_MS, "utc_offset_min": -420, "amount": Money(95_001, "USD"), "usd_minor": 95_001,
            "channel": "cash_to_cash", "send_place": Place("US", "phoenix"), "pay_place": Place("US", "elpaso"),
            "send_agent": Agent(b"a" * 16, "US-7", "Corner Desk", "US", "Phoenix"), "purpose": "for little Noor Ahmad",
        }  # fmt: skip
        uid = number.to_bytes(16, "little")
        return Transfer(
            uid=uid, digest=uid, sender=sender or self.payer(), receiver=receiver or self.collector(), **(fields | more)
        )

    def resolved(
        self, transfers: Sequence[Transfer] | None = None, roles: dict[bytes, str] | None = None, **more: Any
    ) -> ResolvedReport:
        items = [self.transfer(1), self.transfer(2, self.person())] if transfers is None else list(transfers)
        roles = {COLLECTOR: "subject", PAYER: "family_payer", PERSON: "protected"} if roles is None else roles
        plan = FilingPlan(
            "US", "US", "file", "ready", more.pop("registration", "101052"), "HEAD", (), Clock(START_MS, (), START_MS)
        )
        fields: dict[str, Any] = {
            "report_id": "0123456789abcdef" * 2, "version": 1, "state": "open", "scope": "", "offence": "SOM", "score": 0.8, "urgent": False,
            "do_not_block": False, "suspicion_formed_ms": START_MS + 2 * HOUR_MS, "findings": (), "transfers": (),
            "typologies": (TypologyLine("TS-F01", "Funnel", 0.8, ""),),
            "narrative": {"en": "WHAT WAS SEEN\n- P2 and P3 paid P1 USD 1,900.02 in two transfers."}, "completeness": {},
            "filings": (plan,), "considered": (),
        }  # fmt: skip
        before = {
            name: more.pop(name) for name in ("relation", "prior_reference", "standing", "standing_event_ms") if name in more
        }
        named = {party.key for t in items for party in (t.sender, t.receiver) if party is not None}
        parties = tuple(CaseParty(key, role, "") for key, role in roles.items() if key in named)
        report = Report(parties=parties, **(fields | more))
        partner = Partner("demo", "Demo Transfer Group", "mto", "strgw.transfer/1", "US", (Licence("US", plan.reporting_entity),))
        ordered = sorted(items, key=lambda t: (t.occurred_ms, t.transfer_id))
        return ResolvedReport(
            report, plan, _us(), partner, {t.uid: t for t in ordered}, merge_parties(parties, ordered), **before
        )

    def file(self, report: ResolvedReport | None = None, **more: Any) -> Rendered:
        """The one file of a report, which has no errors."""
        files = render(report or self.resolved(), load_form(), **more)
        assert len(files) == 1
        assert files[0].errors == ()
        return files[0]

    def batch(self, report: ResolvedReport | None = None, **more: Any) -> etree._Element:
        return etree.fromstring(self.file(report, **more).payload)

    def texts(self, batch: etree._Element, name: str) -> list[str]:
        return [node.text or "" for node in batch.iter(NAMESPACE + name)]

    def parties(self, batch: etree._Element, code: str) -> list[etree._Element]:
        return [party for party in batch.iterfind("{*}Activity/{*}Party") if party.findtext("{*}ActivityPartyTypeCode") == code]

    def narrative(self, batch: etree._Element) -> str:
        return " ".join(self.texts(batch, "ActivityNarrativeText"))


@pytest.fixture
def sar() -> Sar:
    return Sar()


@pytest.fixture(scope="session")
def form() -> Form:
    return load_form()


@pytest.fixture
def limited(form: Form) -> Callable[..., Form]:
    """The form with other limits."""

    def of(**limits: int) -> Form:
        changed = msgspec.structs.replace(form.map, limits=msgspec.structs.replace(form.map.limits, **limits))
        return Form(form.schema.profile, changed, form.filers)

    return of
