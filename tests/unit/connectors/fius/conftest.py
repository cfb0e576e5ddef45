"""A small invented case: two payers in Dubai, one collector in Osh, one person to protect; and what delivery needs around it."""

from typing import Any

import msgspec
import pytest

from connectors.fius.forms import PORTAL_FORM
from connectors.fius.prepare import Registries
from connectors.kafka.archive import BatchArchive, memory_archive
from schemas.case import CaseParty
from schemas.codec import Codec
from schemas.finding import Evidence, Finding, Number
from schemas.money import Money
from schemas.registry import Fiu, Licence, Partner
from schemas.report import Clock, FilingPlan, Report, RouteStep, TypologyLine
from schemas.transfer import Address, Agent, Document, Party, Place, Transfer, TransferBatch

START_MS = 1_767_600_000_000  # 2026-01-05T08:00:00Z
HOUR_MS = 3_600_000
KEYS = {"collector": b"C" * 16, "payer": b"F" * 16, "person": b"V" * 16}


class FilingCase:
    """Builds reports over the same transfers; every part may be replaced."""

    start_ms = START_MS

    def __init__(self) -> None:
        self.transfers = [
            self.transfer(1, self.party("payer", "Aigul Sadykova"), 20_000),
            self.transfer(2, self.party("payer", "АЙГУЛЬ САДЫКОВА", phones=("+971500000001",)), 25_050),
            self.transfer(3, self.party("person", "نور أحمد", date_of_birth="2010-06-01"), 30_000),
        ]
        self.record = Codec(TransferBatch).encode(TransferBatch({"demo": START_MS}, tuple(self.transfers)))
        self.evidence = tuple(self.point(number, transfer) for number, transfer in enumerate(self.transfers))
        self.partners = {
            "demo": Partner("demo", "Demo Remit", "mto", "strgw.transfer/1", "AE", (Licence("AE", "771"), Licence("KG", "KG-9")))
        }
        self.fius = {code: self.fiu(code) for code in ("AE", "KG", "UZ")}

    def party(self, name: str, said: str, **more: Any) -> Party:
        return Party(
            KEYS[name], "person", said, party_id=f"C-{name}", documents=(Document("passport", f"N{name}", "KG"),), **more
        )

    def transfer(self, number: int, sender: Party, minor: int) -> Transfer:
        receiver = self.party(
            "collector", "Bakyt Testov", addresses=(Address("1 Lenin st", "Osh", "KG"),), date_of_birth="1980-02-29"
        )
        return Transfer(
            uid=bytes([number]) * 16,
            digest=bytes([number + 100]) * 16,
            partner="demo",
            scope="partner:demo",
            transfer_id=f"TX-{number}",
            status="paid",
            occurred_ms=START_MS + number * HOUR_MS,
            utc_offset_min=240,
            amount=Money(minor, "USD"),
            usd_minor=minor,
            channel="cash",
            sender=sender,
            receiver=receiver,
            send_place=Place("AE", "dubai"),
            pay_place=Place("KG", "osh"),
            send_agent=Agent(b"a" * 16, "AE-7", "Corner Exchange", "AE", "Dubai"),
            purpose="debt",
        )

    def point(self, index: int, t: Transfer) -> Evidence:
        assert t.receiver is not None
        ends = (t.partner, t.sender.key, t.receiver.key, t.amount.minor, t.amount.currency, t.usd_minor, t.channel)
        return Evidence(t.uid, 0, 7, index, t.occurred_ms, *ends, "AE", "KG", "dubai", "osh")

    def fiu(self, code: str, **more: Any) -> Fiu:
        row = {
            "id": code, "country": code, "name": f"Unit of {code}", "acronym": f"FIU-{code}", "egmont": "member", "gate": "open", "goaml": "no",
            "channel": "", "deadline": "PT24H", "deadline_text": "24 hours", "timezone": "Asia/Bishkek", "weekend": (5, 6), "calendar": "",
            "language": "ru", "profile": "portal", "transport": "", "confidence": "L", "evidence": "",
        }  # fmt: skip
        return msgspec.convert({**row, **more}, Fiu)

    def plan(self, fiu: str = "KG", **more: Any) -> FilingPlan:
        step = RouteStep("FATF R.20", "the entity is licensed here", "H")
        clock = Clock(START_MS + 3 * HOUR_MS, ("24 hours from suspicion",), START_MS + 27 * HOUR_MS)
        plan = FilingPlan(fiu, fiu, "file", "ready", {"AE": "771", "KG": "KG-9"}.get(fiu, ""), "HEAD", (step,), clock)
        return msgspec.structs.replace(plan, **more)

    def finding(self) -> Finding:
        return Finding(
            finding_id="f" * 32, version=1, state="open", typology="TS-F01", typology_version=1, scope="partner:demo", entity=KEYS["collector"],
            entity_kind=0, episode=1, started_ms=START_MS + HOUR_MS, occurred_ms=START_MS + 3 * HOUR_MS, strength=0.8, weight=1.0, score=0.8,
            reason="Two payers in one corridor pay one collector.", steps=((START_MS + 3 * HOUR_MS, 0.8),),
            numbers=(Number("payers", 2.0, 2.0, "persons", "DEF", "", (b"\x01" * 16, b"\x03" * 16)),), parts={}, facets=("corridor",),
            absent=("who owns the receiving phone",), suppressors=(), evidence=self.evidence,
        )  # fmt: skip

    def report(self, **more: Any) -> Report:
        roles = (
            CaseParty(KEYS["collector"], "subject", "Receives from several payers."),
            CaseParty(KEYS["payer"], "family_payer", "Pays for a relative."),
            CaseParty(KEYS["person"], "protected", "May be the person moved."),
        )
        report = Report(
            report_id="0123456789abcdef" * 2, version=1, state="open", scope="partner:demo", offence="SOM", score=0.8, urgent=True, do_not_block=True,
            suspicion_formed_ms=START_MS + 3 * HOUR_MS, typologies=(TypologyLine("TS-F01", "Funnel in a corridor", 0.8, "Two payers."),),
            findings=(self.finding(),), transfers=self.evidence, parties=roles,
            narrative={"en": "P2 and P3 paid P1 USD 750.50 in three transfers."},
            completeness={"transfers.amount": "present", "parties.occupation": "absent: not given"},
            filings=(self.plan("KG"), self.plan("AE"), self.plan("UZ", obligation="spontaneous", status="proposed")), considered=(),
        )  # fmt: skip
        return msgspec.structs.replace(report, **more)

    def archive(self) -> BatchArchive:
        return memory_archive([(0, 7, self.record)])[0]

    def registries(self) -> Registries:
        return Registries(self.partners, self.fius, {"portal": PORTAL_FORM.render}.get)


@pytest.fixture
def case() -> FilingCase:
    return FilingCase()


@pytest.fixture
def keys() -> dict[str, bytes]:
    return KEYS
