"""When a reviewer's word forms the suspicion: with the first of those who released the report, not with one that came to nothing."""

from typing import NamedTuple

import pytest

from connectors.register.derive import formed_by_person


class Word(NamedTuple):
    action: str
    effect: str
    at_ms: int


@pytest.mark.parametrize(
    ("words", "formed_ms"),
    [
        ([], 0),
        ([Word("approve", "", 5)], 0),  # another person is needed: nothing is formed yet
        ([Word("approve", "", 5), Word("approve", "send", 9)], 5),
        ([Word("approve", "send", 9), Word("close", "settle", 12)], 9),
        ([Word("approve", "", 5), Word("refuse", "settle", 7), Word("approve", "", 20), Word("approve", "send", 30)], 20),
        ([Word("approve", "send", 9), Word("release", "send", 40)], 9),
    ],
)
def test_suspicion_forms_with_the_first_word_of_those_who_released(words: list[Word], formed_ms: int) -> None:
    assert formed_by_person(words) == formed_ms
