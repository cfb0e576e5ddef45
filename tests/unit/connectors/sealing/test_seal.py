"""What is sealed opens with its key, in its own place, and not otherwise."""

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from connectors.sealing import seal as sealing_module
from connectors.sealing.kms import KeyMissing, SealBroken
from connectors.sealing.ring import KeyRingFile
from connectors.sealing.seal import Seal, Unseal, clear_size
from schemas.codec import Codec, CorruptRecord
from schemas.money import Money
from schemas.quarantine import QuarantineRecord
from schemas.transfer import Coordinate, Party, Place, Transfer, TransferBatch

PLACE = Place("KG", "osh")
NAME, PHONE = "Bakyt Testov", "+996700123456"


def transfer(number: int = 1) -> Transfer:
    party = Party(b"k" * 16, "person", NAME, phones=(PHONE,))
    return Transfer(
        bytes([number]) * 16, bytes([number + 100]) * 16, "demo", "partner:demo", f"T{number}", "paid", 1_700_000_000_000, 0, Money(100, "USD"),
        100, "cash", party, party, PLACE, PLACE, purpose="rent for Bakyt",
    )  # fmt: skip


def stored_by(seal: Seal, number: int = 1) -> Transfer:
    """The transfer as a reader finds it stored."""
    return msgspec.msgpack.decode(seal.transfer(transfer(number)), type=Transfer)


def entry(offset: int = 7) -> QuarantineRecord:
    source = Coordinate("partner.demo.transfers", 0, offset)
    return QuarantineRecord("intake", "demo", source, "not_json", "Not JSON.", "not_json", f"{{{NAME}".encode(), "00")


@pytest.fixture
def ring(tmp_path: Path) -> KeyRingFile:
    found = KeyRingFile(tmp_path / "key-ring.json")
    found.init()
    return found


def test_a_sealed_transfer_opens_and_shows_nothing_before(ring: KeyRingFile) -> None:
    seal = Seal(ring)
    sealing = seal.begin()
    stored = stored_by(seal)
    raw = Codec(TransferBatch).encode(TransferBatch({}, (stored,), sealing))
    assert NAME.encode() not in raw
    assert PHONE.encode() not in raw
    assert Unseal(ring).transfer(stored, sealing) == transfer()


def test_the_bytes_are_aes_256_gcm_as_documented(ring: KeyRingFile) -> None:
    """An independent reader, from docs/keys.md: the data key unwrapped, 12 bytes of nonce, bound to key, partner, transfer, digest."""
    seal = Seal(ring)
    sealing = seal.begin()
    stored = stored_by(seal)
    assert stored.veil is not None
    cipher = AESGCM(ring.unwrap(sealing.key_id, sealing.wrapped))
    bound = sealing.key_id.encode() + b"\0demo\0T1\0" + bytes([101]) * 16
    words = cipher.decrypt(stored.veil.sealed[:12], stored.veil.sealed[12:], bound)
    assert msgspec.msgpack.decode(words)[0][0] == NAME


def test_equal_transfers_are_sealed_differently(ring: KeyRingFile) -> None:
    seal = Seal(ring)
    seal.begin()
    assert stored_by(seal).veil != stored_by(seal).veil


def test_transfers_under_two_keys_both_open(ring: KeyRingFile) -> None:
    seal = Seal(ring)
    first = seal.begin(), stored_by(seal, 1)
    ring.rotate()
    second = seal.begin(), stored_by(seal, 2)
    assert first[0].key_id != second[0].key_id
    unseal = Unseal(ring)
    assert [unseal.transfer(stored, sealing).transfer_id for sealing, stored in (first, second)] == ["T1", "T2"]


def test_a_missing_key_stops_and_is_named(ring: KeyRingFile, tmp_path: Path) -> None:
    seal = Seal(ring)
    sealing = seal.begin()
    stored = stored_by(seal)
    other = KeyRingFile(tmp_path / "other.json")
    other.init()
    with pytest.raises(KeyMissing, match=sealing.key_id):
        Unseal(other).transfer(stored, sealing)


