"""The wheel, the lock and the names: what is installed is what was tested."""

import re
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from importlib.metadata import packages_distributions, requires, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("streams", "schemas", "connectors", "ops")


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def locked() -> dict[str, str]:
    """Canonical name -> the block of its line, hashes and reasons in requirements.lock."""
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", (ROOT / "requirements.lock").read_text(encoding="utf-8"))
    return {canonicalize_name(block.split("==")[0]): block for block in blocks if "==" in block}


def requirement_lines() -> list[str]:
    extras = project()["project"]["optional-dependencies"].values()
    return [*project()["project"]["dependencies"], *(line for extra in extras for line in extra)]


def declared() -> list[Requirement]:
    return [Requirement(line) for line in requirement_lines()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_wheel_holds_the_four_packages_and_their_data(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert {name.split("/")[0] for name in names if not name.split("/")[0].endswith(".dist-info")} == set(PACKAGES)
    data = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in (".avsc", ".yaml", ".csv", ".json")
    }
    assert {".avsc", ".yaml", ".csv"} <= {Path(name).suffix for name in data}
    assert data - set(names) == set()


def test_the_wheel_brings_the_command_and_the_licence(wheel: zipfile.ZipFile) -> None:
    scripts = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "strgw = ops.cli:main" in wheel.read(scripts).decode()
    assert any(name.endswith("/LICENSE") for name in wheel.namelist())


def test_the_general_names_are_ours_alone() -> None:
    """No other installed distribution owns one, and each is imported from here."""
    owners = packages_distributions()
    assert {package: set(owners.get(package, [])) - {"str-gateway"} for package in PACKAGES} == {
        package: set() for package in PACKAGES
    }
    found = {package: find_spec(package) for package in PACKAGES}
    assert {package: spec and spec.origin for package, spec in found.items()} == {
        package: str(ROOT / package / "__init__.py") for package in PACKAGES
    }


def test_the_project_cannot_be_uploaded_by_mistake() -> None:
    assert "Private :: Do Not Upload" in project()["project"]["classifiers"]


def test_every_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("[project]")[2].splitlines()
    says_itself = ("types-", "lxml-stubs")
    where = {wanted: next(line for line in text if f'"{wanted}"' in line) for wanted in requirement_lines()}
    assert [wanted for wanted, line in where.items() if "#" not in line and not wanted.startswith(says_itself)] == []


def test_the_lock_has_a_hash_for_everything() -> None:
    assert len(locked()) > len(declared())
    assert [name for name, block in locked().items() if not re.search(r"--hash=sha256:[0-9a-f]{64}", block)] == []
    assert [name for name, block in locked().items() if not re.match(r"\S+==\S+", block)] == []


def test_the_lock_fulfils_every_declared_dependency() -> None:
    wrong = []
    for requirement in declared():
        block = locked().get(canonicalize_name(requirement.name), "==missing")
        if not requirement.specifier.contains(block.split("==")[1].split()[0], prereleases=True):
            wrong.append(str(requirement))
    assert wrong == []


def test_what_is_installed_is_what_is_locked() -> None:
    different = {
        name: (version(name), block.split("==")[1].split()[0])
        for name, block in locked().items()
        if ";" not in block.split("\n")[0]
    }
    assert {name: pair for name, pair in different.items() if pair[0] != pair[1]} == {}


def test_nothing_brings_a_second_avro() -> None:
    """The distributions avro and avro-python3 both own the module avro."""
    assert "avro" not in locked()
    assert packages_distributions()["avro"] == ["avro-python3"]


def test_the_pins_that_the_customer_or_a_defect_fixed_stay() -> None:
    pinned = {r.name: str(r.specifier) for r in map(Requirement, requires("str-gateway") or ())}
    fixed = {
        "faust-streaming": "==0.15.3",
        "aiokafka": "==0.14.0",
        "mode-streaming": "==0.7.1",
        "kafka-python": "==3.0.12",
        "avro-python3": "==1.10.2",
    }
    assert {name: pinned[name] for name in fixed} == fixed
    assert "PyICU".lower() not in locked()
