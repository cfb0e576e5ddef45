"""Purpose against relation: what a sender says about the people paid does not fit what is known of them, or changes.

Question    Did what one person said of the people paid within `window_d` days hold at least `min_conflicts` contradictions? One each for:
            a "relative" without a common name who is a national of a third country, neither the sender's nor the one the sender lives
            in; the same person called a relative and something else; every change between stated purposes for one person; and, where there
            are at least `brothers` "relatives" who share a name with neither the sender nor each other, every one but the first
Source      FinCEN FIN-2014-A008 (beneficiary "not national of those countries"); UAE FIU goAML reason BWTHM
Subject     nobody: who pays counts as payer, who is paid as unknown. It lends weight to what else is seen
Looks back  30 days of event time
Not a hit   one in-law, half-brother or milk brother; spouses; relatives who share a name, whatever the money is for; a single slip; words
            that are not understood; companies

The stream says "kin", not "brother"; people of one nation in two countries are known only by the nationalities and places stated. Where
a nationality or the sender's country is missing, nothing is held against it.
"""

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

import msgspec

from schemas.observation import TransferFacts
from schemas.transfer import KIN, OTHER_RELATION
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import TO_STRANGER, Glance
from streams.domain.marks import OTHER, PURPOSE, PURPOSE_MASK, SAID_KIN, SAID_OTHER, SIGNS
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Least, Line, Typology, counted, number, window
from streams.typologies.build import pay, view_of


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-K05."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 30
    min_conflicts: Annotated[int, Line("contradictions", "DEF", "typologies A4 says 2: noise of counters' words")] = 3
    brothers: Annotated[int, Line("relatives without a common name", "DEF", "typologies A4: four brothers")] = 4


PARAMETERS = Parameters()


class Conflicts(NamedTuple):
    """Contradictions by kind, and the payments that hold them."""

    nations: int
    relations: int
    purposes: int
    brothers: int
    events: list[Event]

    def total(self) -> int:
        """All of them."""
        return self.nations + self.relations + self.purposes + self.brothers


class Told:
    """What was said of each receiver so far, and how many contradictions that can hold at most, those between relatives aside."""

    def __init__(self) -> None:
        self.marks: dict[bytes, set[str]] = {}
        self.doubted: dict[bytes, int] = {}  # receiver -> contradictions, where there are any
        self.claimed: set[bytes] = set()
        self.most = 0

    def add(self, view: View, event: Event) -> None:
        """Takes in one more payment."""
        marks = self.marks.setdefault(event.other, set())
        known = len(marks)
        marks.add(event.relation)
        marks.add(f"for {event.purpose_class}")
        if event.relation == KIN:
            self.claimed.add(event.other)
            if _is_of_third_nation(view, event):
                marks.add("third nation")
        if len(marks) == known:
            return
        purposes = sum(mark.startswith("for ") and mark != "for none" for mark in marks)
        count = ("third nation" in marks) + (KIN in marks and OTHER_RELATION in marks) + max(0, purposes - 1)
        self.most += count - self.doubted.get(event.other, 0)
        if count:
            self.doubted[event.other] = count

    def most_between(self, receivers: set[bytes], p: Parameters) -> int:
        """How many contradictions payments to these receivers can hold at most."""
        relatives = len(self.claimed & receivers)
        return sum(self.doubted.get(r, 0) for r in receivers) + (relatives - 1 if relatives >= p.brothers else 0)


def _told(view: View) -> Told:
    return view.tally("TS-K05 told", _said(view), Told, lambda told, event: told.add(view, event))


