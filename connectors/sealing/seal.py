"""Seals the personal values of transfers and the bytes of quarantined events, and opens them again.

One AES-256-GCM call a transfer: its values packed together, a random 96-bit nonce before the ciphertext. Authenticated with it, though
not encrypted: key id, partner, transfer id and the digest of the event, so that nothing sealed can be put in another's place.
"""

import os
from collections.abc import Iterator
from functools import partial

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from connectors.sealing.kms import Kms, SealBroken
from schemas.quarantine import QuarantineRecord
from schemas.transfer import Coordinate, Sealing, Transfer
from streams.domain.veil import VeiledParty, Veiling, unveiled

NONCE_BYTES, NONCES_AT_ONCE = 12, 256
OVERHEAD_BYTES = NONCE_BYTES + 16  # what sealed bytes are longer than the clear ones: nonce and tag
# Random nonces bear 2^32 uses of a key (NIST SP 800-38D section 8.3); half of it, for it is looked at once a transaction.
USES_OF_A_KEY = 1 << 31
OPEN_KEYS = 1024  # DEF unwrapped data keys kept by a reader; a writing process makes one at its start


class Seal:
    """Seals under a data key of its own, a new one whenever the key ring's current key changed. Not safe for several threads."""

    def __init__(self, kms: Kms) -> None:
        self._kms, self._veiling = kms, Veiling()
        self._sealing: Sealing | None = None
        self._cipher: AESGCM | None = None
        self._uses, self._nonces = 0, _nonces()

    def begin(self) -> Sealing:
        """The data key of the transaction that begins, as it stands in its records. Raises SealingError."""
        current = self._kms.current()
        if self._sealing is None or self._sealing.key_id != current or self._uses >= USES_OF_A_KEY:
            data_key = AESGCM.generate_key(256)
            self._sealing = Sealing(current, self._kms.wrap(current, data_key))
            self._cipher, self._uses = AESGCM(data_key), 0
        return self._sealing

    def transfer(self, transfer: Transfer) -> msgspec.Raw:
        """The transfer as it is stored, encoded."""
        return self._veiling.veiled(transfer, partial(self._sealed, _bound(self._begun(), transfer)))

    def stored(self, transfer: Transfer, sender: VeiledParty, receiver: VeiledParty | None) -> msgspec.Raw:
        """As `transfer`, of one whose parties are veiled already: its own are not looked at."""
        return self._veiling.stored(transfer, sender, receiver, partial(self._sealed, _bound(self._begun(), transfer)))

    def entry(self, record: QuarantineRecord) -> QuarantineRecord:
        """The quarantine entry with its bytes sealed."""
        sealing = self._begun()
        return msgspec.structs.replace(
            record, raw=self._sealed(_entry_bound(sealing, record.source), record.raw), sealing=sealing
        )

    def _begun(self) -> Sealing:
        assert self._sealing is not None, "begin() comes first"
        return self._sealing

    def _sealed(self, bound: bytes, clear: bytes) -> bytes:
        assert self._cipher is not None, "begin() comes first"
        self._uses += 1
        nonce = next(self._nonces)
        return nonce + self._cipher.encrypt(nonce, clear, bound)


def _nonces() -> Iterator[bytes]:
    """Random nonces, each given out once; drawn together, for the system call takes as long as the sealing."""
    while True:
        drawn = os.urandom(NONCE_BYTES * NONCES_AT_ONCE)
        for start in range(0, len(drawn), NONCE_BYTES):
            yield drawn[start : start + NONCE_BYTES]


class Unseal:
    """Opens what any process sealed. What was stored before there was sealing passes as it is."""

    def __init__(self, kms: Kms) -> None:
        self._kms = kms
        self._ciphers: dict[Sealing, AESGCM] = {}

    def transfer(self, stored: Transfer, sealing: Sealing | None) -> Transfer:
        """The transfer with its personal values. `sealing`: of the batch it lies in. Raises KeyMissing, SealBroken, KeyRingError."""
        if stored.veil is None:
            return stored
        if sealing is None:
            raise SealBroken("A transfer is sealed, and its record does not say under which key.")
        words = self._opened(sealing, stored.veil.sealed, _bound(sealing, stored))
        try:
            return unveiled(stored, words)
        except (msgspec.MsgspecError, ValueError) as error:
            raise SealBroken(f"What is sealed under the key {sealing.key_id} is no transfer's values.") from error

    def entry(self, record: QuarantineRecord) -> QuarantineRecord:
        """The quarantine entry with its bytes in clear. Raises KeyMissing, SealBroken, KeyRingError."""
        if record.sealing is None or not record.raw:
            return record
        raw = self._opened(record.sealing, record.raw, _entry_bound(record.sealing, record.source))
        return msgspec.structs.replace(record, raw=raw, sealing=None)

    def _opened(self, sealing: Sealing, sealed: bytes, bound: bytes) -> bytes:
        cipher = self._ciphers.get(sealing)
        if cipher is None:
            cipher = AESGCM(self._kms.unwrap(sealing.key_id, sealing.wrapped))
            if len(self._ciphers) >= OPEN_KEYS:
                self._ciphers.clear()
            self._ciphers[sealing] = cipher
        try:
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
        except (InvalidTag, ValueError) as error:  # ValueError: too short for a nonce
            raise SealBroken(
                f"Sealed values do not open under their key {sealing.key_id}: the record was changed or moved."
            ) from error


def clear_size(record: QuarantineRecord) -> int:
    """Bytes of a quarantined event before it was sealed."""
    return max(0, len(record.raw) - OVERHEAD_BYTES) if record.sealing is not None else len(record.raw)


def _bound(sealing: Sealing, transfer: Transfer) -> bytes:
    return f"{sealing.key_id}\0{transfer.partner}\0{transfer.transfer_id}\0".encode() + transfer.digest


def _entry_bound(sealing: Sealing, source: Coordinate) -> bytes:
    return f"quarantine\0{sealing.key_id}\0{source.topic}\0{source.partition}\0{source.offset}\0{source.index}".encode()
