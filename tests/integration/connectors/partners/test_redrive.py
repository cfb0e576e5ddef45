"""Events sent in again from the quarantine, and the audit over the gaps that transactions leave in a partner's topic."""

from typing import Any

from connectors.partners import redrive
from connectors.partners.quarantine import ATTEMPT_HEADER
from connectors.sealing.seal import Unseal
from ops.audit import totals


def all_of(_: object) -> bool:
    """Every entry."""
    return True


def test_events_of_a_partner_added_later_are_taken_in_after_a_redrive(gate: Any) -> None:
    gate.post(gate.event("S1"), gate.event("S2"), topic="partner.ghost.transfers")
    gate.take_in(2)
    assert redrive.redrive(gate.bootstrap, all_of, Unseal(gate.ring), lambda done, total: None) == 2
    gate.know_ghost()
    gate.take_in(2, knows=("demo", "ghost"))
    assert [(t.partner, t.transfer_id) for t in gate.transfers()] == [("ghost", "S1"), ("ghost", "S2")]
    assert {entry.state for entry in redrive.summaries(gate.bootstrap)} == {"redriven"}
    assert redrive.redrive(gate.bootstrap, all_of, Unseal(gate.ring), lambda done, total: None) == 0, "nothing is sent in twice"
    lines = gate.audit()
    assert all(line.holds for line in lines)
    sums = totals(lines)
    assert (sums["events"], sums["transfers"], sums["quarantined"]) == (4, 2, 2)


def test_an_event_that_fails_again_is_a_new_entry_with_one_attempt_more(gate: Any) -> None:
    gate.post(b"{broken", gate.event("T1"))
    gate.take_in(2)
    for attempt in (1, 2):
        assert redrive.redrive(gate.bootstrap, all_of, Unseal(gate.ring), lambda done, total: None) == 1
        gate.take_in(1)
        last = redrive.summaries(gate.bootstrap)[-1]
        assert (last.attempts, last.reason_code, last.state) == (attempt, "not_json", "quarantined")
    posted = [record for record in gate.read("partner.demo.transfers") if dict(record.headers).get(ATTEMPT_HEADER)]
    assert [record.value for record in posted] == [b"{broken"] * 2
    found = redrive.entry(gate.bootstrap, redrive.summaries(gate.bootstrap)[0].id, Unseal(gate.ring))
    assert found is not None
    assert (found.raw, found.state) == (b"{broken", "redriven")
    assert all(line.holds for line in gate.audit())


def test_the_chosen_entries_alone_are_sent_in_again(gate: Any) -> None:
    gate.post(b"{broken", b"")
    gate.take_in(2)
    assert (
        redrive.redrive(gate.bootstrap, lambda entry: entry.reason_code == "empty", Unseal(gate.ring), lambda done, total: None)
        == 1
    )
    assert [(entry.reason_code, entry.state) for entry in redrive.summaries(gate.bootstrap)] == [
        ("not_json", "quarantined"), ("empty", "redriven"),
    ]  # fmt: skip
