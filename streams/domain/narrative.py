"""The report in plain English: what was seen, then what it may mean, then what is not known. Parties are P1, P2 …; no names.

A victim, a protected person or a payer is never called a subject; the wording rules of the project's style reference apply.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

from schemas.case import SUBJECT_ROLES
from schemas.codes import COUNTRY_NAMES
from schemas.finding import Evidence, Finding, Number
from schemas.money import Money, text
from schemas.places import UNKNOWN_MARK, gazetteer
from schemas.report import Report
from schemas.transfer import ENTITY_KINDS, PARTY
from streams.domain.score import ALERT_LINE

OFFENCES = {
    "TIP": "trafficking in persons",
    "SOM": "smuggling of migrants",
    "TIP+SOM": "smuggling of migrants together with trafficking in persons",
}
ROLE_SENTENCES = {
    "subject": "Reported as subject",
    "facilitator": "Reported as subject, for possibly helping to move the money",
    "victim": "Possible victim, reported as a person who may need protection and not as a suspect",
    "protected": "Person who may need protection, not a suspect",
    "family_payer": "Payer, possibly for a relative and possibly under pressure, not a suspect",
    "involved": "Named in a transfer only; nothing here says more",
    "unknown": "Role not known",
}
_HANDLING = (
    "URGENT. Somebody may be held until money arrives. Please do not let the parties be contacted or the payments be stopped "
    "before the competent authority has agreed."
)
_DO_NOT_BLOCK = "HANDLING. Stopping the payments may put a person in danger: please leave them running until the competent authority has agreed."
_UNKNOWN = (
    "Not known from payments alone: what the payments were really for, what was agreed outside them, who decides over the accounts and documents used, "
    "and whether anybody was moved, held or forced."
)
_TOWNS = 4  # DEF: towns named for each country; the structured part has them all
_SUBJECTS = 8  # DEF: subjects whose flows are told one by one


def english(report: Report, merged_into: str = "") -> str:
    """The narrative of a report, one paragraph or item a line.

    Shape   a function of the report's other content; labels follow the order of `report.parties`
    """
    if report.state != "open":
        return _withdrawal(merged_into)
    label = labels(report)
    sections = (
        [_HANDLING] if report.urgent else [_DO_NOT_BLOCK] if report.do_not_block else [],
        ["WHAT WAS SEEN", *_seen(report.transfers), *_flows(report, label)],
        ["PATTERNS", *_patterns(report, label)],
        ["WHAT IT MAY MEAN", _meaning(report), *_roles(report, label)],
        ["WHAT IS NOT KNOWN", _UNKNOWN, *_missing(report.findings)],
    )
    return "\n".join(line for section in sections for line in section)


def labels(report: Report) -> dict[bytes, str]:
    """P1, P2 … by party key, in the order of `report.parties`."""
    return {party.key: f"P{number}" for number, party in enumerate(report.parties, 1)}


def day(at_ms: int) -> str:
    """A day as people write it, UTC: 5 March 2024."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)
    return f"{moment.day} {moment:%B %Y}"


def _withdrawal(merged_into: str) -> str:
    if merged_into:
        return f"This report is withdrawn because its transfers are now part of report {merged_into}, which replaces it."
    return (
        "This report is withdrawn. Later information, such as refunded or cancelled transfers, brought the measured pattern below the level "
        "at which a report is due."
    )


def _seen(transfers: Sequence[Evidence]) -> list[str]:
    first, last = day(transfers[0].at_ms), day(transfers[-1].at_ms)
    when = f"On {first}" if first == last else f"From {first} to {last}"
    usd = text(Money(sum(t.usd_minor for t in transfers), "USD"))
    moved = f" moved {usd} by the reference rates" if {t.currency for t in transfers} != {"USD"} else ""
    lines = [f"{when} (UTC), {_count(len(transfers), 'transfer')}{moved}: {_sums(transfers)}."]
    channels = Counter(t.channel.replace("_", " ") for t in transfers)
    lines.append(f"Channels: {_ranked(channels)}.")
    taken_in = [(t.send_country, t.send_town) for t in transfers if t.channel != "cash_out"]
    lines += [f"Money taken in: {_places(taken_in)}."] if taken_in else []
    return [*lines, f"Money paid out or credited: {_places((t.pay_country, t.pay_town) for t in transfers)}."]


def _sums(transfers: Sequence[Evidence]) -> str:
    """For each currency: sum, count, and smallest, middle and largest single sum."""
    by_currency: dict[str, list[int]] = {}
    for transfer in transfers:
        by_currency.setdefault(transfer.currency, []).append(transfer.amount_minor)
    said = []
    for currency, amounts in sorted(by_currency.items()):
        total = f"{text(Money(sum(amounts), currency))} in {_count(len(amounts), 'transfer')}"
        low, middle, high = (text(Money(int(n), currency)) for n in (min(amounts), median(amounts), max(amounts)))
        said.append(f"{total} (single sums {low} to {high}, median {middle})" if low != high else f"{total} (each {low})")
    return "; ".join(said)


def _flows(report: Report, label: Mapping[bytes, str]) -> list[str]:
    """What each subject received and sent."""
    subjects = [party.key for party in report.parties if party.role in SUBJECT_ROLES]
    lines = []
    for key in subjects[:_SUBJECTS]:
        received = [t for t in report.transfers if t.receiver == key and t.sender != key]
        sent = [t for t in report.transfers if t.sender == key]
        said = [_flow("received", received, "from", {t.sender for t in received})] if received else []
        said += (
            [_flow("sent or withdrew", sent, "to", {t.receiver for t in sent if t.receiver not in (None, key)})] if sent else []
        )
        lines += [f"{label[key]} {' and '.join(said)}."] if said else []
    if len(subjects) > _SUBJECTS:
        lines.append(f"The flows of {len(subjects) - _SUBJECTS} more parties of this kind are in the list of transfers.")
    return lines


