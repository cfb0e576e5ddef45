"""`strgw transmissions` and `strgw send` as a person runs them, on a register without a broker."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from connectors.fius.transports.channel import Answer
from connectors.fius.transports.desk import Aside, Desk
from connectors.fius.transports.ledger import Ledger
from connectors.fius.transports.receipts import Receipts
from connectors.fius.transports.transmission import Transmission
from connectors.register.database import open_database
from ops.cli import gateway, main
from ops.commands.transmissions import unmatched_folder
from ops.settings import Settings

Run = Callable[..., Result]


class Silent:
    def answer(self, fiu: str, status: str) -> None:
        pass


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("STRGW_HOME", str(tmp_path))
    return Settings.from_env({"STRGW_HOME": str(tmp_path)})


@pytest.fixture
def ledger(settings: Settings) -> Iterator[Ledger]:
    engine = open_database(settings.database)
    ledger = Ledger(engine, lambda: 1_700_000_000_000)
    rows = [
        Transmission(
            f"{number}" * 32, "KG", f"r{number}", 1, 0, number, f"ref{number}", f"S{number}.xml", "file", "d", False, number, 0
        )
        for number in (1, 2, 3)
    ]
    ledger.take(rows)
    staged = ledger.move(ledger.move(rows[0], "sending"), "staged")
    ledger.move(staged, "refused", refused_in="staged", code="outcome_unknown", text="Look in the portal.", failures=1)
    yield ledger
    engine.dispose()


@pytest.fixture
def run(settings: Settings) -> Run:
    return lambda *words: CliRunner().invoke(gateway, list(words))


def test_the_list_shows_what_has_not_arrived_nearest_deadline_first(ledger: Ledger, run: Run) -> None:
    listed = json.loads(run("transmissions", "list", "--json").stdout)
    assert [(row["filing_id"][0], row["state"]) for row in listed] == [("1", "refused"), ("2", "pending"), ("3", "pending")]
    shown = run("transmissions", "list", "--fiu", "kg").stdout
    assert "outcome_unknown" in shown
    assert run("transmissions", "list", "--fiu", "AE").stdout == "No filing is on its way.\n"


def test_one_filing_is_shown_with_the_sentence_that_says_what_to_do(ledger: Ledger, run: Run) -> None:
    assert "Look in the portal." in run("transmissions", "show", "11").stdout
    assert run("transmissions", "show", "9").exception is not None


def test_a_person_settles_or_retries_what_was_refused_and_it_is_audited(ledger: Ledger, run: Run, settings: Settings) -> None:
    assert run("transmissions", "retry", "1", "--by", "N. Officer").exit_code == 0
    row = ledger.next_due("KG", 0)
    assert row is not None
    assert (row.filing_id[0], row.state) == ("1", "staged")
    ledger.move(row, "refused", refused_in="staged", code="outcome_unknown", text="Again.")
    assert run("transmissions", "settle", "1", "--by", "N. Officer", "--fiu-reference", "K-1").exit_code == 0
    [sent] = ledger.rows(states=("sent",))
    assert (sent.fiu_reference, sent.code) == ("K-1", "")
    engine = open_database(settings.database)
    with engine.connect() as connection:
        acts = connection.exec_driver_sql("SELECT actor, action, subject FROM audit ORDER BY seq").all()
    engine.dispose()
    assert [(actor, action) for actor, action, _ in acts] == [
        ("strgw", "transmission_refused"),
        ("N. Officer", "transmission_retried"),
        ("strgw", "transmission_refused"),
        ("N. Officer", "transmission_sent"),
    ]


def test_what_is_still_being_tried_is_not_settled_by_hand(ledger: Ledger, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["transmissions", "settle", "2", "--by", "N. Officer"])
    assert ended.value.code == 1
    assert "is pending, not refused" in capsys.readouterr().err


def test_answers_that_were_not_understood_are_listed_with_the_file_they_are_kept_in(
    ledger: Ledger, run: Run, settings: Settings
) -> None:
    assert run("transmissions", "unmatched").stdout == "Every answer was understood.\n"
    engine = open_database(settings.database)
    aside = Aside(unmatched_folder(settings), Silent())
    nothing: Any = None
    Desk("KG", (ledger, Receipts(engine)), nothing, aside, nothing).take(Answer("odd.pdf", b"%PDF"), lambda: 5)
    engine.dispose()
    [kept] = json.loads(run("transmissions", "unmatched", "--json").stdout)
    assert (kept["name"], kept["code"], Path(kept["file"]).read_bytes()) == ("odd.pdf", "form_unknown", b"%PDF")
    assert "odd.pdf" in run("transmissions", "unmatched", "--fiu", "kg").stdout


def test_send_without_a_transport_says_what_to_set(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["send"])
    assert ended.value.code == 1
    assert "STRGW_TRANSPORTS" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("send",), ("transmissions",), ("transmissions", "settle")])
def test_every_command_explains_itself(words: tuple[str, ...], run: Run) -> None:
    shown = run(*words, "--help")
    assert (shown.exit_code, "Usage:" in shown.stdout) == (0, True)
