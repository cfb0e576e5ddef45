"""One report as FinCEN's Activity: what kind of report it is, who is in it, what was suspicious, when, for how much, and the narrative."""

import ipaddress
from collections.abc import Sequence

from connectors.fius.fincen.dates import day
from connectors.fius.fincen.institutions import filing_parties, is_ours
from connectors.fius.fincen.mapping import ANY, NOTE_CHARACTERS, Filer, Form, FormMap, KeyTerm
from connectors.fius.fincen.narrative import Unit, blocks
from connectors.fius.fincen.node import Node
from connectors.fius.fincen.people import last_event
from connectors.fius.fincen.prior import is_continuing
from connectors.fius.fincen.subject import nobody, subject
from connectors.fius.resolved import ResolvedParty, ResolvedReport
from schemas.filing import FilingError
from schemas.indicators import load_indicators
from schemas.transfer import Transfer

EVENT_TIME = "DATE_OF_LAST_EVENT"
ROUNDED_UP = "ROUNDED_UP_TO_DOLLARS"
FUNDS_TRANSFER = ("33", "6")  # asset subtype and type: funds transfer, a payment mechanism (schema)


def type_of(subtype: str) -> str:
    """The type a kind of suspicious activity belongs to: FinCEN numbers 926 under 9, 1101 under 11, and "other" 9999 under 9."""
    return subtype[:-3] if subtype.endswith("999") else subtype[:-2]


def activity(resolved: ResolvedReport, unit: Unit, form: Form, filer: Filer, reference: str) -> tuple[Node, list[FilingError]]:
    """The offered activity, and why it cannot be filed."""
    node = Node()
    _kind_of_report(node, resolved, unit, form)
    node.say("FilingDateText", day(last_event(resolved), resolved.fiu.timezone), EVENT_TIME)
    terms = key_terms(resolved.report.offence, form.map)
    node.say("FilingInstitutionNotetoFinCEN", note(terms))
    people = [subject(party, filer, _served(party, resolved), form.map) for party in unit.subjects]
    for party in (*filing_parties(filer, resolved, reference), *(people or [nobody()])):
        node.add("Party", party)
    _suspicious_activity(node, resolved, unit, form)
    for address in dict.fromkeys(ip for party in unit.subjects for ip in party.ips if _is_ip(ip)):
        node.add("ActivityIPAddress", Node().say("IPAddressText", address))
    node.add("Assets", Node()).say("AssetSubtypeID", FUNDS_TRANSFER[0]).say("AssetTypeID", FUNDS_TRANSFER[1])
    node.left_out["ActivitySupportDocument"] = "TRANSFERS_IN_NARRATIVE"
    texts, errors = blocks(resolved, unit, form, [term.term for term in terms])
    for number, text in enumerate(texts, 1):
        block = node.add("ActivityNarrativeInformation", Node()).say("ActivityNarrativeSequenceNumber", str(number))
        block.say("ActivityNarrativeText", text, must=True)
    return node, errors


def _kind_of_report(node: Node, resolved: ResolvedReport, unit: Unit, form: Form) -> None:
    association, prior = node.add("ActivityAssociation", Node()), unit.prior
    if prior is None:
        association.tick("InitialReportIndicator")
        return
    continuing = is_continuing(prior, last_event(resolved))
    association.tick("ContinuingActivityReportIndicator" if continuing else "CorrectsAmendsPriorReportIndicator")
    if prior.number:
        node.say("EFilingPriorDocumentNumber", prior.number, must=True)
    else:
        node.fill("EFilingPriorDocumentNumber", form.map.unknown_prior.value, form.map.unknown_prior.id)


def key_terms(offence: str, form_map: FormMap) -> list[KeyTerm]:
    """The key terms of the offence, one for each part of it ("TIP+SOM")."""
    return [form_map.key_terms[part] for part in offence.split("+") if part in form_map.key_terms]


def note(terms: Sequence[KeyTerm]) -> str:
    """The note to FinCEN: the key terms, in their short form where several do not fit."""
    long = "; ".join(term.term for term in terms)
    return long if len(long) <= NOTE_CHARACTERS else "; ".join(term.short for term in terms)


def _served(party: ResolvedParty, resolved: ResolvedReport) -> bool:
    """Whether the reporting entity's branch in the country took money from the party or paid it out."""
    sent = any(is_ours(resolved.transfers[uid], resolved.transfers[uid].send_place, resolved) for uid in party.sent)
    return sent or any(is_ours(resolved.transfers[uid], resolved.transfers[uid].pay_place, resolved) for uid in party.received)


def _suspicious_activity(node: Node, resolved: ResolvedReport, unit: Unit, form: Form) -> None:
    inner = node.add("SuspiciousActivity", Node())
    transfers = list(resolved.transfers.values())
    continuing = unit.prior is not None and is_continuing(unit.prior, last_event(resolved))
    since = [t for t in transfers if t.occurred_ms > unit.prior.last_event_ms] if continuing and unit.prior else transfers
    if continuing:
        inner.say("CumulativeTotalViolationAmountText", dollars(transfers), ROUNDED_UP, must=True)
    times = [transfer.occurred_ms for transfer in since] or [last_event(resolved)]
    inner.say("SuspiciousActivityFromDateText", day(min(times), resolved.fiu.timezone))
    inner.say("SuspiciousActivityToDateText", day(max(times), resolved.fiu.timezone))
    amount = dollars(since)
    inner.say("TotalSuspiciousAmountText", amount, ROUNDED_UP, must=True) if amount else inner.tick("AmountUnknownIndicator")
    for subtype in subtypes(resolved, form.map):
        kind = inner.add("SuspiciousActivityClassification", Node()).say("SuspiciousActivitySubtypeID", subtype)
        kind.say("SuspiciousActivityTypeID", type_of(subtype)).say(
            "OtherSuspiciousActivityTypeText", form.map.others.get(subtype, "")
        )


def dollars(transfers: Sequence[Transfer]) -> str:
    """What the transfers come to in whole US dollars, rounded up (FinCEN SAR instructions); "" where that is nothing.

    Each amount counts at the dated reference rate of intake (schemas/fx.py).
    """
    cents = sum(transfer.usd_minor for transfer in transfers)
    return str(-(-cents // 100)) if cents > 0 else ""


def subtypes(resolved: ResolvedReport, form_map: FormMap) -> list[str]:
    """Kinds of suspicious activity: of the offence (38(g), 38(h)), of signs of exploitation, then of each typology, each once."""
    report = resolved.report
    patterns = [line.id for line in report.typologies]
    found = [*form_map.offences.get(report.offence, ())]
    extra = form_map.exploitation
    if report.offence == extra.report and any(extra.code in _codes(pattern) for pattern in patterns):
        found.append(extra.code)
    found += [code for pattern in patterns for code in form_map.subtypes.get(pattern, ())]
    return list(dict.fromkeys([*found, *form_map.subtypes.get(ANY, ())]))


def _codes(pattern: str) -> frozenset[str]:
    return frozenset(code for code, _ in load_indicators().local("US", pattern).codes)


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
