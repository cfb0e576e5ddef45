"""Writes offered nodes as the batch's XML: the schema gives the order, a counter gives SeqNum, the ledger says what became of each field."""

from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from connectors.fius.fincen.canonical import SUBJECT, canonical
from connectors.fius.fincen.mapping import Form
from connectors.fius.fincen.node import Leaf, Node
from connectors.fius.fincen.profile import Child, Kind
from connectors.fius.fincen.text import plain, shorten
from schemas.filing import FilingError, LedgerRow

PRESENT, ABSENT, PLACEHOLDER = "present", "absent", "placeholder"
UNKNOWN_BOX = "UNKNOWN_INDICATOR"
NORMALIZED, TEXT_SHORTENED = "NAME_NORMALIZED", "TEXT_SHORTENED"
NOT_GIVEN, NOT_ASKED, NOT_IN_SCHEMA = "NOT_GIVEN", "NOT_KNOWN_TO_GATEWAY", "NOT_IN_SCHEMA"
PREFIX = "fc2"
FREE_TEXT = ("Text", "Name", "FinCEN")  # ends of the names of elements whose words are free
SENTENCES = {
    "too_long": "The value is longer than FinCEN's form allows; shorten it.",
    "nothing_left": "Nothing of the value can be written in the characters FinCEN's form takes; give it in Latin letters.",
    "word_refused": "FinCEN's form takes this word in the narrative only; give the real value or leave the field empty.",
}
Row = tuple[str, str, str, str]


class Place(NamedTuple):
    """Where an element stands: its path for people, its steps below Activity, the type of the party it belongs to."""

    path: str
    steps: tuple[str, ...] = ()
    party_type: str = ""

    def inside(self, name: str) -> "Place":
        """The place of an element `name` in it."""
        return Place(f"{self.path}/{name}", () if name == "Activity" else (*self.steps, name), self.party_type)

    def of_type(self, code: str) -> "Place":
        """The place of a party at the top of an activity, told apart by its type."""
        return Place(f"{self.path}[ActivityPartyTypeCode={code}]", self.steps, code)


class Slot(NamedTuple):
    """A child of an element at a place, and what is always the same about it there.

    kind     what stands inside it (None: text); `cap`: most characters
    absent   the row of the ledger that stands where nothing is offered; None where that is not worth one
    """

    child: Child
    tag: str
    kind: Kind | None
    cap: int | None
    is_free: bool
    is_unknown_box: bool
    place: Place
    field: str
    absent: Row | None


Plan = tuple[tuple[dict[Row, None], Slot | None], ...]


