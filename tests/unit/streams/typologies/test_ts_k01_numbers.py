"""TS-K01: its sentence, numbers and times by hand, and what a use is remembered by."""

from schemas.corridors import corridors
from schemas.observation import SENDER
from schemas.transfer import DEVICE, EMAIL, PHONE
from streams.domain.entity import QUARTER_MS, EntityState, IdentifierState, User
from streams.domain.event import event_of
from streams.domain.profile import Profile
from streams.typologies.base import Hit
from streams.typologies.build import START_MS, key_of, pay
from streams.typologies.ts_k01_shared_identifier import TYPOLOGY, SharedView, pooled

P = TYPOLOGY.parameters
DAY_MS = 86_400_000


def used(*users: tuple[int, int, float], kind: int = PHONE, names: tuple[bytes, ...] = ()) -> SharedView:
    """An identifier: first and last quarter of each user, and the day of the earliest transfer."""
    state = IdentifierState(kind, {}, EntityState(kind))
    for i, (first, last, day) in enumerate(users):
        event = event_of(pay(f"u{i}", "r", day, 100), SENDER)
        state.users[event.mine] = User(first, last, event, Profile(True, "", 0, (names[i],) if names else (b"%d" % i,), ()))
    return SharedView(key_of("identifier"), state, corridors())


def found(view: SharedView, window_d: int = 180) -> list[Hit]:
    return list(TYPOLOGY.hits(view, type(P)(window_d=window_d)))


def test_the_whole_sentence_and_its_number_by_hand() -> None:
    view = used((0, 0, 2), (0, 0, 9), (0, 0, 5), (0, 0, 1), kind=EMAIL)
    (hit,) = found(view)
    assert hit.measures == {"persons": 4}
    assert hit.strength == 0.6667  # four of three
    assert hit.facets == ("identity",)
    assert [e.at_ms for e in hit.events] == [START_MS + day * DAY_MS for day in (1, 2, 5, 9)]
    assert hit.at_ms == START_MS + 9 * DAY_MS  # when the last of them appeared
    told = TYPOLOGY.explain(view, P, hit, hit.events)
    assert told.reason == "One email was used by 4 people who share no name, within 180 days."
    assert [(n.name, n.observed, n.line, len(n.transfers)) for n in told.numbers] == [("min_persons", 4, 3, 4)]
    assert told.absent == ()


def test_a_use_counts_for_as_many_whole_quarters_as_the_window_holds() -> None:
    for window_d, quarters in ((90, 1), (180, 2), (200, 2), (270, 3)):
        for last in (quarters - 1, quarters):
            view = used((0, 0, 0), (0, 0, 1), (last, last, 90 * last + 2))
            assert len(found(view, window_d)) == (last < quarters)


def test_every_quarter_that_brings_a_user_makes_a_finding() -> None:
    view = used((0, 9, 0), (0, 9, 1), (1, 9, 91), (3, 9, 271), (3, 9, 272))
    assert [h.measures["persons"] for h in found(view)] == [3, 5]


def test_a_name_that_is_learnt_later_takes_a_finding_back_and_so_everything_is_judged_anew() -> None:
    assert len(found(used((0, 0, 0), (0, 0, 1), (0, 0, 2), names=(b"a", b"b", b"c")))) == 1
    assert found(used((0, 0, 0), (0, 0, 1), (0, 0, 2), names=(b"a", b"b", b"a"))) == []
    assert TYPOLOGY.looks_ahead


def test_a_pool_remembers_of_each_user_the_first_transfer_and_its_quarter() -> None:
    rows = [pay("a", "r", 0, 100), pay("b", "r", 95, 100), pay("a", "r", 200, 100)]
    view = pooled(DEVICE, rows)
    assert isinstance(view, SharedView)
    assert {k: (u.first_quarter, u.last_quarter, u.earliest.uid) for k, u in view.users.items()} == {
        key_of(name): (facts.at_ms // QUARTER_MS, facts.at_ms // QUARTER_MS, facts.uid)
        for name, facts in (("a", rows[0]), ("b", rows[1]))
    }
