"""Intake on the real broker: good events, every kind of bad one, receipts, and who may commit."""

import hashlib
import json
import threading
import time
from collections import Counter
from typing import Any

import pytest

from connectors.kafka.record import Record
from connectors.kafka.scan import TopicMissing
from connectors.kafka.transactions import Fenced, TransactionalWriter
from connectors.partners.intake import Intake
from schemas.wire import schema_registry


def event(transfer_id: str, **changes: Any) -> bytes:
    """A valid native event; a change to None leaves the field out."""
    fields: dict[str, Any] = {
        "schema": "strgw.transfer/1", "transfer_id": transfer_id, "status": "sent", "occurred_at": "2024-05-17T18:42:10+05:00",
        "amount": {"value": "40", "currency": "USD"}, "channel": "wallet_to_wallet",
        "sender": {"kind": "person", "name": "A. Karimov"}, "receiver": {"kind": "person", "name": "Lola"},
    }  # fmt: skip
    merged = {name: value for name, value in (fields | changes).items() if value is not None}
    return json.dumps(merged, ensure_ascii=False).encode()


def amount(value: str, currency: str = "USD") -> dict[str, str]:
    return {"value": value, "currency": currency}


def sender(**changes: Any) -> dict[str, Any]:
    return {"kind": "person", "name": "A. Karimov"} | changes


BAD = {
    "not JSON": (b"{not json", "not_json"),
    "empty": (b"", "empty"),
    "wrong schema": (event("W1", schema="strgw.transfer/9"), "schema_unknown"),
    "missing field": (event("W2", channel=None), "field_missing"),
    "unknown currency": (event("W3", amount=amount("40", "USX")), "currency_unknown"),
    "unknown country": (event("W4", sender=sender(nationality="XQ")), "country_unknown"),
    "negative amount": (event("W5", amount=amount("-40")), "amount_not_positive"),
    "huge amount": (event("W6", amount=amount("9" * 15)), "amount_too_large"),
    "naive time": (event("W7", occurred_at="2024-05-17T18:42:10"), "time_without_offset"),
    "future time": (event("W8", occurred_at="2199-05-17T18:42:10+05:00"), "time_in_future"),
    "5 MB record": (event("W9", purpose="x" * 5_000_000), "too_large"),
    "invalid UTF-8": (event("W10").replace(b"Lola", b"L\xffla"), "not_utf8"),
    "Avro of an unknown schema": (b"\0" + (9999).to_bytes(4) + b"body", "avro_schema_unknown"),
    "Avro that does not decode": (b"\0" + (1).to_bytes(4) + b"\xff", "avro_not_decodable"),
    "duplicate keys": (event("W11").replace(b'"status":', b'"status": "paid", "status":'), "duplicate_key"),
}


def test_good_events_become_transfers_with_their_source_and_a_receipt(gate: Any) -> None:
    gate.post(event("T1"), event("T2"), event("T1", status="paid"), partition=1)
    gate.take_in(3)
    found = sorted((t.source.offset, t.transfer_id, t.status) for t in gate.transfers())
    assert found == [(0, "T1", "sent"), (1, "T2", "sent"), (2, "T1", "paid")]
    assert {(t.source.topic, t.source.partition) for t in gate.transfers()} == {("partner.demo.transfers", 1)}
    lines = [(r["partition"], r["offset"], r["transfer_id"], r["accepted"], r["reason_code"]) for r in gate.receipts()]
    assert lines == [(1, 0, "T1", True, None), (1, 1, "T2", True, None), (1, 2, "T1", True, None)]
    assert all(line.holds for line in gate.audit())


def test_avro_events_are_taken_in_like_json(gate: Any) -> None:
    gate.post(schema_registry().encode("transfer", json.loads(event("A1"))))
    gate.take_in(1)
    assert [t.transfer_id for t in gate.transfers()] == ["A1"]


def test_every_kind_of_bad_event_is_set_aside_whole_with_a_reason_and_delays_nobody(gate: Any) -> None:
    posted: list[bytes] = []
    for number, (raw, _) in enumerate(BAD.values()):
        posted += [raw, event(f"G{number}")]
    gate.post(*posted)
    gate.take_in(len(posted))
    assert [t.source.offset for t in sorted(gate.transfers(), key=lambda t: t.source.offset)] == list(range(1, len(posted), 2))
    entries = gate.quarantine()
    assert [entry.source.offset for entry in entries] == list(range(0, len(posted), 2))
    for name, entry in zip(BAD, entries, strict=True):
        raw, code = BAD[name]
        assert (name, entry.reason_code) == (name, code)
        assert entry.raw == raw
        assert entry.raw_sha256 == hashlib.sha256(raw).hexdigest()
        assert (entry.stage, entry.partner, entry.attempts, entry.raw_truncated) == ("intake", "demo", 0, False)
        assert entry.fingerprint.startswith(code)
    assert gate.meters.outcomes == {("demo", "accepted"): len(BAD), ("demo", "quarantined"): len(BAD)}
    assert gate.meters.codes == Counter(code for _, code in BAD.values())
    assert all(line.holds for line in gate.audit())


