"""The life of a filing: the table of transitions, and what facts in any order amount to."""

import pytest

from streams.domain.lifecycle import (
    CLOCK_RUNS,
    EVENTS,
    STATES,
    TRANSITIONS,
    Answer,
    Decided,
    Hold,
    IllegalTransition,
    Sending,
    Version,
    after,
    live,
)

REVIEW = Hold("h1", "awaiting_release")
FIRST = Sending("initial", ("f1",), 100)


def states(*versions: Version) -> list[str]:
    return [step.state for step in live(versions).steps]


def test_every_state_can_be_reached_and_every_event_is_used() -> None:
    reached, open_ = {"drafted"}, ["drafted"]
    while open_:
        for following in TRANSITIONS[open_.pop()].values():  # type: ignore[index]
            if following not in reached:
                reached.add(following)
                open_.append(following)
    assert reached == set(STATES)
    assert {event for row in TRANSITIONS.values() for event in row} == set(EVENTS)


@pytest.mark.parametrize(
    ("state", "event"),
    [("closed", "file"), ("filed", "file"), ("drafted", "accept"), ("acknowledged", "release"), ("refused", "release")],
)
def test_what_is_not_in_the_table_is_an_error_with_a_code_and_says_what_is_possible(state: str, event: str) -> None:
    with pytest.raises(IllegalTransition) as refused:
        after(state, event)  # type: ignore[arg-type]
    assert refused.value.code == "illegal_transition"
    assert "possible:" in str(refused.value)


def test_a_filing_that_nobody_must_review_goes_out_at_once() -> None:
    assert states(Version(1, sendings=(FIRST,))) == ["drafted", "filed"]


def test_a_reviewed_filing_waits_until_the_decision_that_takes_effect() -> None:
    assert states(Version(1, holds=(REVIEW,))) == ["drafted", "awaiting_review"]
    decided = Decided("d1", "approve", "awaiting_review")
    assert states(Version(1, holds=(REVIEW,), decisions=(decided,))) == ["drafted", "awaiting_review", "released"]
    sent = Version(1, holds=(REVIEW,), decisions=(decided,), sendings=(FIRST,))
    assert states(sent) == ["drafted", "awaiting_review", "released", "filed"]


def test_a_released_filing_that_is_still_not_valid_waits_again_and_may_be_released_again() -> None:
    holds = (Hold("h1", "not_valid"), Hold("h1", "not_valid", "d1"))
    decisions = (Decided("d1", "release", "held"), Decided("d2", "release", "held"))
    one = Version(1, holds=holds, decisions=decisions[:1])
    assert live([one]).state == "held"
    assert live([one]).code == "not_valid"
    both = Version(1, holds=holds, decisions=decisions, sendings=(FIRST,))
    assert states(both) == ["drafted", "held", "released", "held", "released", "filed"]
    assert live([both]).code == ""


@pytest.mark.parametrize("order", [("accepted", "rejected"), ("rejected", "accepted")])
def test_a_rejection_counts_whatever_the_order_of_the_answers(order: tuple[str, str]) -> None:
    answers = tuple(Answer(word, word, "f1") for word in order)
    life = live([Version(1, sendings=(FIRST,), answers=answers)])
    assert life.state == "rejected"
    assert life.void == {"accepted": "answer_after_rejection"}


def test_a_filing_of_several_files_is_accepted_when_all_of_them_are() -> None:
    sending = Sending("initial", ("f1", "f2"))
    one = (Answer("a1", "accepted", "f1"),)
    assert live([Version(1, sendings=(sending,), answers=one)]).state == "filed"
    assert live([Version(1, sendings=(sending,), answers=(*one, Answer("a2", "accepted", "f2")))]).state == "acknowledged"
    assert live([Version(1, sendings=(sending,), answers=(*one, Answer("a2", "rejected", "f2")))]).state == "rejected"
    assert live([Version(1, sendings=(sending,), answers=(Answer("a3", "accepted"),))]).state == "acknowledged"


