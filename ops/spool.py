"""What a backtest puts aside: records on disk, and states encoded as a worker keeps them, so that memory does not grow with the stream."""

import os
import tempfile
import weakref
from collections.abc import Iterator, Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from streams.domain.fold import Fold

KEPT_BYTES = 16 << 20  # DEF: encoded size of the decoded values kept by one stage; in memory they take 3 to 8 times that
_NONCE_BYTES = 12


class SpooledRecords:
    """Batch records in a file without a name, gone with the process; a `BatchSource` of connectors.kafka.archive.

    They hold names, and a disk keeps what was deleted: they are encrypted under a key that nothing outside the process ever has.
    """

    def __init__(self) -> None:
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the backtest
        weakref.finalize(self, self._file.close)
        self._spans: dict[tuple[int, int], tuple[int, int]] = {}
        self._end = 0

    def add(self, partition: int, offset: int, record: bytes) -> None:
        """Puts one record behind the others. Raises OSError where the disk is full."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, record, None)
        self._file.seek(self._end)
        self._file.write(sealed)
        self._spans[partition, offset] = (self._end, len(sealed))
        self._end += len(sealed)

    def read(self, partition: int, offsets: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """The records at `offsets` that exist, in that order."""
        for offset in offsets:
            span = self._spans.get((partition, offset))
            if span is not None:
                self._file.seek(span[0])
                sealed = self._file.read(span[1])
                yield offset, self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)


class EncodedState:
    """State of one fold: encoded bytes, and the decoded values of what was used last."""

    def __init__(self, fold: Fold, kept_bytes: int = KEPT_BYTES) -> None:
        self._fold = fold
        self._most = kept_bytes
        self._encoded: dict[bytes, bytes] = {}
        self._live: dict[bytes, object | None] = {}
        self._changed: set[bytes] = set()
        self._newer: dict[bytes, object] = {}
        self._older: dict[bytes, object] = {}
        self._size = 0

    def get(self, key: bytes) -> object | None:
        """The value or None; the same object until the next seal."""
        value = self._live.get(key)
        if value is not None or key in self._live:
            return value
        raw = self._encoded.get(key)
        if raw is None:
            return None
        value = self._newer.get(key, self._older.get(key))
        if value is None:
            value = self._fold.decode_state(key, raw)
        self._live[key] = value
        return value

    def put(self, key: bytes, value: object) -> None:
        """Sets the value; encoded at `seal`."""
        self._live[key] = value
        self._changed.add(key)

    def delete(self, key: bytes) -> None:
        """Forgets the key."""
        self._live[key] = None
        self._changed.add(key)

    def seal(self) -> None:
        """Encodes what was put since the last seal."""
        for key in self._changed:
            value = self._live[key]
            if value is None:
                self._encoded.pop(key, None)
            else:
                self._encoded[key] = self._fold.encode_state(key, value)
        for key, value in self._live.items():
            if value is None:
                self._newer.pop(key, None)
                self._older.pop(key, None)
                continue
            if key not in self._newer:
                self._size += len(self._encoded[key])
            self._newer[key] = value
        if self._size > self._most // 2:
            self._older, self._newer, self._size = self._newer, {}, 0
        self._live, self._changed = {}, set()
