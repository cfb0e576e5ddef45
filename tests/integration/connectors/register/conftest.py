"""The desk of the delivery tests with a register beside it: real broker, real database of each kind."""

import importlib.util
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaProducer
from sqlalchemy import Engine, create_engine, select, text

from connectors.kafka.archive_log import LogSource
from connectors.register.database import open_database, read
from connectors.register.mapping import map_errors
from connectors.register.outbox import Publisher
from connectors.register.projector import INTERNAL, Projector
from connectors.register.reader import Follower
from connectors.register.tables import METADATA
from schemas.feedback import Feedback
from schemas.report import FilingPlan
from schemas.wire import encode_feedback

DELIVERY = Path(__file__).parents[1] / "fius/conftest.py"
FIUS = ("AE", "KG")


def delivery_desk() -> Any:
    """The module of the delivery tests; tests are no packages, so it is loaded by path."""
    if "delivery_desk" not in sys.modules:
        spec = importlib.util.spec_from_file_location("delivery_desk", DELIVERY)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["delivery_desk"] = module
        spec.loader.exec_module(module)
    return sys.modules["delivery_desk"]


@dataclass
class Counted:
    """Remembers what the register counted."""

    answers: list[tuple[str, str]] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)

    def answer(self, fiu: str, status: str) -> None:
        self.answers.append((fiu, status))

    def decision(self, action: str) -> None:
        self.decisions.append(action)

    def quarantined(self, reason_code: str) -> None:
        self.aside.append(reason_code)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass
class Office:
    """Delivery, register and FIU of one test."""

    desk: Any
    url: str
    engine: Engine
    counted: Counted = field(default_factory=Counted)
    _kept: Any = None
    _delivered: Any = None

    @property
    def fius(self) -> dict[str, Any]:
        return {code: self.desk.case.fius[code] for code in FIUS}

    def plan(self, fiu: str, **more: Any) -> FilingPlan:
        plan: FilingPlan = self.desk.case.plan(fiu, **more)
        return plan

    def waiting(self, fiu: str = "KG", release: str = "four_eyes", **more: Any) -> FilingPlan:
        """A plan that wants people to release it."""
        return self.plan(fiu, status="held", hold_code="awaiting_release", hold_reason="policy", release=release, **more)

    def report(self, *plans: FilingPlan, **more: Any) -> Any:
        return self.desk.case.report(filings=plans, **more)

    def projector(self) -> tuple[Projector, Follower]:
        followed = [*INTERNAL, *(f"fiu.{fiu.lower()}.{what}" for fiu in FIUS for what in ("reports", "feedback"))]
        follower = Follower(self.desk.bootstrap, followed)
        projector = Projector(self.engine, follower, self.fius, self.counted, now_ms)
        projector.open()
        return projector, follower

    def keep(self) -> None:
        """Runs the register until it has read everything and published everything, and looked errors up."""
        if self._kept is None:
            self._kept = (*self.projector(), Publisher(self.desk.bootstrap, self.engine), LogSource(self.desk.bootstrap, "audit"))
        projector, _, publisher, source = self._kept
        idle = 0
        while idle < 2:
            busy = projector.step(200) + publisher.publish()
            idle = 0 if busy else idle + 1
        map_errors(self.engine, lambda: source)

    def deliver(self, records: int) -> None:
        """Runs the delivery until it has taken `records` reports and decisions."""
        if self._delivered is None:
            self._delivered = self.desk.delivery()
        deadline, taken = time.monotonic() + 60, 0
        while taken < records:
            taken += self._delivered[0].step()
            assert time.monotonic() < deadline, f"took {taken} of {records}"

    def rest(self) -> None:
        """Ends the register; keep() opens it anew."""
        for opened in (self._kept or ())[1:]:
            opened.close()
        self._kept = None

    def close(self) -> None:
        """Ends what was opened."""
        self.rest()
        for opened in (self._delivered or ())[1:]:
            opened.close()
        self.desk.close()
        self.engine.dispose()

    def rebuilt(self, url: str) -> dict[str, list[Any]]:
        """What an empty database at `url` holds once it has read everything. The register at work ends: one publishes at a time."""
        self.rest()
        other = Office(self.desk, url, open_database(url))
        other.keep()
        found = contents(other.engine)
        other.close()
        return found

    def contents(self) -> dict[str, list[Any]]:
        """As contents()."""
        return contents(self.engine)

    def answer(self, feedback: Feedback) -> None:
        self.post(f"fiu.{feedback.fiu.lower()}.feedback", encode_feedback(feedback))

    def post(self, topic: str, raw: bytes) -> None:
        producer = KafkaProducer(bootstrap_servers=self.desk.bootstrap, acks="all")
        producer.send(topic, raw, partition=0).get(30)
        producer.close()


def run_sql(server: str, statement: str) -> None:
    """Runs a statement on the server's own database."""
    engine = create_engine(server.format(database="postgres").replace("postgresql", "postgresql+psycopg", 1))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()


NOT_OF_THE_TOPICS = ("positions", "audit", "chain", "outbox")


def contents(engine: Engine) -> dict[str, list[Any]]:
    """What the register makes of the topics: all but its own positions, chain and outbox."""
    with read(engine) as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in METADATA.sorted_tables
            if table.name not in NOT_OF_THE_TOPICS
        }


@pytest.fixture
def office(broker: str, database_url: str) -> Iterator[Office]:
    module = delivery_desk()
    module.fresh_topics(broker)
    desk = module.Desk(broker, module.load_case())
    offset = desk.post_raw("transfers", desk.case.record)
    desk.case.evidence = tuple(msgspec.structs.replace(line, offset=offset) for line in desk.case.evidence)
    office = Office(desk, database_url, open_database(database_url))
    yield office
    office.close()
    module.remove_topics(broker)
