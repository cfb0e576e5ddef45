"""A request sent again with its key is answered and not worked on again; another one with that key is refused."""

import pytest

from connectors.partners.http.idempotency import KEPT_S, Answer, Answers, PartnersAnswers, key_in
from connectors.partners.http.problems import Problem

ANSWER = Answer(202, "application/json", b"{}")


def code(answers: PartnersAnswers, key: str, digest: bytes, now: float) -> str:
    with pytest.raises(Problem) as caught:
        answers.begin(key, digest, now)
    return f"{caught.value.status} {caught.value.code}"


def test_the_same_key_and_body_get_the_same_answer_for_a_day() -> None:
    answers = PartnersAnswers()
    assert answers.begin("k", b"d", 0.0) is None
    answers.finish("k", ANSWER, 10.0)
    assert answers.begin("k", b"d", 10 + KEPT_S - 1) == ANSWER
    assert answers.begin("k", b"d", 10 + KEPT_S) is None


def test_another_body_is_refused_and_the_same_one_waits_while_the_first_is_in_work() -> None:
    answers = PartnersAnswers()
    assert answers.begin("k", b"d", 0.0) is None
    assert code(answers, "k", b"d", 1.0) == "409 in_work"
    assert code(answers, "k", b"e", 1.0) == "422 key_reused"
    answers.finish("k", ANSWER, 2.0)
    assert code(answers, "k", b"e", 3.0) == "422 key_reused"


def test_a_request_that_ended_without_an_answer_is_worked_on_again() -> None:
    answers = PartnersAnswers()
    assert answers.begin("k", b"d", 0.0) is None
    answers.abandon("k")
    assert answers.begin("k", b"e", 1.0) is None


def test_memory_is_bounded_by_number_and_by_bytes_and_the_oldest_go_first() -> None:
    answers = PartnersAnswers(most_keys=3, most_bytes=100)
    for number in range(5):
        answers.begin(f"k{number}", b"d", 0.0)
        answers.finish(f"k{number}", Answer(202, "", b"x"), 0.0)
    assert [answers.begin(f"k{number}", b"d", 1.0) is None for number in range(5)] == [True, True, False, False, False]
    answers.begin("large", b"d", 1.0)
    answers.finish("large", Answer(202, "", b"x" * 99), 1.0)
    assert [answers.begin(f"k{number}", b"d", 1.0) is None for number in (2, 3)] == [True, True]
    assert answers.begin("large", b"d", 1.0) is not None


def test_keys_of_one_partner_are_not_those_of_another() -> None:
    answers = Answers()
    answers.of("a").begin("k", b"d", 0.0)
    assert answers.of("b").begin("k", b"e", 0.0) is None


@pytest.mark.parametrize("header", ["", " ", '""', "x" * 256, "sch\u00f6n", "a\x07b"])
def test_a_key_that_is_none_is_refused(header: str) -> None:
    with pytest.raises(Problem) as caught:
        key_in(header)
    assert caught.value.status == 400


def test_a_key_may_be_quoted_as_the_draft_writes_it() -> None:
    assert key_in('"8e03978e"') == key_in("8e03978e") == "8e03978e"
    assert key_in(None) is None
