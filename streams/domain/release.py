"""Who may decide what about a filing: release policies, four eyes, and what a decision brings about.

1. A report is released, or refused, by as many different people as the policy wants; the machine that drafted it is none of them.
2. In one round each person speaks once, for or against; the side that first has enough people decides. A round ends with what takes
   effect, and with a change of version or state: consent is never carried over to what the person has not seen.
3. To withdraw or to close takes one person.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from streams.domain.lifecycle import TRANSITIONS, IllegalTransition, State, event_of

Policy = Literal["automatic", "one_reviewer", "four_eyes"]
Action = Literal["approve", "release", "refuse", "withdraw", "close"]
# What delivery does about it: send the filing, or let it rest; "" where another person is needed first.
SEND, SETTLE, NONE = "send", "settle", ""
POLICIES: tuple[Policy, ...] = ("automatic", "one_reviewer", "four_eyes")
ACTIONS: tuple[Action, ...] = ("approve", "release", "refuse", "withdraw", "close")
_PEOPLE = {"automatic": 1, "one_reviewer": 1, "four_eyes": 2}
_FOR = frozenset({"approve", "release"})
_MUST_SAY_WHY = frozenset({"release", "refuse", "withdraw", "close"})


class IllegalDecision(Exception):
    """A decision that may not be taken. The text says why; `code`: name_missing | reason_missing | not_in_review | already_decided."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Voice(NamedTuple):
    """An earlier decision about the same version: by whom (folded name), what, in which state, and whether it took effect."""

    person: str
    action: str
    from_state: str
    took_effect: bool


def stricter(first: str, second: str) -> Policy:
    """The one of two policies that wants more people; of two that want the same, the one that is no machine's."""
    return POLICIES[max(_rank(first), _rank(second))]


def people_needed(policy: str) -> int:
    """How many different people must agree before a report goes out that waits for one."""
    return _PEOPLE[policy]


def person_of(name: str) -> str:
    """The form under which names count as the same person: one spelling, one space, no case. Raises IllegalDecision."""
    folded = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    if not folded or not all(character.isprintable() for character in folded):
        raise IllegalDecision("name_missing", "Say who decides: --by NAME, the name of a person.")
    return folded


def effect_of(action: str, voice: tuple[str, str], state: State, policy: str, earlier: Sequence[Voice]) -> str:
    """What a decision brings about: SEND, SETTLE, or NONE while another person is needed.

    voice    folded name of the person, and the reason given
    earlier  decisions about this version, in their order
    Raises   IllegalDecision, lifecycle.IllegalTransition
    """
    person, reason = voice
    event = event_of(action)
    if event not in TRANSITIONS[state]:
        raise IllegalTransition(state, event)
    if (action == "approve") != (state == "awaiting_review") and event == "release":
        advice = "`strgw filings approve`" if state == "awaiting_review" else "`strgw filings release`"
        raise IllegalDecision("not_in_review", f"The filing is {state.replace('_', ' ')}: use {advice}.")
    if action in _MUST_SAY_WHY and not reason.strip():
        raise IllegalDecision("reason_missing", "Say why: --reason TEXT (without names of parties).")
    if action in ("withdraw", "close"):
        return SETTLE
    voices = round_of(earlier, state)
    if person in {one.person for one in voices}:
        raise IllegalDecision("already_decided", "The same person has already decided on this version; another one must.")
    agreeing = 1 + sum((one.action in _FOR) == (action in _FOR) for one in voices)
    if agreeing < people_needed(policy):
        return NONE
    return SEND if action in _FOR else SETTLE


def round_of(earlier: Iterable[Voice], state: str) -> list[Voice]:
    """The voices of the present round: since the last one that took effect, in the present state, about release or refusal."""
    voices: list[Voice] = []
    for one in earlier:
        if one.took_effect or (voices and voices[-1].from_state != one.from_state):
            voices.clear()
        if not one.took_effect:
            voices.append(one)
    return voices if voices and voices[-1].from_state == state else []


def _rank(policy: str) -> int:
    return POLICIES.index(policy)  # ValueError for a word that is no policy
