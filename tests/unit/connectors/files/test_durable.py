"""A file is replaced whole or not at all, and keeps its rights to itself."""

import threading
from pathlib import Path
from typing import cast

import pytest

from connectors.files.durable import alone, replace_whole


def test_a_file_is_replaced_with_the_rights_asked_for_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    replace_whole(path, b"one")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"one", 0o600)
    (tmp_path / "keys.new").write_bytes(b"left by a process that was killed")
    replace_whole(path, b"two", 0o664)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"two", 0o664)
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    replace_whole(path, b"one")
    with pytest.raises(TypeError):
        replace_whole(path, cast("bytes", "no bytes"))
    assert path.read_bytes() == b"one" and list(tmp_path.iterdir()) == [path]


def test_two_who_change_a_file_wait_for_each_other(tmp_path: Path) -> None:
    path, inside = tmp_path / "keys", threading.Event()

    def second() -> None:
        with alone(path):
            inside.set()

    other = threading.Thread(target=second)
    with alone(path):
        other.start()
        assert not inside.wait(0.2)
    other.join(10)
    assert inside.is_set()
