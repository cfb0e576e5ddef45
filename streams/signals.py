"""What entities tell each other: the kinds of signal, their bodies, and the outbox that packs them for `observations`."""

import msgspec

from schemas.codec import Codec
from schemas.observation import ObservationBatch, Signal
from schemas.topics import OBSERVATIONS
from streams.domain.entity import EntityState, Event, Profile, Story
from streams.domain.fold import Output, partition_of

# use: a party tells an identifier that it uses it. ask_*: tell me; the bare words are the answers, repeated on every change.
USE, ASK_STORY, ASK_FLOWS, STORY, FLOWS = "use", "ask_story", "ask_flows", "story", "flows"
MAX_DEPTH = 4  # design section 4: how far news may travel
MAX_SIGNALS = 500  # design section 4: entries of one record


class Used(msgspec.Struct, array_like=True, gc=False):
    """Body of `use`: since and until when (90-day quarters), who, and the earliest transfer where that is news."""

    kind: int
    scope: str
    first_quarter: int
    last_quarter: int
    profile: Profile
    earliest: Event | None


class Flows(msgspec.Struct, array_like=True, gc=False):
    """Body of `flows`: transfers of one party (with False: forget it) and what is known about those involved."""

    events: list[tuple[Event, bool]]
    profiles: dict[bytes, Profile]


USED = msgspec.msgpack.Decoder(Used)
TOLD_FLOWS = msgspec.msgpack.Decoder(Flows)
TOLD_STORY = msgspec.msgpack.Decoder(Story)


class Outbox:
    """Signals of one commit, on their way to the partitions of those who shall hear them."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._batch = Codec(ObservationBatch)
        self._encoder = msgspec.msgpack.Encoder()
        self._waiting: list[Signal] = []

    def send(self, source: bytes, target: bytes, topic: str, depth: int, body: object = None) -> None:
        """Adds a signal; news that has travelled MAX_DEPTH hops ends here."""
        if depth <= MAX_DEPTH:
            raw = b"" if body is None else self._encoder.encode(body)
            self._waiting.append(Signal(target, source, topic, depth, raw))

    def send_flows(self, source: bytes, target: bytes, entity: EntityState, events: list[tuple[Event, bool]], depth: int) -> None:
        """Adds transfers of `source` and what it knows of the people in them."""
        parties = {e.other for e, _ in events} | {e.mine for e, _ in events}
        profiles = {k: p for k, p in entity.profiles.items() if k in parties}
        self.send(source, target, FLOWS, depth, Flows(events, profiles))

    def pack(self) -> list[Output]:
        """The records to write, in the order in which the signals of each source were sent."""
        by_partition: dict[int, list[Signal]] = {}
        for signal in self._waiting:
            by_partition.setdefault(partition_of(signal.entity, self._partitions), []).append(signal)
        self._waiting = []
        outputs = []
        for partition, signals in sorted(by_partition.items()):
            for start in range(0, len(signals), MAX_SIGNALS):
                batch = ObservationBatch(signals=tuple(signals[start : start + MAX_SIGNALS]))
                outputs.append(Output(OBSERVATIONS, partition, None, self._batch.encode(batch)))
        return outputs