def test_every_event_has_one_neutral_receipt_that_says_what_to_mend(gate: Any) -> None:
    posted = [event("G1"), *(raw for raw, _ in BAD.values()), event("G2")]
    gate.post(*posted)
    gate.take_in(len(posted))
    receipts = gate.receipts()
    assert [line["offset"] for line in receipts] == list(range(len(posted)))
    assert [line["reason_code"] for line in receipts] == [None, *(code for _, code in BAD.values()), None]
    assert [line["accepted"] for line in receipts] == [True, *(False for _ in BAD), True]
    assert all(line["reason"] is not None for line in receipts if not line["accepted"])
    # Tipping-off: a receipt has these fields and no others, so nothing about suspicion can be in it.
    assert {name for line in receipts for name in line} == {
        "offset",
        "partition",
        "transfer_id",
        "accepted",
        "reason_code",
        "reason",
        "index",
    }
    assert not [line for line in receipts if "Karimov" in json.dumps(line)]


def test_events_on_a_topic_nobody_owns_are_set_aside_without_a_receipt_topic(gate: Any) -> None:
    gate.post(event("S1"), topic="partner.ghost.transfers")
    gate.post(event("T1"))
    gate.take_in(2)
    (entry,) = gate.quarantine()
    assert (entry.reason_code, entry.partner, entry.source.topic, entry.raw) == (
        "partner_unknown", "", "partner.ghost.transfers", event("S1"),
    )  # fmt: skip
    assert [t.transfer_id for t in gate.transfers()] == ["T1"]
    with pytest.raises(TopicMissing):
        gate.read("partner.ghost.receipts")
    assert gate.meters.outcomes["unknown", "quarantined"] == 1
    assert all(line.holds for line in gate.audit())


def test_a_missing_topic_is_named_before_anything_is_taken_in(gate: Any) -> None:
    with pytest.raises(TopicMissing, match=r"partner\.ghost\.receipts does not exist: run `strgw topics apply`"):
        gate.intake(knows=("demo", "ghost"))


def test_a_restarted_intake_goes_on_after_the_last_commit(gate: Any) -> None:
    for start in (0, 50):
        gate.post(*(event(f"T{number}") for number in range(start, start + 50)), partition=None)
        gate.take_in(50)
    assert Counter(t.transfer_id for t in gate.transfers()) == {f"T{number}": 1 for number in range(100)}


def test_a_second_process_of_the_same_name_fences_the_first_and_nothing_is_doubled(gate: Any) -> None:
    first = gate.intake("a")
    gate.post(*(event(f"T{number}") for number in range(20)), partition=None)
    taken = first.step()
    while not taken:
        taken = first.step()
    gate.post(*(event(f"T{number}") for number in range(20, 40)), partition=None)
    second = gate.intake("a")
    with pytest.raises(Fenced):
        run(first, 40)
    run(second, 40 - len(gate.transfers()))
    second.close()
    assert Counter(t.transfer_id for t in gate.transfers()) == {f"T{number}": 1 for number in range(40)}
    assert all(line.holds for line in gate.audit())


def test_a_second_intake_joins_and_leaves_and_every_event_counts_once(gate: Any) -> None:
    total, stop = 3000, threading.Event()
    first, second = gate.intake("a"), gate.intake("b")
    joined = threading.Thread(target=until, args=(second, stop))
    lasting = threading.Thread(target=until, args=(first, done := threading.Event()))
    lasting.start()
    for number in range(total):
        if number == 1000:
            joined.start()
        if number == 2000:
            stop.set()
        if number % 500 == 499:
            gate.post(*(event(f"T{n}") for n in range(number - 499, number + 1)), partition=None)
    joined.join(60)
    wait_for(gate, total)
    done.set()
    lasting.join(60)
    assert Counter(t.transfer_id for t in gate.transfers()) == {f"T{number}": 1 for number in range(total)}
    assert len(gate.receipts()) == total
    assert all(line.holds for line in gate.audit())


def run(intake: Intake, events: int) -> None:
    """Steps until this number of events is committed; the test's own timeout ends a hang."""
    taken = 0
    while taken < events:
        taken += intake.step()


def until(intake: Intake, stop: threading.Event) -> None:
    """Steps until told to stop, then leaves the group."""
    while not stop.is_set():
        intake.step()
    intake.close()


def wait_for(gate: Any, events: int) -> None:
    """Waits until the audit has seen this number of events taken in."""
    while sum(line.events for line in gate.audit()) < events:
        pass


def test_the_markers_of_the_file_doors_transactions_do_not_wait_for_intake(gate: Any) -> None:
    writer = TransactionalWriter(gate.bootstrap, "files-demo")
    for number in range(3):
        writer.commit([Record("partner.demo.transfers", 0, b"k", gate.event(f"M{number}"))])
    writer.close()
    intake = gate.intake()
    taken, deadline = 0, time.monotonic() + 60
    while taken < 3 or gate.meters.lags.get("demo") != 0:
        taken += intake.step()
        assert time.monotonic() < deadline, gate.meters.lags
    intake.close()
    assert sorted(transfer.transfer_id for transfer in gate.transfers()) == ["M0", "M1", "M2"]
