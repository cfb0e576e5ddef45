"""Keyed state of one partition in memory: encoded bytes, and the decoded objects of what the open batch touched."""

from schemas.codec import CorruptRecord
from streams.domain.fold import Fold
from streams.runtime.exit_codes import ExitCode, Fault, StateTooLarge

# DEF: half of what a changelog takes. The transfers of a busy entity and the people on the other side take 250 KB, evidence beyond memory 80 KB a finding
MAX_STATE_BYTES = 4 << 20
KEPT_BYTES = 8 << 20  # DEF: encoded size of the decoded values kept for one partition; in memory they take 3 to 6 times that
SWEPT = 16  # DEF: values looked at for expiry in each commit; a million keys come round in about an hour
POSITION_KEY = b"\0position"  # the runtime's own record in the changelog
Change = tuple[bytes, bytes | None]
_ABSENT = object()


class PartitionState:
    """State view a fold works on (streams.domain.fold.State).

    `get` decodes a value once and returns that object until `seal`. An object that was put is encoded by `seal`; a fold
    that goes on changing it afterwards must get and put it again, or the change is lost sooner or later: recently used
    values stay decoded (a quarter less work in detect), so it is not lost at once. Each seal checks one value that was
    read and not put for such a change; `strict` checks all of them, and that encoding loses nothing.
    """

    __slots__ = ("_changed", "_fold", "_kept", "_live", "_strict", "_unswept", "encoded")

    def __init__(self, fold: Fold, encoded: dict[bytes, bytes], strict: bool = False) -> None:
        self._fold = fold
        self._strict = strict
        self.encoded = encoded
        self._live: dict[bytes, object | None] = {}
        self._changed: dict[bytes, None] = {}  # a dict, not a set: the order of changes is the order of writing
        self._kept = _Kept()
        self._unswept: list[bytes] = []

    def __len__(self) -> int:
        """Keys changed since the last seal."""
        return len(self._changed)

    def get(self, key: bytes) -> object | None:
        """The value or None; the same object until the next seal."""
        value = self._live.get(key, _ABSENT)
        if value is not _ABSENT:
            return value
        raw = self.encoded.get(key)
        if raw is None:
            return None
        value = self._kept.get(key)
        if value is None:
            value = self._decode(key, raw)
        self._live[key] = value
        return value

    def put(self, key: bytes, value: object) -> None:
        """Sets the value; encoded at `seal`."""
        self._live[key] = value
        self._changed[key] = None

    def delete(self, key: bytes) -> None:
        """Forgets the key."""
        self._live[key] = None
        self._changed[key] = None

    def forget_expired(self) -> None:
        """Deletes what the fold calls expired among the next few values, so that memory follows event time."""
        for _ in range(min(SWEPT, len(self.encoded))):
            if not self._unswept:
                self._unswept = list(self.encoded)
            key = self._unswept.pop()
            raw = self.encoded.get(key)
            if raw is not None and key not in self._live and self._fold.is_expired(key, raw):
                self.delete(key)

    def seal(self) -> list[Change]:
        """Encodes what was put and returns the records for the changelog; values that did not change are left out.

        Raises  StateTooLarge; Fault(FOLD_FAILED) for a key the runtime keeps for itself, or a change without a put
        """
        encoded, live = self.encoded, self._live
        changes: list[Change] = []
        for key in self._changed:
            value = live[key]
            if value is None:
                if encoded.pop(key, None) is not None:
                    changes.append((key, None))
                continue
            raw = self._encode(key, value)
            if encoded.get(key) != raw:
                encoded[key] = raw
                changes.append((key, raw))
        self._check_unput()
        self._kept.add(live, encoded)
        self._changed = {}
        self._live = {}
        return changes

    def _encode(self, key: bytes, value: object) -> bytes:
        if key == POSITION_KEY:
            raise Fault(ExitCode.FOLD_FAILED, f"stage {self._fold.name} used the key that the runtime keeps for itself")
        raw = self._fold.encode_state(key, value)
        if len(raw) > MAX_STATE_BYTES:
            raise StateTooLarge(f"stage {self._fold.name}, key {key[:8].hex()}: {len(raw)} bytes, at most {MAX_STATE_BYTES}")
        if self._strict and self._fold.encode_state(key, self._decode(key, raw)) != raw:
            raise Fault(ExitCode.FOLD_FAILED, f"stage {self._fold.name}, key {key[:8].hex()}: encoding a state loses part of it")
        return raw

    def _decode(self, key: bytes, raw: bytes) -> object:
        try:
            return self._fold.decode_state(key, raw)
        except CorruptRecord as error:
            raise Fault(ExitCode.STATE_CORRUPT, f"stage {self._fold.name}, key {key[:8].hex()}: {error.code}") from error

    def _check_unput(self) -> None:
        for key, value in self._live.items():
            if key in self._changed:
                continue
            if self._fold.encode_state(key, value) != self.encoded[key]:
                raise Fault(ExitCode.FOLD_FAILED, f"stage {self._fold.name}, key {key[:8].hex()}: state changed without a put")
            if not self._strict:
                return


class _Kept:
    """Decoded values of recently used keys, in two halves: when the newer is full it becomes the older, and that is dropped."""

    __slots__ = ("_newer", "_older", "_size")

    def __init__(self) -> None:
        self._newer: dict[bytes, object] = {}
        self._older: dict[bytes, object] = {}
        self._size = 0

    def get(self, key: bytes) -> object | None:
        value = self._newer.get(key)
        return self._older.get(key) if value is None else value

    def add(self, live: dict[bytes, object | None], encoded: dict[bytes, bytes]) -> None:
        """Takes over what was used since the last seal; a value that is None was deleted."""
        newer = self._newer
        for key, value in live.items():
            if value is None:
                newer.pop(key, None)
                self._older.pop(key, None)
                continue
            if key not in newer:
                self._size += len(encoded[key])
            newer[key] = value
        if self._size > KEPT_BYTES // 2:
            self._older, self._newer, self._size = newer, {}, 0
