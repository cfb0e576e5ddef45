"""What one intake transaction writes, gathered event by event. Pure: no broker, no clock."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from connectors.kafka.record import Record
from connectors.partners.completeness import Marks
from connectors.partners.entry import Entry, entry_of
from connectors.partners.quarantine import entry_key
from connectors.partners.receipts import ReceiptLine, encode_receipts
from connectors.sealing.seal import Seal
from schemas import topics
from schemas.codec import Codec
from schemas.quarantine import QuarantineRecord
from schemas.transfer import EncodedBatch, Transfer
from streams.domain.fold import partition_of

BATCH_ENTRIES = 500  # contract of `transfers` (schemas.transfer.TransferBatch)
BATCH_BYTES = 900_000  # stays under the broker's default record limit of 1 MiB with room for the headers
ACCEPTED, QUARANTINED = "accepted", "quarantined"

_TRANSFERS = Codec(EncodedBatch)
_QUARANTINE = Codec(QuarantineRecord)


class Outgoing:
    """Outputs of the events taken in since the last commit. Raises connectors.sealing.kms.SealingError.

    partitions     number of partitions of `transfers`
    seal           seals what is personal in transfers and quarantined events, in this transaction under one data key
    earliest_ms    occurred_at of the earliest accepted event, by partner
    stream_starts  first day of each partner's stream, ms UTC: the caller fills it for every partner of `earliest_ms`
    """

    def __init__(self, partitions: int, seal: Seal) -> None:
        self._partitions, self.seal, self._sealing = partitions, seal, seal.begin()
        self.earliest_ms: dict[str, int] = {}
        self.stream_starts: dict[str, int] = {}
        self._entries: defaultdict[int, list[Entry]] = defaultdict(list)
        self._quarantined: list[QuarantineRecord] = []
        self._receipts: defaultdict[tuple[str, int], list[ReceiptLine]] = defaultdict(list)
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.marks: Marks = Counter()

    def accept(self, transfer: Transfer) -> None:
        """Takes in a valid event and its receipt."""
        self.add(entry_of(transfer, self.seal))

    def add(self, entry: Entry) -> None:
        """Takes in a valid event that `seal` has sealed already, and its receipt."""
        partner, source = entry.partner, entry.source
        self._entries[partition_of(entry.uid, self._partitions)].append(entry)
        self._receipts[partner, source.partition].append(ReceiptLine(source.offset, entry.transfer_id, None, None, source.index))
        self.outcomes[partner, ACCEPTED] += 1
        self.marks[partner, entry.marks] += 1
        earliest = self.earliest_ms.get(partner)
        if earliest is None or entry.occurred_ms < earliest:
            self.earliest_ms[partner] = entry.occurred_ms

    def quarantine(self, record: QuarantineRecord) -> None:
        """Takes in a bad event; the partner, if there is one, gets a receipt that says what to mend."""
        self._quarantined.append(record)
        self.outcomes[record.partner, QUARANTINED] += 1
        if record.partner:
            source = record.source
            line = ReceiptLine(source.offset, record.transfer_id, record.reason_code, record.reason, source.index)
            self._receipts[record.partner, source.partition].append(line)

    def reason_codes(self) -> Counter[str]:
        """Number of bad events by reason code."""
        return Counter(record.reason_code for record in self._quarantined)

    def records(self) -> Iterator[Record]:
        """Everything to write in the transaction, in a fixed order."""
        for partition in sorted(self._entries):
            entries = self._entries[partition]
            for start in range(0, len(entries), BATCH_ENTRIES):
                yield from self._batches(partition, entries[start : start + BATCH_ENTRIES])
        for record in self._quarantined:
            yield Record(topics.QUARANTINE, None, entry_key(record.source), _QUARANTINE.encode(self.seal.entry(record)))
        for (partner, partition), lines in sorted(self._receipts.items()):
            value = encode_receipts(partner, partition, lines)
            yield Record(topics.partner_receipts(partner), None, b"%d" % partition, value)

    def _batches(self, partition: int, entries: list[Entry]) -> Iterator[Record]:
        starts = {partner: self.stream_starts[partner] for partner in sorted({entry.partner for entry in entries})}
        value = _TRANSFERS.encode(EncodedBatch(starts, tuple([entry.stored for entry in entries]), self._sealing))
        if len(value) <= BATCH_BYTES or len(entries) == 1:
            yield Record(topics.TRANSFERS, partition, None, value)
            return
        half = len(entries) // 2
        yield from self._batches(partition, entries[:half])
        yield from self._batches(partition, entries[half:])
