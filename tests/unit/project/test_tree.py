"""What must hold for every file that is kept: sizes, names, no path of one machine, no left-over notes."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MAX_LINES = 320
MAX_FUNCTION_LINES = 70
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "misc", "common", "manager"}
TOP_LEVEL = {
    ".ci", ".gitignore", ".gitattributes", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "connectors", "docs", "ops", "pyproject.toml",
    "requirements.lock", "schemas", "streams", "tests",
}  # fmt: skip
# Written in pieces, so that this file does not contain what it looks for.
NOTES = re.compile(r"(?<![\"'`])\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "HA" + "CK")) + r")\b(?![\"'`])")
MACHINE_PATH = re.compile(
    r"(?<![\w.$}~<>-])/(?:" + "|".join(("home", "root", "Users", "work", "mnt", "builds", "workspace")) + r")/\w"
)
REGISTRY_HOST = re.compile("|".join(("pypi" + r"\.org", "files.python" + "hosted", "repo1?" + r"\.maven", "deb" + r"\.debian")))


@cache
def kept() -> list[Path]:
    """Files that git keeps or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("git does not know this folder (an unpacked archive): nothing tells kept files from made ones")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@cache
def texts() -> list[tuple[str, str]]:
    """(path, content) of every kept text file but the lock, whose hashes are nobody's words."""
    found = []
    for path in kept():
        if path.name not in ("requirements.lock", "LICENSE"):
            raw = path.read_bytes()
            if b"\0" not in raw[:4096]:
                found.append((path.relative_to(ROOT).as_posix(), raw.decode("utf-8", "replace")))
    return found


@cache
def modules() -> list[tuple[str, ast.Module, str]]:
    return [(name, ast.parse(text), text) for name, text in texts() if name.endswith(".py")]


def test_the_top_level_is_the_agreed_one() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in kept()} - TOP_LEVEL == set()


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name for name, _, _ in modules() if Path(name).stem in SAYS_NOTHING] == []


def test_no_module_is_longer_than_a_person_reads() -> None:
    long = {name: text.count("\n") for name, _, text in modules() if not name.startswith("tests/")}
    assert {name: lines for name, lines in long.items() if lines > MAX_LINES} == {}


def test_no_function_is_longer_than_a_page() -> None:
    functions = [
        (f"{name}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno)
        for name, tree, _ in modules()
        if not name.startswith("tests/")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert [(where, lines) for where, lines in functions if lines > MAX_FUNCTION_LINES] == []


def test_tests_are_no_package() -> None:
    assert [path for path in kept() if path.name == "__init__.py" and path.relative_to(ROOT).parts[0] == "tests"] == []


def containing(pattern: re.Pattern[str]) -> list[str]:
    """Places in the kept files, `path:line: text`."""
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_holds_a_left_over_note() -> None:
    assert containing(NOTES) == []


def test_no_file_holds_a_path_of_one_machine() -> None:
    assert containing(MACHINE_PATH) == []


def test_no_file_names_the_host_of_a_package_registry() -> None:
    assert containing(REGISTRY_HOST) == []


def test_every_link_in_the_documents_leads_somewhere() -> None:
    broken = []
    for name, text in texts():
        if name.endswith(".md"):
            targets = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", text)
            broken += [f"{name}: {target}" for target in targets if not ((ROOT / name).parent / target).exists()]
    assert broken == []
