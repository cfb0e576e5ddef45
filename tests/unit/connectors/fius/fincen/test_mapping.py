"""The map and the filers: what is wrong in them is refused with its line, and a deployment's own files come first."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from connectors.fius.fincen.mapping import load_form, read_filers, read_map
from connectors.fius.forms import local_codes, report_form
from schemas.fius import load_fius
from schemas.yaml_rows import RegistryError

FOLDER = files("connectors.fius.profiles") / "us"
MAP, FILERS = (FOLDER / "map.yaml").read_text("utf-8"), (FOLDER / "filers.yaml").read_text("utf-8")


def line_of(text: str, beginning: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if line.strip().startswith(beginning))


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ('TS-F06: ["807"]', 'TS-F06: ["888"]', "subtypes:", "888 is no kind"),
        ('TS-F06: ["807"]', 'TS-F06: ["9999"]', "others:", "9999"),
        ("FIN-2023-HUMANSMUGGLING", "X" * 51, "key_terms:", "50 characters"),
    ],
)
def test_a_map_that_fincen_would_not_understand_is_refused_with_its_line(
    form: Any, old: str, new: str, at: str, said: str
) -> None:
    text = MAP.replace(old, new)
    with pytest.raises(RegistryError, match=said) as caught:
        read_map(text, "us/map.yaml", form.schema.profile)
    assert caught.value.line == line_of(text, at)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('tin: "000000001"', 'tin: "00-0000001"', "tin"),
        ("tcc: TBSATEST", "tcc: short", "tcc"),
        ('zip: "22113"', 'zip: "221"', "zip"),
        ('regulator: "7"', 'regulator: "77"', "regulator"),
        ("contact: Sample Contact", 'contact: " "', "contact"),
        ('phone: "7035550100"', 'phone: "+1 703 555 0100"', "phone"),
    ],
)
def test_a_filer_fincen_would_refuse_is_refused_with_its_line(form: Any, old: str, new: str, said: str) -> None:
    text = FILERS.replace(old, new)
    with pytest.raises(RegistryError, match=said) as caught:
        read_filers(text, "us/filers.yaml", form.schema.profile)
    assert caught.value.line == line_of(text, "- registration")


def test_a_registration_may_stand_once(form: Any) -> None:
    row = FILERS[FILERS.index("- registration") :]
    with pytest.raises(RegistryError, match="twice"):
        read_filers(FILERS + row, "us/filers.yaml", form.schema.profile)


def test_own_filers_come_before_the_sample_and_the_rest_stays_as_shipped(tmp_path: Path) -> None:
    (tmp_path / "us").mkdir()
    (tmp_path / "us" / "filers.yaml").write_text(FILERS.replace("101052", "MSB-1"), "utf-8")
    own = load_form(tmp_path)
    assert set(own.filers) == {"MSB-1"}
    assert own.map == load_form().map


def test_the_shipped_filer_is_the_sample_registrys_and_can_be_taken_for_no_filing(form: Any) -> None:
    assert set(form.filers) == {"101052"}
    assert form.filers["101052"].tcc == "TBSATEST"


def test_the_united_states_take_fincens_form_and_keep_their_codes_of_the_catalogue() -> None:
    us = load_fius()["US"]
    assert us.profile == "us"
    assert report_form("us") is not None
    assert [code for code, _ in local_codes(us)("TS-P03").codes] == ["927"]
