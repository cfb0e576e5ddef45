"""From a SeqNum to the element that carries it and to the canonical field it came from; the batch itself says which subject is which party."""

import re
from typing import NamedTuple

from lxml import etree

from connectors.fius.fincen.canonical import SUBJECT, canonical
from connectors.fius.fincen.document import local, parse
from connectors.fius.fincen.mapping import Form

_LIST = r"(?P<labels>P\d+(?:, P\d+)*)"


class Found(NamedTuple):
    """An element: its name, its path as FinCEN writes it (SeqNum in brackets), and our field ("" where none of ours says it)."""

    name: str
    target_path: str
    canonical_path: str


class Locator:
    """Looks elements of one batch up by SeqNum. `form`: whose words the narrative has for the list of its subjects."""

    def __init__(self, batch: etree._Element, form: Form) -> None:
        before, _, after = form.map.texts.subjects.partition("{values}")
        listed = re.compile(re.escape(before) + _LIST + re.escape(after))
        self._by_number = {str(node.get("SeqNum")): node for node in batch.iter("*") if node.get("SeqNum")}
        self._labels: dict[etree._Element, str] = {}
        for activity in batch.iterchildren("{*}Activity"):
            subjects = [party for party in activity.iterchildren("{*}Party") if _type(party) == SUBJECT]
            labels = _labels(activity, listed)
            self._labels |= dict(zip(subjects, labels, strict=True)) if len(labels) == len(subjects) else {}

    def locate(self, number: int, element: str = "") -> Found | None:
        """The element with that SeqNum, or its child `element` where it is named; None where the batch has no such number."""
        node = self._by_number.get(str(number))
        return self.describe(node, element) if node is not None else None

    def name_of(self, number: int) -> str:
        """The name of the element with that SeqNum; "" where the batch has no such number."""
        node = self._by_number.get(str(number))
        return local(node) if node is not None else ""

    def describe(self, node: etree._Element, element: str = "") -> Found:
        """Path and field of an element, or of its child `element`, which need not be there."""
        chain = [*reversed(list(node.iterancestors())), node]
        path = "/".join(local(step) + (f"[{step.get('SeqNum')}]" if step.get("SeqNum") else "") for step in chain)
        steps = [local(step) for step in chain[2:]]
        if element and local(node) != element:
            path, steps = f"{path}/{element}", [*steps, element]
        party = next((step for step in chain[2:3] if local(step) == "Party"), None)
        code = _type(party) if party is not None else ""
        label = self._labels.get(party, "") if party is not None else ""
        return Found(element or local(node), path, canonical(steps, code, label))


def _type(party: etree._Element) -> str:
    return party.findtext("{*}ActivityPartyTypeCode") or ""


def _labels(activity: etree._Element, listed: re.Pattern[str]) -> list[str]:
    """The labels of the subjects in the order of the form, as the narrative has them; none where it is not of our making."""
    text = " ".join(block.text or "" for block in activity.iterfind("{*}ActivityNarrativeInformation/{*}ActivityNarrativeText"))
    found = listed.search(text)
    return found["labels"].split(", ") if found else []


def locate(payload: bytes, number: int, form: Form, element: str = "") -> Found | None:
    """The element of a batch with that SeqNum, or its child `element`; None where the batch has no such number. Raises DocumentError."""
    return Locator(parse(payload), form).locate(number, element)
