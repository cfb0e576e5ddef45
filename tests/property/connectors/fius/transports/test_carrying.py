"""Whatever kills a sender, and whenever: each filing reaches its FIU exactly once, with its own bytes, and none is forgotten.

The FIU is a model with the two shapes that channels have: a place for files (the FIU may take them away at once), and an
interface that can be asked for a reference and takes a moment until its answer is true. Ledger and carrying are the real ones.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from connectors.fius.transports.carry import Carrier
from connectors.fius.transports.channel import Answer, Awaited, Outgoing, Refused, Sent, Transient
from connectors.fius.transports.ledger import Ledger
from connectors.fius.transports.tables import transmissions
from connectors.fius.transports.transmission import Transmission

SETTLE_S = 60.0


class Killed(BaseException):
    """kill -9."""


class World:
    """What outlives the sender: the FIU, the time, and the moments at which it is killed or cut off."""

    def __init__(self) -> None:
        self.now_ms = 1_000_000
        self.received: list[tuple[str, str]] = []  # every filing that ever reached the FIU: reference, digest
        self.parts: dict[str, bytes] = {}
        self.places: dict[str, bytes] = {}
        self.on_its_way: list[tuple[int, str, str]] = []  # requests that the FIU works off after the sender has gone
        self.doomed_in: int | None = None
        self.doom: Callable[[], BaseException] = Killed

    def instant(self, at_the_fiu: bool = True) -> None:
        """One of the moments between two things that last; the sender may not see the next. Only an FIU's connection is cut."""
        if self.doomed_in is not None and (at_the_fiu or self.doom is Killed):
            self.doomed_in -= 1
            if self.doomed_in < 0:
                self.doomed_in = None
                raise self.doom()

    def pass_time(self, ms: int) -> None:
        self.now_ms += ms
        for request in [one for one in self.on_its_way if one[0] <= self.now_ms]:
            self.on_its_way.remove(request)
            self.received.append(request[1:])


