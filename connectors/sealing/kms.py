"""The port to whatever keeps the keys: it wraps and unwraps data keys, and never sees what they seal.

A process makes a data key for itself, has it wrapped once, and puts the wrapped key into every record it seals with it. So a record can be
read by whoever may ask for one unwrapping, and no key is used for more values than AES-GCM bears, however many processes write.
"""

from typing import Protocol


class SealingError(Exception):
    """A key that cannot be used, or bytes that it does not open; one sentence for people. `code` is stable."""

    code = "sealing"


class KeyRingError(SealingError):
    """The key ring cannot be read, or not changed as asked."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class KeyMissing(SealingError):
    """A key that the key ring does not have: the process must end, for nothing under that key can be read."""

    code = "key_missing"

    def __init__(self, key_id: str, where: str) -> None:
        super().__init__(
            f"Personal values are sealed under the key {key_id}, which {where} does not have; restore it from your backup "
            "(ops/runbooks/keys.md)."
        )
        self.key_id = key_id


class SealBroken(SealingError):
    """Bytes that their key does not open: changed, or moved from another place. The text names the key and no value."""

    code = "seal_broken"


class Kms(Protocol):
    """Keeps the keys that wrap data keys. Ids are at most 64 letters, digits, "-" and "_"."""

    def current(self) -> str:
        """Id of the key that new data keys are to be wrapped with. Asked once a transaction: cheap, and up to date."""
        ...

    def wrap(self, key_id: str, data_key: bytes) -> bytes:
        """The data key (32 bytes) wrapped. Raises KeyMissing, KeyRingError(key_retired)."""
        ...

    def unwrap(self, key_id: str, wrapped: bytes) -> bytes:
        """The data key, also under a retired key. Raises KeyMissing, SealBroken."""
        ...
