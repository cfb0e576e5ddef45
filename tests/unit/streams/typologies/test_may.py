"""A glance may only say no: whenever an example's next transfer makes its typology hold anew, or ask somebody anew, `may` lets it be judged."""

import itertools
from collections.abc import Iterator

import msgspec
import pytest

from streams.domain.entity import EntityState, IdentifierState
from streams.domain.event_log import EventLog
from streams.domain.glance import Glance
from streams.domain.strangers import strangers
from streams.domain.view import View
from streams.typologies import CATALOGUE
from streams.typologies.base import Example, Typology
from streams.typologies.ts_k01_shared_identifier import SharedView

EXAMPLES = [pytest.param(t, e, id=f"{t.id}: {e.what}") for t in CATALOGUE for e in t.examples]


def grown(view: View) -> Iterator[tuple[View, EntityState | IdentifierState]]:
    """The example after each of its transfers, as a view and as the state that detection has."""
    for count in range(1, len(view.events) + 1):
        log = EventLog()
        for event in view.events[:count]:
            log.add(event)
        state = msgspec.structs.replace(view.state, events=log)
        if isinstance(view, SharedView):
            shared = IdentifierState(view.kind, view.users, state)
            yield SharedView(view.key, shared, view.corridors), shared
        else:
            yield View(view.key, state, view.corridors), state


def said(typology: Typology, view: View) -> set[object]:
    """What a judgement comes to: each hit, and who is asked."""
    p = typology.parameters
    if not typology.gate(view, p):
        return set()
    asked: set[object] = set(typology.asks(view, p)) if typology.asks is not None else set()
    return asked | {(h.at_ms, h.strength, tuple(e.uid for e in h.events)) for h in typology.hits(view, p)}


@pytest.mark.parametrize(("typology", "example"), EXAMPLES)
def test_nothing_new_is_judged_away_by_a_glance(typology: Typology, example: Example) -> None:
    whole = example.build()
    before: set[object] = set()
    for view, state in grown(whole):
        now = said(typology, view)
        glance = Glance(state, 1, view.corridors)
        if now - before and not glance.is_bare:
            assert glance.what() & typology.on and typology.may(glance, typology.parameters)
        before = now


@pytest.mark.parametrize("typology", CATALOGUE, ids=lambda t: t.id)
def test_a_single_transfer_of_a_party_is_never_worth_a_judgement(typology: Typology) -> None:
    asked = 0
    for known in CATALOGUE:
        for example in known.examples:
            whole = example.build()
            if isinstance(whole, SharedView) or not whole.events:
                continue
            _, state = next(grown(whole))
            glance = Glance(state, 1, whole.corridors)
            asked += not glance.is_bare and typology.may(glance, typology.parameters)
    assert asked == 0


@pytest.mark.parametrize(("typology", "example"), EXAMPLES)
def test_what_held_is_changed_by_a_later_transfer_only_where_the_typology_says_so(typology: Typology, example: Example) -> None:
    p = typology.parameters
    for (view, _), (later, _) in itertools.pairwise(grown(example.build())):
        known_ms = view.events[-1].at_ms
        if not typology.gate(view, p) or not typology.gate(later, p) or later.events[-1].at_ms == known_ms:
            continue
        then, now = ([h for h in typology.hits(v, p) if h.at_ms <= known_ms] for v in (view, later))
        assert then == now or typology.looks_ahead or (typology.hindsight and strangers(later) is not None)