class Folder:
    """A place for files, from which the FIU may take them."""

    settle_s = 0.0

    def __init__(self, world: World) -> None:
        self.world = world

    def stage(self, outgoing: Outgoing) -> Sent | None:
        if outgoing.file_name in self.world.places:
            return Sent("place")
        self.world.parts[outgoing.file_name] = outgoing.payload[: len(outgoing.payload) // 2]
        self.world.instant()
        self.world.parts[outgoing.file_name] = outgoing.payload
        return None

    def check(self, outgoing: Outgoing) -> Sent | None:
        return None if outgoing.file_name in self.world.parts else Sent("place")

    def release(self, outgoing: Outgoing) -> Sent:
        payload = self.world.parts.pop(outgoing.file_name)
        self.world.places[outgoing.file_name] = payload
        self.world.received.append((outgoing.reference, hashlib.sha256(payload).hexdigest()))
        self.world.instant()
        return Sent("place")

    def answers(self, awaited: Sequence[Awaited]) -> Iterator[Answer]:
        return iter(())

    def close(self) -> None:
        pass


class Interface(Folder):
    """An interface: a request that is cut off may still be worked off for a while."""

    settle_s = SETTLE_S

    def stage(self, outgoing: Outgoing) -> Sent | None:
        return None

    def check(self, outgoing: Outgoing) -> Sent | None:
        return Sent("url", "K") if any(reference == outgoing.reference for reference, _ in self.world.received) else None

    def release(self, outgoing: Outgoing) -> Sent:
        late = self.world.now_ms + int(SETTLE_S * 1000) - 1
        self.world.on_its_way.append((late, outgoing.reference, outgoing.sha256))
        self.world.instant()  # here the sender loses sight of its request
        self.world.on_its_way.pop()
        self.world.received.append((outgoing.reference, outgoing.sha256))
        self.world.instant()
        return Sent("url", "K")


class Told:
    """The real ledger, with a moment before and after each note."""

    def __init__(self, ledger: Ledger, world: World) -> None:
        self.ledger, self.world = ledger, world

    def move(self, row: Transmission, to: Any, **changes: object) -> Transmission:
        self.world.instant(at_the_fiu=False)
        moved = self.ledger.move(row, to, **changes)
        self.world.instant(at_the_fiu=False)
        return moved

    def sent(self, row: Transmission, sent: Sent) -> Transmission:
        self.world.instant(at_the_fiu=False)
        done = self.ledger.sent(row, sent)
        self.world.instant(at_the_fiu=False)
        return done


class Sending(RuleBasedStateMachine):
    """Files, carries, kills, cuts off, waits."""

    channel: type[Folder]

    def __init__(self) -> None:
        super().__init__()
        self.engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        transmissions.metadata.create_all(self.engine)
        self.world = World()
        self.ledger = Ledger(self.engine, lambda: self.world.now_ms)
        self.filed: dict[str, str] = {}

    def teardown(self) -> None:
        """In the end, with nobody killed any more, everything has arrived."""
        for _ in range(60 + 4 * len(self.filed)):
            wakes = self.ledger.wakes_ms("AE")
            if wakes is None:
                break
            self.world.pass_time(max(0, wakes - self.world.now_ms))
            self._attempt()
        self.world.pass_time(int(SETTLE_S * 1000))
        assert sorted(self.world.received) == sorted(self.filed.items())
        self.engine.dispose()

    @rule(report=st.integers(0, 2), urgent=st.booleans())
    def file(self, report: int, urgent: bool) -> None:
        """Another filing, perhaps the next version of a report; it is taken twice, as after a restart."""
        number = len(self.filed)
        out = self._outgoing(f"f{number}")
        row = Transmission(
            f"f{number}", "AE", f"r{report}", number, 0, number, f"f{number}", f"f{number}.xml", "file", out.sha256, urgent, 0, 0
        )
        assert (self.ledger.take([row]), self.ledger.take([row])) == (1, 0)
        self.filed[out.reference] = out.sha256

    @rule()
    def carry(self) -> None:
        """A quiet attempt."""
        self._attempt()

    @precondition(lambda self: self.filed)
    @rule(after=st.integers(0, 12), how=st.sampled_from(["killed", "cut off"]))
    def carry_and_lose(self, after: int, how: str) -> None:
        """An attempt that does not see its end: the process is killed, or the connection is cut."""
        self.world.doomed_in = after
        self.world.doom = Killed if how == "killed" else lambda: Transient("cut", "The connection was cut.")
        self._attempt()
        self.world.doomed_in = None

    @precondition(lambda self: self.world.places)
    @rule()
    def fiu_takes_its_files(self) -> None:
        """And nothing shows that they were there."""
        self.world.places.clear()

    @rule(seconds=st.sampled_from([1, 5, 10, 61]))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.world.pass_time(seconds * 1000)

    @invariant()
    def nothing_arrives_twice_or_changed(self) -> None:
        counted = Counter(reference for reference, _ in self.world.received)
        assert [reference for reference, count in counted.items() if count > 1] == []
        assert all(self.filed[reference] == digest for reference, digest in self.world.received)

    @invariant()
    def what_is_called_sent_has_arrived(self) -> None:
        arrived = {reference for reference, _ in self.world.received}
        assert {row.filing_id for row in self.ledger.rows(states=("sent",))} <= arrived

    @invariant()
    def versions_of_a_report_never_overtake_each_other(self) -> None:
        report_of = {row.filing_id: row.report_id for row in self.ledger.rows(states=("pending", "sending", "staged", "sent"))}
        order: dict[str, list[int]] = {}
        for reference, _ in self.world.received:
            order.setdefault(report_of[reference], []).append(int(reference[1:]))
        assert all(numbers == sorted(numbers) for numbers in order.values())

    def _attempt(self) -> bool:
        """One attempt by a fresh process; whether there was anything to carry."""
        row = self.ledger.next_due("AE", self.world.now_ms)
        if row is None:
            return False
        carrier = Carrier(
            Told(self.ledger, self.world), self.channel(self.world), lambda: self.world.now_ms, lambda n, asked: 5.0
        )
        with suppress(Killed, Transient):
            carrier.carry(row, lambda: self._outgoing(row.filing_id), lambda answer: None)
        return True

    @staticmethod
    def _outgoing(name: str) -> Outgoing:
        return Outgoing(name, name, f"{name}.xml", "application/xml", f"<report>{name}</report>".encode())


class SendingToAFolder(Sending):
    channel = Folder


class SendingToAnInterface(Sending):
    channel = Interface


BUDGET = settings(max_examples=20, stateful_step_count=20, deadline=None)
TestFolder = SendingToAFolder.TestCase
TestFolder.settings = BUDGET
TestInterface = SendingToAnInterface.TestCase
TestInterface.settings = BUDGET


def test_a_request_that_was_cut_off_is_not_repeated_before_its_effect_must_have_shown() -> None:
    machine = SendingToAnInterface()
    machine.file(report=0, urgent=False)
    machine.carry_and_lose(after=0, how="cut off")
    assert len(machine.world.on_its_way) == 1
    assert machine.ledger.wakes_ms("AE") == machine.world.now_ms + int(SETTLE_S * 1000)
    machine.teardown()


def test_a_filing_that_was_refused_waits_for_a_person_and_holds_up_no_other() -> None:
    world = World()
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    transmissions.metadata.create_all(engine)
    ledger = Ledger(engine, lambda: world.now_ms)
    bad = Transmission("f0", "AE", "r", 1, 0, 0, "f0", "f0.xml", "file", "d", True, 0, 0)
    ledger.take([bad, msgspec.structs.replace(bad, filing_id="f1", offset=1, version=2, reference="f1", file_name="f1.xml")])

    class Choosy(Folder):
        def stage(self, outgoing: Outgoing) -> Sent | None:
            if outgoing.filing_id == "f0":
                raise Refused("name_taken", "Somebody else's.")
            return super().stage(outgoing)

    carrier = Carrier(ledger, Choosy(world), lambda: world.now_ms, lambda n, asked: 5.0)
    states = []
    while (row := ledger.next_due("AE", world.now_ms)) is not None:
        states.append(carrier.carry(row, lambda row=row: Sending._outgoing(row.filing_id), lambda answer: None))  # type: ignore[misc]
    assert states == ["refused", "sent"]
    [waiting] = ledger.rows()
    assert (waiting.filing_id, waiting.state, waiting.refused_in, waiting.code) == ("f0", "refused", "sending", "name_taken")
    engine.dispose()
