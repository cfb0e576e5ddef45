"""Which FIU hears of a case, from whom, on what legal basis and by when; and which countries were looked at in vain.

Routing follows the reporting entity's licences and the sides of the transfers, never nationality:

1. The reporting entity of a transfer is the partner's licensed branch on the sending side (the paying side for cash_out).
2. The paying side files too where the same partner is licensed there (FATF INR.16).
3. A unit behind a gate (deny, legal_hold) is not written to: the filing waits for a person (ops/decisions/0005).
4. Other countries that the transfers touch are proposed for FIU-to-FIU sharing, only where both units may exchange.
5. Without any licensed branch the case waits in the hold queue; it is never dropped.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from schemas.finding import Evidence
from schemas.fius import HolidayName, Sharing, holidays_of
from schemas.registry import Fiu, Licence, Partner
from schemas.report import Clock, Considered, FilingPlan, RouteStep
from streams.domain.calendar import due
from streams.domain.release import stricter
from streams.domain.sharing import may_share

NO_ROUTE, FIU_UNKNOWN, NO_CHANNEL, LEGAL_APPROVAL, AWAITING_RELEASE = (
    "no_route",
    "fiu_unknown",
    "no_channel",
    "legal_approval",
    "awaiting_release",
)
HOLD_CODES = (NO_ROUTE, FIU_UNKNOWN, NO_CHANNEL, LEGAL_APPROVAL, AWAITING_RELEASE)
_GATES = {
    "deny": (
        NO_CHANNEL,
        "{0} cannot be reached by a confirmed channel: a person decides with legal approval whether and how the branch there reports",
    ),
    "legal_hold": (LEGAL_APPROVAL, "a filing with {0} needs legal approval first (sanctions, call for action or suspension)"),
}
_LOOK_MS = 24 * 3_600_000  # DEF: a case that nobody can route is looked at within 24 hours
_US_THRESHOLDS = (
    "money services businesses report from USD 2,000 (USD 5,000 for an issuer's records); reported here: USD {0:,.2f}"
)


class Jurisdictions(NamedTuple):
    """The registries that routing reads: partners and FIUs by id, sharing agreements, holiday calendars by code."""

    partners: Mapping[str, Partner]
    fius: Mapping[str, Fiu]
    sharing: Sharing
    holidays: Callable[[str], HolidayName] = holidays_of


class Matter(NamedTuple):
    """What routing needs of a case: its transfers, when suspicion formed (ms, UTC) and whether it is urgent."""

    evidence: tuple[Evidence, ...]
    formed_ms: int
    urgent: bool = False


class _Duty(NamedTuple):
    """One licensed branch and the transfers it took in (`sent`) or paid out (`paid`); `us_cents` is their sum."""

    partner: Partner
    licence: Licence
    sent: int
    paid: int
    us_cents: int


def route(matter: Matter, jurisdictions: Jurisdictions) -> tuple[tuple[FilingPlan, ...], tuple[Considered, ...]]:
    """Filings of a case, the primary one first, then those that wait, then proposals; and every country looked at.

    Shape   a function of the set of transfers: their order does not matter
    """
    duties = _duties(matter.evidence, jurisdictions.partners)
    plans = [_plan(duty, matter, jurisdictions) for duty in duties]
    plans.sort(key=lambda plan: plan.obligation == "hold")
    plans += [_no_route(matter, jurisdictions)] if not plans else []
    looked_at = {plan.country: Considered(plan.country, plan.obligation, _why(plan)) for plan in reversed(plans) if plan.country}
    primary = plans[0] if plans[0].obligation == "file" else None
    for country in _touched(matter.evidence):
        if country not in looked_at:
            proposal, considered = _elsewhere(country, primary, matter, jurisdictions)
            plans += [proposal] if proposal else []
            looked_at[country] = considered
    return tuple(plans), tuple(looked_at[country] for country in sorted(looked_at))


def sides(transfer: Evidence) -> tuple[str, str]:
    """Country that took the money in and country that paid it out ("" where there is none), as the reporting entity sees them."""
    if transfer.channel == "cash_out":
        return transfer.pay_country, ""
    return transfer.send_country, transfer.pay_country


def licence_in(partner: Partner | None, country: str) -> Licence | None:
    """The partner's licence in a country; one that covers all agents comes before one that names some."""
    found = [licence for licence in partner.licences if licence.country == country] if partner and country else []
    return min(found, key=lambda licence: (bool(licence.agents), licence.registration, licence.branch), default=None)


def _duties(evidence: Iterable[Evidence], partners: Mapping[str, Partner]) -> list[_Duty]:
    """Licensed branches by weight: those that took money in first, then by number and sum of transfers."""
    found: dict[tuple[str, str], _Duty] = {}
    for transfer in evidence:
        partner = partners.get(transfer.partner)
        taken_in, paid_out = sides(transfer)
        for country, sent in ((taken_in, 1), (paid_out, 0)):
            licence = licence_in(partner, country)
            if partner is None or licence is None or (not sent and country == taken_in):
                continue
            old = found.get((partner.id, country), _Duty(partner, licence, 0, 0, 0))
            found[partner.id, country] = old._replace(
                sent=old.sent + sent, paid=old.paid + 1 - sent, us_cents=old.us_cents + transfer.usd_minor
            )
    return sorted(found.values(), key=lambda d: (not d.sent, -d.sent - d.paid, -d.us_cents, d.licence.country, d.partner.id))


