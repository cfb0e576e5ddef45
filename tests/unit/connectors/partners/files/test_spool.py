"""Bringing a file to the spool: the same bytes whatever the pieces, unpacked, and never more than it may have."""

import gzip
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.partners.files.spool import FileRefused, fetch

CONTENT = b"".join(b"line %d\n" % number for number in range(5000))


def pieces(content: bytes, size: int) -> list[bytes]:
    return [content[at : at + size] for at in range(0, len(content), size)]


@pytest.mark.parametrize("size", [1, 3, 1000, 1 << 20])
@pytest.mark.parametrize("packed", [CONTENT, gzip.compress(CONTENT), gzip.compress(CONTENT[:9]) + gzip.compress(CONTENT[9:])])
def test_the_bytes_arrive_unpacked_and_the_identity_is_of_the_file_as_it_was_left(
    tmp_path: Path, packed: bytes, size: int
) -> None:
    found = fetch(pieces(packed, size), tmp_path / "new/incoming")
    assert found.path.read_bytes() == CONTENT
    assert (found.sha256, found.size) == (hashlib.sha256(packed).hexdigest(), len(packed))
    assert found.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (gzip.compress(b""), "file_empty"),
        (b"x" * 1001, "file_too_large"),
        (gzip.compress(b"x" * 1001), "file_too_large"),
        (gzip.compress(CONTENT[:500])[:-1], "file_cut_off"),
        (gzip.compress(b"x")[:-8] + b"\0" * 8, "file_cut_off"),
        (gzip.compress(b"x") + b"rest", "file_cut_off"),
        (b"PK\x03\x04...", "file_packed"),
        (gzip.compress(gzip.compress(b"x")), "file_packed"),
    ],
)
def test_what_cannot_be_taken_has_a_code(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as caught:
        fetch(pieces(content, 100), tmp_path / "incoming", 1000)
    assert caught.value.code == code
    assert caught.value.text.endswith(".")


def test_a_bomb_is_given_up_before_it_fills_memory_or_disk(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.gz"
    with gzip.open(bomb, "wb", 9) as file:
        for _ in range(400):
            file.write(bytes(1 << 20))
    code = (
        "import sys, resource\nfrom pathlib import Path\nfrom connectors.partners.files.spool import FileRefused, fetch\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n    fetch([Path(sys.argv[1]).read_bytes()], Path(sys.argv[2]), 100 << 20)\n"
        "except FileRefused as error:\n    print(error.code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(bomb), str(tmp_path / "out")], capture_output=True, text=True, check=True
    )
    said, grown_kib = done.stdout.split()
    assert said == "file_too_large"
    assert int(grown_kib) < 32 << 10
    assert (tmp_path / "out").stat().st_size <= 100 << 20
