"""A lane: what it does when, how it leaves a failing FIU alone, and that no FIU is delayed by another's."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from connectors.fius.transports.channel import Answer, Awaited, Barred, Outgoing, Refused, Sent, Transient
from connectors.fius.transports.desk import Aside, Desk
from connectors.fius.transports.lane import Lane, Tools
from connectors.fius.transports.ledger import Ledger
from connectors.fius.transports.receipt import rejection
from connectors.fius.transports.receipts import Receipts
from connectors.fius.transports.steps import Patience
from connectors.fius.transports.transmission import Transmission
from connectors.register.database import open_database
from schemas.wire import decode_feedback


class Clock:
    def __init__(self) -> None:
        self.s = 1000.0

    def monotonic(self) -> float:
        return self.s

    def now_ms(self) -> int:
        return int(self.s * 1000)


class ScriptedFiu:
    """An FIU that does what the test wrote down, and then works."""

    settle_s = 0.0

    def __init__(self) -> None:
        self.script: list[BaseException | Sent] = []
        self.received: list[str] = []
        self.asked = 0
        self.closed = 0
        self.says: list[Answer | BaseException] = []

    def stage(self, outgoing: Outgoing) -> Sent | None:
        return None

    def check(self, outgoing: Outgoing) -> Sent | None:
        return None

    def release(self, outgoing: Outgoing) -> Sent:
        if self.script:
            what = self.script.pop(0)
            if isinstance(what, BaseException):
                raise what
            return what
        self.received.append(outgoing.filing_id)
        return Sent("there")

    def answers(self, awaited: Sequence[Awaited]) -> Iterator[Answer]:
        self.asked += 1
        for one in self.says:
            if isinstance(one, BaseException):
                raise one
            yield one

    def close(self) -> None:
        self.closed += 1


class Meters:
    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *values: self.told.append((name, *values))


class Topic:
    def __init__(self) -> None:
        self.values: list[bytes] = []

    def end(self, fiu: str) -> int:
        return len(self.values)

    def since(self, fiu: str, offset: int) -> set[bytes]:
        return set(self.values[offset:])

    def publish(self, fiu: str, feedbacks: Sequence[tuple[bytes, bytes]]) -> None:
        self.values += [value for _, value in feedbacks]


class Street:
    """Lanes of several FIUs over one ledger."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder, self.clock, self.meters, self.topic = engine, folder, Clock(), Meters(), Topic()
        self.ledger = Ledger(engine, self.clock.now_ms)
        self.fius: dict[str, ScriptedFiu] = {}

    def lane(self, fiu: str = "AE", **changes: Any) -> Lane:
        self.fius[fiu] = ScriptedFiu()
        tools = Tools(self.clock, lambda: 1.0, self.load, self.meters, Patience(5, 900), 60.0)
        desk = Desk(fiu, (self.ledger, Receipts(self.engine)), self.topic, Aside(self.folder, self.meters), self.no_filing)
        return Lane(fiu, self.fius[fiu], self.ledger, desk, tools._replace(**changes))

    def file(self, number: int, fiu: str = "AE", **changes: Any) -> None:
        fields = (f"f{number}", fiu, f"r{number}", 1, 0, number, f"ref{number}", f"S{number}.xml", "file", "d", False, 0, 0)
        self.ledger.take([Transmission(*fields, **changes)])

    def load(self, row: Transmission) -> Outgoing:
        return Outgoing(row.filing_id, row.reference, row.file_name, "application/xml", b"<report/>")

    def no_filing(self, row: Transmission) -> Any:
        raise AssertionError("no acknowledgement of FinCEN's here")

    def run(self, lane: Lane, most: int = 50) -> float:
        """Steps until there is nothing to do; how long that will be."""
        for _ in range(most):
            rest_s = lane.step()
            if rest_s:
                return rest_s
        raise AssertionError("the lane never rests")


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    engine = open_database(f"sqlite:///{tmp_path / 'register.db'}")
    yield Street(engine, tmp_path / "unmatched")
    engine.dispose()


def test_what_waits_is_carried_and_then_the_fiu_is_asked_in_its_time(street: Street) -> None:
    lane = street.lane()
    street.file(1)
    street.file(2)
    assert street.run(lane) == 60.0
    fiu = street.fius["AE"]
    assert (fiu.received, fiu.asked) == (["f1", "f2"], 1)
    street.clock.s += 59
    assert (street.run(lane), fiu.asked) == (1.0, 1)
    street.clock.s += 1
    street.run(lane)
    assert fiu.asked == 2


def test_a_failing_fiu_is_left_alone_ever_longer_and_nothing_is_dropped(street: Street) -> None:
    lane = street.lane()
    fiu = street.fius["AE"]
    fiu.script = [Transient("down", "It is down.") for _ in range(4)]
    street.file(1)
    waits = []
    for _ in range(4):
        waits.append(street.run(lane))
        street.clock.s += waits[-1]
    assert waits == [5.0, 10.0, 20.0, 25.0]  # the last one: asked for answers before the 40 s are over
    street.clock.s += 15
    street.run(lane)
    assert fiu.received == ["f1"]
    in_a_row = [told[2] for told in street.meters.told if told[0] == "failures"]
    assert (max(in_a_row), in_a_row[-1]) == (4, 0)
    assert street.meters.told.count(("retry", "AE")) == 4


