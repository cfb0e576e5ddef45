"""Joins a report with the archive: names, documents and places enter here, and only here, on the way to an FIU."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TypeVar

import msgspec

from connectors.fius.age import childhood
from connectors.fius.resolved import ResolvedParty, ResolvedReport
from connectors.kafka.archive import Archive
from schemas.case import ROLES, SUBJECT_ROLES, CaseParty
from schemas.registry import Fiu, Partner
from schemas.report import FilingPlan, Report
from schemas.safe_words import without_health
from schemas.transfer import Flag, Party, Transfer
from streams.domain.narrative import english

T = TypeVar("T")
SHIELDED = frozenset({"victim", "protected"})
CHILD = "is, or may be, under 18; to be protected, whatever the payments look like"
NO_SUBJECT = "absent: nobody in the case may be named as subject"
UNLISTED = "Named in a transfer of this report; the payments give no ground for a role."


class ResolveError(Exception):
    """A report that cannot be joined with its registries or transfers.

    code  fiu_unknown | partner_unknown | party_unknown | role_unknown
    """

    def __init__(self, code: str, text: str, canonical_path: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.canonical_path = canonical_path


class Joined:
    """One version of a report and its transfers: joined when the first FIU asks, and what the others get is the same."""

    def __init__(self, report: Report, archive: Archive) -> None:
        self.report = report
        self._archive = archive

    def resolved(self, plan: FilingPlan, partners: Mapping[str, Partner], fius: Mapping[str, Fiu]) -> ResolvedReport:
        """The report with its transfers and parties, for the FIU of `plan`.

        Raises  ResolveError, ArchiveError
        """
        fiu = fius.get(plan.fiu)
        if fiu is None:
            raise ResolveError(
                "fiu_unknown", f"The FIU {plan.fiu} is not in the FIU registry; add it to fius.yaml.", "filings.fiu"
            )
        partner = reporting_partner(self.report, plan, partners)
        report, transfers, parties = self._whole
        return ResolvedReport(report, plan, fiu, partner, transfers, parties)

    @cached_property
    def _whole(self) -> tuple[Report, dict[bytes, Transfer], tuple[ResolvedParty, ...]]:
        found = self._archive.fetch(self.report.transfers)
        ordered = sorted(map(_without_health, found.values()), key=lambda t: (t.occurred_ms, t.transfer_id, t.uid))
        parties = merge_parties(self.report.parties, ordered)
        return _with_roles(self.report, parties), {t.uid: t for t in ordered}, parties


def resolve(
    report: Report, plan: FilingPlan, archive: Archive, partners: Mapping[str, Partner], fius: Mapping[str, Fiu]
) -> ResolvedReport:
    """A report joined for one FIU. Raises as Joined.resolved()."""
    return Joined(report, archive).resolved(plan, partners, fius)


def _without_health(transfer: Transfer) -> Transfer:
    """The transfer without what a customer or clerk wrote of somebody's health or shelter (victim rule V6)."""
    kept = msgspec.structs.replace(
        transfer,
        purpose=transfer.purpose and without_health(transfer.purpose),
        relationship=transfer.relationship and without_health(transfer.relationship),
        flags=tuple(Flag(flag.code, flag.note and without_health(flag.note)) for flag in transfer.flags),
    )
    return kept if kept != transfer else transfer


def _with_roles(report: Report, parties: Iterable[ResolvedParty]) -> Report:
    """The report with the roles that the parties have once their birth dates are known, and the words that go with them."""
    roles = {party.key: party for party in parties}
    listed = tuple(CaseParty(party.key, roles[party.key].role, roles[party.key].why) for party in report.parties)
    if listed == report.parties:
        return report
    ledger = report.completeness
    if not any(party.role in SUBJECT_ROLES for party in listed):
        ledger = {**ledger, "parties.subject": NO_SUBJECT}
    changed = msgspec.structs.replace(report, parties=listed, completeness=ledger)
    return msgspec.structs.replace(changed, narrative={**report.narrative, "en": english(changed)})


