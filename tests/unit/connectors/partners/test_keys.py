"""API keys: only their hashes are kept, and nobody can tell a wrong key from an expired or a revoked one."""

import hashlib
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.partners.keys import KeysError, KeysFile
from schemas.yaml_rows import RegistryError

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> KeysFile:
    return KeysFile(tmp_path / "new" / "partner-keys.yaml")


def test_a_key_says_whose_it_is_and_only_its_hash_is_in_the_file(file: KeysFile) -> None:
    row, key = file.add("sunrise", NOW)
    assert KeysFile(file.path).keys().partner_of(key, NOW) == "sunrise"
    text = file.path.read_text()
    assert key not in text
    assert key.partition(".")[2] not in text
    assert hashlib.sha256(key.encode()).hexdigest() in text
    assert len(key.partition(".")[2]) >= 43  # 256 bits in base64
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert row.id == key.partition(".")[0]


@pytest.mark.parametrize("change", ["", "x", ".", "other-id", "\ud800"])
def test_a_key_that_differs_anywhere_is_nobodys(file: KeysFile, change: str) -> None:
    _, key = file.add("sunrise", NOW)
    presented = {"": "", "other-id": f"{'0' * 12}.{key.partition('.')[2]}"}.get(change, key + change)
    assert file.keys().partner_of(presented, NOW) is None


def test_a_key_serves_until_the_second_it_expires(file: KeysFile) -> None:
    _, key = file.add("sunrise", NOW, days=2)
    assert file.keys().partner_of(key, NOW + timedelta(days=2, seconds=-1)) == "sunrise"
    assert file.keys().partner_of(key, NOW + timedelta(days=2)) is None


def test_a_revoked_key_serves_no_more_and_the_others_do(file: KeysFile) -> None:
    row, key = file.add("sunrise", NOW)
    _, other = file.add("sunrise", NOW)
    assert file.keys().partner_of(key, NOW) == "sunrise"
    KeysFile(file.path).revoke(row.id, NOW)  # another process
    assert file.keys().partner_of(key, NOW) is None
    assert file.keys().partner_of(other, NOW) == "sunrise"


def test_revoking_twice_keeps_the_first_time_and_an_unknown_id_is_refused(file: KeysFile) -> None:
    row, _ = file.add("sunrise", NOW)
    first = file.revoke(row.id, NOW)
    assert file.revoke(row.id, NOW + timedelta(days=1)) == first
    with pytest.raises(KeysError, match="No key has the id nothing"):
        file.revoke("nothing", NOW)


def test_without_a_file_there_is_no_key(file: KeysFile) -> None:
    assert file.rows() == []
    assert file.keys().partner_of("a.b", NOW) is None


def test_a_damaged_file_is_refused_with_its_line(file: KeysFile) -> None:
    file.add("sunrise", NOW)
    file.path.write_text(file.path.read_text().replace("2027-01-05", "someday"))
    with pytest.raises(RegistryError, match=r"line 3: expires: "):
        file.keys()


def test_a_rotated_key_leaves_the_old_ones_their_time_and_never_more_than_they_had(file: KeysFile) -> None:
    _, long = file.add("sunrise", NOW)
    _, short = file.add("sunrise", NOW, days=1)
    gone, revoked = file.add("sunrise", NOW)
    file.revoke(gone.id, NOW)
    _, others = file.add("moon", NOW)
    _, new, old = file.rotate("sunrise", NOW, timedelta(days=2))
    assert len(old) == 2
    keys = file.keys()
    at = [NOW, NOW + timedelta(days=1), NOW + timedelta(days=2), NOW + timedelta(days=300)]
    assert [keys.partner_of(long, when) for when in at] == ["sunrise", "sunrise", None, None]
    assert [keys.partner_of(short, when) for when in at] == ["sunrise", None, None, None]
    assert [keys.partner_of(new, when) for when in at] == ["sunrise"] * 4
    assert [keys.partner_of(others, when) for when in at] == ["moon"] * 4
    assert keys.partner_of(revoked, NOW) is None


def test_a_key_rotated_without_any_time_left_ends_the_old_ones_at_once(file: KeysFile) -> None:
    _, old = file.add("sunrise", NOW)
    file.rotate("sunrise", NOW, timedelta(0))
    assert file.keys().partner_of(old, NOW) is None
