"""API keys of partners: 256 random bits each, of which only the SHA-256 is kept, in one file that people can read (partner-keys.yaml).

A key is `<id>.<secret>`: the id finds its row, the secret is compared by its hash and in constant time. A hash without salt is enough for
what nobody can guess. The file is replaced whole, readable by its owner alone; two writers wait for each other.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from connectors.files.durable import alone, replace_whole
from schemas.yaml_rows import Document, RegistryError

KEYS_SCHEMA = "strgw.partner-keys/1"
DAYS = 365  # DEF how long a key serves unless said otherwise
_ID_BYTES, _SECRET_BYTES = 6, 32
_NOBODYS = hashlib.sha256(b"").hexdigest()  # compared with where no row has the id, so that both cases take the same time


class KeysError(Exception):
    """The keys cannot be changed as asked. The text is one sentence that says what to do."""


class PartnerKey(msgspec.Struct, frozen=True, omit_defaults=True):
    """One key. sha256: hex digest of the whole key; the times are ISO 8601 in UTC, `revoked` "" where it still serves."""

    id: str
    partner: str
    sha256: str
    created: str
    expires: str
    revoked: str = ""

    def state(self, now: datetime) -> str:
        """revoked | expired | active."""
        if self.revoked:
            return "revoked"
        return "expired" if now >= datetime.fromisoformat(self.expires) else "active"


class Keys:
    """The keys of a file as they were when it was read."""

    def __init__(self, rows: Iterable[PartnerKey]) -> None:
        self._rows = {row.id: row for row in rows}

    def partner_of(self, presented: str, now: datetime) -> str | None:
        """Whose key this is; None for one that is wrong, expired or revoked, which nobody can tell apart."""
        row = self._rows.get(presented.partition(".")[0])
        digest = hashlib.sha256(presented.encode("utf-8", "replace")).hexdigest()
        fits = hmac.compare_digest(digest, _NOBODYS if row is None else row.sha256)
        return row.partner if fits and row is not None and row.state(now) == "active" else None


class KeysFile:
    """A file of keys; absent, it holds none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._keys = Keys(())

    def rows(self) -> list[PartnerKey]:
        """Every key in the order of their making. Raises RegistryError with file and line, OSError."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        rows = [row for _, row in _rows(text, str(self.path))]
        if len({row.id for row in rows}) != len(rows):
            raise RegistryError(str(self.path), 1, "two keys have one id: keep one of the rows")
        return rows

    def keys(self) -> Keys:
        """The keys as they are now; the file is read again only when it was replaced. Raises as `rows`."""
        try:
            found = self.path.stat()
            seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        except FileNotFoundError:
            seen = (0, 0, 0)
        if seen != self._seen:
            self._keys, self._seen = Keys(self.rows()), seen
        return self._keys

    def add(self, partner: str, now: datetime, days: int = DAYS) -> tuple[PartnerKey, str]:
        """A new key of `partner`: its row, and the key itself, which is nowhere kept."""
        with alone(self.path):
            row, key = _made(partner, now, days)
            self._write([*self.rows(), row])
        return row, key

    def rotate(self, partner: str, now: datetime, keep: timedelta, days: int = DAYS) -> tuple[PartnerKey, str, list[PartnerKey]]:
        """As `add`; the partner's other keys serve no longer than until `now` + `keep`. The third are those, as they are now."""
        until = now + keep
        with alone(self.path):
            row, key = _made(partner, now, days)
            rows = [_bounded(old, until) if old.partner == partner and old.state(now) == "active" else old for old in self.rows()]
            self._write([*rows, row])
        return row, key, [old for old in rows if old.partner == partner and old.state(now) == "active"]

    def revoke(self, key_id: str, now: datetime) -> PartnerKey:
        """The row of a key that serves no more from now on; one revoked before keeps its time. Raises KeysError."""
        with alone(self.path):
            rows = self.rows()
            old = next((row for row in rows if row.id == key_id), None)
            if old is None:
                raise KeysError(f"No key has the id {key_id}; `strgw partner key list` shows the ids.")
            new = old if old.revoked else msgspec.structs.replace(old, revoked=_text(now))
            self._write([new if row is old else row for row in rows])
        return new

    def _write(self, rows: list[PartnerKey]) -> None:
        replace_whole(self.path, _document(rows))


def _made(partner: str, now: datetime, days: int) -> tuple[PartnerKey, str]:
    key = f"{secrets.token_hex(_ID_BYTES)}.{secrets.token_urlsafe(_SECRET_BYTES)}"
    digest = hashlib.sha256(key.encode()).hexdigest()
    return PartnerKey(key.partition(".")[0], partner, digest, _text(now), _text(now + timedelta(days=days))), key


def _bounded(key: PartnerKey, until: datetime) -> PartnerKey:
    return key if datetime.fromisoformat(key.expires) <= until else msgspec.structs.replace(key, expires=_text(until))


def _rows(text: str, source: str) -> Iterator[tuple[int, PartnerKey]]:
    for line, row in Document(text, source, KEYS_SCHEMA).rows("keys", PartnerKey):
        for field in ("created", "expires", "revoked"):
            value = getattr(row, field)
            if (value or field != "revoked") and not _is_time(value):
                raise RegistryError(
                    source, line, f'{field}: "{value}" is no UTC time, write for example 2026-01-05T18:42:10+00:00'
                )
        yield line, row


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _document(rows: list[PartnerKey]) -> bytes:
    # JSON is YAML: each row is one line of it, and nothing in a row can be read as anything but text.
    lines = [f"schema: {KEYS_SCHEMA}", "keys:" if rows else "keys: []"]
    return "\n".join([*lines, *(f"- {msgspec.json.encode(row).decode()}" for row in rows), ""]).encode()
