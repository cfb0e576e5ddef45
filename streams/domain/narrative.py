"""The report in words: what was seen, then what it may mean, then what is not known. Parties are P1, P2 …; no names.

A victim, a protected person or a payer is never called a subject; the wording rules (schemas/reference/safe_words.yaml) apply in every language.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

from schemas.case import SUBJECT_ROLES
from schemas.finding import Evidence, Finding, Number
from schemas.money import Money
from schemas.report import Report
from schemas.transfer import ENTITY_KINDS, PARTY
from streams.domain.languages import EN, Language, town
from streams.domain.reasons import absent, ground, reason, suppressor
from streams.domain.roles import grounds_of
from streams.domain.score import ALERT_LINE

_TOWNS = 4  # DEF: towns named for each country; the structured part has them all
_SUBJECTS = 8  # DEF: subjects whose flows are told one by one


def english(report: Report, merged_into: str = "") -> str:
    """The narrative in English, as the report carries it."""
    return narrate(report, EN, merged_into)


def narrate(report: Report, language: Language, merged_into: str = "") -> str:
    """The narrative of a report in a language, one paragraph or item a line.

    Shape   a function of the report's other content; labels follow the order of `report.parties`
    """
    say = language.phrases
    if report.state != "open":
        return say.withdrawn_into.format(report=merged_into) if merged_into else say.withdrawn
    label = labels(report)
    sections = (
        [say.urgent] if report.urgent else [say.do_not_block] if report.do_not_block else [],
        [say.seen, *_seen(report.transfers, language), *_flows(report, label, language)],
        [say.patterns, *_patterns(report, label, language)],
        [say.meaning, _meaning(report, language), *_roles(report, label, language)],
        [say.not_known, say.unknown, *_missing(report.findings, language)],
    )
    return "\n".join(line for section in sections for line in section)


def labels(report: Report) -> dict[bytes, str]:
    """P1, P2 … by party key, in the order of `report.parties`."""
    return {party.key: f"P{number}" for number, party in enumerate(report.parties, 1)}


def day(at_ms: int, language: Language) -> str:
    """A day as people write it, UTC: 5 March 2024."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)
    return language.day(moment.year, moment.month, moment.day)


def _seen(transfers: Sequence[Evidence], language: Language) -> list[str]:
    say = language.phrases
    first, last = day(transfers[0].at_ms, language), day(transfers[-1].at_ms, language)
    when = (say.on_day if first == last else say.from_to).format(first=first, last=last)
    usd = language.money(Money(sum(t.usd_minor for t in transfers), "USD"))
    rates = say.by_rates.format(usd=usd) if {t.currency for t in transfers} != {"USD"} else ""
    counted = language.counted(len(transfers), "transfer")
    lines = [say.moved.format(when=when, transfers=counted, by_rates=rates, sums=_sums(transfers, language))]
    channels = Counter(language.channels.get(t.channel) or t.channel.replace("_", " ") for t in transfers)
    lines.append(say.channels.format(channels=_ranked(channels, language)))
    taken_in = [(t.send_country, t.send_town) for t in transfers if t.channel != "cash_out"]
    lines += [say.taken_in.format(places=_places(taken_in, language))] if taken_in else []
    return [*lines, say.paid_out.format(places=_places(((t.pay_country, t.pay_town) for t in transfers), language))]


def _sums(transfers: Sequence[Evidence], language: Language) -> str:
    """For each currency: sum, count, and smallest, middle and largest single sum."""
    by_currency: dict[str, list[int]] = {}
    for transfer in transfers:
        by_currency.setdefault(transfer.currency, []).append(transfer.amount_minor)
    said = []
    for currency, amounts in sorted(by_currency.items()):
        total, count = language.money(Money(sum(amounts), currency)), language.counted(len(amounts), "transfer")
        low, middle, high = (language.money(Money(int(n), currency)) for n in (min(amounts), median(amounts), max(amounts)))
        template = language.phrases.sums_range if low != high else language.phrases.sums_each
        said.append(template.format(total=total, transfers=count, low=low, middle=middle, high=high))
    return language.joins[1].join(said)


def _flows(report: Report, label: Mapping[bytes, str], language: Language) -> list[str]:
    """What each subject received and sent."""
    say = language.phrases
    subjects = [party.key for party in report.parties if party.role in SUBJECT_ROLES]
    lines = []
    for key in subjects[:_SUBJECTS]:
        received = [t for t in report.transfers if t.receiver == key and t.sender != key]
        sent = [t for t in report.transfers if t.sender == key]
        said = []
        if received:
            said.append(_flow(say.received, received, (say.from_parties, {t.sender for t in received}), language))
        if sent:
            others = {t.receiver for t in sent if t.receiver not in (None, key)}
            said.append(_flow(say.sent, sent, (say.to_parties, others), language))
        if said:
            lines.append((say.flow_both if said[1:] else say.flow).format(label=label[key], first=said[0], second=said[-1]))
    if len(subjects) > _SUBJECTS:
        lines.append(say.more_flows.format(count=len(subjects) - _SUBJECTS))
    return lines


def _flow(template: str, transfers: list[Evidence], side: tuple[str, set[bytes] | set[bytes | None]], language: Language) -> str:
    joined, others = side
    who = joined.format(parties=language.counted(len(others), "party"), count=len(others)) if others else ""
    usd = language.money(Money(sum(t.usd_minor for t in transfers), "USD"))
    return template.format(usd=usd, transfers=language.counted(len(transfers), "transfer"), others=who)


