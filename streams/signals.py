"""What entities tell each other: the kinds of signal, their bodies, and the outbox that packs them for `observations`."""

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from schemas.codec import Codec
from schemas.observation import ObservationBatch, Signal
from schemas.topics import OBSERVATIONS
from streams.domain.entity import EntityState, Story
from streams.domain.event import Event
from streams.domain.fold import Output, partition_of
from streams.domain.profile import Profile

# use: a party tells an identifier that it uses it. ask_*: tell me more; the rest are the answers, repeated on every change.
USE, ASK_USE, USED, ASK_STORY, STORY, ASK_FLOWS, FLOWS = "use", "ask_use", "used", "ask_story", "story", "ask_flows", "flows"
MAX_DEPTH = 4  # design section 4: how far news may travel
MAX_SIGNALS = 500  # design section 4: entries of one record


class InUse(msgspec.Struct, array_like=True, gc=False):
    """Body of `use`: what kind of identifier, in which scope, and the newest year (of USE_YEAR quarters since the epoch)."""

    kind: int
    scope: str
    year: int


class Used(msgspec.Struct, array_like=True, gc=False):
    """Body of `used`: who, until when (90-day quarter since the epoch), and the earliest transfer."""

    last_quarter: int
    profile: Profile
    earliest: Event


class Flows(msgspec.Struct, array_like=True, gc=False):
    """Body of `flows`: transfers of one party (with False: forget it) and what is known about those involved."""

    events: list[tuple[Event, bool]]
    profiles: dict[bytes, Profile]


def flows_of(entity: EntityState, events: list[tuple[Event, bool]]) -> Flows:
    """Transfers of a party and what it knows of the people in them."""
    parties = {e.other for e, _ in events} | {e.mine for e, _ in events}
    return Flows(events, {k: p for k, p in entity.profiles.items() if k in parties})


_ENCODE = msgspec.msgpack.Encoder().encode
_TOLD_USE = msgspec.msgpack.Decoder(InUse).decode
TOLD_USED = msgspec.msgpack.Decoder(Used)
TOLD_FLOWS = msgspec.msgpack.Decoder(Flows)
TOLD_STORY = msgspec.msgpack.Decoder(Story)


@lru_cache(maxsize=4096)
def told_use(body: bytes) -> InUse:
    """A body of `use`; there are few different ones."""
    return _TOLD_USE(body)


@lru_cache(maxsize=4096)
def use_body(kind: int, scope: str, year: int) -> bytes:
    """The body of `use`, encoded."""
    return _ENCODE(InUse(kind, scope, year))


class Outbox:
    """Signals of one commit, on their way to the partitions of those who shall hear them."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._batch = Codec(ObservationBatch)
        self._waiting: list[Signal] = []

    def send(self, source: bytes, target: bytes, topic: str, depth: int, body: object = b"") -> None:
        """Adds a signal. Raises ValueError beyond MAX_DEPTH: a signal left out would make what is known depend on order."""
        self.send_all(source, [target], topic, depth, body)

    def send_all(self, source: bytes, targets: Iterable[bytes], topic: str, depth: int, body: object = b"") -> None:
        """Adds the same signal to each of `targets`; the body is encoded once, however many they are, unless it is already."""
        if depth > MAX_DEPTH:
            raise ValueError(f"a signal {topic!r} at depth {depth}: news travels {MAX_DEPTH} hops at most")
        raw = body if isinstance(body, bytes) else _ENCODE(body)
        self._waiting += [Signal(target, source, topic, depth, raw) for target in targets]

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
