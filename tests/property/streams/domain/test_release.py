"""Four eyes over random sequences of decisions, against an oracle that keeps every voice and thinks slowly."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.lifecycle import IllegalTransition
from streams.domain.release import NONE, SEND, SETTLE, IllegalDecision, Voice, effect_of, person_of, stricter

PEOPLE = ("ann", "bob", "cem")
NEEDED = {"automatic": 1, "one_reviewer": 1, "four_eyes": 2}
steps = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(("approve", "refuse"))) | st.just(("delivery", "sends")), max_size=14
)


def slow(history: list[tuple[str, str]], person: str, action: str, policy: str) -> str:
    """What must come of it: of the voices since the last release or refusal, one a person, those for and those against."""
    since: list[tuple[str, str]] = []
    for entry in history:
        if entry[1] == "ended":
            since = []
        else:
            since.append(entry)
    if person in [who for who, _ in since]:
        return "already_decided"
    voices = [*since, (person, action)]
    people_for = {who for who, what in voices if what == "approve"}
    people_against = {who for who, what in voices if what == "refuse"}
    if action == "approve" and len(people_for) >= NEEDED[policy]:
        return SEND
    if action == "refuse" and len(people_against) >= NEEDED[policy]:
        return SETTLE
    return NONE


@given(steps, st.sampled_from(sorted(NEEDED)))
def test_a_report_goes_out_only_when_enough_different_people_agree(sequence: list[tuple[str, str]], policy: str) -> None:
    state: Any = "awaiting_review"
    said: list[Voice] = []
    history: list[tuple[str, str]] = []
    for person, action in sequence:
        if action == "sends":  # a released report that is not valid after all waits again
            state = "awaiting_review" if state == "released" else state
            continue
        if state != "awaiting_review":
            with pytest.raises(IllegalTransition):
                effect_of(action, (person, "why"), state, policy, said)
            continue
        expected = slow(history, person, action, policy)
        if expected == "already_decided":
            with pytest.raises(IllegalDecision) as refused:
                effect_of(action, (person, "why"), state, policy, said)
            assert refused.value.code == expected
            continue
        effect = effect_of(action, (person, "why"), state, policy, said)
        assert effect == expected
        said.append(Voice(person, action, state, bool(effect)))
        history.append((person, action))
        if effect:
            history.append(("", "ended"))
            state = "released" if effect == SEND else "refused"


@pytest.mark.parametrize(
    ("one", "other"),
    [("A. Sadykova", "a. sadykova"), (" A.  Sadykova\t", "A. Sadykova"), ("Ａ. Ong", "A. ONG"), ("Жанна", "ЖАННА")],
)
def test_spellings_of_one_name_are_one_person(one: str, other: str) -> None:
    assert person_of(one) == person_of(other)


@pytest.mark.parametrize("nobody", ["", "  ", "\u200b"])
def test_nobody_cannot_decide(nobody: str) -> None:
    with pytest.raises(IllegalDecision, match="--by"):
        person_of(nobody)


def test_the_stricter_policy_counts() -> None:
    assert stricter("automatic", "four_eyes") == stricter("four_eyes", "one_reviewer") == "four_eyes"
    assert stricter("automatic", "automatic") == "automatic"


@pytest.mark.parametrize(
    ("action", "state", "code"),
    [("approve", "held", "not_in_review"), ("release", "awaiting_review", "not_in_review"), ("refuse", "held", "reason_missing")],
)
def test_a_decision_that_does_not_fit_has_a_code(action: str, state: Any, code: str) -> None:
    with pytest.raises(IllegalDecision) as refused:
        effect_of(action, ("ann", "" if code == "reason_missing" else "why"), state, "one_reviewer", [])
    assert refused.value.code == code


@pytest.mark.parametrize("action", ["withdraw", "close"])
def test_to_withdraw_or_close_takes_one_person_with_a_reason(action: str) -> None:
    assert effect_of(action, ("ann", "told the FIU"), "acknowledged", "four_eyes", []) == SETTLE