def reporting_partner(report: Report, plan: FilingPlan, partners: Mapping[str, Partner]) -> Partner:
    """The partner among those of the report's transfers whose licence in the FIU's country files it."""
    involved = sorted({evidence.partner for evidence in report.transfers})
    known = [partners[name] for name in involved if name in partners]
    for partner in known:
        for licence in partner.licences:
            if licence.country == plan.country and licence.registration == plan.reporting_entity:
                return partner
    text = f"No partner of this report holds registration {plan.reporting_entity or '(none)'} in {plan.country}; check partners.yaml."
    raise ResolveError("partner_unknown", text, "filings.reporting_entity")


def merge_parties(roles: Iterable[CaseParty], transfers: Iterable[Transfer]) -> tuple[ResolvedParty, ...]:
    """P1 … Pn in the order of `roles`, then parties only the transfers name. Who is, or may be, a child is to be protected.

    Raises  ResolveError(party_unknown | role_unknown)
    """
    seen: dict[bytes, list[Party]] = {}
    sent: dict[bytes, list[bytes]] = {}
    received: dict[bytes, list[bytes]] = {}
    last_ms = 0
    for transfer in transfers:
        last_ms = max(last_ms, transfer.occurred_ms)
        sent.setdefault(transfer.sender.key, []).append(transfer.uid)
        seen.setdefault(transfer.sender.key, []).append(transfer.sender)
        if transfer.receiver is not None:
            received.setdefault(transfer.receiver.key, []).append(transfer.uid)
            seen.setdefault(transfer.receiver.key, []).append(transfer.receiver)
    listed = list(roles)
    keys = {party.key for party in listed}
    listed += [CaseParty(key, "unknown", UNLISTED) for key in seen if key not in keys]
    merged = []
    for number, party in enumerate(listed, 1):
        _check(number, party, seen)
        born = (face.date_of_birth for face in seen[party.key] if face.date_of_birth)
        if party.role not in SHIELDED and childhood(born, last_ms):
            party = CaseParty(party.key, "protected", CHILD)
        merged.append(_merge(f"P{number}", party, seen[party.key], sent.get(party.key, ()), received.get(party.key, ())))
    return tuple(merged)


def _check(number: int, party: CaseParty, seen: Mapping[bytes, list[Party]]) -> None:
    if party.key not in seen:
        text = f"Party P{number} of the report is in none of its transfers, so it has no name; the report stage must drop or mend it."
        raise ResolveError("party_unknown", text, f"parties[{number - 1}]")
    if party.role not in ROLES:
        text = f"Party P{number} has the role {party.role!r}, which no renderer knows; the roles are {', '.join(ROLES)}."
        raise ResolveError("role_unknown", text, f"parties[{number - 1}].role")


def _merge(label: str, role: CaseParty, faces: list[Party], sent: Iterable[bytes], received: Iterable[bytes]) -> ResolvedParty:
    return ResolvedParty(
        label=label,
        key=role.key,
        role=role.role,
        why=role.why,
        kind=faces[0].kind,
        names=_union((face.name,) for face in faces),
        party_ids=_said(face.party_id for face in faces),
        dates_of_birth=_said(face.date_of_birth for face in faces),
        nationalities=_said(face.nationality for face in faces),
        occupations=_said(face.occupation for face in faces),
        customer_since=_said(face.customer_since for face in faces),
        documents=_union(face.documents for face in faces),
        phones=_union(face.phones for face in faces),
        emails=_union(face.emails for face in faces),
        devices=_union(face.devices for face in faces),
        ips=_said(face.ip for face in faces),
        addresses=_union(face.addresses for face in faces),
        accounts=_union(face.accounts for face in faces),
        sent=tuple(sent),
        received=tuple(received),
    )


def _union(groups: Iterable[Iterable[T]]) -> tuple[T, ...]:
    """Every value once, first seen first."""
    return tuple(dict.fromkeys(value for group in groups for value in group))


def _said(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
