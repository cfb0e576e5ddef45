"""Keyed state of one partition in memory: encoded bytes, and the decoded objects of what the open batch touched."""

from schemas.codec import CorruptRecord
from streams.domain.fold import Fold
from streams.runtime.exit_codes import ExitCode, Fault, StateTooLarge

MAX_STATE_BYTES = 64 * 1024
POSITION_KEY = b"\0position"  # the runtime's own record in the changelog
Change = tuple[bytes, bytes | None]
_ABSENT = object()


class PartitionState:
    """State view a fold works on (streams.domain.fold.State).

    `get` decodes a value once and returns that object until `seal`. An object that was put is encoded by `seal`; a fold
    that goes on changing it afterwards must get and put it again, or the change is lost.
    """

    __slots__ = ("_changed", "_fold", "_live", "encoded")

    def __init__(self, fold: Fold, encoded: dict[bytes, bytes]) -> None:
        self._fold = fold
        self.encoded = encoded
        self._live: dict[bytes, object | None] = {}
        self._changed: dict[bytes, None] = {}  # a dict, not a set: the order of changes is the order of writing

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
        try:
            value = self._fold.decode_state(key, raw)
        except CorruptRecord as error:
            raise Fault(ExitCode.STATE_CORRUPT, f"stage {self._fold.name}, key {key[:8].hex()}: {error.code}") from error
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

    def seal(self) -> list[Change]:
        """Encodes what was put and returns the records for the changelog; values that did not change are left out.

        Raises  StateTooLarge; Fault(FOLD_FAILED) for a key the runtime keeps for itself
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
        self._changed = {}
        self._live = {}
        return changes

    def _encode(self, key: bytes, value: object) -> bytes:
        if key == POSITION_KEY:
            raise Fault(ExitCode.FOLD_FAILED, f"stage {self._fold.name} used the key that the runtime keeps for itself")
        raw = self._fold.encode_state(key, value)
        if len(raw) > MAX_STATE_BYTES:
            raise StateTooLarge(f"stage {self._fold.name}, key {key[:8].hex()}: {len(raw)} bytes, at most {MAX_STATE_BYTES}")
        return raw