def test_requests_and_outcomes_change_no_state() -> None:
    answers = (Answer("a1", "information_requested", "f1"), Answer("a2", "outcome"))
    life = live([Version(1, sendings=(FIRST,), answers=answers)])
    assert (life.state, life.void) == ("filed", {})


def test_a_rejected_version_sent_again_is_a_correction_and_an_answer_without_filing_is_about_the_one_that_stood_then() -> None:
    sendings = (FIRST, Sending("correction", ("f2",), 300))
    decided = Decided("d1", "release", "rejected")
    answers = (Answer("a1", "rejected", "", 200), Answer("late", "accepted", "", 250), Answer("a2", "accepted", "", 400))
    life = live([Version(1, sendings=sendings, answers=answers, decisions=(decided,))])
    assert [step.state for step in life.steps] == ["drafted", "filed", "rejected", "released", "corrected", "acknowledged"]
    assert life.void == {"late": "answer_after_rejection"}


def test_an_answer_to_a_version_or_filing_that_was_never_sent_changes_nothing() -> None:
    life = live([Version(1, answers=(Answer("a1", "accepted"),))])
    assert (life.state, life.void) == ("drafted", {"a1": "answer_version_unknown"})
    life = live([Version(1, sendings=(FIRST,), answers=(Answer("a1", "accepted", "f9"),))])
    assert (life.state, life.void) == ("filed", {"a1": "answer_filing_unknown"})


def test_a_version_never_sent_is_superseded_and_one_that_was_sent_is_not() -> None:
    life = live([Version(1, holds=(REVIEW,)), Version(2, holds=(REVIEW,))])
    assert [(step.version, step.state) for step in life.steps][2] == (1, "superseded")
    assert (life.version, life.state) == (2, "awaiting_review")
    second = Version(2, sendings=(Sending("supplementary", ("f2",)),))
    assert states(Version(1, sendings=(FIRST,)), second) == ["drafted", "filed", "drafted", "supplementary"]


def test_a_version_that_says_the_same_leaves_the_one_before_it_standing() -> None:
    life = live([Version(1, sendings=(FIRST,)), Version(2, is_unchanged=True)])
    assert (life.version, life.state) == (1, "filed")


def test_a_decision_on_what_has_moved_on_is_void() -> None:
    closing = Decided("d1", "close", "acknowledged")
    answers = (Answer("a1", "accepted", "f1"), Answer("a2", "rejected", "f1"))
    life = live([Version(1, sendings=(FIRST,), answers=answers, decisions=(closing,))])
    assert life.state == "rejected"
    assert life.void["d1"] == "decision_overtaken"


def test_a_release_that_delivery_could_not_carry_out_leaves_the_filing_waiting() -> None:
    decided = Decided("d1", "approve", "awaiting_review", is_void=True)
    life = live([Version(1, holds=(REVIEW,), decisions=(decided,))])
    assert (life.state, life.void) == ("awaiting_review", {"d1": "decision_overtaken"})


def test_a_report_no_longer_for_the_fiu_is_withdrawn_where_nothing_went_out_and_waits_where_something_did() -> None:
    assert live([Version(1), Version(2, is_planned=False)]).state == "withdrawn"
    taken_back = Version(2, is_planned=False, holds=(Hold("h2", "withdrawn_after_filing"),))
    life = live([Version(1, sendings=(FIRST,)), taken_back])
    assert (life.state, life.code) == ("held", "withdrawn_after_filing")
    settled = taken_back._replace(decisions=(Decided("d1", "close", "held"),))
    assert live([Version(1, sendings=(FIRST,)), settled]).state == "closed"


def test_the_clock_runs_where_the_fiu_has_nothing_it_may_still_accept() -> None:
    assert {"drafted", "awaiting_review", "held", "released", "rejected"} == CLOCK_RUNS
