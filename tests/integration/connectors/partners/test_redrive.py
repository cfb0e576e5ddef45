"""Events sent in again from the quarantine, and the audit over the gaps that transactions leave in a partner's topic."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.partners import redrive
from connectors.partners.quarantine import ATTEMPT_HEADER, Choice
from connectors.partners.trial import Trial
from connectors.sealing.ring import KeyRingFile
from connectors.sealing.seal import Unseal
from ops.audit import totals
from schemas.quarantine import QuarantineRecord
from schemas.registry import Partner
from streams.domain.identity import Keyring

ALL = Choice()


def again(gate: Any, choice: Choice = ALL) -> tuple[int, int]:
    """Sends in again; how many went, and how many wait."""
    done = redrive.redrive(gate.bootstrap, choice, Unseal(gate.ring), lambda sent, total: None)
    return done.redriven, done.waiting


def opened(gate: Any) -> list[QuarantineRecord]:
    """What waits, in clear."""
    unseal = Unseal(gate.ring)
    return [redrive.opened(record, unseal) for record in redrive.waiting(gate.bootstrap)]


def test_events_of_a_partner_added_later_are_taken_in_after_a_redrive(gate: Any) -> None:
    gate.post(gate.event("S1"), gate.event("S2"), topic="partner.ghost.transfers")
    gate.take_in(2)
    assert again(gate) == (2, 0)
    gate.know_ghost()
    gate.take_in(2, knows=("demo", "ghost"))
    assert [(t.partner, t.transfer_id) for t in gate.transfers()] == [("ghost", "S1"), ("ghost", "S2")]
    assert {entry.state for entry in redrive.summaries(gate.bootstrap)} == {"redriven"}
    assert again(gate) == (0, 0), "nothing is sent in twice"
    lines = gate.audit()
    assert all(line.holds for line in lines)
    sums = totals(lines)
    assert (sums["events"], sums["transfers"], sums["quarantined"]) == (4, 2, 2)


def test_an_event_that_fails_again_is_a_new_entry_with_one_attempt_more(gate: Any) -> None:
    gate.post(b"{broken", gate.event("T1"))
    gate.take_in(2)
    for attempt in (1, 2):
        assert again(gate) == (1, 0)
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
    assert again(gate, Choice(code="empty")) == (1, 0)
    assert {entry.reason_code: entry.state for entry in redrive.summaries(gate.bootstrap)} == {
        "not_json": "quarantined", "empty": "redriven",
    }  # fmt: skip


def test_events_come_back_in_the_order_in_which_they_were_posted(gate: Any) -> None:
    # 40 entries lie on four partitions of `quarantine`, whose records are read in no particular order.
    gate.post(*(gate.event(f"S{n // 4}") for n in range(40)), topic="partner.ghost.transfers")
    gate.take_in(40)
    assert again(gate) == (40, 0)
    gate.know_ghost()
    back = [record for record in gate.read("partner.ghost.transfers") if record.headers]
    assert [json.loads(record.value)["transfer_id"] for record in back] == [f"S{n // 4}" for n in range(40)]
    first = {record.offset: record.timestamp for record in gate.read("partner.ghost.transfers") if not record.headers}
    assert [int(dict(record.headers)["strgw-received"]) for record in back] == [first[n] for n in range(40)]


def csv_partner(folder: Path, amount_column: str) -> Partner:
    path = folder / f"{amount_column}.yaml"
    fields = [
        {"to": "transfer_id", "columns": ["No"]}, {"to": "status", "columns": ["State"]}, {"to": "occurred_at", "columns": ["At"]},
        {"to": "amount.value", "columns": [amount_column]}, {"to": "amount.currency", "value": "USD"}, {"to": "channel", "value": "cash_out"},
        {"to": "sender.kind", "value": "person"}, {"to": "sender.name", "columns": ["Who"]},
    ]  # fmt: skip
    path.write_text(json.dumps({"schema": "strgw.csv-mapping/1", "fields": fields}))
    return Partner("demo", "Demo", "mto", "csv/1", "KZ", (), mapping=str(path))


def test_a_corrected_mapping_reads_what_was_refused_and_the_audit_still_holds(gate: Any, tmp_path: Path) -> None:
    whole = b"No,State,At,Total,Who\nT1,sent,2024-05-17T10:00:00Z,5,A\nT2,sent,2024-05-17T10:00:00Z,6,B\nT1,paid,2024-05-17T11:00:00Z,5,A\n"
    good = b"No,State,At,Sum,Who\nT3,sent,2024-05-17T10:00:00Z,5,A\nT4,lost,2024-05-17T10:00:00Z,5,A\n"
    gate.registry = {"demo": csv_partner(tmp_path, "Sum")}
    gate.post(whole, good)
    gate.take_in(3)  # the first record is refused as one event: its columns have other names
    wrong, right = csv_partner(tmp_path, "Sum"), csv_partner(tmp_path, "Total")
    for partner, codes in ((wrong, ["not_in_format", "field_value"]), (right, ["", "not_in_format"])):
        trial = Trial({"demo": partner}, Keyring(b"k" * 32), lambda: 1_800_000_000_000)
        assert [trial.outcome(record)[0] for record in opened(gate)] == codes
    gate.registry = {"demo": right}
    assert again(gate, Choice(code="not_in_format")) == (1, 0)
    gate.take_in(3)
    found = [(t.transfer_id, t.status) for t in gate.transfers()]
    assert sorted(found) == [("T1", "paid"), ("T1", "sent"), ("T2", "sent"), ("T3", "sent")]
    assert found.index(("T1", "sent")) < found.index(("T1", "paid"))
    lines = gate.audit()
    assert all(line.holds for line in lines), lines
    sums = totals(lines)
    assert (sums["events"], sums["transfers"], sums["quarantined"]) == (6, 4, 2)


def without(ring: KeyRingFile, key_id: str) -> None:
    """Takes a key out of the ring's file, as a restore from an old backup would."""
    kept = [key for key in ring.ring().keys if key.id != key_id]
    ring.path.write_bytes(msgspec.json.encode(msgspec.structs.replace(ring.ring(), keys=tuple(kept))))


def test_an_entry_whose_key_is_gone_stops_nobody_but_who_chose_it(gate: Any) -> None:
    first = gate.ring.current()
    gate.post(gate.event("G1"), topic="partner.ghost.transfers")
    gate.take_in(1)
    gate.ring.rotate()
    gate.post(b"{broken", b"")
    gate.take_in(2)
    without(gate.ring, first)
    shut = redrive.summaries(gate.bootstrap)[0].id
    asked: list[bytes] = []

    def wanted(record: QuarantineRecord) -> bool:
        asked.append(record.raw)
        return record.reason_code == "not_json"

    def send(choice: Choice) -> redrive.Redriven:
        return redrive.redrive(gate.bootstrap, choice, Unseal(gate.ring), lambda sent, total: None, wanted)

    for choice in (Choice(), Choice(ids=frozenset({shut}))):
        with pytest.raises(redrive.EntryShut, match=f"{shut} .*{first}") as caught:
            send(choice)
        assert caught.value.code == "key_missing"
    assert [record.reason_code for record in redrive.waiting(gate.bootstrap)] == ["not_json", "empty", "partner_unknown"]
    asked.clear()
    assert send(Choice(partner="demo")).redriven == 1
    assert asked == [b"{broken", b""]
    assert [entry.state for entry in redrive.summaries(gate.bootstrap) if entry.reason_code == "not_json"] == ["redriven"]
