"""Rules of the archive: the transfer asked for or an error with a code."""

import hashlib
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from connectors.kafka.archive import SLICE_BYTES, ArchiveError, BatchArchive, MemorySource
from connectors.sealing.kms import KeyMissing
from connectors.sealing.ring import KeyRingFile
from connectors.sealing.seal import Seal, Unseal
from schemas.codec import Codec
from schemas.finding import Evidence
from schemas.money import Money
from schemas.transfer import EncodedBatch, Party, Place, Transfer, TransferBatch


def uid(number: int) -> bytes:
    return hashlib.sha256(b"%d" % number).digest()[:16]


def transfer(number: int) -> Transfer:
    sender = Party(uid(number), "person", f"Name {number}")
    place = Place("AE", "")
    return Transfer(
        uid(number),
        uid(number),
        "demo",
        "partner:demo",
        f"TX{number}",
        "paid",
        number,
        0,
        Money(1, "USD"),
        1,
        "cash",
        sender,
        None,
        place,
        place,
    )


def at(number: int, partition: int, offset: int, index: int) -> Evidence:
    return Evidence(
        uid(number), partition, offset, index, number, "demo", uid(number), None, 1, "USD", 1, "cash", "AE", "", "", ""
    )


def batch(*numbers: int) -> bytes:
    return Codec(TransferBatch).encode(TransferBatch({}, tuple(transfer(number) for number in numbers)))


