"""What was derived and judged of busy entities, kept while this process lives; it never changes a judgement.

An entity that has seen twenty transfers is not derived and judged from scratch for the twenty-first. Whatever is kept is used
only if all it rests on is unchanged: this is checked each time, and in full once the entity was told something about its past.
"""

from operator import is_

from streams.domain.entity import EntityState
from streams.domain.view import View
from streams.episodes import Episode
from streams.typologies.base import Typology

MEMO_EVENTS = 20_000  # DEF: transfers of the entities remembered, in each of two halves; 60 bytes each beyond the decoded state


class Memo:
    """The view of one entity, and the episodes found in it by the typologies that do not look ahead."""

    __slots__ = ("_profiles", "_stories", "found", "is_doubtful", "view")

    def __init__(self, view: View) -> None:
        self.view = view
        self.found: dict[str, tuple[tuple[int, bytes, int], list[Episode]]] = {}  # typology -> judged up to where, and what
        self.is_doubtful = False
        self._profiles = dict(view.state.profiles.items())
        self._stories = dict(view.state.stories)

    def holds(self, entity: EntityState, askers: tuple[Typology, ...]) -> bool:
        """Whether events were only added after the newest one judged and nothing changed about the earlier ones; the view
        then knows the new events. What was found by typologies that ask others goes when the answers changed."""
        view, events = self.view, entity.events
        count = len(view.events)
        if view.state is not entity or len(events) < count or (count and events[count - 1] is not view.events[-1]):
            return False
        if self.is_doubtful:
            if not all(map(is_, view.events, events)) or not self._are_people_known(entity):
                return False
            if self._stories != entity.stories:
                self._stories = dict(entity.stories)
                for typology in askers:
                    self.found.pop(typology.id, None)
            self._profiles = dict(entity.profiles.items())
            self.is_doubtful = False
        elif len(self._profiles) != len(entity.profiles.items()):
            self._profiles = dict(entity.profiles.items())
        return view.grow(events[count:])

    def _are_people_known(self, entity: EntityState) -> bool:
        """Nothing new was said about anybody who is in the view."""
        view, before, now = self.view, self._profiles, entity.profiles.items()
        added = {party for party, _ in now if party not in before} if len(now) > len(before) else set()
        in_view = (view.payers.keys(), view.payees, view.owners)
        return before.items() <= now and all(added.isdisjoint(parties) for parties in in_view)


class Memos:
    """Memos of the entities judged last, in two halves: when the newer is full it becomes the older, and that is dropped."""

    def __init__(self, events: int = MEMO_EVENTS) -> None:
        self._most = events
        self._newer: dict[bytes, Memo] = {}
        self._older: dict[bytes, Memo] = {}
        self._size = 0

    def get(self, key: bytes) -> Memo | None:
        """The memo of an entity, if there is one."""
        memo = self._newer.get(key)
        if memo is None and key in self._older:
            memo = self._older[key]
            self.keep(key, memo)
        return memo

    def keep(self, key: bytes, memo: Memo) -> None:
        """Remembers it, as the one used last."""
        self._size += len(memo.view.events)
        self._newer[key] = memo
        if self._size > self._most:
            self._older, self._newer, self._size = self._newer, {}, 0

    def drop(self, key: bytes) -> None:
        """Forgets it."""
        self._newer.pop(key, None)
        self._older.pop(key, None)
