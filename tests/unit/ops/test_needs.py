"""What typologies lose without a field: the table holds for their own examples, each stripped of one field after the other."""

from collections.abc import Callable

import msgspec
import pytest

from ops.needs import AT_IDENTIFIERS, FIELDS, LOSS_WORDS, NEEDS, losing
from schemas.observation import TransferFacts
from schemas.transfer import NO_RELATION, PARTY, Place
from streams.domain.event import event_of
from streams.domain.memory import remember
from streams.typologies import CATALOGUE, build
from streams.typologies.base import Example, Typology

NOWHERE = Place("", "")
Strip = Callable[[TransferFacts], TransferFacts]


def sides(facts: TransferFacts, **changes: object) -> TransferFacts:
    changed = {"sender": msgspec.structs.replace(facts.sender, **changes)}
    if facts.receiver is not None:
        changed["receiver"] = msgspec.structs.replace(facts.receiver, **changes)
    return msgspec.structs.replace(facts, **changed)


def without_purpose(facts: TransferFacts) -> TransferFacts:
    trade = facts.trade if facts.channel in ("card", "merchant") else ""
    return msgspec.structs.replace(facts, purpose_class="none", trade=trade, passenger=0)


STRIPPED: dict[str, Strip] = {
    "purpose": without_purpose,
    "relationship": lambda f: msgspec.structs.replace(f, relation=NO_RELATION),
    "nationality": lambda f: sides(f, nationality=""),
    "occupation": lambda f: sides(f, living=0),
    "customer_since": lambda f: sides(f, since_day=0),
    "identifiers": lambda f: sides(f, identifiers=()),
    "towns": lambda f: msgspec.structs.replace(
        f, send_place=Place(f.send_place.country, ""), pay_place=Place(f.pay_place.country, "")
    ),
    "countries": lambda f: msgspec.structs.replace(f, send_place=NOWHERE, pay_place=NOWHERE),
    "agent": lambda f: msgspec.structs.replace(f, counter=0),
    "merchant": lambda f: msgspec.structs.replace(f, trade="", passenger=0),
}


def strongest(typology: Typology, example: Example) -> float:
    view = example.build()
    if not typology.gate(view, typology.parameters):
        return 0.0
    return max((hit.strength for hit in typology.hits(view, typology.parameters)), default=0.0)


def loss_of(typology: Typology, strip: Strip, monkeypatch: pytest.MonkeyPatch) -> str:
    fires = [strongest(typology, example) for example in typology.examples if example.fires]
    made, seen, kept = TransferFacts, event_of, remember
    with monkeypatch.context() as patch:
        patch.setattr(build, "TransferFacts", lambda *said: strip(made(*said)))
        patch.setattr(build, "event_of", lambda facts, side: seen(strip(facts), side))
        patch.setattr(build, "remember", lambda state, facts: kept(state, strip(facts)))
        after = [strongest(typology, example) for example in typology.examples if example.fires]
        silent = [strongest(typology, example) for example in typology.examples if not example.fires]
    if not any(after):
        return "blind"
    if any(now < then for now, then in zip(after, fires, strict=True)):
        return "weaker"
    return "noisier" if any(silent) else ""


@pytest.mark.parametrize("typology", CATALOGUE, ids=lambda t: t.id)
def test_the_table_says_what_each_typology_loses_on_its_own_examples(typology: Typology, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {name: loss_of(typology, strip, monkeypatch) for name, strip in STRIPPED.items()}
    if typology.id in AT_IDENTIFIERS:
        assert any(example.build().kind != PARTY for example in typology.examples if example.fires)
        found["identifiers"] = "blind"
    assert {name: loss for name, loss in found.items() if loss} == NEEDS[typology.id]


def test_every_typology_and_every_field_is_in_the_table() -> None:
    assert set(NEEDS) == {typology.id for typology in CATALOGUE}
    assert {field.name for field in FIELDS} == set(STRIPPED)
    assert {name for needs in NEEDS.values() for name in needs} <= set(STRIPPED)
    assert list(losing("agent")) == [loss for loss in LOSS_WORDS if loss in ("blind", "weaker")]
