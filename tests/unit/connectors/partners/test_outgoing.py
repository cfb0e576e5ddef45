"""What one intake transaction writes."""

import zlib
from hashlib import sha256
from pathlib import Path

from connectors.kafka.record import Record
from connectors.partners.outgoing import BATCH_BYTES, BATCH_ENTRIES, Outgoing
from connectors.sealing.ring import KeyRingFile
from connectors.sealing.seal import Seal
from schemas.codec import Codec
from schemas.money import Money
from schemas.quarantine import QuarantineRecord
from schemas.transfer import Coordinate, Party, Place, Transfer, TransferBatch

PARTITIONS = 4
BATCH = Codec(TransferBatch)


def transfer(number: int, partner: str = "demo", note: str | None = None) -> Transfer:
    """A small valid transfer; `number` makes it distinct and is its source offset."""
    uid = sha256(b"%s-%d" % (partner.encode(), number)).digest()[:16]
    party = Party(key=b"k" * 16, kind="person", name="A")
    place = Place("KZ", "")
    return Transfer(
        uid, uid, partner, f"partner:{partner}", f"T{number}", "paid", 1_700_000_000_000 + number, 0, Money(100, "USD"), 100,
        "cash_to_cash", party, party, place, place, purpose=note, source=Coordinate(f"partner.{partner}.transfers", 1, number),
    )  # fmt: skip


def outgoing_of(folder: Path, partitions: int = 1) -> Outgoing:
    """Nothing gathered yet, with a key ring of its own."""
    ring = KeyRingFile(folder / "key-ring.json")
    ring.init()
    return Outgoing(partitions, Seal(ring))


def refused(number: int, partner: str = "demo") -> QuarantineRecord:
    """A bad event's entry."""
    source = Coordinate(f"partner.{partner or 'ghost'}.transfers", 1, number)
    return QuarantineRecord("intake", partner, source, "not_json", "The event is not JSON.", "not_json", b"{", "00")


def written(outgoing: Outgoing) -> list[Record]:
    """The records with every stream start set to 0."""
    outgoing.stream_starts.update(dict.fromkeys(outgoing.earliest_ms, 0))
    return list(outgoing.records())


def batches(records: list[Record]) -> list[tuple[int | None, TransferBatch]]:
    """Decoded records of `transfers` with their partitions."""
    return [(record.partition, BATCH.decode(record.value)) for record in records if record.topic == "transfers"]


def test_every_accepted_transfer_is_in_exactly_one_batch_of_the_partition_its_uid_belongs_to(tmp_path: Path) -> None:
    outgoing = outgoing_of(tmp_path, PARTITIONS)
    for number in range(300):
        outgoing.accept(transfer(number))
    found = [(partition, entry) for partition, batch in batches(written(outgoing)) for entry in batch.transfers]
    assert sorted(entry.source.offset for _, entry in found) == list(range(300))
    assert all(partition == zlib.crc32(entry.uid) % PARTITIONS for partition, entry in found)


def test_events_of_one_transfer_keep_their_order(tmp_path: Path) -> None:
    outgoing = outgoing_of(tmp_path)
    for number in range(BATCH_ENTRIES + 20):
        outgoing.accept(transfer(number))
    order = [entry.source.offset for _, batch in batches(written(outgoing)) for entry in batch.transfers]
    assert order == sorted(order)


def test_a_batch_holds_at_most_500_entries(tmp_path: Path) -> None:
    outgoing = outgoing_of(tmp_path)
    for number in range(BATCH_ENTRIES + 1):
        outgoing.accept(transfer(number))
    assert [len(batch.transfers) for _, batch in batches(written(outgoing))] == [BATCH_ENTRIES, 1]


def test_a_batch_too_large_for_the_broker_is_split_and_loses_nothing(tmp_path: Path) -> None:
    outgoing = outgoing_of(tmp_path)
    for number in range(10):
        outgoing.accept(transfer(number, note="x" * 200_000))
    records = [record for record in written(outgoing) if record.topic == "transfers"]
    assert all(len(record.value) <= BATCH_BYTES for record in records)
    assert [entry.source.offset for _, batch in batches(records) for entry in batch.transfers] == list(range(10))


def test_each_batch_says_when_the_stream_of_each_of_its_partners_began(tmp_path: Path) -> None:
    outgoing = outgoing_of(tmp_path)
    outgoing.accept(transfer(5, "a"))
    outgoing.accept(transfer(3, "a"))
    outgoing.accept(transfer(9, "b"))
    assert outgoing.earliest_ms == {"a": 1_700_000_000_003, "b": 1_700_000_000_009}
    outgoing.stream_starts.update({"a": 11, "b": 22})
    ((_, batch),) = batches(list(outgoing.records()))
    assert batch.stream_start_ms == {"a": 11, "b": 22}


def test_outcomes_count_every_event_once(tmp_path: Path) -> None:
    outgoing = outgoing_of(tmp_path, PARTITIONS)
    outgoing.accept(transfer(1))
    outgoing.quarantine(refused(2))
    outgoing.quarantine(refused(3, partner=""))
    assert dict(outgoing.outcomes) == {("demo", "accepted"): 1, ("demo", "quarantined"): 1, ("", "quarantined"): 1}
    assert outgoing.reason_codes() == {"not_json": 2}


def test_a_topic_without_a_partner_gets_no_receipt(tmp_path: Path) -> None:
    outgoing = outgoing_of(tmp_path, PARTITIONS)
    outgoing.quarantine(refused(3, partner=""))
    assert [record.topic for record in written(outgoing)] == ["quarantine"]
