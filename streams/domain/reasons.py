"""Why a finding, a role or a gap matters, said in a language: English as the stage wrote it, others from the structured facts."""

from schemas.case import CaseParty
from schemas.finding import Finding, Suppressor
from schemas.money import Money
from schemas.transfer import ENTITY_KINDS
from streams.domain.languages import Language, Slot, town
from streams.domain.roles import Ground

_TOWNS = 5  # DEF: towns a sentence names


def reason(finding: Finding, language: Language) -> str:
    """Why the finding matters. Where no sentence of the language fits what was measured, one that says only that the pattern was seen."""
    if not language.reasons:
        return finding.reason
    measured = {number.name for number in finding.numbers}
    fitting = (s.says for s in language.reasons.get(finding.typology, ()) if measured.issuperset(s.needs))
    says = next(fitting, language.phrases.some_pattern)
    return f"{says.format_map(_slots(finding, language))} {_rests_on(finding, language)}"


def ground(party: CaseParty, known: Ground | None, language: Language) -> str:
    """Why a party has its role; nothing where the findings of the report do not lead to this role."""
    if not language.grounds:
        return party.why
    if known is None or known.role != party.role:
        return ""
    return language.grounds[known.code].format(paid_by=Slot(known.paid_by, language))


def absent(fact: str, language: Language) -> str:
    """A fact that the data did not hold."""
    return language.absent.get(fact, fact)


def suppressor(against: Suppressor, language: Language) -> str:
    """What speaks against a pattern."""
    return language.suppressors.get(against.name, against.why)


def _rests_on(finding: Finding, language: Language) -> str:
    usd = language.money(Money(sum(e.usd_minor for e in finding.evidence), "USD"))
    return language.phrases.rests_on.format(transfers=language.counted(len(finding.evidence), "transfer"), usd=usd)


def _slots(finding: Finding, language: Language) -> dict[str, object]:
    towns = dict.fromkeys((e.pay_country, e.pay_town) for e in finding.evidence if e.pay_town)
    named = language.joins[0].join(f"{town(country, name, language)} ({country})" for country, name in list(towns)[:_TOWNS])
    numbers = {number.name: Slot(number.observed, language) for number in finding.numbers}
    return {**numbers, "towns": named, "kind": language.kinds[ENTITY_KINDS[finding.entity_kind]]}
