"""When a partner's stream began."""

import pytest

from connectors.partners.stream_start import StreamStart, StreamStarts, first_wins, from_registry
from schemas.registry import Partner

MAY_17_EVENING = 1_715_971_330_000  # 2024-05-17T18:42:10Z
MAY_17 = 1_715_904_000_000
MAY_16 = MAY_17 - 86_400_000


def partner(stream_start: str = "") -> Partner:
    """Partner `demo`."""
    return Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", (), stream_start=stream_start)


def test_the_registry_decides_where_it_names_a_day() -> None:
    assert from_registry(partner("2024-05-16")) == MAY_16
    assert from_registry(partner()) is None
    starts = StreamStarts([partner("2024-05-16")], {"demo": MAY_17}, never, never_decide)
    assert starts.ensure("demo", MAY_17_EVENING) == MAY_16


def test_the_first_stored_value_counts_even_when_a_later_process_wrote_another() -> None:
    assert first_wins([StreamStart("demo", MAY_16), StreamStart("other", 5), StreamStart("demo", MAY_17)]) == {
        "demo": MAY_16,
        "other": 5,
    }


def test_a_stored_start_is_not_decided_again() -> None:
    assert StreamStarts([partner()], {"demo": MAY_16}, never, never_decide).ensure("demo", MAY_17_EVENING) == MAY_16


@pytest.mark.parametrize(
    ("head", "expected"),
    [(MAY_16 + 5, MAY_16), (None, MAY_17), (MAY_17_EVENING + 86_400_000, MAY_17)],
    ids=["head", "no head", "later head"],
)
def test_an_unknown_start_is_the_day_of_the_earliest_first_event(head: int | None, expected: int) -> None:
    asked: list[tuple[str, int]] = []

    def decide(name: str, candidate: int) -> int:
        asked.append((name, candidate))
        return candidate

    starts = StreamStarts([partner()], {}, lambda _: head, decide)
    assert [starts.ensure("demo", MAY_17_EVENING), starts.ensure("demo", MAY_16)] == [expected, expected]
    assert asked == [("demo", expected)], "decided once, whatever comes later"


def test_another_process_that_was_first_is_followed() -> None:
    starts = StreamStarts([partner()], {}, lambda _: MAY_17_EVENING, lambda name, candidate: MAY_16)
    assert starts.ensure("demo", MAY_17_EVENING) == MAY_16


def never(name: str) -> int | None:
    """The log's head must not be read."""
    raise AssertionError(name)


def never_decide(name: str, candidate: int) -> int:
    """Nothing must be written."""
    raise AssertionError(name)