@pytest.mark.parametrize("at", [0, 11, 12, 40, -1])
def test_a_changed_byte_is_never_read(ring: KeyRingFile, at: int) -> None:
    seal = Seal(ring)
    sealing = seal.begin()
    stored = stored_by(seal)
    assert stored.veil is not None
    changed = bytearray(stored.veil.sealed)
    changed[at] ^= 1
    spoilt = msgspec.structs.replace(stored, veil=msgspec.structs.replace(stored.veil, sealed=bytes(changed)))
    with pytest.raises(SealBroken, match=sealing.key_id):
        Unseal(ring).transfer(spoilt, sealing)


def test_a_cut_seal_is_never_read(ring: KeyRingFile) -> None:
    seal = Seal(ring)
    sealing = seal.begin()
    stored = stored_by(seal)
    assert stored.veil is not None
    for length in (0, 5, 12, 27):
        cut = msgspec.structs.replace(stored, veil=msgspec.structs.replace(stored.veil, sealed=stored.veil.sealed[:length]))
        with pytest.raises(SealBroken):
            Unseal(ring).transfer(cut, sealing)


@pytest.mark.parametrize("field", ["partner", "transfer_id", "digest"])
def test_values_put_into_another_transfer_do_not_open(ring: KeyRingFile, field: str) -> None:
    seal = Seal(ring)
    sealing = seal.begin()
    other = {"partner": "other", "transfer_id": "T2", "digest": b"d" * 16}[field]
    moved = msgspec.structs.replace(stored_by(seal), **{field: other})
    with pytest.raises(SealBroken):
        Unseal(ring).transfer(moved, sealing)


def test_a_veil_without_a_key_is_never_taken_for_a_transfer_of_nobody(ring: KeyRingFile) -> None:
    seal = Seal(ring)
    seal.begin()
    with pytest.raises(SealBroken):
        Unseal(ring).transfer(stored_by(seal), None)


def test_what_was_stored_in_clear_still_reads(ring: KeyRingFile) -> None:
    """A record of version 1, by hand: the array of two fields that the release before wrote."""
    old = b"\x01" + msgspec.msgpack.encode(({"demo": 5}, (msgspec.structs.astuple(transfer())[:-1],)))
    batch = Codec(TransferBatch).decode(old)
    assert batch.sealing is None
    assert [Unseal(ring).transfer(one, batch.sealing) for one in batch.transfers] == [transfer()]


def test_a_reader_of_the_version_before_refuses_a_sealed_record(ring: KeyRingFile) -> None:
    class Before(msgspec.Struct, array_like=True):
        stream_start_ms: dict[str, int]
        transfers: tuple[msgspec.Raw, ...]

    raw = Codec(TransferBatch).encode(TransferBatch({}, (), Seal(ring).begin()))
    with pytest.raises(CorruptRecord, match="version_unknown"):
        Codec(Before).decode(raw)


def test_a_key_is_changed_before_its_nonces_could_come_again(ring: KeyRingFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing_module, "USES_OF_A_KEY", 3)
    seal = Seal(ring)
    begun = [seal.begin()]
    for _ in range(3):
        stored_by(seal)
        begun.append(seal.begin())
    assert [one == begun[0] for one in begun] == [True, True, True, False]


def test_quarantined_bytes_open_in_their_own_entry_alone(ring: KeyRingFile) -> None:
    seal = Seal(ring)
    seal.begin()
    sealed = seal.entry(entry())
    assert NAME.encode() not in sealed.raw
    assert clear_size(sealed) == len(entry().raw)
    assert Unseal(ring).entry(sealed) == entry()
    with pytest.raises(SealBroken):
        Unseal(ring).entry(msgspec.structs.replace(sealed, source=entry(8).source))
