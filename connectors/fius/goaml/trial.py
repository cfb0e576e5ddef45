"""Invented reports on which a form is tried as soon as it is imported: what it renders at once, and what it still asks for."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from connectors.fius.goaml.mapping import Form
from connectors.fius.goaml.renderer import render
from connectors.fius.resolve import merge_parties
from connectors.fius.resolved import Rendered, ResolvedReport
from schemas.case import CaseParty
from schemas.money import Money
from schemas.registry import Fiu, Licence, Office, Officer, Partner
from schemas.report import Clock, FilingPlan, Report, TypologyLine
from schemas.transfer import Account, Address, Agent, Document, Party, Place, Transfer

_START_MS = 1_767_600_000_000  # 2026-01-05T08:00:00Z
_HOUR_MS = 3_600_000
_ABROAD = ("KG", "AE")  # where the other side is; the second where the FIU is in the first
_CHANNELS = {
    "counter to counter": "cash_to_cash", "counter to wallet": "cash_to_wallet", "wallet to counter": "wallet_to_cash",
    "wallet to wallet": "wallet_to_wallet", "bank transfer": "bank_transfer", "cash out": "cash_out", "card": "card", "virtual asset": "virtual_asset",
}  # fmt: skip


class Trial(NamedTuple):
    """One trial: what it tries, whether everything about its parties was known, and what came of it."""

    name: str
    known: bool
    files: tuple[Rendered, ...]


class Missing(NamedTuple):
    """A field a trial was held for. `always`: though everything was known; else only where the field is not known."""

    target_path: str
    canonical_path: str
    code: str
    always: bool


def trials(form: Form, fiu: Fiu) -> list[Trial]:
    """Every kind of transfer between people of whom everything is known, a firm, and people of whom only the name is."""
    found = []
    for name, known, resolved in _reports(fiu):
        found.append(Trial(name, known, render(resolved, form)))
    return found


def crowd(fiu: Fiu, count: int) -> ResolvedReport:
    """A report of `count` counter transfers from half as many people, of whom everything is known, to two collectors abroad."""
    home, abroad = fiu.country, next(country for country in _ABROAD if country != fiu.country)
    people = [_person(10 + number, f"Amina{number}", "Example", home) for number in range(count // 2 + 1)]
    collectors = [_person(number, f"Bakyt{number}", "Example", abroad) for number in (1, 2)]
    transfers = [
        msgspec.structs.replace(
            _transfer((people[number % len(people)], collectors[number % 2]), "cash_to_cash", home, abroad),
            uid=number.to_bytes(16, "big"), transfer_id=f"TRIAL-{number}", occurred_ms=_START_MS + number * _HOUR_MS,
        )
        for number in range(count)
    ]  # fmt: skip
    return _resolved(fiu, transfers)


def missing(tried: list[Trial]) -> tuple[Missing, ...]:
    """Fields the trials were held for, those that are always missing first; paths without the party or transfer they were tried on."""
    found: dict[tuple[str, str], Missing] = {}
    for trial in sorted(tried, key=lambda trial: not trial.known):
        for file in trial.files:
            for error in file.errors:
                key = (error.target_path, error.code)
                found.setdefault(key, Missing(error.target_path, _plain(error.canonical_path), error.code, trial.known))
    return tuple(found.values())


def _plain(path: str) -> str:
    return ".".join(step.partition("[")[0] for step in path.split("."))


def _reports(fiu: Fiu) -> Iterator[tuple[str, bool, ResolvedReport]]:
    home, abroad = fiu.country, next(country for country in _ABROAD if country != fiu.country)
    sender, receiver = _person(1, "Amina", "Example", home), _person(2, "Bakyt", "Example", abroad)
    for name, channel in _CHANNELS.items():
        yield (
            name,
            True,
            _resolved(fiu, [_transfer((sender, None if channel == "cash_out" else receiver), channel, home, abroad)]),
        )
    firm = _person(3, "Example", "Trading", abroad, kind="entity", documents=(Document("registration", "R77", abroad),))
    yield "to a firm", True, _resolved(fiu, [_transfer((sender, firm), "cash_to_cash", home, abroad)])
    bare = [
        Party(number.to_bytes(16, "big"), kind, name)
        for number, kind, name in ((4, "person", "Mirlan"), (5, "entity", "Example"))
    ]
    yield "only names known", False, _resolved(fiu, [_transfer((bare[0], bare[1]), "cash_to_cash", home, abroad)])


def _person(number: int, first: str, last: str, country: str, **more: Any) -> Party:
    fields: dict[str, Any] = {
        "kind": "person", "party_id": f"C-{number}", "date_of_birth": "1990-02-28", "nationality": country, "occupation": "Driver",
        "documents": (Document("passport", f"N{number}00000", country), Document("national_id", f"7840000000{number}", country)),
        "phones": (f"+9715012345{number}0",), "emails": (f"c{number}@example.org",), "addresses": (Address(f"{number} Example Street", "Exampletown", country),),
        "accounts": (Account("account", f"000012345{number}"),), "customer_since": "2024-01-01",
    }  # fmt: skip
    return Party(key=number.to_bytes(16, "big"), name=f"{first} {last}", **(fields | more))


def _transfer(ends: tuple[Party, Party | None], channel: str, home: str, abroad: str) -> Transfer:
    sender, receiver = ends
    uid = b"t" * 16
    return Transfer(
        uid=uid, digest=uid, partner="trial", scope="partner:trial", transfer_id="TRIAL-1", status="paid", occurred_ms=_START_MS + _HOUR_MS,
        utc_offset_min=0, amount=Money(95_000, "USD"), usd_minor=95_000, channel=channel, sender=sender, receiver=receiver,
        send_place=Place(home, ""), pay_place=Place(abroad if receiver else home, ""), send_agent=Agent(b"a" * 16, "101", "Example Exchange", home, "Exampletown"),
        pay_agent=Agent(b"b" * 16, "202", "Example Desk", abroad, "Exampletown"), purpose="family support", relationship="brother",
    )  # fmt: skip


def _resolved(fiu: Fiu, transfers: list[Transfer]) -> ResolvedReport:
    plan = FilingPlan(fiu.id, fiu.country, "file", "ready", "101", "HEAD", (), Clock(_START_MS, (), _START_MS))
    officer = Officer(
        "Mira",
        "Example",
        "MEXAMPLE",
        "F",
        "1980-05-01",
        "784198000000001",
        fiu.country,
        "+97142000000",
        "mlro@example.org",
        "Compliance officer",
    )
    office = Office("1 Example Street", "Exampletown", "Example", "1000")
    partner = Partner(
        "trial",
        "Example Remit",
        "mto",
        "strgw.transfer/1",
        fiu.country,
        (Licence(fiu.country, "101", officer=officer, office=office),),
    )
    roles = tuple(
        CaseParty(party.key, "subject", "Receives from several payers.") for t in transfers for party in (t.receiver,) if party
    )
    report = Report(
        report_id="00000000000000000000000000007a1a", version=1, state="open", scope="partner:trial", offence="SOM", score=0.9, urgent=False,
        do_not_block=False, suspicion_formed_ms=_START_MS, typologies=(TypologyLine("TS-F01", "Funnel", 0.9, ""),), findings=(), transfers=(),
        parties=roles, narrative={"en": "A report made up to try a form."}, completeness={}, filings=(plan,), considered=(),
    )  # fmt: skip
    return ResolvedReport(report, plan, fiu, partner, {t.uid: t for t in transfers}, merge_parties(roles, transfers))
