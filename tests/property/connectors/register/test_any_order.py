"""The register is a function of what the topics hold: whatever the order in which they are read, and however the reading is cut up."""

import hashlib
import importlib.util
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from connectors.fius.decided import Executor, Ruling
from connectors.fius.delivered import Delivered
from connectors.fius.dispatch import REPORT_CODEC, Arrival, Dispatcher, Outcome
from connectors.register import tables
from connectors.register.database import open_database, read
from connectors.register.projector import Projector
from schemas.decision import DECISION_CODEC, Decision, filing_key
from schemas.feedback import Feedback
from schemas.transfer import Coordinate
from schemas.wire import decode_filing, encode_feedback, encode_filing

UNIT = Path(__file__).parents[3] / "unit/connectors/fius/conftest.py"
TOPICS = ("filings", "deliver.state", "filings.held", "audit", "filings.decisions", "fiu.kg.reports", "fiu.kg.feedback")
NOT_OF_THE_TOPICS = ("positions", "audit", "chain", "outbox", "alembic_version")
VERSIONS = ("automatic", "review", "invalid", "gone", "same")


@dataclass(frozen=True)
class Written:
    """A record as a consumer sees it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Any = ()


class FakeFollower:
    """Gives out prepared batches; the real one is in the integration tests."""

    def __init__(self, batches: Sequence[Sequence[Written]]) -> None:
        self.places = [(topic, 0) for topic in TOPICS]
        self._batches = iter(batches)

    def start(self, positions: Any) -> None:
        pass

    def poll(self, timeout_ms: int) -> list[Written]:
        return list(next(self._batches, ()))


class Nobody:
    """Counts nothing."""

    def answer(self, fiu: str, status: str) -> None: ...
    def decision(self, action: str) -> None: ...
    def quarantined(self, reason_code: str) -> None:
        raise AssertionError(reason_code)


def filing_case() -> Any:
    spec = importlib.util.spec_from_file_location("filing_case", UNIT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FilingCase()


class World:
    """Report versions, decisions and answers as they came, with the real dispatcher and executor in between: the topics' records."""

    def __init__(self, case: Any) -> None:
        self.case = case
        self._next = {topic: count() for topic in TOPICS}
        self._dispatcher = Dispatcher(case.archive(), case.registries(), encode_filing)
        self._executor = Executor(self, case.archive(), case.registries(), encode_filing)
        self.state: Delivered | None = None
        self.log: list[Written] = []
        self.version, self.last = 0, "automatic"
        self.decided = count(1)

    def read(self, partition: int, offsets: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        yield from ((one.offset, one.value or b"") for one in self.log if one.topic == "filings" and one.offset in offsets)

    def write(self, topic: str, key: bytes | None, value: bytes) -> Written:
        record = Written(topic, 0, next(self._next[topic]), 1000 + len(self.log), key, value)
        self.log.append(record)
        return record

    def report(self, kind: str) -> None:
        self.version += 1
        kind = self.last if kind == "same" else kind
        held = {"status": "held", "hold_code": "awaiting_release", "hold_reason": "policy", "release": "one_reviewer"}
        plans = () if kind == "gone" else (self.case.plan("KG", **(held if kind == "review" else {})),)
        score = 0.5 if kind == self.last else 0.5 + self.version / 100
        more: dict[str, Any] = {"narrative": {}} if kind == "invalid" else {}
        report = self.case.report(
            version=self.version, filings=plans, score=score, state="open" if plans else "withdrawn", **more
        )
        self.last = kind
        record = self.write("filings", report.report_id.encode(), REPORT_CODEC.encode(report))
        arrival = Arrival(report, Coordinate("filings", 0, record.offset), record.timestamp)
        self._keep(self._dispatcher.dispatch(arrival, self.state))

    def decide(self, action: str, from_state: str) -> None:
        """A decision taken in `from_state`, or in whatever state delivery has the filing in."""
        line = next(iter(self.state.lines.values()), None) if self.state else None
        if not from_state and line is not None:
            from_state = "rejected" if line.state == "published" else "awaiting_review" if self.last == "review" else "held"
        reports = [one for one in self.log if one.topic == "filings"]
        if not reports:
            return
        bound, report_id = reports[-1], "0123456789abcdef" * 2
        number = next(self.decided)
        decision = Decision(
            f"d{number}", filing_key(report_id, "KG", "KG", "KG-9"), number, report_id, self.version, action,
            "send" if action in ("approve", "release") else "settle", "ann", "Ann", "why", from_state, 2000 + number,
            "KG", "KG", "file", "KG-9", 0, bound.offset, hashlib.sha256(bound.value or b"").digest(),
        )  # fmt: skip
        record = self.write("filings.decisions", report_id.encode(), DECISION_CODEC.encode(decision))
        source = Coordinate(record.topic, 0, record.offset)
        self._keep(self._executor.execute(Ruling(decision, source, record.timestamp), self.state))

    def answer(self, status: str, named: bool, back: int) -> None:
        version = max(1, self.version - back)
        sent = [decode_filing(one.value or b"") for one in self.log if one.topic == "fiu.kg.reports"]
        filing_id = sent[-1].filing_id if named and sent else ""
        feedback = Feedback("0123456789abcdef" * 2, version, status, (), "KG", filing_id, "R1", 3000 + len(self.log) // 3)
        self.write("fiu.kg.feedback", None, encode_feedback(feedback))

    def _keep(self, outcome: Outcome | None) -> None:
        if outcome is not None:
            self.state = outcome.state
            for record in outcome.records:
                self.write(record.topic, record.key, record.value)


acts = st.one_of(
    st.tuples(st.just("report"), st.sampled_from(VERSIONS)),
    st.tuples(
        st.just("decide"),
        st.sampled_from(("approve", "release", "refuse", "close")),
        st.sampled_from(("", "", "held", "acknowledged")),
    ),
    st.tuples(st.just("answer"), st.sampled_from(("accepted", "rejected", "outcome")), st.booleans(), st.integers(0, 2)),
)


def topics_after(script: Sequence[tuple[Any, ...]]) -> World:
    world = World(filing_case())
    for name, *rest in script:
        getattr(world, name)(*rest)
    return world


def any_interleaving(log: Sequence[Written], dice: random.Random) -> list[list[Written]]:
    """The records in another order, each topic's own order kept, cut into batches anywhere."""
    queues = [[one for one in log if one.topic == topic] for topic in TOPICS]
    mixed: list[Written] = []
    while any(queues):
        mixed.append(dice.choice([queue for queue in queues if queue]).pop(0))
    batches: list[list[Written]] = [[]]
    for record in mixed:
        if dice.random() < 0.3:
            batches.append([])
        batches[-1].append(record)
    return [batch for batch in batches if batch]


def register_after(path: Path, world: World, batches: Sequence[Sequence[Written]]) -> dict[str, list[Any]]:
    engine = open_database(f"sqlite:///{path}")
    follower: Any = FakeFollower(batches)
    projector = Projector(engine, follower, {"KG": world.case.fius["KG"]}, Nobody(), lambda: 0)
    projector.open()
    while projector.step(0):
        pass
    found = contents(engine)
    engine.dispose()
    return found


def contents(engine: Engine) -> dict[str, list[Any]]:
    with read(engine) as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in tables.METADATA.sorted_tables
            if table.name not in NOT_OF_THE_TOPICS
        }


@settings(max_examples=25)
@given(script=st.lists(acts, min_size=1, max_size=12), seed=st.integers(0, 1 << 30))
def test_any_order_and_any_batches_lead_to_the_same_register(
    tmp_path_factory: pytest.TempPathFactory, script: list[tuple[Any, ...]], seed: int
) -> None:
    world = topics_after(script)
    folder = tmp_path_factory.mktemp("orders")
    as_written = register_after(folder / "a.db", world, [world.log]) if world.log else {}
    mixed = register_after(folder / "b.db", world, any_interleaving(world.log, random.Random(seed))) if world.log else {}
    assert mixed == as_written
