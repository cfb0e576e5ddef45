"""Every typology over its own examples with half of the fields left out: it never fails, and says what it had to do without."""

import random
from collections.abc import Iterator

import msgspec
import pytest

from schemas.corridors import corridors
from schemas.finding import Finding
from schemas.transfer import NO_RELATION, Place
from streams.domain.entity import EntityState, IdentifierState, fresh
from streams.domain.event import Event
from streams.domain.memory import upsert
from streams.domain.profile import Profile
from streams.domain.view import View
from streams.episodes import build, extend
from streams.typologies import CATALOGUE
from streams.typologies.base import Typology
from streams.typologies.ts_k01_shared_identifier import SharedView

EVENT_FIELDS = ("send", "pay", "send town", "pay town", "relation", "purpose_class", "flagged", "counter", "trade", "passenger")
PARTY_FIELDS = ("nationality", "since_day", "name_keys", "identifiers", "places", "living")
FIELDS = frozenset({*EVENT_FIELDS, *PARTY_FIELDS, "stories"})
# What a typology says is absent once the field is left out of all its transfers and parties.
TOLD = {
    ("TS-F04", "nationality"): "nationality of some senders",
    ("TS-K03", "counter"): "counter of the sending agent",
    ("TS-K04", "living"): "occupation",
    ("TS-K05", "nationality"): "nationality of some parties",
    ("TS-P03", "stories"): "earlier payments of some payers",
    ("TS-P05", "send town"): "town of some payers",
    ("TS-P07", "nationality"): "nationality of the payer",
    ("TS-S03", "since_day"): "first day of some customers",
    ("TS-W03", "send"): "recruitment price of the corridor",
    ("TS-W05", "passenger"): "names of the passengers",
}  # fmt: skip
# The same, left out of one transfer in three: without all of them the rule cannot hold.
PARTLY = {
    ("TS-F01", "send town"): "town of some senders",
    ("TS-F02", "pay town"): "town of some receivers",
    ("TS-K03", "since_day"): "first day of some customers",
    ("TS-S02", "counter"): "agent of some payments",
    ("TS-S03", "counter"): "agent of some payments",
    ("TS-S04", "pay town"): "town of some payments",
}


class Thinner:
    """Leaves out `fields`, each time with probability `share`; the same transfer says the same on every side."""

    def __init__(self, seed: int, share: float, fields: frozenset[str]) -> None:
        self._seed, self._share, self._fields = seed, share, fields

    def _goes(self, field: str, of: bytes) -> bool:
        return field in self._fields and random.Random(f"{self._seed}/{field}/{of.hex()}").random() < self._share

    def event(self, event: Event) -> Event:
        gone = {field for field in EVENT_FIELDS if self._goes(field, event.uid)}
        blank = {"purpose_class": "none", "flagged": False, "counter": 0, "trade": "", "passenger": 0}
        changes: dict[str, object] = {field: value for field, value in blank.items() if field in gone}
        if "relation" in gone:
            changes |= {"relation": NO_RELATION, "name_tie": False}
        for side, place in (("send", event.send), ("pay", event.pay)):
            changes[side] = Place("" if side in gone else place.country, "" if {side, f"{side} town"} & gone else place.town)
        return msgspec.structs.replace(event, **changes)

    def profile(self, party: bytes, known: Profile) -> Profile:
        blank = {"nationality": "", "since_day": 0, "name_keys": (), "identifiers": (), "places": (), "living": 0}
        return msgspec.structs.replace(known, **{f: v for f, v in blank.items() if self._goes(f, party)})

    def view(self, view: View) -> View:
        state: EntityState = fresh(view.kind, view.scope)
        for event in view.state.events:
            upsert(state, self.event(event), counts=True)
        for party, known in view.state.profiles.items():
            state.profiles[party] = self.profile(party, known)
        state.stories = {party: story for party, story in view.stories.items() if not self._goes("stories", party)}
        if not isinstance(view, SharedView):
            return View(view.key, state, corridors())
        users = {
            k: msgspec.structs.replace(u, earliest=self.event(u.earliest), profile=self.profile(k, u.profile))
            for k, u in view.users.items()
        }
        return SharedView(view.key, IdentifierState(view.kind, users, state, []), corridors())


def judged(typology: Typology, view: View) -> list[Finding]:
    if typology.asks is not None and typology.gate(view, typology.parameters):
        typology.asks(view, typology.parameters)
    if not typology.gate(view, typology.parameters):
        return []
    episodes = extend([], typology.hits(view, typology.parameters), typology.window_ms)
    return [build(view, typology, episode, None, number) for number, episode in enumerate(episodes)]


def firing(typology: Typology) -> Iterator[View]:
    return (example.build() for example in typology.examples if example.fires)


@pytest.mark.parametrize("typology", CATALOGUE, ids=lambda t: t.id)
def test_half_of_the_fields_never_fail_and_a_finding_stays_well_formed(typology: Typology) -> None:
    for view in firing(typology):
        assert judged(typology, Thinner(0, 0, FIELDS).view(view)), "with all fields the example fires"
        for seed in range(20):
            for finding in judged(typology, Thinner(seed, 0.5, FIELDS).view(view)):
                assert 0 < finding.strength <= 1
                assert finding.reason and finding.evidence and finding.parts


CASES = [*((where, phrase, 1.0) for where, phrase in TOLD.items()), *((where, phrase, 0.34) for where, phrase in PARTLY.items())]


@pytest.mark.parametrize(("where", "phrase", "share"), CASES, ids=[f"{where[0]} {where[1]}" for where, _, _ in CASES])
def test_a_finding_without_a_facet_says_which(where: tuple[str, str], phrase: str, share: float) -> None:
    """Of a typology with several forms, those that need the facet say so; the others go on without a word."""
    (typology,) = [t for t in CATALOGUE if t.id == where[0]]
    fields = frozenset({where[1], "places"})
    seeds = range(30 if share < 1 else 1)
    found = [f for v in firing(typology) for seed in seeds for f in judged(typology, Thinner(seed, share, fields).view(v))]
    assert any(phrase in finding.absent for finding in found)
