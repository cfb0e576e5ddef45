"""Changing a registry file: one row, and everything else as it stood."""

import stat
import threading
from pathlib import Path

import pytest

from connectors.partners.registry import load_partners
from connectors.partners.registry_file import RegistryFile, RegistryFileError
from schemas.registry import Licence, Partner
from schemas.yaml_rows import RegistryError

FILE = """# Ours.
schema: strgw.partners/1   # do not change
partners:
  # the oldest
  - id: one   # keep
    name: One LLC
    kind: mto
    format: strgw.transfer/1
    home_country: KZ
    licences:
      - {country: "KZ", registration: "1"}   # since 2019
  - {id: two, name: Two, kind: bank, format: strgw.transfer/1, home_country: NO, licences: []}

# The end.
"""
NEW = Partner(
    "three",
    'Three "quoted": # Ltd, Алматы',
    "wallet",
    "mt103/1",
    "KG",
    (Licence("KG", "0012"), Licence("AE", "7", "DUBAI", ("A1", "A2"))),
    timezone="Asia/Bishkek",
)


@pytest.fixture
def file(tmp_path: Path) -> RegistryFile:
    path = tmp_path / "partners.yaml"
    path.write_text(FILE)
    path.chmod(0o664)
    return RegistryFile(path)


def lines_added(file: RegistryFile) -> list[str]:
    """Lines that were not there; fails where one that was there is gone or has another place among the others."""
    left = FILE.splitlines()
    added = []
    for line in file.path.read_text().splitlines():
        if left and line == left[0]:
            left.pop(0)
        else:
            added.append(line)
    assert left == []
    return added


def test_a_partner_is_added_behind_the_last_row_and_read_back_as_it_was_given(file: RegistryFile) -> None:
    before = load_partners(file.path)
    file.add(NEW)
    assert load_partners(file.path) == before | {"three": NEW}
    assert all(line.startswith("  ") for line in lines_added(file))
    assert file.path.read_text().endswith("\n# The end.\n")
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o664


@pytest.mark.parametrize("text", [FILE.rstrip("\n"), FILE.replace("\n", "\r\n"), FILE + "\n# more\nother: {}\n"])
def test_files_without_a_last_line_end_with_windows_ends_or_with_more_behind_the_list(tmp_path: Path, text: str) -> None:
    path = tmp_path / "partners.yaml"
    path.write_bytes(text.encode())
    before = load_partners(path)
    RegistryFile(path).add(NEW)
    assert load_partners(path) == before | {"three": NEW}
    assert all(line in path.read_bytes().decode() for line in text.splitlines())


def test_a_file_that_is_not_there_is_made_with_the_first_partner(tmp_path: Path) -> None:
    path = tmp_path / "conf/partners.yaml"
    RegistryFile(path).add(NEW)
    assert load_partners(path) == {"three": NEW}


@pytest.mark.parametrize("identity", ["one", "two"])
def test_a_partner_is_switched_off_and_on_and_nothing_else_changes(file: RegistryFile, identity: str) -> None:
    assert file.switch(identity, True)
    assert not file.switch(identity, True)
    assert {name: partner.disabled for name, partner in load_partners(file.path).items()} == {
        "one": identity == "one",
        "two": identity == "two",
    }
    assert len(lines_added(file)) == 1 if identity == "one" else "id: two, disabled: true, name: Two" in file.path.read_text()
    assert file.switch(identity, False)
    assert not any(partner.disabled for partner in load_partners(file.path).values())


def test_what_cannot_be_changed_is_told_and_the_file_stays_as_it_is(file: RegistryFile) -> None:
    with pytest.raises(RegistryFileError, match="has a partner one already"):
        file.add(Partner("one", "One", "mto", "strgw.transfer/1", "KZ", ()))
    with pytest.raises(RegistryFileError, match="it has one, two"):
        file.switch("none", True)
    assert file.path.read_text() == FILE
    file.path.write_text(FILE.replace("kind: mto", "kind: circus"))
    with pytest.raises(RegistryError, match="line 5: one: kind"):
        file.add(NEW)
    in_brackets = (
        "schema: strgw.partners/1\npartners: [{id: a, name: A, kind: mto, format: mt103/1, home_country: KZ, licences: []}]\n"
    )
    file.path.write_text(in_brackets)
    with pytest.raises(RegistryFileError, match="in brackets"):
        file.add(NEW)
    assert file.path.read_text() == in_brackets


def test_two_who_add_at_once_are_both_heard(file: RegistryFile) -> None:
    names = [f"p{number}" for number in range(8)]
    threads = [
        threading.Thread(target=file.add, args=(Partner(name, name, "mto", "strgw.transfer/1", "KZ", ()),)) for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(load_partners(file.path)) == {"one", "two", *names}
