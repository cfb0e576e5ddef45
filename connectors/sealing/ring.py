"""The key ring as a file: every key that anything stored may be sealed under, one of them current. JSON, readable by its owner alone.

The file is replaced whole, and two who change it wait for each other. Nothing here shows a key's secret.
"""

import secrets
import stat
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from connectors.files.durable import alone, replace_whole
from connectors.sealing.kms import KeyMissing, KeyRingError, SealBroken

SCHEMA = "strgw.key-ring/1"
CURRENT, FORMER, RETIRED = "current", "former", "retired"
_SECRET_BYTES = 32  # AES-256
_ID_BYTES = 4
_OPEN_TO_OTHERS = stat.S_IWGRP | stat.S_IRWXO


class RingKey(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One key. made_at, retired_at: ISO 8601 in UTC ("": not retired); secret: 64 hex digits."""

    id: str
    made_at: str
    secret: str
    retired_at: str = ""

    def __repr__(self) -> str:
        return f"RingKey({self.id})"


class Ring(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys in the order of their making; `current` names the one that is written with."""

    schema: str
    current: str
    keys: tuple[RingKey, ...]

    def key(self, key_id: str) -> RingKey | None:
        """The key of this id."""
        return next((key for key in self.keys if key.id == key_id), None)

    def state(self, key: RingKey) -> str:
        """current | former (reads, and can be made current again) | retired (reads only, for good)."""
        return RETIRED if key.retired_at else CURRENT if key.id == self.current else FORMER


class KeyRingFile:
    """A `Kms` over a key ring file. The file is read when it is first needed, and again when it was replaced."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._ring: Ring | None = None

    def current(self) -> str:
        """Id of the key that is written with. Raises KeyRingError."""
        return self.ring().current

    def wrap(self, key_id: str, data_key: bytes) -> bytes:
        """The data key wrapped (RFC 3394). Raises KeyMissing, KeyRingError(key_retired)."""
        key = self._key(key_id)
        if key.retired_at:
            raise KeyRingError(
                "key_retired", f"The key {key_id} is retired and writes no more; make another with `strgw keys rotate`."
            )
        return aes_key_wrap(bytes.fromhex(key.secret), data_key)

    def unwrap(self, key_id: str, wrapped: bytes) -> bytes:
        """The data key. Raises KeyMissing, SealBroken, KeyRingError."""
        try:
            return aes_key_unwrap(bytes.fromhex(self._key(key_id).secret), wrapped)
        except InvalidUnwrap as error:
            raise SealBroken(f"A data key is not what was wrapped with the key {key_id}: the record was changed.") from error

    def ring(self) -> Ring:
        """The ring as it is now. Raises KeyRingError(key_ring_missing | key_ring_open | key_ring_invalid)."""
        try:
            found = self.path.stat()
        except FileNotFoundError as error:
            raise KeyRingError(
                "key_ring_missing",
                f"There is no key ring at {self.path}: restore it from your backup, or, where nothing was sealed yet, run `strgw keys init`.",
            ) from error
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        if self._ring is None or seen != self._seen:
            if found.st_mode & _OPEN_TO_OTHERS:
                raise KeyRingError(
                    "key_ring_open", f"Others may read or change the key ring {self.path}; run `chmod 600 {self.path}`."
                )
            self._ring, self._seen = _read(self.path), seen
        return self._ring

    def init(self) -> RingKey:
        """Makes the file with its first key; the key that counts, where another process was first. Raises KeyRingError(key_ring_exists)."""
        first = _new_key()
        with alone(self.path):
            if self.path.exists():
                raise KeyRingError(
                    "key_ring_exists", f"There is a key ring at {self.path} already; `strgw keys rotate` adds a key to it."
                )
            self._write(Ring(SCHEMA, first.id, (first,)))
        return first

    def rotate(self, to: str = "") -> RingKey:
        """The key that is written with from now on: a new one, or the former key `to`. Raises KeyRingError."""
        with alone(self.path):
            ring = self.ring()
            key = self._former(ring, to) if to else _new_key()
            self._write(Ring(SCHEMA, key.id, ring.keys if to else (*ring.keys, key)))
        return key

    def retire(self, key_id: str) -> RingKey:
        """The key, which never writes again but goes on reading. Raises KeyRingError."""
        with alone(self.path):
            ring = self.ring()
            key = self._known(ring, key_id)
            if key_id == ring.current:
                raise KeyRingError("key_current", f"The key {key_id} is the current one; run `strgw keys rotate` first.")
            retired = key if key.retired_at else msgspec.structs.replace(key, retired_at=_now())
            self._write(Ring(SCHEMA, ring.current, tuple(retired if one is key else one for one in ring.keys)))
        return retired

    def _key(self, key_id: str) -> RingKey:
        key = self.ring().key(key_id)
        if key is None:
            raise KeyMissing(key_id, f"the key ring {self.path}")
        return key

    def _former(self, ring: Ring, key_id: str) -> RingKey:
        key = self._known(ring, key_id)
        if key.retired_at:
            raise KeyRingError(
                "key_retired", f"The key {key_id} is retired and writes no more; name another, or leave --to out for a new one."
            )
        return key

    def _known(self, ring: Ring, key_id: str) -> RingKey:
        key = ring.key(key_id)
        if key is None:
            raise KeyRingError("key_unknown", f"The key ring has no key {key_id}; `strgw keys list` shows those it has.")
        return key

    def _write(self, ring: Ring) -> None:
        replace_whole(self.path, msgspec.json.format(msgspec.json.encode(ring), indent=1) + b"\n")
        self._ring = None


def _read(path: Path) -> Ring:
    try:
        ring = msgspec.json.decode(path.read_bytes(), type=Ring)
    except msgspec.MsgspecError as error:
        # The message could quote the file.
        raise _invalid(path, "it is not the JSON of a key ring") from error
    if ring.schema != SCHEMA:
        raise _invalid(path, f'it does not say "schema": "{SCHEMA}"')
    if len({key.id for key in ring.keys}) != len(ring.keys):
        raise _invalid(path, "two keys have one id")
    current = ring.key(ring.current)
    if current is None or current.retired_at:
        raise _invalid(path, f"its current key {ring.current} is not in it, or is retired")
    for key in ring.keys:
        if len(key.secret) != 2 * _SECRET_BYTES or not all(digit in "0123456789abcdef" for digit in key.secret):
            raise _invalid(path, f"the secret of the key {key.id} is not {2 * _SECRET_BYTES} hex digits")
    return ring


def _invalid(path: Path, why: str) -> KeyRingError:
    return KeyRingError("key_ring_invalid", f"The key ring {path} cannot be used: {why}; restore it from your backup.")


def _new_key() -> RingKey:
    return RingKey(f"k{secrets.token_hex(_ID_BYTES)}", _now(), secrets.token_hex(_SECRET_BYTES))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
