"""The key ring file: one current key, keys that only read, and never a silent mistake."""

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

from connectors.sealing.kms import KeyMissing, KeyRingError, SealBroken
from connectors.sealing.ring import KeyRingFile

DATA_KEY = bytes(range(32))


@pytest.fixture
def ring(tmp_path: Path) -> KeyRingFile:
    found = KeyRingFile(tmp_path / "ring" / "key-ring.json")
    found.init()
    return found


def refusal(ring: KeyRingFile, what: str = "current") -> str:
    with pytest.raises(KeyRingError) as caught:
        getattr(ring, what)()
    return caught.value.code


def test_the_file_is_its_owners_alone(ring: KeyRingFile) -> None:
    assert stat.S_IMODE(ring.path.stat().st_mode) == 0o600
    ring.rotate()
    assert stat.S_IMODE(ring.path.stat().st_mode) == 0o600


def test_a_ring_that_others_can_read_is_refused(ring: KeyRingFile) -> None:
    ring.path.chmod(0o644)
    assert refusal(KeyRingFile(ring.path)) == "key_ring_open"


def test_a_second_ring_never_replaces_the_first(ring: KeyRingFile) -> None:
    before = ring.path.read_bytes()
    assert refusal(ring, "init") == "key_ring_exists"
    assert ring.path.read_bytes() == before


def test_a_missing_ring_is_told_and_not_made(tmp_path: Path) -> None:
    absent = KeyRingFile(tmp_path / "nowhere.json")
    assert refusal(absent) == "key_ring_missing"
    assert not absent.path.exists()


def test_wrapping_is_that_of_rfc_3394(ring: KeyRingFile) -> None:
    secret = bytes.fromhex(json.loads(ring.path.read_bytes())["keys"][0]["secret"])
    assert ring.wrap(ring.current(), DATA_KEY) == aes_key_wrap(secret, DATA_KEY)


def test_after_a_rotation_both_keys_read_and_the_new_one_writes(ring: KeyRingFile) -> None:
    old = ring.current()
    wrapped = ring.wrap(old, DATA_KEY)
    new = ring.rotate()
    assert ring.current() == new.id != old
    assert ring.unwrap(old, wrapped) == ring.unwrap(new.id, ring.wrap(new.id, DATA_KEY)) == DATA_KEY


def test_a_running_process_sees_a_rotation_by_another(ring: KeyRingFile) -> None:
    running = KeyRingFile(ring.path)
    before = running.current()
    made = ring.rotate()
    assert (before, running.current()) == (before, made.id)
    assert before != made.id


def test_a_retired_key_reads_and_never_writes_again(ring: KeyRingFile) -> None:
    old = ring.current()
    wrapped = ring.wrap(old, DATA_KEY)
    ring.rotate()
    ring.retire(old)
    assert ring.unwrap(old, wrapped) == DATA_KEY
    for refused in (lambda: ring.wrap(old, DATA_KEY), lambda: ring.rotate(to=old)):
        with pytest.raises(KeyRingError) as caught:
            refused()
        assert caught.value.code == "key_retired"


def test_a_former_key_can_be_made_current_again(ring: KeyRingFile) -> None:
    old = ring.current()
    ring.rotate()
    assert ring.rotate(to=old).id == ring.current() == old
    assert len(ring.ring().keys) == 2


def test_the_current_key_cannot_be_retired(ring: KeyRingFile) -> None:
    with pytest.raises(KeyRingError) as caught:
        ring.retire(ring.current())
    assert caught.value.code == "key_current"


def test_a_missing_key_is_named(ring: KeyRingFile) -> None:
    with pytest.raises(KeyMissing) as caught:
        ring.unwrap("k0badf00d", bytes(40))
    assert "k0badf00d" in str(caught.value)


def test_a_changed_wrapping_is_refused(ring: KeyRingFile) -> None:
    wrapped = ring.wrap(ring.current(), DATA_KEY)
    with pytest.raises(SealBroken):
        ring.unwrap(ring.current(), wrapped[:-1] + bytes([wrapped[-1] ^ 1]))


def test_rotations_at_the_same_time_lose_no_key(ring: KeyRingFile) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = {key.id for key in pool.map(lambda _: KeyRingFile(ring.path).rotate(), range(24))}
    assert len(made) == 24
    assert made <= {key.id for key in KeyRingFile(ring.path).ring().keys}


@pytest.mark.parametrize(
    "damage",
    [
        lambda told: told | {"current": "k00000000"},
        lambda told: told | {"schema": "strgw.key-ring/9"},
        lambda told: told | {"keys": told["keys"] * 2},
        lambda told: told | {"keys": [told["keys"][0] | {"secret": "ab"}]},
        lambda told: told | {"keys": [told["keys"][0] | {"retired_at": "2026-01-01T00:00:00Z"}]},
        lambda told: told | {"more": 1},
        lambda told: "no object",
    ],
)
def test_a_damaged_ring_is_refused_without_showing_a_secret(ring: KeyRingFile, damage: object) -> None:
    assert callable(damage)
    told = json.loads(ring.path.read_bytes())
    secret = told["keys"][0]["secret"]
    ring.path.write_text(json.dumps(damage(told)))
    with pytest.raises(KeyRingError) as caught:
        KeyRingFile(ring.path).current()
    assert caught.value.code == "key_ring_invalid"
    assert secret not in str(caught.value)


def test_nobody_prints_a_secret_by_mistake(ring: KeyRingFile) -> None:
    secret = json.loads(ring.path.read_bytes())["keys"][0]["secret"]
    assert secret not in repr(ring.ring())


def test_a_full_disk_leaves_the_old_ring(ring: KeyRingFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    before = ring.path.read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        ring.rotate()
    assert ring.path.read_bytes() == before
    assert [path.name for path in ring.path.parent.iterdir() if path.suffix != ".lock"] == [ring.path.name]
