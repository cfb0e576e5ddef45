import csv
from datetime import date
from pathlib import Path

import holidays
import msgspec
import pytest

from connectors.fius.goaml.mapping import load_schema
from schemas.fius import Deadline, holidays_of, load_fius, load_sharing, parse_deadline, read_fius
from schemas.yaml_rows import RegistryError

REFERENCE = Path(__file__).parents[3].parent / "shared" / "reference" / "fius.csv"

ROW = """schema: strgw.fius/1
fius:
- id: NO
  country: NO
  name: Okokrim
  acronym: EFE
  egmont: member
  gate: open
  goaml: "no"
  channel: portal
  deadline: PT24H
  deadline_text: without delay
  timezone: Europe/Oslo
  weekend: [5, 6]
  calendar: "NO"
  language: nb
  profile: portal
  transport: topic
  confidence: L
  evidence: none
"""


def test_every_unit_of_the_fiu_table_has_a_row_with_its_name_deadline_and_confidence() -> None:
    if not REFERENCE.exists():
        pytest.skip("the FIU table ../shared/reference/fius.csv is not here")
    fius = load_fius()
    with REFERENCE.open(encoding="utf-8") as lines:
        table = list(csv.DictReader(lines))
    assert sorted(fius) == sorted(row["iso2"] for row in table)
    for row in table:
        fiu = fius[row["iso2"]]
        # Malta's law says "same day": one day later, as the table's P1D says, would be late.
        deadline = "P0D" if fiu.id == "MT" else row["deadline_iso"]
        assert (fiu.name, fiu.acronym, fiu.deadline, fiu.confidence) == (row["fiu"], row["acronym"], deadline, row["confidence"])
        assert f"egmont: {row['egmont']};" in fiu.evidence


@pytest.mark.parametrize(
    ("fiu", "egmont", "gate"),
    [
        ("AF", "expelled", "deny"),
        ("IR", "not_member", "legal_hold"),
        ("RU", "suspended", "legal_hold"),
        ("PK", "not_member", "open"),
        ("TM", "member", "open"),
        ("KE", "unsure", "open"),
        ("OM", "unsure", "open"),
        ("VN", "not_member", "open"),
        ("LA", "unsure", "open"),
        ("NE", "member", "open"),
        ("DE", "member", "open"),
    ],
)
def test_egmont_standing_and_gate(fiu: str, egmont: str, gate: str) -> None:
    row = load_fius()[fiu]
    assert (row.egmont, row.gate) == (egmont, gate)


def test_every_profile_named_exists_and_belongs_to_its_fiu() -> None:
    named = {fiu.id: fiu.profile for fiu in load_fius().values() if fiu.profile != "portal"}
    assert named.pop("US") == "us"  # FinCEN's batch
    assert all(load_schema(profile).fiu in (fiu, "G4", "G5") for fiu, profile in named.items())
    own = {fiu: profile for fiu, profile in named.items() if load_schema(profile).provenance == "fiu_export"}
    assert own == {"AE": "ae", "LK": "lk"}


def test_only_units_known_to_run_goaml_take_one_of_its_forms() -> None:
    assert {fiu.goaml for fiu in load_fius().values() if fiu.profile not in ("portal", "us")} == {"yes"}


def test_weekends_agree_with_python_holidays_but_for_the_rows_that_say_why() -> None:
    differ = {fiu.id for fiu in load_fius().values() if set(fiu.weekend) != set(holidays.country_holidays(fiu.country).weekend)}
    assert differ == {fiu.id for fiu in load_fius().values() if "Weekend" in fiu.note and fiu.id != "AE"}
    assert differ == {"AF", "HK", "IR", "NE", "NP"}


