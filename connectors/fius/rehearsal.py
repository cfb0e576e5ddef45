"""Renders a single transfer as if it were reported, to see what an FIU's form would miss. Nothing of it is kept or sent."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from connectors.fius.resolve import merge_parties
from connectors.fius.resolved import Rendered, ResolvedReport
from schemas.case import CaseParty
from schemas.finding import Evidence
from schemas.registry import Fiu, Licence, Partner
from schemas.report import Clock, FilingPlan, Report, TypologyLine
from schemas.transfer import Transfer

# What a transfer can say; what else a form asks for (a gender, a teller) no partner can give.
TOLD = frozenset(
    {
        f"parties.{name}"
        for name in ("dates_of_birth", "nationalities", "occupations", "documents", "phones", "emails", "addresses", "accounts")
    }
    | {f"transfers.{name}" for name in ("send_agent", "pay_agent", "purpose", "receiver")}
)
NOBODY_SAID = frozenset({"NOT_GIVEN", "UNKNOWN_INDICATOR"})  # rules of FinCEN's form; a goAML form does not list what is optional
_REPORT_ID = "00000000000000000000000000007e57"


def affected(partner: Partner, transfer: Transfer) -> list[Licence]:
    """Licences of the partner on either side of the transfer: where it would be reported."""
    return [one for one in partner.licences if one.country in (transfer.send_place.country, transfer.pay_place.country)]


class Lack(NamedTuple):
    """What a form does not get of a transfer.

    how     held: the report would wait for a person; filled: a rule of the form stands in for it; absent: it goes without
    field   ours, without the party or transfer; target: the form's
    """

    how: Literal["held", "filled", "absent"]
    field: str
    target: str
    text: str


def lacking(
    transfer: Transfer, partner: Partner, licence: Licence, fiu: Fiu, render: Callable[[ResolvedReport], Sequence[Rendered]]
) -> Iterator[Lack]:
    """What the form of an FIU asks for and the transfer does not say; of each field of ours once for each way."""
    seen: set[tuple[str, str]] = set()
    for lack in _lacks(render(_report(transfer, partner, licence, fiu))):
        if (lack.how, lack.field) not in seen:
            seen.add((lack.how, lack.field))
            yield lack


def _lacks(files: Sequence[Rendered]) -> Iterator[Lack]:
    for file in files:
        for error in file.errors:
            yield Lack("held", _field(error.canonical_path), error.target_path, error.text)
        for row in file.ledger:
            field = _field(row.canonical_path)
            if field not in TOLD or (row.state == "absent" and row.rule not in NOBODY_SAID):
                continue
            if row.state == "placeholder":
                yield Lack("filled", field, row.target_path, f"Rule {row.rule} of the form stands in for it.")
            elif row.state == "absent":
                yield Lack("absent", field, row.target_path, "The form goes without it.")


def _field(path: str) -> str:
    """The first two steps of a path, without the party or transfer it was found at: parties.phones."""
    return ".".join(step.partition("[")[0] for step in path.split(".")[:2])


def _report(transfer: Transfer, partner: Partner, licence: Licence, fiu: Fiu) -> ResolvedReport:
    at = transfer.occurred_ms
    plan = FilingPlan(fiu.id, fiu.country, "file", "ready", licence.registration, licence.branch, (), Clock(at, (), at))
    receiver = transfer.receiver or transfer.sender
    roles = (CaseParty(receiver.key, "subject", "Takes the money."),)
    evidence = Evidence(
        transfer.uid, 0, 0, 0, at, transfer.partner, transfer.sender.key, transfer.receiver.key if transfer.receiver else None,
        transfer.amount.minor, transfer.amount.currency, transfer.usd_minor, transfer.channel,
        transfer.send_place.country, transfer.pay_place.country, transfer.send_place.town, transfer.pay_place.town,
    )  # fmt: skip
    report = Report(
        report_id=_REPORT_ID, version=1, state="open", scope=transfer.scope, offence="SOM", score=0.9, urgent=False, do_not_block=False,
        suspicion_formed_ms=at, typologies=(TypologyLine("TS-F01", "Rehearsal", 0.9, ""),), findings=(), transfers=(evidence,), parties=roles,
        narrative={"en": "Made up to try the form."}, completeness={}, filings=(plan,), considered=(),
    )  # fmt: skip
    return ResolvedReport(report, plan, fiu, partner, {transfer.uid: transfer}, merge_parties(roles, [transfer]))
