"""The narrative as FinCEN takes it: one text without line ends, cut into blocks; what does not fit is said to be kept, never dropped unsaid.

In this order: key terms, the report's own narrative, which party is which subject, everybody else (who may need protection first), and
the transfers, as long as there is room.
"""

from collections.abc import Sequence
from typing import NamedTuple

from connectors.fius.fincen.dates import readable
from connectors.fius.fincen.mapping import Form
from connectors.fius.fincen.people import in_narrative, last_event, may_be_child
from connectors.fius.fincen.prior import Prior, is_continuing
from connectors.fius.fincen.text import pieces, plain
from connectors.fius.resolved import ResolvedParty, ResolvedReport
from schemas.case import SUBJECT_ROLES
from schemas.filing import FilingError
from schemas.money import text as money
from schemas.places import UNKNOWN_MARK, gazetteer
from schemas.transfer import Place, Transfer

BLOCK = 4_000  # characters of one block, schema
_ORDER = ("victim", "protected", "family_payer", "unknown", "involved")
_RESERVE = 300  # characters kept for the two sentences that say how much is left out
_TOO_LONG = "The narrative has {size} characters with what FinCEN's form needs beside it; it takes {most}. Shorten it."
_MISSING = "The report has no narrative in {language}; the report stage must write it."


class Unit(NamedTuple):
    """One file of a report: its number, how many there are, the subjects in it, the earlier report (None: there is none)."""

    number: int
    files: int
    subjects: tuple[ResolvedParty, ...]
    prior: Prior | None


def blocks(resolved: ResolvedReport, unit: Unit, form: Form, key_terms: Sequence[str]) -> tuple[list[str], list[FilingError]]:
    """The blocks of the narrative, and why it cannot be filed."""
    told = resolved.report.narrative.get(form.map.language, "")
    if not told.strip():
        said = _MISSING.format(language=form.map.language)
        return [], [FilingError("narrative_missing", said, "EFilingBatchXML/Activity/ActivityNarrativeInformation", "narrative")]
    texts = form.map.texts
    needed = [texts.key_terms.format(values=", ".join(key_terms))] if key_terms else []
    needed += [sentence for line in told.splitlines() if (sentence := _sentence(line))]
    needed += _versions(resolved, unit, form)
    if unit.subjects:
        needed.append(texts.subjects.format(values=", ".join(party.label for party in unit.subjects)))
    text = " ".join(needed)
    room = form.map.limits.narrative - _RESERVE
    if len(text) > room:
        said = _TOO_LONG.format(size=len(text), most=room)
        return [], [FilingError("too_long", said, "EFilingBatchXML/Activity/ActivityNarrativeInformation", "narrative")]
    text = _with_people(text, resolved, form, room)
    return pieces(_with_transfers(text, resolved, form, room), BLOCK), []


def _sentence(line: str) -> str:
    """A line of the narrative as a sentence of a text without line ends."""
    said = plain(line).removeprefix("- ")
    return f"{said}." if said and said[-1].isalnum() else said


def _versions(resolved: ResolvedReport, unit: Unit, form: Form) -> list[str]:
    report, texts, prior = resolved.report, form.map.texts, unit.prior
    said = []
    if prior is not None and not prior.number:
        said.append(texts.prior_unknown.format(version=report.version))
    elif prior is not None:
        sentence = texts.continuing if is_continuing(prior, last_event(resolved)) else texts.prior
        said.append(sentence.format(number=prior.number))
    if report.supersedes:
        said.append(texts.supersedes.format(values=", ".join(map(plain, report.supersedes))))
    if unit.files > 1:
        said.append(texts.unit.format(number=unit.number, count=unit.files))
    return said


def _with_people(text: str, resolved: ResolvedReport, form: Form, room: int) -> str:
    """`text`, and who is no subject, by role, as many as there is room for; those who may need protection first."""
    texts, at_ms = form.map.texts, last_event(resolved)
    about_children = any(line.id in form.map.child_patterns for line in resolved.report.typologies)
    others = [party for party in resolved.parties if party.role not in SUBJECT_ROLES]
    said, told = list[str](), 0
    left = room - len(text)
    for role in _ORDER:
        names = [
            in_narrative(party, may_be_child(party, at_ms, about_children), texts.child) for party in others if party.role == role
        ]
        sentence = getattr(texts, role)
        fitting = _fitting(names, left - len(sentence))
        if fitting:
            said.append(sentence.format(values=", ".join(fitting)))
            left -= len(said[-1]) + 1
            told += len(fitting)
    said += [texts.people_left.format(count=len(others) - told)] if told < len(others) else []
    return " ".join([text, *said])


def _fitting(names: Sequence[str], room: int) -> list[str]:
    """As many of the names as have room with what parts them."""
    fitting: list[str] = []
    for name in names:
        room -= len(name) + 2
        if room < 0:
            break
        fitting.append(name)
    return fitting


def _with_transfers(text: str, resolved: ResolvedReport, form: Form, room: int) -> str:
    texts, labels = form.map.texts, {party.key: party.label for party in resolved.parties}
    transfers = list(resolved.transfers.values())
    told = [_transfer(transfer, labels, form) for transfer in transfers[: form.map.limits.transfers_told]]
    if not told or len(text) + len(texts.transfers) + len(told[0]) + 2 > room:
        return f"{text} {texts.transfers_left.format(count=len(transfers))}" if transfers else text
    text, number = f"{text} {texts.transfers}", 0
    for sentence in told:
        if len(text) + 1 + len(sentence) > room:
            break
        text, number = f"{text} {sentence}", number + 1
    left = len(transfers) - number
    return f"{text} {texts.transfers_left.format(count=left) if left else texts.transfers_end}"


def _transfer(transfer: Transfer, labels: dict[bytes, str], form: Form) -> str:
    receiver = labels[transfer.receiver.key] if transfer.receiver else "cash"
    said = form.map.texts.transfer.format(
        day=readable(transfer.occurred_ms),
        money=money(transfer.amount),
        sender=labels[transfer.sender.key],
        receiver=receiver,
        taken_in=_place(transfer.send_place),
        paid_out=_place(transfer.pay_place),
        channel=transfer.channel.replace("_", " "),
        number=transfer.transfer_id,
    )
    return plain(said)


def _place(place: Place) -> str:
    known = gazetteer().town(place.country, place.town)
    town = known.name if known else place.town.removeprefix(UNKNOWN_MARK).title()
    return f"{town} {place.country}".strip() or "a place not known"
