"""Admit: one transfer, however often and in whatever status it arrives, becomes one current set of observations.

State per transfer (key: uid): digests seen, revision, rank of the newest status, the two parties it named last, which statuses it had.
An event whose digest was seen is a duplicate and changes nothing. Any other event of the same uid is a new state: the
event with the highest (status rank, time, digest) speaks for the transfer, whatever the order of arrival. A state that arrives when a
newer one speaks already counts for nothing, but tells both its parties what it says of them, as it would have in its turn.
"""

import datetime
from functools import lru_cache

import msgspec

from schemas.codec import Codec
from schemas.corridors import town_id
from schemas.observation import PAY_AGENT, RECEIVER, SEND_AGENT, SENDER, Observation, ObservationBatch, Side, TransferFacts
from schemas.topics import OBSERVATIONS, TRANSFERS
from schemas.transfer import AGENT, PARTY, Party, Place, Transfer, TransferBatch
from streams.domain.fold import Output, State, partition_of
from streams.domain.veil import classes

# Later states outrank earlier ones; refunded and cancelled transfers moved no money and are forgotten by detection.
STATUS_RANK = {"sent": 0, "paid": 1, "changed": 2, "refunded": 3, "cancelled": 3}
MOVED = frozenset({"sent", "paid", "changed"})
_EPOCH = datetime.date(1970, 1, 1).toordinal()
STATUSES = tuple(STATUS_RANK)  # Admitted.statuses has a bit for each
LATE = 0  # revision of a state that never spoke
MAX_DIGESTS = 64  # DEF: a partner that gives every transfer one id must not make its state grow without end
MAX_BATCH = 500  # design section 4: entries of one record
DEDUPE_MS = 90 * 86_400_000  # DEF: a status change later than this counts as a new transfer
# Kinds of entity that get observations of their own. A party tells its identifiers itself what they need (ops/decisions/0007):
# sending each of the eight identifiers of a transfer an observation cost half of detection.
# Of agents the typologies know the counter that an event names.
OBSERVED = frozenset({PARTY})


# Travel agencies, employment agencies, education services (typologies A4, W03): merchant categories of ISO 18245.
RECRUITERS = frozenset({"4722", "7361", "8299"})
LIVINGS = ("none", "unpaid", "paid", "skilled", "trade")  # Side.living is the position


class Admitted(msgspec.Struct, array_like=True, gc=False):
    """What is remembered of one transfer."""

    digests: tuple[bytes, ...]
    revision: int
    spoken: tuple[int, int, bytes]
    at_ms: int
    sender: bytes
    receiver: bytes
    statuses: int = 0  # bit n: STATUSES[n] was seen; an entry of an earlier release knows none


class _Draft:
    """Observations on their way to one partition."""

    def __init__(self) -> None:
        self.facts: list[TransferFacts] = []
        self.observations: list[Observation] = []
        self._index: dict[bytes, int] = {}

    def add(self, facts: TransferFacts, entity: bytes, kind: int, side: int, dropped: bool) -> None:
        index = self._index.get(facts.uid)
        if index is None or self.facts[index] is not facts:
            index = self._index[facts.uid] = len(self.facts)
            self.facts.append(facts)
        self.observations.append(Observation(index, entity, kind, side, dropped))


