"""The commands around intake, as a person or a script uses them."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from kafka.admin import KafkaAdminClient

from ops.cli import gateway
from ops.errors import CommandError

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

    def run(*words: str) -> Result:
        return CliRunner().invoke(gateway, words, env=environ, standalone_mode=False, catch_exceptions=False)

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
    assert strgw("quarantine", "show", entry["id"], "--raw").stdout_bytes == b"{broken"
    shown = json.loads(strgw("quarantine", "show", entry["id"], "--json").stdout)
    assert (shown["reason_code"], shown["size"]) == ("not_json", 7)
    assert "raw" not in shown, "the bytes may hold personal data"
    assert json.loads(strgw("quarantine", "redrive", "--code", "not_json", "--json").stdout) == {"redriven": 1}
    gate.take_in(1)
    verdict = strgw("audit", "verify", "--json")
    assert verdict.return_value == 0
    assert json.loads(verdict.stdout)["totals"] == {
        "events": 4, "transfers": 2, "duplicates": 0, "quarantined": 2, "waiting": 0, "lost": 0, "doubled": 0,
    }  # fmt: skip


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
