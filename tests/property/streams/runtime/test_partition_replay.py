"""Apply, commit, crash and replay in any order: the durable state is the fold of each input record once.

FakeLedger is a fake: a dict that stands for Kafka's transactions, so that thousands of crashes fit in a second. That Kafka
keeps these promises is shown by the integration and fault tests.
"""

from collections import Counter

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from schemas.codec import CorruptRecord
from streams.domain.fold import Output, State
from streams.runtime.ledger import Batch
from streams.runtime.partition import Partition
from streams.runtime.restore import RestoredState, Resumption


class FencedError(Exception):
    """What a write by a former owner meets."""


class FakeKafka:
    """Durable side: source records by offset (gaps where markers lie), states, outputs and position of the last commit."""

    def __init__(self) -> None:
        self.source: dict[int, bytes] = {}
        self.next_offset = 0
        self.states: dict[bytes, bytes] = {}
        self.outputs: list[Output] = []
        self.position = -1
        self.epoch = 0


class FakeLedger:
    """Ledger over FakeKafka; `fails_next` lets the next write leave nothing behind, as an aborted transaction does."""

    def __init__(self, kafka: FakeKafka) -> None:
        self._kafka = kafka
        self._epoch = 0

    def claim(self) -> RestoredState:
        self._kafka.epoch += 1
        self._epoch = self._kafka.epoch
        return RestoredState(dict(self._kafka.states), self._kafka.position, len(self._kafka.states), 0.0)

    def resume_after(self, position: int) -> Resumption:
        left = [offset for offset in self._kafka.source if offset > position]
        return Resumption(min(left) if left else None, self._kafka.next_offset)

    def write(self, batch: Batch) -> None:
        if self._epoch != self._kafka.epoch:
            raise FencedError
        for key, raw in batch.changes:
            if raw is None:
                del self._kafka.states[key]
            else:
                self._kafka.states[key] = raw
        self._kafka.outputs += batch.outputs
        self._kafka.position = batch.position

    def close(self) -> None:
        return None


class Tally:
    """Counts keys, forgets a key at a count of 5, emits one output a key and multiple of 3."""

    name = "tally"
    source = "keys"

    def __init__(self) -> None:
        self._outputs: list[Output] = []

    def apply(self, state: State, record: bytes, partition: int, offset: int) -> None:
        if record == b"corrupt":
            raise CorruptRecord("not_decodable", "")
        for key in record.split():
            found = state.get(key)
            count = found + 1 if isinstance(found, int) else 1
            if count == 5:
                state.delete(key)
            else:
                state.put(key, count)
            if count == 3:
                self._outputs.append(Output("threes", 0, b"%s@%d" % (key, offset), b""))

    def flush(self, state: State) -> list[Output]:
        made, self._outputs = self._outputs, []
        return made

    def encode_state(self, key: bytes, value: object) -> bytes:
        return msgspec.msgpack.encode(value)

    def is_expired(self, key: bytes, raw: bytes) -> bool:
        return False

    def decode_state(self, key: bytes, raw: bytes) -> object:
        return msgspec.msgpack.decode(raw)


class CrashingWorker(RuleBasedStateMachine):
    """A worker that applies, commits, dies, replays from anywhere at or before its position, and is replaced."""

    def __init__(self) -> None:
        super().__init__()
        self.kafka = FakeKafka()
        self.partition = self.owner()
        self.zombie: Partition | None = None

    def owner(self) -> Partition:
        partition = Partition(Tally(), 0, FakeLedger(self.kafka))
        partition.restore()
        partition.resume()
        return partition

    @rule(keys=st.lists(st.sampled_from([b"a", b"b", b"c"]), max_size=4), gap=st.integers(0, 3))
    def post(self, keys: list[bytes], gap: int) -> None:
        self.kafka.source[self.kafka.next_offset + gap] = b" ".join(keys) or b"corrupt"
        self.kafka.next_offset += gap + 1

    @rule(limit=st.integers(1, 5), rewind=st.integers(0, 6))
    def read(self, limit: int, rewind: int) -> None:
        """The group's offset may lie anywhere behind the position; records are handed over in order from there."""
        start = self.partition.committed + 1 - rewind
        offsets = [offset for offset in sorted(self.kafka.source) if offset >= start]
        fresh = [offset for offset in offsets if offset > self.partition.position][:limit]
        for offset in [offset for offset in offsets if offset <= self.partition.position] + fresh:
            self.partition.apply(self.kafka.source[offset], offset, 0.0)

    @rule()
    def commit(self) -> None:
        sealed = self.partition.seal()
        if sealed is not None:
            self.partition.ledger.write(sealed[0])
            self.partition.committed = sealed[0].position

    @rule(sealed_first=st.booleans())
    def crash(self, sealed_first: bool) -> None:
        """The batch that was open, or sealed and not written, is gone."""
        if sealed_first:
            self.partition.seal()
        self.partition = self.owner()

    @rule()
    def replaced_while_paused(self) -> None:
        self.zombie, self.partition = self.partition, self.owner()

    @rule()
    def zombie_wakes(self) -> None:
        if self.zombie is None or (sealed := self.zombie.seal()) is None:
            return
        try:
            self.zombie.ledger.write(sealed[0])
        except FencedError:
            self.zombie = None
        else:
            raise AssertionError("a former owner wrote")

    @invariant()
    def durable_state_is_the_fold_of_each_record_up_to_the_position_once(self) -> None:
        counts: Counter[bytes] = Counter()
        threes: list[bytes] = []
        corrupt = 0
        for offset in sorted(self.kafka.source):
            if offset > self.kafka.position:
                break
            record = self.kafka.source[offset]
            corrupt += record == b"corrupt"
            for key in [] if record == b"corrupt" else record.split():
                counts[key] += 1
                if counts[key] == 3:
                    threes.append(b"%s@%d" % (key, offset))
                if counts[key] == 5:
                    del counts[key]
        assert {key: msgspec.msgpack.decode(raw) for key, raw in self.kafka.states.items()} == dict(counts)
        assert [output.key for output in self.kafka.outputs if output.topic == "threes"] == threes
        assert len([output for output in self.kafka.outputs if output.topic == "quarantine"]) == corrupt


TestCrashingWorker = CrashingWorker.TestCase
TestCrashingWorker.settings = settings(max_examples=150, stateful_step_count=40)