def _plan(duty: _Duty, matter: Matter, jurisdictions: Jurisdictions) -> FilingPlan:
    """The filing of one licensed branch with the FIU of its country, or why it waits."""
    licence, partner = duty.licence, duty.partner
    fiu = jurisdictions.fius.get(licence.country)
    release = _release(fiu, partner)
    obligation, status, code, reason = _standing(fiu, duty, release)
    clock = (
        _look_clock(matter) if fiu is None else due(matter.formed_ms, fiu, jurisdictions.holidays(fiu.calendar), matter.urgent)
    )
    return FilingPlan(
        fiu=fiu.id if fiu else "",
        country=licence.country,
        obligation=obligation,
        status=status,
        reporting_entity=licence.registration,
        branch=licence.branch,
        basis=_basis(duty, fiu, partner),
        clock=clock,
        hold_code=code,
        hold_reason=reason,
        release=release,
        formed_by=fiu.suspicion_formed_by if fiu else "score",
    )


def _release(fiu: Fiu | None, partner: Partner) -> str:
    """The stricter of the partner's policy and the FIU's; where a reviewer forms the suspicion, at least one reviewer."""
    if fiu is None:
        return partner.release
    by_law = stricter(fiu.release, "one_reviewer" if fiu.suspicion_formed_by == "reviewer" else "automatic")
    return stricter(partner.release, by_law)


def _standing(fiu: Fiu | None, duty: _Duty, release: str) -> tuple[str, str, str, str]:
    """Obligation, status, hold code and its reason."""
    if fiu is None:
        country = duty.licence.country
        return (
            "hold",
            "held",
            FIU_UNKNOWN,
            f"the branch is licensed in {country}, but the FIU registry has no unit for {country}: add one to fius.yaml",
        )
    if fiu.gate in _GATES:
        code, reason = _GATES[fiu.gate]
        return "hold", "held", code, reason.format(f"{fiu.acronym} ({fiu.country})")
    if release != "automatic":
        whose = duty.partner.id if release == duty.partner.release else fiu.acronym
        reason = f"the release policy of {whose} ({release}) wants a person to release the report"
        return "file", "held", AWAITING_RELEASE, reason
    return "file", "ready", "", ""


def _basis(duty: _Duty, fiu: Fiu | None, partner: Partner) -> tuple[RouteStep, ...]:
    """The legal reasoning: which branch, on which side, under which rule."""
    country = duty.licence.country
    some = f" for the agents {', '.join(duty.licence.agents)}" if duty.licence.agents else ""
    steps = [
        RouteStep(
            "licence",
            f"{partner.id} is licensed in {country}, registration {duty.licence.registration}{some}",
            "M" if some else "H",
        )
    ]
    if duty.sent:
        steps.append(
            RouteStep(
                "FATF R.20",
                f"the entity reports to the FIU where it is licensed: its side in {country} handled {duty.sent} of the transfers",
                "H",
            )
        )
    if duty.paid:
        says = f"{partner.id} paid out {duty.paid} of the transfers in {country}: a provider files in each affected country where it is licensed"
        steps.append(RouteStep("FATF INR.16", says, "H"))
    if fiu is not None:
        steps.append(RouteStep(f"national law, {country}", fiu.deadline_text, fiu.confidence))
    if country == "US":
        steps.append(RouteStep("31 CFR 1022.320", _US_THRESHOLDS.format(duty.us_cents / 100), "H"))
    return tuple(steps)


def _no_route(matter: Matter, jurisdictions: Jurisdictions) -> FilingPlan:
    """The plan of a case in which no side of any transfer has a licensed branch: a person must look."""
    partners = sorted({transfer.partner for transfer in matter.evidence})
    unknown = [partner for partner in partners if partner not in jurisdictions.partners]
    countries = ", ".join(_touched(matter.evidence)) or "no known country"
    problem = (
        f"the partner registry does not know {', '.join(unknown)}"
        if unknown
        else f"{', '.join(partners) or 'no partner'} has no licence in {countries}"
    )
    reason = f"no FIU has jurisdiction by licence: {problem}; add the licence to partners.yaml or decide by hand where to report"
    step = RouteStep(
        "FATF R.20", "a report goes to the FIU where the reporting entity is licensed; none of the sides has a licence", "H"
    )
    return FilingPlan("", "", "hold", "held", "", "", (step,), _look_clock(matter), NO_ROUTE, reason)


def _look_clock(matter: Matter) -> Clock:
    steps = ("no FIU, so no legal deadline is known", "a person looks within 24 hours of the formation of suspicion (DEF)")
    return Clock(matter.formed_ms, steps, matter.formed_ms + _LOOK_MS)


def _elsewhere(
    country: str, primary: FilingPlan | None, matter: Matter, jurisdictions: Jurisdictions
) -> tuple[FilingPlan | None, Considered]:
    """A proposal that the primary FIU tells the FIU of a country where nobody files, if the two may exchange."""
    if primary is None:
        return None, Considered(country, "none", "no licensed branch there, and no primary FIU that could share with it")
    answer = may_share(jurisdictions.fius[primary.fiu], country, jurisdictions.fius, jurisdictions.sharing)
    if not answer.allowed:
        return None, Considered(country, "none", f"no licensed branch on a side there; not proposed for sharing: {answer.why}")
    first = RouteStep(
        "FATF R.40",
        f"transfers touch {country}, where no side has a licensed branch: {primary.fiu} may tell {country} spontaneously",
        "H",
    )
    clock = Clock(
        matter.formed_ms,
        ("no deadline of its own: the proposal is part of the primary filing", *primary.clock.steps),
        primary.clock.due_ms,
    )
    plan = FilingPlan(country, country, "spontaneous", "proposed", "", "", (first, *answer.basis), clock)
    return plan, Considered(country, "spontaneous", answer.why)


def _touched(evidence: Iterable[Evidence]) -> list[str]:
    return sorted({country for transfer in evidence for country in (transfer.send_country, transfer.pay_country) if country})


def _why(plan: FilingPlan) -> str:
    return plan.hold_reason or "; ".join(step.says for step in plan.basis[:3])
