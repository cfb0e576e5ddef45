"""The commands around intake, as a person or a script uses them."""

import gzip
import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from kafka import KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient

from connectors.partners import redrive
from connectors.partners.accept import Rejection
from connectors.partners.purge import drop, look
from connectors.partners.quarantine import Passage, rejected
from ops.cli import gateway
from ops.errors import CommandError
from schemas.transfer import Coordinate

REGISTRY = """schema: strgw.partners/1
partners:
- {id: demo, name: Demo, kind: mto, format: strgw.transfer/1, home_country: KZ, licences: [{country: KZ, registration: "1"}]}
"""


@pytest.fixture
def strgw(gate: Any, tmp_path: Path) -> Any:
    """Runs a command against the gate's broker; errors for people are raised as they are."""
    (tmp_path / "partners.yaml").write_text(REGISTRY)
    environ = {
        "STRGW_KAFKA": gate.bootstrap,
        "STRGW_HOME": str(tmp_path),
        "STRGW_REGISTRY": str(tmp_path / "partners.yaml"),
        "STRGW_KEY_RING": str(gate.ring.path),
    }

    def run(*words: str, **more: str) -> Result:
        extra = {f"STRGW_{name}": value for name, value in more.items()}
        return CliRunner().invoke(gateway, words, env=environ | extra, standalone_mode=False, catch_exceptions=False)

    return run


def test_a_posted_file_is_taken_in_listed_shown_redriven_and_audited(gate: Any, strgw: Any, tmp_path: Path) -> None:
    events = [gate.event("T1"), b"{broken", gate.event("T2")]
    path = tmp_path / "events.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n".join(events)))
    posted = json.loads(strgw("post", str(path), "--partner", "demo", "--rate", "2000", "--json").stdout)
    assert (posted["partner"], posted["sent"]) == ("demo", 3)
    gate.take_in(3)
    listed = json.loads(strgw("quarantine", "list", "--json").stdout)
    assert (listed["total"], listed["fingerprints"]) == (1, {"not_json": 1})
    (entry,) = listed["entries"]
    shown = json.loads(strgw("quarantine", "show", entry["id"], "--json").stdout)
    assert (shown["reason_code"], shown["size"], shown["masked"]) == ("not_json", 7, "{xxxxxx")
    assert "raw" not in shown, "the bytes may hold personal data"
    tried = json.loads(strgw("quarantine", "try", "--partner", "demo", "--json").stdout)
    assert (tried["total"], tried["read"], tried["entries"][0]["code"]) == (1, 0, "not_json")
    assert json.loads(strgw("quarantine", "redrive", "--partner", "demo", "--readable", "--json").stdout)["redriven"] == 0
    assert json.loads(strgw("quarantine", "redrive", "--code", "not_json", "--json").stdout) == {"redriven": 1, "waiting": 0}
    gate.take_in(1)
    verdict = strgw("audit", "verify", "--json")
    assert verdict.return_value == 0
    assert json.loads(verdict.stdout)["totals"] == {
        "events": 4, "transfers": 2, "duplicates": 0, "quarantined": 2, "conflicts": 0, "waiting": 0, "lost": 0, "doubled": 0,
    }  # fmt: skip


def audited(tmp_path: Path) -> list[tuple[str, str, str, dict[str, str]]]:
    """Actor, action, subject and facts of every record of the audit chain, from the database itself."""
    with closing(sqlite3.connect(tmp_path / "register.db")) as database:
        rows = database.execute("select actor, action, subject, facts from audit order by seq").fetchall()
    return [(actor, action, subject, json.loads(facts)) for actor, action, subject, facts in rows]


def test_bytes_are_seen_unmasked_only_by_one_who_says_who_and_why(gate: Any, strgw: Any, tmp_path: Path) -> None:
    gate.post(b'{"name": "Akmal"}')
    gate.take_in(1)
    entry = "partner.demo.transfers/0/0"
    assert "Akmal" not in strgw("quarantine", "show", entry).stdout
    for words in (("--raw",), ("--raw", "--by", "Aida"), ("--raw", "--reason", "why"), ("--raw", "--by", " ", "--reason", "why")):
        with pytest.raises(click.UsageError, match="who looks and why"):
            strgw("quarantine", "show", entry, *words)
    assert not (tmp_path / "register.db").exists()
    seen = strgw("quarantine", "show", entry, "--raw", "--by", "Aida  Omarova", "--reason", "the mapping of ticket 7")
    assert seen.stdout_bytes == b'{"name": "Akmal"}'
    ((actor, action, subject, facts),) = audited(tmp_path)
    assert (actor, action, subject) == ("Aida Omarova", "quarantine_seen", entry)
    assert facts["reason"] == "the mapping of ticket 7"
    assert "Akmal" not in str(facts)
    with pytest.raises(CommandError) as caught:
        strgw("quarantine", "show", entry, "--raw", "--by", "Aida", "--reason", "why", QUARANTINE_RAW="never")
    assert caught.value.code == "raw_forbidden"
    assert len(audited(tmp_path)) == 1


