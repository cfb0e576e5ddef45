"""The catalogue says what the code says, with the numbers in force, in every form."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ops.catalogue import HEADINGS, Entry, entries
from ops.catalogue_markdown import markdown
from ops.commands.typologies import command
from ops.errors import CommandError
from ops.settings import Settings
from schemas.fius import load_fius
from schemas.parameters import read_parameters
from streams.typologies import CATALOGUE
from streams.typologies.base import lines
from streams.typologies.calibration import DECLARED, calibrated

FIUS = load_fius()
IDS = [t.id for t in CATALOGUE]
OVERRIDE = """schema: strgw.parameters/1
version: pilot 3
effective: 2026-11-24
typologies:
  TS-P03:
    weight: {value: 0.5, unit: "0 to 1"}
    window_h: {value: 48, unit: "hours"}
"""


@pytest.fixture(scope="module")
def catalogue() -> tuple[Entry, ...]:
    return entries(DECLARED, CATALOGUE, FIUS)


def run(*words: str, **environ: str) -> Result:
    result = CliRunner().invoke(command, list(words), obj=Settings.from_env(environ))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def override(tmp_path: Path) -> str:
    path = tmp_path / "parameters.yaml"
    path.write_text(OVERRIDE, encoding="utf-8")
    return str(path)


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_every_typology_answers_every_heading_and_its_question_carries_numbers(catalogue: tuple[Entry, ...]) -> None:
    for entry in catalogue:
        assert [h for h in HEADINGS if not entry.said.get(h)] == [], entry.typology.id
        assert not re.search(r"`\w+`", entry.said["Question"]), entry.said["Question"]
        assert entry.parts
        assert entry.summary.endswith(".")


def test_the_table_has_a_row_for_every_typology_and_says_what_judges() -> None:
    said = run().stdout
    assert [i for i in IDS if f"│ {i} │" not in said] == []
    assert f"Judged by parameters built-in, SHA-256 {DECLARED.used.sha256}." in said


@pytest.mark.parametrize("words", [("--explain", "ts-p03"), ("TS-P03",)], ids=["option", "argument"])
def test_one_typology_in_full_says_everything_that_is_known_of_it(words: tuple[str, ...]) -> None:
    said = squeezed(run(*words).stdout)
    for what in (
        "TS-P03 Ransom burst (version 1)",
        "at least 500 dollars within 72 hours",
        "Mixed Migration Centre 2019",
        "a lone payer who himself collects from several",
        "min_usd 500 US dollars in the window a whole number from 0 on SRC: AsiaNews",
        "ransom_payer: protected",
        "three payments in two nights, never paid before",
        "two payments by day, nothing else",
        "MMC-1: relatives pay for a person held on the route",
        "AE UAEFIU TAICE Transactional activity",
        "LK FIU-SL unmapped: The list has one code for each type of report and none for a pattern. The form carries STR.",
        "KZ AFM (ARFM) unmapped: ",
        "Do not block",
    ):
        assert what in said, what
    assert "TS-P04" not in said


def test_every_fiu_stands_in_the_full_page_of_every_typology(catalogue: tuple[Entry, ...]) -> None:
    for entry in catalogue:
        assert set(entry.local) == set(FIUS)
    said = run("TS-F01").stdout
    assert [fiu for fiu in FIUS if f"  {fiu}  " not in said] == []


def test_an_unknown_id_is_wrong_usage_and_names_the_nearest() -> None:
    for words in (("ts-p33",), ("--explain", "ts-p33")):
        result = run(*words)
        assert result.exit_code == 2
        assert "No typology is called ts-p33; did you mean TS-P03?" in result.stderr
    assert "known are TS-F01, " in run("ransom").stderr


def test_the_machine_form_holds_every_parameter_with_unit_source_and_range() -> None:
    rows = json.loads(run("--json").stdout)
    assert [row["id"] for row in rows] == IDS
    for row, typology in zip(rows, CATALOGUE, strict=True):
        own = {p["name"]: p for p in row["parameters"]}
        assert set(own) == set(lines(type(typology.parameters))) | {"weight", "flag_raise"}
        for p in own.values():
            assert p["unit"] and p["range"] and p["basis"] in ("SRC", "DEF") and p["overridden"] is False
        assert row["question"] and row["not_a_hit"] and row["hits"] and row["misses"] and row["roles"]
        assert row["offence_side"] in ("TIP", "SOM", "either")
        assert all(told["codes"] or told["unmapped"] for told in row["local_codes"].values())
    assert [row["id"] for row in json.loads(run("--json", "TS-K01", "--explain", "TS-P03").stdout)] == ["TS-K01", "TS-P03"]


def test_an_overridden_number_is_shown_as_such_everywhere(tmp_path: Path) -> None:
    path = override(tmp_path)
    [row] = json.loads(run("--json", "TS-P03", STRGW_PARAMETERS=path).stdout)
    changed = {p["name"]: (p["value"], p["declared"]) for p in row["parameters"] if p["overridden"]}
    assert changed == {"weight": (0.5, 0.75), "window_h": (48, 72)}
    assert row["window_ms"] == 48 * 3_600_000
    said = squeezed(run("TS-P03", STRGW_PARAMETERS=path).stdout)
    assert "within 48 hours" in said
    assert "Window 48 hours in force" in said
    assert "declared 72; a whole number from 1 to 9600" in said
    assert "parameters pilot 3, effective 2026-11-24, SHA-256 " in said
    assert "0.5 * " in squeezed(run(STRGW_PARAMETERS=path).stdout)
    assert "| `weight` | 0.5 (declared 0.75) |" in run("--markdown", STRGW_PARAMETERS=path).stdout


def test_the_page_in_docs_is_what_the_code_says(catalogue: tuple[Entry, ...]) -> None:
    page = (Path(__file__).parents[3] / "docs" / "typologies.md").read_text(encoding="utf-8")
    assert page == markdown(catalogue, DECLARED, FIUS), "run: strgw typologies --markdown > docs/typologies.md"


def test_every_link_inside_the_page_has_its_heading(catalogue: tuple[Entry, ...]) -> None:
    page = markdown(catalogue, DECLARED, FIUS)
    anchors = {
        re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in page.splitlines() if line[:1] == "#"
    }
    assert set(re.findall(r"\]\(#([^)]*)\)", page)) <= anchors


def test_the_file_it_writes_changes_nothing_when_read_back_and_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "parameters.yaml"
    said = run("--write-parameters", str(path)).stdout
    assert f"STRGW_PARAMETERS={path}" in said
    made = calibrated(read_parameters(path.read_text("utf-8"), str(path)))
    assert made.catalogue == CATALOGUE
    assert (made.changed, made.used.sha256) == (frozenset(), DECLARED.used.sha256)
    with pytest.raises(CommandError, match="exists already"):
        run("--write-parameters", str(path))


def test_the_file_it_writes_keeps_the_numbers_in_force(tmp_path: Path) -> None:
    path = tmp_path / "next.yaml"
    run("--write-parameters", str(path), STRGW_PARAMETERS=override(tmp_path))
    made = calibrated(read_parameters(path.read_text("utf-8"), str(path)))
    assert made.changed == {("TS-P03", "weight"), ("TS-P03", "window_h")}
    assert "declared 72; " in path.read_text("utf-8")