class Admit:
    """The fold of stage `admit`: transfers in, observations out."""

    name = "admit"
    source = TRANSFERS

    def __init__(self, partitions: int, kinds: frozenset[int] = OBSERVED) -> None:
        self._identifiers = kinds - {PARTY, AGENT}
        self._agents = AGENT in kinds
        self._partitions = partitions
        self._batch = Codec(TransferBatch)
        self._out = Codec(ObservationBatch)
        self._state_decoder = msgspec.msgpack.Decoder(Admitted)
        self._state_encoder = msgspec.msgpack.Encoder()
        self._drafts: dict[int, _Draft] = {}
        self._ready: list[Output] = []
        self.watermark_ms = 0
        self.counts = {"admitted": 0, "revised": 0, "duplicate": 0, "conflict": 0}

    def apply(self, state: State, record: bytes, partition: int, offset: int) -> None:
        """Takes in one batch of transfers."""
        self.take_in(state, self._batch.decode(record), partition, offset)

    def take_in(self, state: State, batch: TransferBatch, partition: int, offset: int) -> None:
        """The same of a batch that was decoded before."""
        for index, transfer in enumerate(batch.transfers):
            self.watermark_ms = max(self.watermark_ms, transfer.occurred_ms)
            self._admit(state, transfer, (partition, offset, index), batch.stream_start_ms.get(transfer.partner, 0))

    def flush(self, state: State) -> list[Output]:
        """The observations gathered since the last commit, batched by partition."""
        outputs = self._ready
        for partition, draft in self._drafts.items():
            outputs.append(self._pack(partition, draft))
        self._drafts, self._ready = {}, []
        return outputs

    def encode_state(self, key: bytes, value: object) -> bytes:
        """Bytes of one Admitted."""
        return self._state_encoder.encode(value)

    def decode_state(self, key: bytes, raw: bytes) -> Admitted:
        """One Admitted."""
        return self._state_decoder.decode(raw)

    def is_expired(self, key: bytes, raw: bytes) -> bool:
        """Whether a transfer is so old that no repeat of it is expected (DEDUPE_MS behind the watermark)."""
        return self._state_decoder.decode(raw).at_ms < self.watermark_ms - DEDUPE_MS

    def _admit(self, state: State, transfer: Transfer, where: tuple[int, int, int], stream_start_ms: int) -> None:
        spoken = (STATUS_RANK[transfer.status], transfer.occurred_ms, transfer.digest)
        receiver = transfer.receiver.key if transfer.receiver else b""
        status = 1 << STATUSES.index(transfer.status)
        known = state.get(transfer.uid)
        if known is None:
            fresh = Admitted((transfer.digest,), 1, spoken, transfer.occurred_ms, transfer.sender.key, receiver, status)
            state.put(transfer.uid, fresh)
            self.counts["admitted"] += 1
            self._observe(facts_of(transfer, 1, where, stream_start_ms), transfer)
            return
        assert isinstance(known, Admitted)
        if transfer.digest in known.digests:
            self.counts["duplicate"] += 1
            return
        digests = (*known.digests[1 - MAX_DIGESTS :], transfer.digest)
        self.counts["revised"] += 1
        if (
            transfer.status != "changed" and known.statuses & status
        ):  # one status with two contents: which is true, only the partner knows
            self.counts["conflict"] += 1
        statuses = known.statuses | status
        if spoken < known.spoken:  # an older state arrives late: the newer one goes on speaking
            state.put(transfer.uid, msgspec.structs.replace(known, digests=digests, statuses=statuses))
            self._observe(facts_of(transfer, LATE, where, stream_start_ms), transfer, is_late=True)
            return
        revision = known.revision + 1
        facts = facts_of(transfer, revision, where, stream_start_ms)
        for side, former, now in ((SENDER, known.sender, transfer.sender.key), (RECEIVER, known.receiver, receiver)):
            if former and former != now:  # by side: a change may swap the two
                self._draft(former).add(facts, former, PARTY, side, True)
        newest = Admitted(digests, revision, spoken, transfer.occurred_ms, transfer.sender.key, receiver, statuses)
        state.put(transfer.uid, newest)
        self._observe(facts, transfer)

    def _observe(self, facts: TransferFacts, transfer: Transfer, is_late: bool = False) -> None:
        for party, side in ((transfer.sender, SENDER), (transfer.receiver, RECEIVER)):
            if party is None:
                continue
            self._draft(party.key).add(facts, party.key, PARTY, side, is_late)
            for identifier in party.identifiers if self._identifiers else ():
                if identifier.kind in self._identifiers:
                    self._draft(identifier.key).add(facts, identifier.key, identifier.kind, side, is_late)
        if self._agents:
            for agent, side in ((transfer.send_agent, SEND_AGENT), (transfer.pay_agent, PAY_AGENT)):
                if agent:
                    self._draft(agent.key).add(facts, agent.key, AGENT, side, is_late)

    def _draft(self, entity: bytes) -> _Draft:
        partition = partition_of(entity, self._partitions)
        draft = self._drafts.get(partition)
        if draft is None:
            draft = self._drafts[partition] = _Draft()
        elif len(draft.observations) >= MAX_BATCH:
            self._ready.append(self._pack(partition, draft))
            draft = self._drafts[partition] = _Draft()
        return draft

    def _pack(self, partition: int, draft: _Draft) -> Output:
        batch = ObservationBatch(tuple(draft.facts), tuple(draft.observations))
        return Output(OBSERVATIONS, partition, None, self._out.encode(batch))


def facts_of(transfer: Transfer, revision: int, where: tuple[int, int, int], stream_start_ms: int) -> TransferFacts:
    """What detection may know of the transfer: keys, places, sums and classes; no names, no texts."""
    partition, offset, index = where
    trade, passenger, (sender, receiver) = classes(transfer)
    return TransferFacts(
        transfer.uid, revision, transfer.status in MOVED, partition, offset, index, transfer.occurred_ms, transfer.utc_offset_min,
        transfer.partner, transfer.scope, _side(transfer.sender, sender),
        _side(transfer.receiver, receiver) if transfer.receiver else None,
        transfer.amount.minor, transfer.amount.currency, transfer.usd_minor, transfer.channel,
        _place(transfer.send_place), _place(transfer.pay_place), transfer.relation, transfer.name_tie,
        _purpose(transfer), bool(transfer.flags), stream_start_ms, _counter(transfer),
        trade, passenger,
    )  # fmt: skip


def _purpose(transfer: Transfer) -> str:
    """The class of the stated purpose; where nothing is stated, what the merchant sells."""
    if transfer.purpose_class != "none" or transfer.merchant_category is None:
        return transfer.purpose_class
    return "travel" if transfer.merchant_category in RECRUITERS else "none"


def _counter(transfer: Transfer) -> int:
    """The agent where the sender handed money in, or the holder took it out."""
    agent = transfer.pay_agent if transfer.channel == "cash_out" else transfer.send_agent
    return int.from_bytes(agent.key[:4], "big") if agent else 0


def _side(party: Party, occupation: str) -> Side:
    return Side(
        party.key,
        party.kind == "person",
        party.nationality or "",
        _day(party.customer_since) if party.customer_since else 0,
        party.name_keys,
        party.identifiers,
        LIVINGS.index(occupation),
    )


@lru_cache(maxsize=16_384)
def _day(date: str) -> int:
    """Days from 1970-01-01 to an ISO date."""
    return datetime.date.fromisoformat(date).toordinal() - _EPOCH


def _place(place: Place) -> Place:
    return place if not place.town or place.town.isalnum() else Place(place.country, town_id(place.town))