def may(glance: Glance, p: Parameters) -> bool:
    """May what was said hold enough contradictions?"""
    relations: dict[int, int] = {}
    purposes: dict[int, set[int]] = {}
    for mark in glance.within(glance.paid_out, p.window_d):
        relations[mark[OTHER]] = relations.get(mark[OTHER], 0) | mark[SIGNS]
        purposes.setdefault(mark[OTHER], set()).add(mark[SIGNS] >> PURPOSE & PURPOSE_MASK)
    relatives = sum(bool(said & SAID_KIN) for said in relations.values())
    both = sum(said & SAID_KIN != 0 and said & SAID_OTHER != 0 for said in relations.values())
    changes = sum(max(0, len(said - {0}) - 1) for said in purposes.values())
    return relatives + both + changes + (relatives - 1 if relatives >= p.brothers else 0) >= p.min_conflicts


def gate(view: View, p: Parameters) -> bool:
    """Enough contradictions in all that was ever said?"""
    told = _told(view)
    relatives = len(told.claimed)
    return told.most + (relatives - 1 if relatives >= p.brothers else 0) >= p.min_conflicts


def _said(view: View) -> list[Event]:
    """One person's plain payments to persons who are no known kin and of whom something was said."""
    if not view.is_party and not view.is_one_person(e.mine for e in view.debits):
        return []
    return view.flow("TS-K05", view.debits, lambda e: _fits(view, e))


