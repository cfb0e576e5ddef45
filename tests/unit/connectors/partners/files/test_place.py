"""When a file counts as whole, and under which name it is put away."""

import pytest

from connectors.partners.files.place import Ripening, variant


def test_a_file_is_whole_once_it_has_not_changed_for_the_time() -> None:
    ripening = Ripening(60.0)
    assert ripening.ripe({"a": (10, 1)}, 0.0) == []
    assert ripening.ripe({"a": (20, 2)}, 59.0) == []
    assert ripening.ripe({"a": (20, 2)}, 118.9) == []
    assert ripening.ripe({"a": (20, 2)}, 119.0) == ["a"]
    assert ripening.ripe({}, 120.0) == []
    assert ripening.ripe({"a": (20, 2)}, 121.0) == []  # it was taken away and is another one now


def test_where_files_are_renamed_into_place_they_are_whole_when_seen_and_come_in_the_order_of_writing() -> None:
    assert Ripening(0.0).ripe({"b": (1, 5), "a": (1, 7), "c": (1, 5)}, 9.0) == ["b", "c", "a"]


@pytest.mark.parametrize(("name", "second"), [("a.csv.gz", "a-2.csv.gz"), ("plain", "plain-2")])
def test_another_file_of_the_name_stands_beside_the_first(name: str, second: str) -> None:
    assert (variant(name, 1), variant(name, 2)) == (name, second)
