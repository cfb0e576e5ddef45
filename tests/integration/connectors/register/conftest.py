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
from sqlalchemy import Engine

from connectors.kafka.archive_log import LogSource
from connectors.register.database import open_database
from connectors.register.mapping import map_errors
from connectors.register.outbox import Publisher
from connectors.register.projector import INTERNAL, Projector
from connectors.register.reader import Follower
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
        projector, follower = self.projector()
        publisher = Publisher(self.desk.bootstrap, self.engine)
        idle = 0
        while idle < 2:
            busy = projector.step(300) + publisher.publish()
            idle = 0 if busy else idle + 1
        publisher.close()
        follower.close()
        source = LogSource(self.desk.bootstrap, "audit")
        map_errors(self.engine, lambda: source)
        source.close()

    def deliver(self, records: int) -> None:
        self.desk.deliver(records)

    def answer(self, feedback: Feedback) -> None:
        self.post(f"fiu.{feedback.fiu.lower()}.feedback", encode_feedback(feedback))

    def post(self, topic: str, raw: bytes) -> None:
        producer = KafkaProducer(bootstrap_servers=self.desk.bootstrap, acks="all")
        producer.send(topic, raw, partition=0).get(30)
        producer.close()


@pytest.fixture
def office(broker: str, database_url: str) -> Iterator[Office]:
    module = delivery_desk()
    module.fresh_topics(broker)
    desk = module.Desk(broker, module.load_case())
    offset = desk.post_raw("transfers", desk.case.record)
    desk.case.evidence = tuple(msgspec.structs.replace(line, offset=offset) for line in desk.case.evidence)
    engine = open_database(database_url)
    yield Office(desk, database_url, engine)
    engine.dispose()
    module.remove_topics(broker)