def _fits(view: View, event: Event) -> bool:
    is_told = event.relation in (KIN, OTHER_RELATION) or event.purpose_class != "none"
    return is_told and view.is_unrelated(event) and view.profile(event.mine).is_person and view.profile(event.other).is_person


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every payment, to somebody of whom what was said may contradict itself, at which the window holds enough of that."""
    told = _told(view)
    doubted = told.doubted.keys() | (told.claimed if len(told.claimed) >= p.brothers else set())
    flow = [e for e in _said(view) if e.other in doubted]
    for end in view.unjudged(flow):
        inside = window(flow, end, p.window_d * DAY_MS)
        if told.most_between({e.other for e in inside}, p) < p.min_conflicts:
            continue
        found = _conflicts(view, inside, p)
        if found.total() < p.min_conflicts:
            continue
        measures = {
            "conflicts": found.total(), "nations": found.nations, "relations": found.relations,
            "purposes": found.purposes, "brothers": found.brothers, "receivers": len({e.other for e in found.events}),
        }  # fmt: skip
        is_hub = any(view.corridors.is_hub(e.pay.country, e.pay.town) for e in found.events)
        facets = ("corridor",) if is_hub else ()
        yield Hit(flow[end].at_ms, strength(found.total() / p.min_conflicts), tuple(found.events), facets, measures)


def _conflicts(view: View, inside: list[Event], p: Parameters) -> Conflicts:
    by_receiver: dict[bytes, list[Event]] = {}
    for event in inside:
        by_receiver.setdefault(event.other, []).append(event)
    claimed = {other for other, events in by_receiver.items() if any(e.relation == KIN for e in events)}
    foreign = {other for other in claimed if any(_is_of_third_nation(view, e) for e in by_receiver[other])}
    both = {other for other in claimed if any(e.relation == OTHER_RELATION for e in by_receiver[other])}
    changes = {other: len({e.purpose_class for e in events} - {"none"}) - 1 for other, events in by_receiver.items()}
    changed = {other for other, count in changes.items() if count > 0}
    families = _families(view, claimed) if len(claimed) >= p.brothers else 0
    brothers = families - 1 if families >= p.brothers else 0
    named = foreign | both | changed | (claimed if brothers else set())
    events = [e for e in inside if e.other in named]
    return Conflicts(len(foreign), len(both), sum(changes[other] for other in changed), brothers, events)


def _is_of_third_nation(view: View, event: Event) -> bool:
    """A stated relative's nationality is neither the sender's nor the country where the sender pays; all three known."""
    own, theirs, here = view.profile(event.mine).nationality, view.profile(event.other).nationality, event.send.country
    return bool(own and theirs and here) and event.relation == KIN and theirs not in (own, here)


def _families(view: View, people: set[bytes]) -> int:
    """How many are left when those who share a name count once."""
    groups: list[set[bytes]] = []
    for person in sorted(people):
        names = set(view.profile(person).name_keys)
        touching = [g for g in groups if g & names]
        groups = [g for g in groups if not g & names]
        groups.append(names.union(*touching) if names else {person})
    return len(groups)


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """What contradicts what."""
    m = best.measures
    told = (
        (m["nations"], "{} of a third nationality", "relative", ""),
        (m["relations"], "{} called a relative and something else", "person", "people"),
        (m["purposes"], "{} of the stated purpose for one person", "change", ""),
        (m["brothers"] and m["brothers"] + 1, "{} who share no name", "relative", ""),
    )
    parts = [text.format(counted(count, one, many)) for count, text, one, many in told if count]
    reason = (
        f"What one person said of {counted(m['receivers'], 'person', 'people')} paid within {p.window_d} days contradicts itself "
        f"{m['conflicts']:.0f} times: {', '.join(parts)}."
    )
    roles = {e.other: "recipient" for e in events} | {e.mine: "payer" for e in events}
    is_blind = any(not view.profile(party).nationality for party in roles)
    absent = ("nationality of some parties",) if is_blind else ()
    return Explanation(reason, (number(p, "min_conflicts", m["conflicts"], best.events),), roles, absent)


def national(facts: TransferFacts, nationality: str) -> TransferFacts:
    """For examples: the same transfer to a national of that country."""
    assert facts.receiver
    return msgspec.structs.replace(facts, receiver=msgspec.structs.replace(facts.receiver, nationality=nationality))


def _brothers(nations: tuple[str, ...], gap: float = 5, **how: Any) -> View:
    said = {"relation": "kin", "nationality": "PK", "send": "GB:London"} | how
    return view_of("s", [national(pay("s", f"b{i}", i * gap, 400, **said), n) for i, n in enumerate(nations)])


def _one(said: tuple[tuple[str, str], ...], gap: float = 6, **how: Any) -> View:
    return view_of("s", [pay("s", "r", i * gap, 400, relation=rel, purpose=what, **how) for i, (rel, what) in enumerate(said)])


_THREE = ("TR", "IR", "RS")
_SLIPS = (("kin", "family"), ("other", "family"), ("kin", "rent"), ("none", "tuition"))

TYPOLOGY = Typology(
    id="TS-K05",
    name="Purpose against relation",
    version=1,
    weight=0.25,  # DEF, typologies A4
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=TO_STRANGER,
    gate=gate,
    least=Least(debits=2),  # two may hold three: brother and friend, food and rent, of a third nation
    hits=hits,
    explain=explain,
    doc=__doc__,
    examples=(
        Example("a Pakistani in London has brothers in Turkey, Iran and Serbia, of their nations", True, lambda: _brothers(_THREE)),
        Example("four brothers who share no name", True, lambda: _brothers(("",) * 4)),
        Example("one man: brother, then friend; for food, rent, school", True, lambda: _one(_SLIPS)),
        Example("a Turkish, an Iranian and a Pakistani brother", False, lambda: _brothers(("TR", "IR", "PK"))),
        Example("three brothers of the country the sender lives in", False, lambda: _brothers(("GB",) * 3)),
        Example("three brothers who share no name", False, lambda: _brothers(("",) * 3)),
        Example("five brothers of the sender's name", False, lambda: _brothers(("TR",) * 5, surname=True)),
        Example("three foreign wives", False, lambda: _brothers(_THREE, relation="spouse")),
        Example("three foreign brothers, the last 31 days after the first", False, lambda: _brothers(_THREE, 15.5)),
        Example("one man: brother, then friend; for food, then rent", False, lambda: _one((("kin", "family"), ("other", "rent")))),
        Example("one sister: food, rent, school, travel", False, lambda: _one(
            tuple(("kin", what) for what in ("family", "rent", "tuition", "travel")), surname=True)),
    ),
)  # fmt: skip