def test_an_fiu_is_not_disturbed_before_the_time_it_asked_for(street: Street) -> None:
    lane = street.lane(poll_s=10_000.0)
    street.fius["AE"].script = [Transient("http_429", "Patience.", 300.0)]
    street.file(1)
    assert street.run(lane) == 300.0


def test_a_dead_fiu_delays_no_other(street: Street) -> None:
    dead, well = street.lane("AE"), street.lane("KG")
    street.fius["AE"].script = [Transient("down", "It is down.") for _ in range(9)]
    for number in range(3):
        street.file(number, "AE")
        street.file(10 + number, "KG")
    street.run(dead)
    street.run(well)
    assert street.fius["KG"].received == ["f10", "f11", "f12"]
    assert street.fius["AE"].received == []


def test_one_filing_that_always_fails_lets_the_others_of_its_fiu_pass(street: Street) -> None:
    lane, fiu = street.lane(), ScriptedFiu()

    class Picky(ScriptedFiu):
        def release(self, outgoing: Outgoing) -> Sent:
            if outgoing.filing_id == "f1":
                raise Transient("http_500", "It breaks.")
            return super().release(outgoing)

    fiu = Picky()
    street.fius["AE"] = fiu
    lane._channel = lane._carrier._channel = fiu
    for number in range(1, 5):
        street.file(number)
    for _ in range(20):
        street.clock.s += street.run(lane)
    assert fiu.received == ["f2", "f3", "f4"]
    [row] = street.ledger.rows()
    assert (row.filing_id, row.code) == ("f1", "http_500")


def test_a_later_version_that_waits_for_the_earlier_one_lets_the_lane_rest(street: Street) -> None:
    lane = street.lane()
    street.fius["AE"].settle_s = 120.0
    street.fius["AE"].script = [Transient("cut", "The connection was cut.")]
    street.file(1)
    street.ledger.take([Transmission("f2", "AE", "r1", 2, 0, 2, "ref2", "S2.xml", "file", "d", True, 0, 0)])
    street.run(lane)
    street.clock.s += 30  # the circuit is closed again, the first version's outcome not yet known
    assert street.run(lane) == 30.0
    street.clock.s += 90
    street.run(lane)
    assert street.fius["AE"].received == ["f1", "f2"]


def test_a_barred_channel_is_not_tried_again_until_it_is_opened_anew(street: Street) -> None:
    lane = street.lane()
    fiu = street.fius["AE"]
    fiu.script = [Barred("credentials", "Wrong.")]
    street.file(1)
    for _ in range(5):
        street.clock.s += street.run(lane)
    assert (fiu.received, fiu.asked) == ([], 0)
    assert ("barred", "AE", True) in street.meters.told
    assert [row.state for row in street.ledger.rows()] == ["staged"]
    again = street.lane()
    street.run(again)
    assert street.fius["AE"].received == ["f1"]


def test_a_refused_filing_is_counted_and_the_next_one_goes(street: Street) -> None:
    lane = street.lane()
    street.fius["AE"].script = [Refused("too_large", "Too large.")]
    street.file(1)
    street.file(2)
    street.run(lane)
    assert street.fius["AE"].received == ["f2"]
    assert ("transmission", "AE", "refused") in street.meters.told
    [row] = street.ledger.rows()
    moved = street.ledger.retried(row, "A. Person")
    assert (moved.state, moved.failures) == ("staged", 0)
    street.run(lane)
    assert street.fius["AE"].received == ["f2", "f1"]


def test_what_is_refused_in_the_same_breath_is_feedback_and_not_sent_again(street: Street) -> None:
    lane = street.lane()
    street.fius["AE"].script = [Sent("url", answer=Answer("PostReport ref1", rejection("f1", "http_400", "no date"), "f1"))]
    street.file(1)
    street.run(lane)
    [said] = [decode_feedback(value) for value in street.topic.values]
    assert (said.status, said.filing_id, said.errors[0].text) == ("rejected", "f1", "no date")
    assert [row.state for row in street.ledger.rows(states=("answered",))] == ["answered"]
    assert ("transmission", "AE", "answered") in street.meters.told


def test_an_fiu_that_cannot_be_asked_still_gets_its_filings(street: Street) -> None:
    lane = street.lane()
    street.fius["AE"].says = [Transient("down", "The inbox is away.")]
    assert street.run(lane) == 60.0
    street.file(1)
    street.run(lane)
    assert street.fius["AE"].received == ["f1"]


def test_a_person_who_settles_a_filing_meanwhile_is_not_overruled(street: Street) -> None:
    lane = street.lane()
    street.file(1)

    def settled_meanwhile(row: Transmission) -> Outgoing:
        street.ledger.answered("f1", "accepted", "K-1", 5)
        return street.load(row)

    lane._load = settled_meanwhile
    street.run(lane)
    assert street.fius["AE"].received == []
    assert street.ledger.rows(states=("answered",))[0].fiu_reference == "K-1"


def test_what_is_no_matter_of_the_fiu_ends_the_process(street: Street) -> None:
    lane = street.lane()
    street.file(1)

    def lost(row: Transmission) -> Outgoing:
        raise ConnectionError("Kafka is away")

    lane._load = lost
    with pytest.raises(ConnectionError):
        lane.step()
