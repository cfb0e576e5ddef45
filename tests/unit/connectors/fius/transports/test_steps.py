"""How long to wait, when an FIU is left alone, and which states follow which."""

import pytest

from connectors.fius.transports.steps import AFTER, STATES, Circuit, Patience

PATIENCE = Patience(first_s=5, longest_s=900)


@pytest.mark.parametrize(("failures", "longest"), [(1, 5), (2, 10), (3, 20), (8, 640), (9, 900), (500, 900)])
def test_the_wait_doubles_up_to_its_bound_and_half_of_it_is_chance(failures: int, longest: float) -> None:
    assert PATIENCE.wait_s(failures, 0, lambda: 0.0) == longest / 2
    assert PATIENCE.wait_s(failures, 0, lambda: 1.0) == longest


def test_an_fiu_is_never_disturbed_before_the_time_it_asked_for_but_not_believed_for_ever() -> None:
    assert PATIENCE.wait_s(1, 120, lambda: 0.0) == 120
    assert PATIENCE.wait_s(1, 1e9, lambda: 0.0) == 86_400


def test_a_circuit_opens_with_each_failure_and_closes_with_a_success() -> None:
    circuit = Circuit(PATIENCE, lambda: 1.0)
    assert circuit.closed_for_s(100) == 0
    circuit.failed(100)
    circuit.failed(105)
    assert (circuit.failures, circuit.closed_for_s(105), circuit.closed_for_s(115)) == (2, 10, 0)
    circuit.worked()
    assert (circuit.failures, circuit.closed_for_s(105)) == (0, 0)


def test_what_was_sent_is_never_sent_again() -> None:
    assert set(AFTER) == set(STATES)
    for state in ("sent", "answered"):
        assert not set(AFTER[state]) & {"pending", "sending", "staged", "refused"}
    assert "sent" not in AFTER["answered"]
