"""Some thousand inputs of each decoder in every run; `make fuzz` gives them a million."""

import re
import time

import pytest

from tests.fuzz.contract import Target
from tests.fuzz.engine import LIMIT_S, Hang, input_of, run
from tests.fuzz.oracle import Broken, published_codes
from tests.fuzz.samples import SHARED
from tests.fuzz.targets import makers

SEED = 1  # the same inputs each time: a failure is a change of the code
INPUTS = 500


@pytest.mark.parametrize("name", list(makers()))
def test_no_input_breaks_a_decoder(name: str) -> None:
    done = run(name, SEED, range(INPUTS), SHARED)
    assert [(fault.what, fault.number) for fault in done.faults] == []
    assert sum(done.outcomes.values()) == INPUTS
    assert any(re.search("accepted|read|posted", said) for said in done.outcomes)  # not all of them fall at the first fence
    assert any("refused" in said for said in done.outcomes)


def test_an_input_is_a_function_of_seed_target_and_number() -> None:
    first, second = (input_of("record mt103/1", SEED, number, SHARED) for number in (5, 6))
    assert first == input_of("record mt103/1", SEED, 5, SHARED)
    assert len({first, second, input_of("record mt103/1", SEED + 1, 5, SHARED), input_of("file mt103/1", SEED, 5, SHARED)}) == 4


def test_the_codes_are_those_of_the_page() -> None:
    assert {"not_utf8", "xml_forbidden", "partner_disabled"} <= published_codes()


def broken(raw: bytes) -> None:
    if raw == b"raise":
        raise ValueError(raw)
    started = time.process_time()
    while raw == b"hang" or (raw == b"slow" and time.process_time() < started + LIMIT_S + 0.05):
        pass


@pytest.mark.parametrize(("raw", "what"), [(b"raise", ValueError), (b"slow", Broken), (b"hang", Hang), (b"judge", Broken)])
def test_each_kind_of_fault_is_found(raw: bytes, what: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(raw: bytes, _: object) -> str:
        if raw == b"judge":
            raise Broken("a property")
        return "read"

    monkeypatch.setattr("tests.fuzz.engine.HANG_S", 2.0)
    monkeypatch.setattr("tests.fuzz.engine.target", lambda name, shared: Target([raw], broken, judge))
    monkeypatch.setattr("tests.fuzz.engine.mutated", lambda samples, chance: samples[0])
    (fault,) = run("any", SEED, range(1), SHARED).faults
    assert fault.raw == raw
    assert what.__name__ in fault.detail
