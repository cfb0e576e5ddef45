"""`strgw partner`: the registry from the command line, and a partner's self-test."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from connectors.partners.registry import load_partners
from ops.commands.partner import command
from ops.errors import CommandError
from ops.settings import Settings

GOOD: dict[str, Any] = {
    "schema": "strgw.transfer/1", "transfer_id": "T-1", "status": "sent", "occurred_at": "2024-05-17T18:42:10+05:00",
    "amount": {"value": "40.00", "currency": "USD"}, "channel": "cash_to_cash",
    "sender": {"kind": "person", "name": "Akmal [red]Karimov", "phones": ["+998901234567"]},
    "receiver": {"kind": "person", "name": "Lola Karimova"},
    "send_agent": {"agent_id": "A1", "name": "Desk", "country": "AE", "city": "Dubai"},
    "pay_agent": {"agent_id": "A2", "name": "Desk", "country": "KG", "city": "Bishkek"},
}  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_env({"STRGW_HOME": str(tmp_path / "home"), "STRGW_REGISTRY": str(tmp_path / "partners.yaml")})


def run(settings: Settings, *words: str) -> Result:
    done = CliRunner().invoke(command, words, obj=settings, standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done


def add(settings: Settings, *more: str) -> Result:
    words = [
        "add",
        "sunrise",
        "--name",
        "Sunrise",
        "--kind",
        "mto",
        "--home-country",
        "AE",
        "--licence",
        "AE:771",
        "--licence",
        "KG:9:BISHKEK",
    ]
    return run(settings, *words, *more)


def test_a_partner_is_added_with_its_licences_and_a_key_that_is_shown_once(settings: Settings) -> None:
    said = json.loads(add(settings, "--key", "--json").stdout)
    assert settings.registry is not None
    partner = load_partners(settings.registry)["sunrise"]
    assert [(one.country, one.registration, one.branch) for one in partner.licences] == [
        ("AE", "771", "HEAD"),
        ("KG", "9", "BISHKEK"),
    ]
    assert said["topics"] is False
    for shown in (
        run(settings, "list", "--json").stdout,
        run(settings, "show", "sunrise", "--json").stdout,
        run(settings, "show", "sunrise").stdout,
    ):
        assert "Sunrise" in shown
        assert said["key"].partition(".")[2] not in shown
    [listed] = json.loads(run(settings, "list", "--json").stdout)
    assert (listed["state"], listed["keys"], listed["licences"]) == ("enabled", 1, ["AE", "KG"])


def test_the_packaged_sample_is_never_changed(tmp_path: Path) -> None:
    without = Settings.from_env({"STRGW_HOME": str(tmp_path)})
    for words in (("disable", "demo"), ("enable", "demo")):
        with pytest.raises(CommandError, match="set STRGW_REGISTRY"):
            run(without, *words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--licence", "KZ"], "written CC:NUMBER"),
        (["--licence", "XX:1"], '"XX" is not an ISO'),
        (["--timezone", "Mars/Base"], "no IANA zone"),
        (["--format", "csv/1"], "needs a mapping file"),
    ],
)
def test_a_partner_with_a_mistake_is_not_added(settings: Settings, words: list[str], said: str) -> None:
    with pytest.raises(Exception, match=said):
        add(settings, *words)
    assert settings.registry is not None
    assert not settings.registry.exists()


def test_a_rotated_key_and_a_span_that_is_none(settings: Settings) -> None:
    add(settings, "--key")
    said = json.loads(run(settings, "rotate-key", "sunrise", "--keep-old", "2h", "--json").stdout)
    assert len(said["old"]) == 1
    with pytest.raises(CommandError, match="24h"):
        run(settings, "rotate-key", "sunrise", "--keep-old", "soon")


def self_test(settings: Settings, tmp_path: Path, *records: Any) -> tuple[int, Any]:
    file = tmp_path / "sample.jsonl"
    file.write_text("\n".join(record if isinstance(record, str) else json.dumps(record) for record in records))
    done = run(settings, "test", "sunrise", str(file), "--json")
    return done.return_value, json.loads(done.stdout)


def test_the_self_test_shows_what_is_read_and_what_each_gap_costs(settings: Settings, tmp_path: Path) -> None:
    add(settings)
    code, said = self_test(settings, tmp_path, GOOD, GOOD | {"transfer_id": "T-2", "purpose": "family"})
    assert (code, said["passes"], said["accepted"], said["refused"]) == (0, True, 2, 0)
    fields = said["shown"][0]["fields"]
    assert (fields["amount"], fields["sender.name"], fields["send_place.town"]) == ("USD 40.00", "Akmal [red]Karimov", "dubai")
    assert not [name for name in fields if "key" in name or "digest" in name]
    gaps = {gap["field"]: (gap["missing"], gap["asked"]) for gap in said["gaps"]}
    assert (gaps["purpose"], gaps["occupation"], gaps["identifiers"]) == ((1, 2), (2, 2), (2, 2))
    assert not {"countries", "towns", "agent"} & set(gaps)
    # The UAE's form demands a birth date of the sender and has a rule for where nobody knows it.
    wanted = [gap for gap in said["form_gaps"] if (gap["fiu"], gap["field"]) == ("AE", "parties.dates_of_birth")]
    assert [(gap["how"], gap["missing"], gap["tried"]) for gap in wanted] == [("filled", 2, 2)]
    told = GOOD | {"sender": GOOD["sender"] | {"date_of_birth": "1990-02-01", "nationality": "UZ", "occupation": "Driver"}}
    _, better = self_test(settings, tmp_path, told)
    assert not [gap for gap in better["form_gaps"] if (gap["fiu"], gap["field"]) == ("AE", "parties.dates_of_birth")]


def test_the_self_test_names_what_is_refused_and_fails(settings: Settings, tmp_path: Path) -> None:
    add(settings)
    code, said = self_test(settings, tmp_path, GOOD, GOOD | {"partner": "demo"}, "{")
    assert (code, said["passes"], said["accepted"]) == (1, False, 1)
    assert [(one["record"], one["line"], one["code"], one["field"]) for one in said["refusals"]] == [
        (2, 2, "unknown_field", "partner"),
        (3, 3, "not_json", ""),
    ]
    nobody = GOOD | {"send_agent": GOOD["send_agent"] | {"country": "US"}, "pay_agent": GOOD["pay_agent"] | {"country": "TR"}}
    assert self_test(settings, tmp_path, nobody)[1]["unlicensed"] == 1


def test_the_self_test_of_a_file_that_is_no_file_of_records(settings: Settings, tmp_path: Path) -> None:
    add(settings)
    code, said = self_test(settings, tmp_path)
    assert (code, said["problem"]["code"]) == (1, "file_empty")
    printed = run(settings, "test", "sunrise", str(tmp_path / "sample.jsonl"))
    assert "Not ready" in printed.stdout


def test_for_people_the_partners_text_is_text_and_a_verdict_stands_at_the_end(settings: Settings, tmp_path: Path) -> None:
    add(settings)
    (tmp_path / "sample.jsonl").write_text(json.dumps(GOOD))
    printed = run(settings, "test", "sunrise", str(tmp_path / "sample.jsonl")).stdout
    assert "[red]" in printed
    assert printed.strip().endswith("Ready: all 1 transfers in 1 records are taken in.")


def test_the_schemas_are_written_as_the_http_door_serves_them(settings: Settings, tmp_path: Path) -> None:
    run(settings, "schemas", "--out", str(tmp_path / "out"))
    found = {path.name: json.loads(path.read_bytes()) for path in (tmp_path / "out").iterdir()}
    assert set(found) == {"transfer.json", "transfer.avsc", "receipt.avsc", "openapi.json"}
    assert "/v1/transfers" in found["openapi.json"]["paths"]
    assert found["transfer.avsc"]["type"] == "record"
    assert found["transfer.json"] == json.loads(files("schemas").joinpath("native.schema.json").read_bytes())
