"""Score and offence against hand-computed values (typologies "Score and suppress", A7)."""

import pytest

from streams.domain.score import case_score, combine, offence, strength


@pytest.mark.parametrize(("ratio", "expected"), [(0.99, 0.0), (1.0, 0.6), (2.0, 0.8), (3.0, 1.0), (9.0, 1.0)])
def test_strength_is_point_six_at_the_threshold_and_one_at_three_times_it(ratio: float, expected: float) -> None:
    assert strength(ratio) == expected


def test_independent_scores_combine_by_their_complements() -> None:
    assert combine([0.5, 0.35]) == 0.675  # 1 - 0.5 * 0.65
    assert combine([]) == 0


def test_a_family_counts_at_most_twice() -> None:
    assert case_score({"TS-F01": 0.5, "TS-F03": 0.3, "TS-F05": 0.4}) == 0.7  # 1 - 0.5 * 0.6; the third F is left out
    assert case_score({"TS-F01": 0.5, "TS-S05": 0.35}) == 0.675


@pytest.mark.parametrize(
    ("best", "expected"),
    [
        ({"TS-F01": 0.5, "TS-S05": 0.35}, "SOM"),
        ({"TS-P03": 0.75}, "TIP"),
        ({"TS-P03": 0.33}, "SOM"),
        ({"TS-P03": 0.45, "TS-P01": 0.55}, "TIP+SOM"),
        ({"TS-P04": 0.5, "TS-F05": 0.4, "TS-S05": 0.35}, "TIP"),
        ({"TS-F01": 0.5}, "SOM"),
    ],
)
def test_the_offence_follows_the_stronger_side(best: dict[str, float], expected: str) -> None:
    assert offence(best) == expected
