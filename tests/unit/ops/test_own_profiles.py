"""A deployment's own compiled profile comes before the one that is shipped, and a new one needs no change of code."""

import shutil
from importlib.resources import files
from pathlib import Path

from connectors.fius.forms import PORTAL_FORM, report_form


def test_a_profile_dropped_into_the_folder_is_found(tmp_path: Path) -> None:
    shutil.copytree(str(files("connectors.fius.profiles").joinpath("lk")), tmp_path / "xx")
    assert report_form("xx") is None
    assert report_form("xx", tmp_path) is not None


def test_shipped_profiles_are_still_there_beside_an_own_folder(tmp_path: Path) -> None:
    assert report_form("ae", tmp_path) is not None
    assert report_form("portal", tmp_path) is PORTAL_FORM


def test_an_own_profile_comes_before_the_shipped_one(tmp_path: Path) -> None:
    shutil.copytree(str(files("connectors.fius.profiles").joinpath("lk")), tmp_path / "ae")
    own, shipped = report_form("ae", tmp_path), report_form("ae")
    lk = report_form("lk")
    assert own and shipped and lk
    sample = b"<report></report>"
    assert [e.text for e in own.check(sample)] == [e.text for e in lk.check(sample)] != [e.text for e in shipped.check(sample)]
