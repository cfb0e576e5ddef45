"""FinCEN's rules beyond its schema: totals, numbering, who must be there, what must be said or ticked as unknown (SAR XML guide)."""

import re
from collections.abc import Iterator
from datetime import date

from lxml import etree

from connectors.fius.fincen.activity import type_of
from connectors.fius.fincen.document import local
from connectors.fius.fincen.locate import Locator
from connectors.fius.fincen.mapping import Form
from connectors.fius.fincen.party_rules import check_parties
from connectors.fius.fincen.writer import FREE_TEXT
from schemas.filing import FilingError

AMOUNTS = ("}TotalSuspiciousAmountText", "}CumulativeTotalViolationAmountText", "}LossToFinancialAmountText")
_DOLLARS = re.compile(r"0|[1-9][0-9]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def broken_rules(batch: etree._Element, form: Form, locator: Locator) -> Iterator[FilingError]:
    """Every broken rule of a batch that follows the schema."""
    rules = Rules(form, locator)
    yield from rules.totals(batch)
    yield from rules.numbering(batch)
    yield from rules.characters(batch)
    for activity in batch.iterchildren("{*}Activity"):
        yield from rules.kind_of_report(activity)
        yield from check_parties(activity, form, rules.error)
        yield from rules.suspicious(activity)
        yield from rules.narrative(activity)


class Rules:
    """The rules, each a generator of errors."""

    def __init__(self, form: Form, locator: Locator) -> None:
        self.form, self.locator = form, locator

    def error(self, code: str, text: str, node: etree._Element, element: str = "") -> FilingError:
        """An error at an element, or at its child `element`, which need not be there."""
        found = self.locator.describe(node, element)
        return FilingError(code, f"Line {node.sourceline}, {found.target_path}: {text}", found.target_path, found.canonical_path)

    def totals(self, batch: etree._Element) -> Iterator[FilingError]:
        """The attributes of the document element."""
        subjects = [p for p in batch.iterfind("{*}Activity/{*}Party") if p.findtext("{*}ActivityPartyTypeCode") == "33"]
        attached = len(batch.findall("{*}Activity/{*}ActivitySupportDocument"))
        amounts = [node.text or "" for node in batch.iterfind("{*}Activity/{*}SuspiciousActivity/{*}TotalSuspiciousAmountText")]
        right = {
            "ActivityCount": len(batch.findall("{*}Activity")),
            "PartyCount": len(subjects),
            "ActivityAttachmentCount": attached,
            "AttachmentCount": attached,
            "TotalAmount": sum(int(amount) for amount in amounts if _DOLLARS.fullmatch(amount)),
        }
        for name, count in right.items():
            if batch.get(name) != str(count):
                what = (
                    "is the count of subjects (parties of type 33)" if name == "PartyCount" else "does not agree with the batch"
                )
                text = f"{name} {what}: it should be {count}, not {batch.get(name)}."
                yield self.error(f"{_snake(name)}_differs", text, batch)

    def numbering(self, batch: etree._Element) -> Iterator[FilingError]:
        """SeqNum rises from element to element; that it is unique is the schema's business."""
        last = 0
        for node in batch.iter("*"):
            number = node.get("SeqNum")
            if number is not None and int(number) <= last:
                yield self.error(
                    "seqnum_not_ascending", "SeqNum must be above the one before it; number the elements anew.", node
                )
            last = int(number) if number is not None else last

    def characters(self, batch: etree._Element) -> Iterator[FilingError]:
        """No control characters, no spaces around, whole dollars, no word that FinCEN refuses."""
        refused = self.form.map.refused_words
        for node in batch.iter("*"):
            text = node.text or ""
            if len(node) or not text:
                continue
            if (not text.isprintable() and _CONTROL.search(text)) or text != text.strip():
                yield self.error(
                    "characters", "Line ends, tabs, control characters and spaces around a value are not allowed.", node
                )
            if node.tag.endswith(AMOUNTS) and not _DOLLARS.fullmatch(text):
                yield self.error("amount_not_whole_dollars", "Amounts are whole US dollars, digits only, rounded up.", node)
            if text.upper() in refused and node.tag.endswith(FREE_TEXT) and not node.tag.endswith("}ActivityNarrativeText"):
                yield self.error(
                    "word_refused", "FinCEN takes this word in the narrative only; give the value or tick unknown.", node
                )

    def kind_of_report(self, activity: etree._Element) -> Iterator[FilingError]:
        """Initial, or correcting or continuing with the number of the earlier report."""
        association = activity.find("{*}ActivityAssociation")
        assert association is not None  # the schema demands it
        kinds = {local(node) for node in association if node.text == "Y"} - {"JointReportIndicator"}
        initial = "InitialReportIndicator" in kinds
        if len(kinds) == 0 or (initial and len(kinds) > 1):
            text = "Tick initial report, or else correction or continuing activity."
            yield self.error("kind_of_report", text, association)
        prior = activity.find("{*}EFilingPriorDocumentNumber")
        if kinds and initial == (prior is not None):
            text = "The number of the earlier report goes with a correction or continuing activity, and only with them (fourteen zeros: not known)."
            yield self.error("prior_document_number", text, activity, "EFilingPriorDocumentNumber")

    def suspicious(self, activity: etree._Element) -> Iterator[FilingError]:
        """Dates in order, one statement about the amount, kinds of activity under their types."""
        inner = activity.find("{*}SuspiciousActivity")
        assert inner is not None  # the schema demands it
        yield from self._dates(activity, inner)
        said = [
            name
            for name in ("TotalSuspiciousAmountText", "AmountUnknownIndicator", "NoAmountInvolvedIndicator")
            if inner.findtext(f"{{*}}{name}")
        ]
        if len(said) != 1:
            text = "Give the amount, or tick that it is unknown or that none is involved: one of the three."
            yield self.error("amount_statement", text, inner, "TotalSuspiciousAmountText")
        for kind in inner.iterchildren("{*}SuspiciousActivityClassification"):
            subtype, number = kind.findtext("{*}SuspiciousActivitySubtypeID") or "", kind.findtext("{*}SuspiciousActivityTypeID")
            if type_of(subtype) != number:
                yield self.error("type_differs", f"The kind {subtype} belongs to the type {type_of(subtype)}.", kind)
            if subtype.endswith("999") != bool(kind.findtext("{*}OtherSuspiciousActivityTypeText")):
                yield self.error("other_without_words", 'A kind "other" needs words, and only such a kind has them.', kind)

    def _dates(self, activity: etree._Element, inner: etree._Element) -> Iterator[FilingError]:
        names = ((inner, "SuspiciousActivityFromDateText"), (inner, "SuspiciousActivityToDateText"), (activity, "FilingDateText"))
        days = [(node, name, node.findtext(f"{{*}}{name}") or "") for node, name in names]
        for node, name, text in days:
            if text and not _is_day(text):
                yield self.error("no_such_day", "There is no such day.", node, name)
        said = [text for _, _, text in days if text]
        if said != sorted(said):
            text = "The activity ends before it begins, or after the report is filed."
            yield self.error("dates_out_of_order", text, inner, "SuspiciousActivityToDateText")

    def narrative(self, activity: etree._Element) -> Iterator[FilingError]:
        """Blocks 1, 2 … in order, none empty, not too long together."""
        found = list(activity.iterchildren("{*}ActivityNarrativeInformation"))
        numbers = [block.findtext("{*}ActivityNarrativeSequenceNumber") for block in found]
        if numbers != [str(number) for number in range(1, len(found) + 1)]:
            yield self.error("narrative_order", "Number the blocks of the narrative 1, 2 … in order.", found[0])
        texts = [block.findtext("{*}ActivityNarrativeText") or "" for block in found]
        if not all(text.strip() for text in texts):
            yield self.error("narrative_missing", "A block of the narrative is empty.", found[0], "ActivityNarrativeText")
        size, most = sum(map(len, texts)), self.form.map.limits.narrative
        if size > most:
            text = f"The narrative has {size} characters; FinCEN takes {most}. Shorten it."
            yield self.error("too_long", text, found[0], "ActivityNarrativeText")


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _is_day(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True