class CountingSource(MemorySource):
    """Notes what is read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[tuple[int, tuple[int, ...]]] = []

    def read(self, partition: int, offsets: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        self.reads.append((partition, tuple(offsets)))
        yield from super().read(partition, offsets)


@pytest.fixture
def source() -> CountingSource:
    found = CountingSource()
    for partition in (0, 1):
        for offset in range(4):
            first = partition * 100 + offset * 10
            found.add(partition, offset, batch(first, first + 1, first + 2))
    return found


def test_transfers_come_back_in_the_order_they_were_asked_for(source: CountingSource) -> None:
    wanted = [at(112, 1, 1, 2), at(0, 0, 0, 0), at(21, 0, 2, 1)]
    found = BatchArchive(source).fetch(wanted)
    assert [t.transfer_id for t in found.values()] == ["TX112", "TX0", "TX21"]


def test_each_record_is_read_once_by_partition_in_offset_order(source: CountingSource) -> None:
    BatchArchive(source).fetch([at(30, 0, 3, 0), at(110, 1, 1, 0), at(1, 0, 0, 1), at(0, 0, 0, 0), at(31, 0, 3, 1)])
    assert source.reads == [(0, (0, 3)), (1, (1,))]


def test_a_record_read_before_is_not_read_again(source: CountingSource) -> None:
    archive = BatchArchive(source)
    archive.fetch([at(0, 0, 0, 0)])
    archive.fetch([at(1, 0, 0, 1), at(10, 0, 1, 0)])
    assert source.reads == [(0, (0,)), (0, (1,))]


def test_the_next_version_of_a_report_reads_only_what_is_new_although_no_record_is_kept(source: CountingSource) -> None:
    archive = BatchArchive(source, records_bytes=0)
    first = [at(0, 0, 0, 0), at(110, 1, 1, 0)]
    archive.fetch(first)
    found = archive.fetch([*first, at(21, 0, 2, 1)])
    assert [t.transfer_id for t in found.values()] == ["TX0", "TX110", "TX21"]
    assert source.reads == [(0, (0,)), (1, (1,)), (0, (2,))]


def test_what_was_kept_is_still_checked_against_the_uid_asked_for(source: CountingSource) -> None:
    archive = BatchArchive(source)
    archive.fetch([at(0, 0, 0, 0)])
    with pytest.raises(ArchiveError, match="uid_differs"):
        archive.fetch([at(1, 0, 0, 0)])


def test_the_records_used_last_are_kept_up_to_the_bound(source: CountingSource) -> None:
    one = len(batch(0, 1, 2)) + 3 * SLICE_BYTES
    archive = BatchArchive(source, transfers_bytes=0, records_bytes=2 * one + one // 2)
    for line in (at(0, 0, 0, 0), at(10, 0, 1, 0), at(1, 0, 0, 1), at(20, 0, 2, 0), at(2, 0, 0, 2), at(11, 0, 1, 1)):
        archive.fetch([line])
    assert source.reads == [(0, (0,)), (0, (1,)), (0, (2,)), (0, (1,))]


def test_a_record_or_transfer_larger_than_the_bound_is_given_but_not_kept(source: CountingSource) -> None:
    archive = BatchArchive(source, transfers_bytes=10, records_bytes=10)
    for _ in range(2):
        assert [t.transfer_id for t in archive.fetch([at(0, 0, 0, 0)]).values()] == ["TX0"]
    assert source.reads == [(0, (0,)), (0, (0,))]


def test_what_is_kept_stays_within_its_bytes() -> None:
    big = 4_000
    source, bound = CountingSource(), 200 * big
    for offset in range(500):
        padded = msgspec.structs.replace(transfer(offset), purpose="x" * big)
        source.add(0, offset, Codec(TransferBatch).encode(TransferBatch({}, (padded,))))
    archive = BatchArchive(source, transfers_bytes=bound, records_bytes=0)
    tracemalloc.start()
    for offset in range(500):
        archive.fetch([at(offset, 0, offset, 0)])
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 0.8 * bound < held < 1.2 * bound


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (at(0, 0, 9, 0), "record_missing"),
        (at(0, 5, 0, 0), "record_missing"),
        (at(0, 0, 0, 3), "index_missing"),
        (at(0, 0, 0, -1), "index_missing"),
        (at(1, 0, 0, 0), "uid_differs"),
    ],
)
def test_a_coordinate_that_cannot_be_honoured_is_an_error_with_a_code(source: CountingSource, line: Evidence, code: str) -> None:
    with pytest.raises(ArchiveError) as caught:
        BatchArchive(source).fetch([at(10, 0, 1, 0), line])
    assert (caught.value.code, caught.value.evidence) == (code, line)


@pytest.mark.parametrize("raw", [b"", b"\x02", b"\x01\xff", b"\x01" + b"\x92\x80\x91\xc0"])
def test_bytes_that_are_no_batch_are_an_error_with_a_code(source: CountingSource, raw: bytes) -> None:
    source.add(0, 9, raw)
    with pytest.raises(ArchiveError) as caught:
        BatchArchive(source).fetch([at(0, 0, 9, 0)])
    assert caught.value.code == "record_unreadable"


@pytest.fixture
def ring(tmp_path: Path) -> KeyRingFile:
    found = KeyRingFile(tmp_path / "key-ring.json")
    found.init()
    return found


def sealed(ring: KeyRingFile, *numbers: int) -> bytes:
    seal = Seal(ring)
    sealing = seal.begin()
    return Codec(EncodedBatch).encode(EncodedBatch({}, tuple(seal.transfer(transfer(number)) for number in numbers), sealing))


def test_sealed_transfers_of_two_keys_and_clear_ones_are_read_by_their_places(ring: KeyRingFile) -> None:
    source = MemorySource()
    source.add(0, 0, batch(0, 1))
    source.add(0, 1, sealed(ring, 10, 11))
    ring.rotate()
    source.add(0, 2, sealed(ring, 20, 21))
    archive = BatchArchive(source, unseal=Unseal(ring))
    wanted = [at(21, 0, 2, 1), at(10, 0, 1, 0), at(0, 0, 0, 0)]
    for _ in range(2):  # from the records, then from what is kept of them
        assert list(archive.fetch(wanted).values()) == [transfer(21), transfer(10), transfer(0)]


def test_a_changed_seal_is_an_error_with_the_place_and_no_transfer(ring: KeyRingFile) -> None:
    source = MemorySource()
    record = Codec(TransferBatch).decode(sealed(ring, 10, 11))
    moved = msgspec.structs.replace(record.transfers[0], veil=record.transfers[1].veil)
    source.add(0, 1, Codec(TransferBatch).encode(msgspec.structs.replace(record, transfers=(moved,))))
    for archive in (BatchArchive(source, unseal=Unseal(ring)), BatchArchive(source)):
        with pytest.raises(ArchiveError) as caught:
            archive.fetch([at(10, 0, 1, 0)])
        assert caught.value.code == "seal_broken"
        assert "partition 0 offset 1 index 0" in caught.value.detail


def test_a_missing_key_is_no_fault_of_the_transfer(ring: KeyRingFile, tmp_path: Path) -> None:
    source, other = MemorySource(), KeyRingFile(tmp_path / "other.json")
    source.add(0, 1, sealed(ring, 10))
    other.init()
    with pytest.raises(KeyMissing, match=ring.current()):
        BatchArchive(source, unseal=Unseal(other)).fetch([at(10, 0, 1, 0)])
