"""Strangers: who dealt with a party once and stayed away since. It is what can be judged of a feed that tells who paid whom and no more.

A party is bare where none of its transfers names a country, a purpose or a relation. What is left are people, times and sums; of
those, who comes back tells most (typologies A2, role inference: "sends 1-4 payments to one receiver, then stops"). Whether somebody
stays away is only known afterwards, so a bare party is judged anew each time, and who returns takes a finding back.
"""

from collections.abc import Iterable
from typing import NamedTuple

from schemas.observation import RECEIVER, SENDER
from schemas.transfer import NO_RELATION
from streams.domain.entity import EntityState, Story
from streams.domain.event import DAY_MS, Event
from streams.domain.marks import BUSINESS_CHANNELS
from streams.domain.view import View

# DEF, all; measured on streams that others made (docs/quality.md). Of those who came back a quarter had within four days.
WAIT_MS = 7 * DAY_MS  # who paid less than a week ago may yet come back
LONG_MS, TIMES = (
    14 * DAY_MS,
    5,
)  # who stays away this long, and so many times as long as the others took, breaks the party's habit
HABIT = 0.9  # the habit is how soon nine in ten of those who came back did
MAX_TOLD = 64  # as many payments as a story tells
# What a finding on a bare party says it had to do without.
ABSENT = ("countries and towns", "purposes", "relations between the parties")


class Strangers(NamedTuple):
    """What a bare party received from strangers and paid to them, oldest first.

    odd_ins, odd_outs   those of them who break the party's habit
    returning           how many came back, payers and payees
    """

    ins: list[Event]
    outs: list[Event]
    odd_ins: list[Event]
    odd_outs: list[Event]
    returning: int


def is_bare(state: EntityState) -> bool:
    """Whether nothing was ever said of the party's transfers but who paid whom, when and how much."""
    if not all(_is_bare(event) for event in state.events):
        return False
    return not any(profile.places or profile.nationality for _, profile in state.profiles.items())


def _is_bare(event: Event) -> bool:
    is_placed = event.send.country or event.pay.country
    return not is_placed and event.relation == NO_RELATION and event.purpose_class == "none" and not event.name_tie


def strangers(view: View) -> Strangers | None:
    """The strangers of a bare party; None where more is known, which the other rules judge by."""
    return view.once(_strangers, None) if view.is_party else None


def _strangers(view: View, _: None) -> Strangers | None:
    return strangers_of(view.state)


def strangers_of(state: EntityState) -> Strangers | None:
    """The same of a state."""
    if not state.events or not is_bare(state):
        return None
    by_party: dict[tuple[int, bytes], list[Event]] = {}
    for event in state.events:
        if event.other and event.other != event.mine and event.channel not in BUSINESS_CHANNELS:
            by_party.setdefault((event.side, event.other), []).append(event)
    now = state.events[-1].at_ms
    gaps = sorted(dealt[1].at_ms - dealt[0].at_ms for dealt in by_party.values() if len(dealt) > 1)
    once = [dealt[0] for (_, other), dealt in by_party.items() if len(dealt) == 1 and other not in state.former]
    away = sorted((e for e in once if e.at_ms <= now - WAIT_MS), key=Event.order)
    odd = [e for e in away if gaps and e.at_ms <= now - _patience(gaps)]
    return Strangers(_on(RECEIVER, away), _on(SENDER, away), _on(RECEIVER, odd), _on(SENDER, odd), len(gaps))


def _patience(gaps: list[int]) -> float:
    """After how long somebody who has not come back breaks the habit."""
    return max(LONG_MS, TIMES * gaps[min(len(gaps) - 1, int(len(gaps) * HABIT))])


def _on(side: int, events: Iterable[Event]) -> list[Event]:
    return [e for e in events if e.side == side]


def told_of(state: EntityState) -> tuple[tuple[Event, bool], ...]:
    """What a bare party tells of its strangers: the newest payments, each with whether it breaks the habit."""
    known = strangers_of(state)
    if known is None:
        return ()
    odd = {e.uid for e in (*known.odd_ins, *known.odd_outs)}
    both = sorted((*known.ins, *known.outs), key=Event.order)
    return tuple((e, e.uid in odd) for e in both[-MAX_TOLD:])


def told_by(story: Story, side: int, odd_only: bool = False) -> list[Event]:
    """The payments of strangers in a story, received (RECEIVER) or made (SENDER), oldest first."""
    return [e for e, is_odd in story.strangers if e.side == side and (is_odd or not odd_only)]