class Writer:
    """Writes one batch; afterwards `rows` and `errors` say how complete it is."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._rows: dict[Row, None] = {}
        self._plans = _plans_of(form)
        self._last = 0
        self.errors: list[FilingError] = []

    def rows(self) -> tuple[LedgerRow, ...]:
        """The ledger, in the order of the form, each field once."""
        return tuple(LedgerRow(*row) for row in self._rows)

    def write(self, batch: Node) -> etree._Element:
        """The document. SeqNum counts every element that carries it, in the order of the document, from 1."""
        profile = self._form.schema.profile
        root = etree.Element(f"{{{profile.namespace}}}{profile.root.name}", nsmap={PREFIX: profile.namespace})
        self._fill(root, profile.kinds[profile.root.type], batch, Place(profile.root.name))
        return root

    def _fill(self, xml: etree._Element, kind: Kind, node: Node, place: Place) -> None:
        if "SeqNum" in kind.attributes:
            self._last += 1
            xml.set("SeqNum", str(self._last))
        names = frozenset((*node.leaves, *node.nodes, *node.left_out))
        plan = self._plans.get((place, names))
        if plan is None:
            plan = self._plans[place, names] = self._plan(kind, place, names)
        for rows, slot in plan:
            self._rows.update(rows)
            if slot is None:
                continue
            if slot.kind is None:
                self._leaf(xml, slot, node)
            else:
                self._nodes(xml, slot, slot.kind, node)

    def _plan(self, kind: Kind, place: Place, names: frozenset[str]) -> Plan:
        """What to do at a place where these names are offered: each slot, and before it the rows for what nobody told.

        Boxes that are not ticked and details of the filer are not missing. Most children of a party are empty: they cost nothing.
        """
        plan: list[tuple[dict[Row, None], Slot | None]] = []
        waiting: dict[Row, None] = {}
        for slot in [self._slot(child, place) for child in kind.children]:
            if slot.child.name in names or slot.child.fixed is not None:
                plan.append((waiting, slot))
                waiting = {}
            elif slot.absent is not None:
                waiting[slot.absent] = None
        for name in sorted(names - {child.name for child in kind.children}):
            here = place.inside(name)
            waiting[canonical(here.steps, here.party_type), here.path, ABSENT, NOT_IN_SCHEMA] = None
        return (*plan, (waiting, None))

    def _slot(self, child: Child, place: Place) -> Slot:
        schema = self._form.schema
        here = place.inside(child.name)
        field = canonical(here.steps, here.party_type)
        asked = here.party_type in ("", SUBJECT) and len(here.steps) < 3 and not child.name.endswith("Indicator")
        absent = (field, here.path, ABSENT, NOT_GIVEN if field else NOT_ASKED) if asked and child.min == 0 else None
        is_box = child.name.endswith("UnknownIndicator") or child.name == "UnknownGenderIndicator"
        tag = f"{{{schema.profile.namespace}}}{child.name}"
        return Slot(
            child, tag, schema.kind(child), schema.cap(child), child.name.endswith(FREE_TEXT), is_box, here, field, absent
        )

    def _nodes(self, xml: etree._Element, slot: Slot, kind: Kind, node: Node) -> None:
        found, most = node.nodes.get(slot.child.name, []), slot.child.max
        if 0 < most < len(found):
            self._row(slot, ABSENT, f"FIRST_{most}_OF_{len(found)}")
            found = found[:most]
        for one in found:
            code = one.leaves.get("ActivityPartyTypeCode")
            place = slot.place.of_type(code.value) if code is not None and slot.place.steps == ("Party",) else slot.place
            self._fill(etree.SubElement(xml, slot.tag), kind, one, place)
        if not found:
            self._row(slot, ABSENT, node.left_out[slot.child.name])

    def _leaf(self, xml: etree._Element, slot: Slot, node: Node) -> None:
        leaf = node.leaves.get(slot.child.name)
        if leaf is None:
            if slot.child.fixed is not None:
                etree.SubElement(xml, slot.tag).text = slot.child.fixed
            else:
                self._row(slot, ABSENT, node.left_out[slot.child.name])
            return
        value, rule = self._fit(leaf, slot)
        if value is None:
            self._refuse(leaf, rule, slot, node)
            return
        etree.SubElement(xml, slot.tag).text = value
        if slot.is_unknown_box:
            self._row(slot, ABSENT, leaf.rule or UNKNOWN_BOX)
        elif leaf.filled:
            self._rows[_exact(slot, node), slot.place.path, PLACEHOLDER, rule] = None
        else:
            self._row(slot, PRESENT, rule)

    def _fit(self, leaf: Leaf, slot: Slot) -> tuple[str | None, str]:
        """The text to write and the rule that changed it; or None and the code of what does not fit."""
        value, rule = plain(leaf.value), leaf.rule
        if not value:
            return None, "nothing_left"
        if value != leaf.value:
            rule = rule or NORMALIZED
        if slot.is_free and value.upper() in self._form.map.refused_words:
            return None, "word_refused"
        if slot.cap is not None and len(value) > slot.cap:
            if not leaf.cut:
                return None, "too_long"
            value, rule = shorten(value, slot.cap), TEXT_SHORTENED
        return value, rule

    def _refuse(self, leaf: Leaf, code: str, slot: Slot, node: Node) -> None:
        if leaf.must:
            self.errors.append(FilingError(code, SENTENCES[code], slot.place.path, _exact(slot, node)))
        else:
            self._row(slot, ABSENT, f"LEFT_OUT_{code.upper()}")

    def _row(self, slot: Slot, state: str, rule: str) -> None:
        self._rows[slot.field, slot.place.path, state, rule] = None


def _exact(slot: Slot, node: Node) -> str:
    """The canonical field with the label of the party."""
    return canonical(slot.place.steps, slot.place.party_type, node.label)


@lru_cache(maxsize=16)
def _plans_of(form: Form) -> dict[tuple[Place, frozenset[str]], Plan]:
    """What is known of the places of a form, kept from one batch to the next."""
    return {}
