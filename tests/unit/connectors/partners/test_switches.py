"""Who is switched off is what the registry file says now."""

import logging
from pathlib import Path

import pytest

from connectors.partners.registry import load_partners
from connectors.partners.registry_file import RegistryFile
from connectors.partners.switches import Switches

ROW = "- {{id: {id}, name: N, kind: mto, format: strgw.transfer/1, home_country: KZ, licences: [], disabled: {off}}}\n"


def write(path: Path, **off: bool) -> None:
    rows = "".join(ROW.format(id=name, off=str(is_off).lower()) for name, is_off in off.items())
    path.with_suffix(".new").write_text(f"schema: strgw.partners/1\npartners:\n{rows}")
    path.with_suffix(".new").replace(path)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_switch_is_noticed_within_a_second_and_not_looked_for_more_often(tmp_path: Path) -> None:
    path, clock = tmp_path / "partners.yaml", Clock()
    write(path, a=False, b=True)
    switches = Switches(path, load_partners(path), clock)
    assert (switches.is_off("a"), switches.of("b")()) == (False, True)
    RegistryFile(path).switch("a", True)
    assert not switches.is_off("a")
    clock.now += 1.0
    assert switches.is_off("a")
    write(path, a=False)
    clock.now += 1.0
    assert (switches.is_off("a"), switches.is_off("b")) == (False, True)  # a row that is gone is no permission


def test_a_file_with_a_mistake_changes_nothing_and_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path, clock = tmp_path / "partners.yaml", Clock()
    write(path, a=True, b=False)
    switches = Switches(path, load_partners(path), clock)
    with caplog.at_level(logging.ERROR):
        for text in ("schema: wrong", None):
            path.unlink() if text is None else path.write_text(text)
            for _ in range(3):
                clock.now += 1.0
                assert (switches.is_off("a"), switches.is_off("b")) == (True, False)
    assert len(caplog.messages) == 2
    write(path, a=False, b=False)
    clock.now += 1.0
    assert not switches.is_off("a")