def _patterns(report: Report, label: Mapping[bytes, str], language: Language) -> list[str]:
    """The best finding of each typology with its numbers; the others are counted."""
    say, lines = language.phrases, []
    for line in report.typologies:
        of_kind = [finding for finding in report.findings if finding.typology == line.id]
        best = max(of_kind, key=rank)
        name, at = language.typologies.get(line.id, line.name), _entity(best, label, language)
        first, last = day(best.started_ms, language), day(best.occurred_ms, language)
        told = _sentence(reason(best, language))
        lines.append(say.pattern.format(name=name, id=line.id, entity=at, first=first, last=last, reason=told))
        if best.numbers:
            lines.append(say.measured.format(numbers=language.joins[1].join(_number(n, language) for n in best.numbers)))
        for against in best.suppressors:
            why = _sentence(suppressor(against, language))
            lines.append(say.speaks_against.format(why=why, factor=f"{against.factor:g}"))
        if len(of_kind) > 1:
            lines.append(say.further.format(further=language.counted(len(of_kind) - 1, "further")))
    return lines


def rank(finding: Finding) -> tuple[float, bool, str]:
    """Which of several findings of a typology speaks for it: the strongest, and of equals one at a party, who has a label."""
    return finding.score, finding.entity_kind == PARTY, finding.finding_id


def _entity(finding: Finding, label: Mapping[bytes, str], language: Language) -> str:
    """The party at whom the pattern was seen, or the kind of identifier and who collects there."""
    if finding.entity in label:
        return label[finding.entity]
    holders = sorted(
        (label[key] for key, part in finding.parts.items() if part == "collector" and key in label), key=lambda p: int(p[1:])
    )
    say, kind = language.phrases, language.kinds[ENTITY_KINDS[finding.entity_kind]]
    return say.one_kind.format(kind=kind, holders=say.of_holders.format(holders=_run(holders, language)) if holders else "")


def _number(number: Number, language: Language) -> str:
    name = number.name.removeprefix("min_").removeprefix("max_")
    words = language.measures.get(name) or name.replace("_", " ")
    unit = f", {number.unit}" if number.unit and name not in language.measures else ""
    observed, line = language.figure(number.observed), language.figure(number.line)
    return language.phrases.number.format(name=words, observed=observed, line=line, unit=unit)


def _meaning(report: Report, language: Language) -> str:
    say, offence = language.phrases, language.offences.get(report.offence)
    formed = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=report.suspicion_formed_ms)
    return say.formed.format(
        what=say.points_to.format(offence=offence) if offence else say.points_nowhere,
        score=language.share(report.score),
        line=language.share(ALERT_LINE),
        day=day(report.suspicion_formed_ms, language),
        time=f"{formed:%H:%M}",
    )


def _roles(report: Report, label: Mapping[bytes, str], language: Language) -> list[str]:
    """One line for each role; for subjects also why, for all others no argument about them."""
    grounds = grounds_of(report.findings, report.transfers) if language.grounds else {}
    by_role: dict[str, dict[str, list[str]]] = {}
    for party in report.parties:
        why = ground(party, grounds.get(party.key), language) if party.role in SUBJECT_ROLES else ""
        by_role.setdefault(party.role, {}).setdefault(why, []).append(label[party.key])
    lines = []
    for role, sentence in language.roles.items():
        said = [f"{_run(people, language)}{' - ' + why if why else ''}" for why, people in by_role.get(role, {}).items()]
        lines += [language.phrases.role.format(sentence=sentence, people=language.joins[1].join(said))] if said else []
    return lines


def _run(people: Sequence[str], language: Language) -> str:
    """P1, P2, P3, P7 as "P1 to P3, P7"."""
    runs: list[list[int]] = []
    for number in (int(word[1:]) for word in people):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    to = language.phrases.run
    return language.joins[0].join(
        f"P{run[0]}" if len(run) == 1 else to.format(first=f"P{run[0]}", last=f"P{run[-1]}") for run in runs
    )


def _missing(findings: Iterable[Finding], language: Language) -> list[str]:
    facts = sorted({name for finding in findings for name in finding.absent})
    return (
        [language.phrases.data_lacked.format(absent=language.joins[0].join(absent(fact, language) for fact in facts))]
        if facts
        else []
    )


def _places(places: Iterable[tuple[str, str]], language: Language) -> str:
    by_country: dict[str, Counter[str]] = {}
    for country, name in places:
        by_country.setdefault(country, Counter())[town(country, name, language)] += 1
    ranked = sorted(by_country.items(), key=lambda item: (-item[1].total(), item[0]))
    nowhere = language.phrases.country_not_given
    return language.joins[1].join(
        f"{language.country(country) if country else nowhere} {towns.total()}{_towns(towns, language)}"
        for country, towns in ranked
    )


def _towns(towns: Counter[str], language: Language) -> str:
    named = Counter({name: count for name, count in towns.items() if name})
    more = language.phrases.more_towns.format(count=len(named) - _TOWNS) if len(named) > _TOWNS else ""
    return f" ({_ranked(named, language, _TOWNS)}{more})" if named else ""


def _ranked(counts: Counter[str], language: Language, limit: int | None = None) -> str:
    key: Callable[[tuple[str, int]], tuple[int, str]] = lambda item: (-item[1], item[0])  # noqa: E731 - a typed key for mypy
    return language.joins[0].join(f"{name} {count}" for name, count in sorted(counts.items(), key=key)[:limit])


def _sentence(words: str) -> str:
    """The words as a sentence: capital first letter, full stop."""
    words = words.strip()
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")