def test_a_country_code_that_yaml_reads_as_false_stays_a_code() -> None:
    assert [fiu.id for fiu in read_fius(ROW, "own.yaml")] == ["NO"]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("deadline: PT24H", "deadline: 24h", 3, 'NO: deadline "24h"'),
        ("Europe/Oslo", "Europe/Bergen", 3, 'timezone "Europe/Bergen"'),
        ("gate: open", "gate: ajar", 3, 'gate "ajar"'),
        ("egmont: member", "egmont: maybe", 3, 'egmont "maybe"'),
        ("weekend: [5, 6]", "weekend: [5, Sunday]", 14, "Expected `int`"),
        ("weekend: [5, 6]", "weekend: [5, 7]", 3, "weekend must hold"),
        ("weekend: [5, 6]", "weekend: [0, 1, 2, 3, 4, 5, 6]", 3, "at least one business day"),
        ('calendar: "NO"', "calendar: XX", 3, 'no holiday calendar "XX"'),
        ("country: NO", "country: SE", 3, "same ISO alpha-2 code"),
        ("language: nb", "langauge: nb", 16, 'unknown field "langauge"'),
        ("language: nb", "name: twice", 16, '"name" is given twice'),
        ("  evidence: none\n", "", 3, "missing required field `evidence`"),
        ("strgw.fius/1", "strgw.fius/9", 1, 'must say "schema: strgw.fius/1"'),
        ("weekend: [5, 6]", "weekend: [5, 6", 15, "not readable as YAML"),
    ],
)
def test_an_error_in_a_row_names_file_line_and_remedy(old: str, new: str, line: int, says: str) -> None:
    assert old in ROW
    with pytest.raises(RegistryError) as caught:
        list(read_fius(ROW.replace(old, new), "own.yaml"))
    assert str(caught.value).startswith(f"own.yaml, line {line}: ")
    assert says in str(caught.value)


def test_a_second_row_of_the_same_unit_is_refused() -> None:
    with pytest.raises(RegistryError, match=r"own\.yaml, line 21: NO has a row already in line 3"):
        list(read_fius(ROW + ROW[ROW.index("- id") :], "own.yaml"))


def test_own_rows_replace_packaged_ones_and_add_new_ones(tmp_path: Path) -> None:
    own = tmp_path / "fius.yaml"
    own.write_text(ROW + ROW[ROW.index("- id") :].replace("NO", "DE").replace("PT24H", "P2BD"), encoding="utf-8")
    fius = load_fius(own)
    assert (fius["NO"].acronym, fius["DE"].deadline, fius["FR"].deadline) == ("EFE", "P2BD", "PT24H")
    assert len(fius) == len(load_fius()) + 1


def test_a_missing_override_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_fius(tmp_path / "absent.yaml")


@pytest.mark.parametrize(
    ("text", "deadline"),
    [
        ("PT24H", Deadline(24, "hours")),
        ("P30D", Deadline(30, "days")),
        ("P3BD", Deadline(3, "business_days")),
        ("P0D", Deadline(0, "days")),
    ],
)
def test_deadline_forms(text: str, deadline: Deadline) -> None:
    assert parse_deadline(text) == deadline


@pytest.mark.parametrize("text", ["", "24H", "P3B", "PT1.5H", "P1M", "-P1D", "PT24H "])
def test_anything_else_is_no_deadline(text: str) -> None:
    with pytest.raises(ValueError, match="is no deadline"):
        parse_deadline(text)


def test_holidays_are_named_and_other_days_are_not() -> None:
    assert holidays_of("KW")(date(2024, 2, 25)) == "National Day"
    assert holidays_of("KW")(date(2024, 2, 28)) == ""
    assert holidays_of("")(date(2024, 1, 1)) == ""


def test_the_sharing_file_knows_the_bilateral_agreements_of_pakistan() -> None:
    sharing = load_sharing()
    in_force = {tuple(a.members) for a in sharing.agreements if a.id.startswith("PK-") and a.in_force == "yes"}
    assert in_force == {("PK", country) for country in ("GB", "CN", "AE", "KZ", "TM", "TR", "LK")}
    assert sharing.egmont_doubted == {"TM", "NE", "ET"}


def test_doubted_members_are_those_whose_wording_carries_a_question_mark() -> None:
    doubted = {fiu.id for fiu in load_fius().values() if fiu.egmont == "member" and "?" in fiu.evidence.split(";")[0]}
    assert doubted == load_sharing().egmont_doubted


def test_a_sharing_file_with_an_unknown_state_is_refused_with_its_line(tmp_path: Path) -> None:
    own = tmp_path / "sharing.yaml"
    own.write_text(
        "schema: strgw.sharing/1\negmont_doubted: []\nagreements:\n- {id: A, members: [DE, FR], in_force: perhaps, confidence: H, basis: b, channel: c}\n"
    )
    with pytest.raises(RegistryError, match=r"line 4: Invalid enum value 'perhaps' \(field in_force\)"):
        load_sharing(own)


def test_a_unit_keeps_its_fields_when_encoded() -> None:
    for fiu in load_fius().values():
        assert msgspec.convert(msgspec.to_builtins(fiu), type(fiu)) == fiu
