"""What a backtest puts aside: records on disk, and states encoded as a worker keeps them, so that memory does not grow with the stream."""

import errno
import os
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from hashlib import blake2b

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from streams.domain.fold import Fold

KEPT_BYTES = 16 << 20  # DEF: encoded size of the decoded values kept by one stage; in memory they take 3 to 8 times that
ENCODED_BYTES = 128 << 20  # DEF: memory for the encoded values of one stage; with more of them they go to disk
FEW_BYTES = 8 << 20  # DEF: what has so little memory keeps tens of thousands of values, not millions
MOST_LIVE = 4_096  # DEF: values of a stage that may wait decoded
ENTRY_BYTES = 150  # measured, 140 to 190: what an encoded value takes beside its bytes (its key, its place in the dict)
SMALL_BYTES = (
    64  # DEF: what is smaller is better off in memory, where it costs a third of the time: most identifiers have one user
)
_NONCE_BYTES = 12
_NAME_BYTES, _PLACE_BYTES = 16, 10
_ENTRY = _NAME_BYTES + _PLACE_BYTES
_LENGTH_BITS = 32


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

    def __len__(self) -> int:
        return len(self._spans)

    def read(self, partition: int, offsets: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """The records at `offsets` that exist, in that order."""
        for offset in offsets:
            span = self._spans.get((partition, offset))
            if span is not None:
                self._file.seek(span[0])
                sealed = self._file.read(span[1])
                yield offset, self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)


class SpooledValues:
    """Values by key in a file without a name, gone with the process.

    In memory a value takes 26 bytes, where a dict takes 160: pages of entries (name, position, length) by the first bytes of the
    name, which is the key or a digest of it. In the file it takes a slot, up to an eighth larger than itself, that another takes later.
    All this costs 23 us a transfer, RocksDB 44 to 65, SQLite 66 to 100 (measured).
    The file is not encrypted: states hold keys without names, sums, times and places, which a worker's changelog holds in clear as well.
    """

    def __init__(self, leading: int = 2) -> None:
        """`leading`: how many bytes make a page; with one, thousands of values do not lie in as many pages."""
        self._leading = leading
        file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - as long as the backtest
        weakref.finalize(self, file.close)
        self._file = file.fileno()
        self._pages: dict[bytes, bytes] = {}
        self._free: dict[int, list[int]] = {}  # positions by size of the slot
        self._end = 0

    def put(self, key: bytes, value: bytes) -> None:
        """Sets the value. Raises OSError where the disk is full."""
        name = _name(key)
        page = self._without(name)
        length = len(value)
        size = _slot(length)
        free = self._free.get(size)
        if free:
            position = free.pop()
        else:
            position = self._end
            self._end += size
        if os.pwrite(self._file, value, position) < length:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._pages[name[: self._leading]] = b"".join(
            (page, name, (position << _LENGTH_BITS | length).to_bytes(_PLACE_BYTES, "big"))
        )

    def get(self, key: bytes) -> bytes | None:
        """The value, or None."""
        name = _name(key)
        page = self._pages.get(name[: self._leading], b"")
        at = _at(page, name)
        if at < 0:
            return None
        position, length = _place(page, at)
        return os.pread(self._file, length, position)

    def delete(self, key: bytes) -> None:
        """Forgets the key."""
        name = _name(key)
        if name[: self._leading] in self._pages:
            self._pages[name[: self._leading]] = self._without(name)

    def _without(self, name: bytes) -> bytes:
        """The page of a name without its entry, whose slot is free now."""
        page = self._pages.get(name[: self._leading], b"")
        at = _at(page, name)
        if at < 0:
            return page
        position, length = _place(page, at)
        self._free.setdefault(_slot(length), []).append(position)
        return page[:at] + page[at + _ENTRY :]


def _name(key: bytes) -> bytes:
    return key if len(key) == _NAME_BYTES else blake2b(key, digest_size=_NAME_BYTES).digest()


def _at(page: bytes, name: bytes) -> int:
    """Where the entry of `name` begins, or -1; bytes that look like it may lie across two entries."""
    at = page.find(name)
    while at >= 0 and at % _ENTRY:
        at = page.find(name, at + 1)
    return at


def _place(page: bytes, at: int) -> tuple[int, int]:
    """Position and length of the value whose entry begins at `at`."""
    place = int.from_bytes(page[at + _NAME_BYTES : at + _ENTRY], "big")
    return place >> _LENGTH_BITS, place & (1 << _LENGTH_BITS) - 1


def _slot(length: int) -> int:
    """The next number that has its highest four bits alone."""
    shift = max(0, length.bit_length() - 4)
    return -(-length >> shift) << shift


class EncodedState:
    """State of one fold: encoded values, in memory or spooled, and the decoded ones of what was used last."""

    def __init__(
        self, fold: Fold, kept_bytes: int = KEPT_BYTES, encoded_bytes: int = ENCODED_BYTES, live: int = MOST_LIVE
    ) -> None:
        self._fold = fold
        self._most, self._most_encoded, self._most_live = kept_bytes, encoded_bytes, live
        self._encoded: dict[bytes, bytes] = {}
        self._spooled = SpooledValues(leading=1 if encoded_bytes <= FEW_BYTES else 2)
        self._live: dict[bytes, object | None] = {}
        self._changed: set[bytes] = set()
        self._newer: dict[bytes, object] = {}
        self._older: dict[bytes, object] = {}
        self._size = self._encoded_size = 0

    def get(self, key: bytes) -> object | None:
        """The value or None; the same object until the next seal."""
        value = self._live.get(key)
        if value is not None or key in self._live:
            return value
        value = self._newer.get(key, self._older.get(key))
        if value is None:
            raw = self._raw(key)
            if raw is None:
                return None
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
        for key, value in self._live.items():
            if value is None:
                self._forget(key)
                continue
            raw = self._encode(key, value) if key in self._changed else None
            if self._most:
                self._keep(key, value, raw)
        if self._encoded_size > self._most_encoded:
            self._spool()
        self._live, self._changed = {}, set()

    def _keep(self, key: bytes, value: object, raw: bytes | None) -> None:
        if key not in self._newer:
            self._size += len(raw or self._raw(key) or b"")
        self._newer[key] = value
        if self._size > self._most // 2:
            self._older, self._newer, self._size = self._newer, {}, 0

    def _spool(self) -> None:
        """To disk with what is large; all of it where that is not half."""
        for least in (SMALL_BYTES, 0):
            for key in [key for key, raw in self._encoded.items() if len(raw) >= least]:
                raw = self._encoded.pop(key)
                self._encoded_size -= len(raw) + ENTRY_BYTES
                self._spooled.put(key, raw)
            if self._encoded_size <= self._most_encoded // 2:
                return

    def seal_if_large(self) -> None:
        """Encodes it before its time where more values than MOST_LIVE have gathered: decoded ones take several times the memory."""
        if len(self._live) > self._most_live:
            self.seal()

    def _raw(self, key: bytes) -> bytes | None:
        raw = self._encoded.get(key)
        return self._spooled.get(key) if raw is None else raw

    def _encode(self, key: bytes, value: object) -> bytes:
        raw = self._fold.encode_state(key, value)
        former = self._encoded.get(key)
        self._encoded[key] = raw
        self._encoded_size += len(raw) + ENTRY_BYTES if former is None else len(raw) - len(former)
        return raw

    def _forget(self, key: bytes) -> None:
        former = self._encoded.pop(key, None)
        if former is not None:
            self._encoded_size -= len(former) + ENTRY_BYTES
        self._spooled.delete(key)
        self._newer.pop(key, None)
        self._older.pop(key, None)