def _flow(verb: str, transfers: list[Evidence], side: str, others: Iterable[bytes | None]) -> str:
    count = len(set(others))
    who = f" {side} {count} {'party' if count == 1 else 'parties'}" if count else ""
    return f"{verb} {text(Money(sum(t.usd_minor for t in transfers), 'USD'))} in {_count(len(transfers), 'transfer')}{who}"


def _patterns(report: Report, label: Mapping[bytes, str]) -> list[str]:
    """The best finding of each typology with its numbers; the others are counted."""
    lines = []
    for line in report.typologies:
        of_kind = [finding for finding in report.findings if finding.typology == line.id]
        best = max(of_kind, key=rank)
        lines.append(
            f"- {line.name} pattern ({line.id}), at {_entity(best, label)}, {day(best.started_ms)} to {day(best.occurred_ms)}: {_sentence(best.reason)}"
        )
        if best.numbers:
            lines.append(f"  Measured, with the line from which it counts: {'; '.join(_number(n) for n in best.numbers)}.")
        for suppressor in best.suppressors:
            lines.append(
                f"  Speaks against it: {_sentence(suppressor.why)} Its weight was lowered to {suppressor.factor:g} of what it would be."
            )
        if len(of_kind) > 1:
            lines.append(f"  {_count(len(of_kind) - 1, 'further finding')} of this pattern in the same case.")
    return lines


def rank(finding: Finding) -> tuple[float, bool, str]:
    """Which of several findings of a typology speaks for it: the strongest, and of equals one at a party, who has a label."""
    return finding.score, finding.entity_kind == PARTY, finding.finding_id


def _entity(finding: Finding, label: Mapping[bytes, str]) -> str:
    """The party at whom the pattern was seen, or the kind of identifier and who collects there."""
    if finding.entity in label:
        return label[finding.entity]
    holders = sorted(
        (label[key] for key, part in finding.parts.items() if part == "collector" and key in label), key=lambda p: int(p[1:])
    )
    return f"one {ENTITY_KINDS[finding.entity_kind]}{' of ' + _run(holders) if holders else ''}"


def _number(number: Number) -> str:
    name = number.name.removeprefix("min_").removeprefix("max_").replace("_", " ")
    return f"{name} {_figure(number.observed)} (line {_figure(number.line)}{', ' + number.unit if number.unit else ''})"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def _meaning(report: Report) -> str:
    offence = OFFENCES.get(report.offence)
    what = f"consistent with {offence}" if offence else "unusual; it does not point to one offence"
    formed = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=report.suspicion_formed_ms)
    return (
        f"Taken together this is {what}. The combined score is {report.score:.2f} on a scale from 0 to 1; a report is due from {ALERT_LINE:.2f}. "
        f"Suspicion formed on {day(report.suspicion_formed_ms)} at {formed:%H:%M} UTC, when the patterns seen by then reached that line."
    )


def _roles(report: Report, label: Mapping[bytes, str]) -> list[str]:
    """One line for each role; for subjects also why, for all others no argument about them."""
    by_role: dict[str, dict[str, list[str]]] = {}
    for party in report.parties:
        why = party.why if party.role in SUBJECT_ROLES else ""
        by_role.setdefault(party.role, {}).setdefault(why, []).append(label[party.key])
    lines = []
    for role, sentence in ROLE_SENTENCES.items():
        said = [f"{_run(people)}{' - ' + why if why else ''}" for why, people in by_role.get(role, {}).items()]
        lines += [f"{sentence}: {'; '.join(said)}."] if said else []
    return lines


def _run(people: Sequence[str]) -> str:
    """P1, P2, P3, P7 as "P1 to P3, P7"."""
    runs: list[list[int]] = []
    for number in (int(word[1:]) for word in people):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"P{run[0]}" if len(run) == 1 else f"P{run[0]} to P{run[-1]}" for run in runs)


def _missing(findings: Iterable[Finding]) -> list[str]:
    absent = sorted({name for finding in findings for name in finding.absent})
    return [f"The data did not hold: {', '.join(absent)}."] if absent else []


def _places(places: Iterable[tuple[str, str]]) -> str:
    by_country: dict[str, Counter[str]] = {}
    for country, town in places:
        by_country.setdefault(country, Counter())[_town(country, town)] += 1
    ranked = sorted(by_country.items(), key=lambda item: (-item[1].total(), item[0]))
    return "; ".join(
        f"{COUNTRY_NAMES.get(country, country) if country else 'country not given'} {towns.total()}{_towns(towns)}"
        for country, towns in ranked
    )


def _town(country: str, town_id: str) -> str:
    """The town's name; what the partner wrote, normalised, where the gazetteer does not know it."""
    known = gazetteer().town(country, town_id)
    return known.name if known else town_id.removeprefix(UNKNOWN_MARK).title()


def _towns(towns: Counter[str]) -> str:
    named = Counter({town: count for town, count in towns.items() if town})
    more = f", {len(named) - _TOWNS} more" if len(named) > _TOWNS else ""
    return f" ({_ranked(named, _TOWNS)}{more})" if named else ""


def _ranked(counts: Counter[str], limit: int | None = None) -> str:
    key: Callable[[tuple[str, int]], tuple[int, str]] = lambda item: (-item[1], item[0])  # noqa: E731 - a typed key for mypy
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items(), key=key)[:limit])


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _sentence(words: str) -> str:
    """The words as a sentence: capital first letter, full stop."""
    words = words.strip()
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")