def test_a_purge_drops_what_is_old_and_no_longer_on_the_partners_topic_and_the_audit_still_holds(
    gate: Any, strgw: Any, tmp_path: Path
) -> None:
    gate.post(b"{1", b"{2", b"{3", gate.event("T1"))
    gate.take_in(4)
    with pytest.raises(click.UsageError, match="--by NAME"):
        strgw("quarantine", "purge")
    now = time.time_ns() // 1_000_000
    assert look(gate.bootstrap, now + 60_000).total == 0, "every record is still on the partner's topic"
    admin = KafkaAdminClient(bootstrap_servers=gate.bootstrap)
    admin.delete_records({TopicPartition("partner.demo.transfers", 0): 2})
    admin.close()
    assert json.loads(strgw("quarantine", "purge", "--dry-run", "--json").stdout)["found"] == 0, "nothing is 90 days old"
    found = look(gate.bootstrap, now + 60_000)
    assert (found.total, found.open, found.total + found.kept) == (len(found.before), len(found.before), 3)
    assert found.total in (1, 2), "two can go, unless the third lies before one of them"
    drop(gate.bootstrap, found.before)
    left = json.loads(strgw("quarantine", "list", "--json").stdout)["total"]
    assert left == 3 - found.total
    assert strgw("audit", "verify").return_value == 0
    done = json.loads(strgw("quarantine", "purge", "--by", "nightly job", "--json").stdout)
    assert (done["dropped"], done["days"]) == (0, 90)
    assert not any(action == "quarantine_purged" for _, action, _, _ in audited(tmp_path)), "nothing was dropped"


def test_what_a_purge_drops_is_counted_and_audited(gate: Any, strgw: Any, tmp_path: Path) -> None:
    gone = rejected(
        Rejection("not_json", "A sentence.", Coordinate("partner.gone.transfers", 0, 5), b"{", "00"), "gone", Passage()
    )
    young = rejected(Rejection("empty", "A sentence.", Coordinate("partner.gone.transfers", 0, 6), b"", "00"), "gone", Passage())
    now = time.time_ns() // 1_000_000
    producer = KafkaProducer(bootstrap_servers=gate.bootstrap)
    for record, days in ((gone, 91), (young, 89)):
        producer.send("quarantine", redrive.CODEC.encode(record), b"k", partition=0, timestamp_ms=now - days * 86_400_000)
    producer.close()
    done = strgw("quarantine", "purge", "--by", "nightly job")
    assert "1 events older than 90 days dropped; 1 of them were never sent in again." in done.stdout
    assert audited(tmp_path) == [
        ("nightly job", "quarantine_purged", "quarantine", {"gone not_json": "1", "days": "90", "entries": "1", "open": "1"})
    ]
    assert [entry.reason_code for entry in redrive.summaries(gate.bootstrap)] == ["empty"]


def test_how_complete_a_partners_transfers_are_survives_a_restart_of_intake(gate: Any, strgw: Any) -> None:
    said = {**json.loads(gate.event("T1")), "purpose": "rent of the flat"}
    gate.post(gate.event("T0"), json.dumps(said).encode(), b"{broken")
    gate.take_in(3)
    gate.post(json.dumps({**said, "transfer_id": "T2"}).encode())
    gate.take_in(1)
    (line,) = json.loads(strgw("partner", "quality", "demo", "--json").stdout)
    fields = {field["field"]: field for field in line["fields"]}
    assert (line["transfers_day"], line["transfers_week"]) == (3, 0)
    assert (fields["purpose"]["day"], fields["purpose"]["week"], fields["sender.phones"]["day"]) == (0.6667, None, 0.0)
    assert "TS-K02" in fields["sender.documents"]["typologies"]["blind"]
    assert "Karimov" not in str([record.value for record in gate.read("intake.quality")])
    assert gate.meters.fields["demo"].transfers == 1, "the second process counts its own"
    assert "demo: 3 transfers in the last day" in strgw("partner", "quality").stdout


def test_an_audit_that_does_not_hold_fails(gate: Any, strgw: Any) -> None:
    gate.post(gate.event("T1"))
    gate.take_in(1)
    (record,) = gate.read("transfers")
    gate.post(record.value, topic="transfers", partition=record.partition)
    verdict = strgw("audit", "verify")
    assert verdict.return_value == 1
    assert "partner.demo.transfers partition 0, doubled: offsets 0" in verdict.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("post", "nowhere.jsonl", "--partner", "demo"),
            "The file nowhere.jsonl cannot be read (No such file or directory): check the path.",
        ),
        (("post", "-", "--partner", "nobody"), "The registry has no partner 'nobody'; it has demo."),
        (("quarantine", "show", "x/0/0"), "Nothing in quarantine has the id x/0/0; `strgw quarantine list --all` shows the ids."),
    ],
)
def test_errors_are_one_sentence_that_says_what_to_do(strgw: Any, words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError) as caught:
        strgw(*words)
    assert caught.value.text == sentence


def test_a_closed_intake_leaves_the_group_at_once(gate: Any) -> None:
    intake = gate.intake()
    while not intake.is_joined():
        intake.step()
    intake.close()
    admin = KafkaAdminClient(bootstrap_servers=gate.bootstrap)
    group = admin.describe_groups(["intake"])
    admin.close()
    assert group["intake"]["members"] == []
