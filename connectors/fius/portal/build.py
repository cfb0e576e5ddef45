"""Builds the structure `strgw.portal/1` from a resolved report. Pure: the same report gives the same structure."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from connectors.fius.portal import document as doc
from connectors.fius.portal.flow import money_flow
from connectors.fius.portal.ledger import ledger_lines
from connectors.fius.portal.people import notice, person
from connectors.fius.resolved import ResolvedReport
from schemas.finding import Finding
from schemas.indicators import READ, load_indicators
from schemas.money import Money, decimals, to_decimal
from schemas.report import RouteStep
from schemas.transfer import Agent, Place, Transfer
from streams.domain.languages import EN, read_by, town
from streams.domain.narrative import narrate

OFFENCES = {
    "TIP": "suspected trafficking in persons",
    "SOM": "suspected smuggling of migrants",
    "TIP+SOM": "suspected trafficking in persons and smuggling of migrants",
    "OTHER": "suspected proceeds of crime, offence not determined",
}


def build(resolved: ResolvedReport) -> doc.PortalReport:
    """The content of `report.json`."""
    report, transfers = resolved.report, list(resolved.transfers.values())
    refs = {transfer.uid: f"T{number}" for number, transfer in enumerate(transfers, 1)}
    labels = {party.key: party.label for party in resolved.parties}
    last_ms = max((transfer.occurred_ms for transfer in transfers), default=report.suspicion_formed_ms)
    people = tuple(person(party, refs, last_ms) for party in resolved.parties)
    own = read_by(resolved.fiu.language)
    return doc.PortalReport(
        format=doc.FORMAT,
        notice=notice(people, report.urgent, report.do_not_block),
        report=doc.Identity(
            report.report_id,
            report.version,
            report.supersedes,
            report.offence,
            OFFENCES[report.offence],
            utc(report.suspicion_formed_ms),
        ),
        filing=_filing(resolved),
        narrative=dict(sorted((report.narrative | ({own.code: narrate(report, own)} if own else {})).items())),
        language=own.code if own else EN.code,
        patterns=tuple(_pattern(finding, resolved, refs) for finding in report.findings if finding.state == "open"),
        parties=people,
        transfers=tuple(_payment(transfer, refs[transfer.uid], labels) for transfer in transfers),
        not_known=_not_known(resolved),
        exchange_proposals=tuple(
            doc.Proposal(plan.country, _steps(plan.basis)) for plan in report.filings if plan.obligation == "spontaneous"
        ),
        completeness=ledger_lines(resolved),
        indicators=tuple(_indication(line.id, resolved.fiu.id) for line in report.typologies),
        parameters=tuple(doc.Judged(used.version, used.sha256) for used in report.parameters),
        languages=(EN.code, own.code) if own else (EN.code,),
        flow=money_flow(transfers),
    )


def utc(ms: int) -> str:
    """ISO 8601 in UTC to the second: 2026-03-01T09:30:00Z."""
    return f"{datetime.fromtimestamp(ms // 1000, UTC).isoformat()[:-6]}Z"


def _filing(resolved: ResolvedReport) -> doc.FilingPart:
    plan, fiu = resolved.plan, resolved.fiu
    local = datetime.fromtimestamp(plan.clock.due_ms // 1000, ZoneInfo(fiu.timezone))
    return doc.FilingPart(
        fiu_country=fiu.country,
        fiu_name=fiu.name,
        fiu_acronym=fiu.acronym,
        reporting_entity=resolved.partner.name,
        registration=plan.reporting_entity,
        branch=plan.branch,
        obligation=plan.obligation,
        legal_basis=_steps(plan.basis),
        due_at=utc(plan.clock.due_ms),
        due_at_local=f"{local.strftime('%Y-%m-%d %H:%M')} {fiu.timezone}",
        deadline_steps=plan.clock.steps,
        relation=resolved.relation,
        prior_reference=resolved.prior_reference,
    )


def _steps(basis: Iterable[RouteStep]) -> tuple[doc.BasisStep, ...]:
    return tuple(doc.BasisStep(step.rule, step.says, step.confidence) for step in basis)


def _pattern(finding: Finding, resolved: ResolvedReport, refs: dict[bytes, str]) -> doc.Pattern:
    names = {line.id: line.name for line in resolved.report.typologies}
    numbers = tuple(
        doc.Measured(
            n.name,
            f"{n.observed:.10g}",
            f"{n.line:.10g}",
            n.unit,
            n.source or n.basis,
            tuple(refs[uid] for uid in n.transfers if uid in refs),
        )
        for n in finding.numbers
    )
    return doc.Pattern(
        typology=finding.typology,
        name=names.get(finding.typology, finding.typology),
        score=f"{finding.score:.3f}",
        reason=finding.reason,
        first_at=utc(finding.started_ms),
        last_at=utc(finding.occurred_ms),
        numbers=numbers,
        transfers=tuple(refs[evidence.uid] for evidence in finding.evidence if evidence.uid in refs),
    )


@lru_cache(maxsize=4096)
def _indication(typology: str, fiu: str) -> doc.Indication:
    known = load_indicators()
    published = []
    for row in known.of(typology):
        source = known.sources[row.source]
        date = f" ({source.date})" if source.date else ""
        published.append(doc.Reference(row.id, f"{source.issuer}, {source.document}{date}", row.says, READ[source.read]))
    local = known.local(fiu, typology)
    return doc.Indication(
        typology, tuple(published), tuple(doc.LocalCode(code, label) for code, label in local.codes), local.unmapped
    )


def _payment(transfer: Transfer, ref: str, labels: dict[bytes, str]) -> doc.Payment:
    zone = timezone(timedelta(minutes=transfer.utc_offset_min))
    local = datetime.fromtimestamp(transfer.occurred_ms // 1000, zone)
    return doc.Payment(
        ref=ref,
        transfer_id=transfer.transfer_id,
        status=transfer.status,
        occurred_at=utc(transfer.occurred_ms),
        local_time=local.isoformat(timespec="minutes"),
        amount=major(transfer.amount),
        currency=transfer.amount.currency,
        usd=major(Money(transfer.usd_minor, "USD")),
        channel=transfer.channel,
        sender=labels[transfer.sender.key],
        receiver=labels[transfer.receiver.key] if transfer.receiver else "",
        paid_in=_point(transfer.send_place, transfer.send_agent),
        paid_out=_point(transfer.pay_place, transfer.pay_agent),
        purpose=transfer.purpose or "",
        relationship=transfer.relationship or "",
        remarks=tuple(f"{flag.code}: {flag.note}" if flag.note else flag.code for flag in transfer.flags),
    )


def _point(place: Place, agent: Agent | None) -> doc.Point:
    if agent is None:
        return doc.Point(place.country, town(place.country, place.town, EN), "", "")
    return doc.Point(place.country, agent.city or town(place.country, place.town, EN), agent.agent_id, agent.name)


def major(money: Money) -> str:
    """The amount in major units with the currency's decimals: "1999.00"."""
    return f"{to_decimal(money):.{decimals(money.currency)}f}"


def _not_known(resolved: ResolvedReport) -> tuple[str, ...]:
    """What payments alone cannot say: facts the patterns missed, each once, in the order of the findings."""
    return tuple(
        dict.fromkeys(fact for finding in resolved.report.findings if finding.state == "open" for fact in finding.absent)
    )
