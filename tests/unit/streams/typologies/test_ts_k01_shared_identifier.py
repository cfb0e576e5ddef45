"""TS-K01 at its lines: how many people each kind of identifier allows, who counts once, and for how long a use counts."""

import pytest

from schemas.corridors import corridors
from schemas.observation import SENDER
from schemas.transfer import ADDRESS, DEVICE, IP, PHONE
from streams.domain.entity import EntityState, IdentifierState, User
from streams.domain.event import event_of
from streams.domain.profile import Profile
from streams.typologies.base import Hit
from streams.typologies.build import key_of, pay, view_of
from streams.typologies.ts_k01_shared_identifier import TYPOLOGY, SharedView, pooled

P = TYPOLOGY.parameters


def used(
    *quarters: tuple[int, int], kind: int = PHONE, names: tuple[tuple[bytes, ...], ...] = (), people: bool = True
) -> SharedView:
    """An identifier whose users used it from the first to the last quarter given for each."""
    state = IdentifierState(kind, {}, EntityState(kind))
    for i, (first, last) in enumerate(quarters):
        event = event_of(pay(f"u{i}", "r", 90 * first, 100), SENDER)
        keys = names[i] if names else (b"%d" % i,)
        state.users[event.mine] = User(first, last, event, Profile(people or i > 0, "", 0, keys, ()))
    return SharedView(key_of("identifier"), state, corridors())


def found(view: SharedView) -> list[Hit]:
    return list(TYPOLOGY.hits(view, P)) if TYPOLOGY.gate(view, P) else []


@pytest.mark.parametrize(("kind", "line"), [(PHONE, 3), (DEVICE, 3), (ADDRESS, 5), (IP, 8)])
def test_each_kind_has_its_line(kind: int, line: int) -> None:
    assert found(used(*[(0, 0)] * (line - 1), kind=kind)) == []
    assert [h.strength for h in found(used(*[(0, 0)] * line, kind=kind))] == [0.6]
    assert [h.strength for h in found(used(*[(0, 0)] * 2 * line, kind=kind))] == [0.8]


@pytest.mark.parametrize(("last", "hits"), [(1, 1), (2, 0)])
def test_a_use_counts_for_two_quarters(last: int, hits: int) -> None:
    assert len(found(used((0, 0), (0, 0), (last, last)))) == hits


def test_who_goes_on_using_it_counts_on() -> None:
    assert [h.measures["persons"] for h in found(used((0, 5), (0, 5), (5, 5)))] == [3]


def test_who_uses_it_later_does_not_count_before() -> None:
    hits = found(used((0, 3), (0, 3), (0, 3), (1, 3)))
    assert [h.measures["persons"] for h in hits] == [3, 4]
    assert [h.at_ms for h in hits] == sorted(h.at_ms for h in hits)


def test_people_who_share_a_name_count_once_also_through_a_third() -> None:
    chained = ((b"a",), (b"c",), (b"a", b"c"), (b"d",), (b"e",))
    view = used(*[(0, 0)] * 5, names=chained)
    assert view.families(view.users) == 3
    assert [h.measures["persons"] for h in found(view)] == [3]
    unnamed = used(*[(0, 0)] * 3, names=((), (), ()))
    assert unnamed.families(unnamed.users) == 3


def test_a_firm_that_uses_it_does_not_count() -> None:
    assert found(used((0, 0), (0, 0), (0, 0), people=False)) == []
    assert [h.measures["persons"] for h in found(used((0, 0), (0, 0), (0, 0), (0, 0), people=False))] == [3]


def test_a_party_is_no_identifier() -> None:
    assert not TYPOLOGY.gate(view_of("r", [pay(f"u{i}", "r", i, 100) for i in range(9)]), P)


def test_the_explanation_names_the_kind_and_the_line_of_it() -> None:
    for kind, line, what, name in (
        (PHONE, 3, "phone", "min_persons"),
        (ADDRESS, 5, "address", "min_at_address"),
        (IP, 8, "IP", "min_at_ip"),
    ):
        view = used(*[(0, 0)] * line, kind=kind)
        (best,) = found(view)
        told = TYPOLOGY.explain(view, P, best, best.events)
        assert told.reason.lower().startswith(f"one {what.lower()}")
        assert f"used by {line} people who share no name, within 180 days" in told.reason
        assert [(n.name, n.line, n.observed) for n in told.numbers] == [(name, line, line)]
        assert told.parts == {key_of(f"u{i}"): "shares" for i in range(line)}


def test_transfers_pooled_for_an_example_are_those_of_its_senders() -> None:
    view = pooled(DEVICE, [pay("a", "r", 0, 100), pay("b", "r", 1, 100), pay("a", "r", 95, 100)])
    assert isinstance(view, SharedView)
    assert set(view.users) == {key_of("a"), key_of("b")}
    assert len(view.debits) == 3
    assert view.credits == []
