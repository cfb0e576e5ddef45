"""docs/simulate.md names every shape that can be planted, and none that cannot."""

import re
from pathlib import Path

import pytest

from ops.simulate.cast import PRESENTATIONS
from ops.simulate.catalogue import PATTERNS
from ops.simulate.corridors import BY_NUMBER

TEXT = (Path(__file__).parents[4] / "docs/simulate.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("typology", PATTERNS)
def test_every_shape_stands_in_its_row_as_the_code_says_it(typology: str) -> None:
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| {typology} |"))
    shapes = (*PATTERNS[typology].shapes, PATTERNS[typology].lookalike)
    assert re.findall(r"`(\w+)`: ", row) == [shape.name for shape in shapes]
    assert all(shape.says in row for shape in shapes)


def test_ways_of_recording_and_corridors_are_those_of_the_code() -> None:
    assert all(f"`{way}`" in TEXT for way in PRESENTATIONS)
    assert f"in {len(set(BY_NUMBER))} corridors" in TEXT


def test_what_reports_by_itself_is_said() -> None:
    alone = [name for name, pattern in PATTERNS.items() if pattern.report and not name.startswith("SCHEME")]
    assert f"the schemes, {', '.join(alone[:-1])} and {alone[-1]}" in TEXT
