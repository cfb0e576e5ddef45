"""Internal records: msgpack behind one leading version byte. Public (Avro) records: see schemas/wire.py."""

from typing import Generic, TypeVar

import msgspec

VERSION = 1  # of a record type that names no other in its VERSION
T = TypeVar("T")


class CorruptRecord(Exception):
    """Bytes on an internal topic that are not what the topic promises. `code` is a closed reason code."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class Codec(Generic[T]):
    """Encodes and decodes one record type of the internal topics.

    A type whose bytes an older reader would take for something else carries `VERSION: ClassVar[int]`; every version up to it is read.

    Raises  CorruptRecord("version_unknown" | "not_decodable") on decode
    """

    def __init__(self, kind: type[T]) -> None:
        self._decoder = msgspec.msgpack.Decoder(kind)
        self._encoder = msgspec.msgpack.Encoder()
        self._version: int = getattr(kind, "VERSION", VERSION)
        self._prefix = bytes((self._version,))

    def encode(self, record: T) -> bytes:
        """The record's bytes, version byte first."""
        return self._prefix + self._encoder.encode(record)

    def decode(self, raw: bytes) -> T:
        """The record, or CorruptRecord; nothing is half read."""
        if not raw or not VERSION <= raw[0] <= self._version:
            raise CorruptRecord("version_unknown", f"leading byte {raw[:1].hex() or 'missing'}, expected {self._version:02x}")
        try:
            return self._decoder.decode(memoryview(raw)[1:])
        except msgspec.MsgspecError as error:
            raise CorruptRecord("not_decodable", str(error)) from error
