"""The core says the same on every machine and every run: what import-linter cannot see, for it is built into Python."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
IMPURE = {"app", "runtime"}  # of streams: these two know Faust and Kafka
PURE = sorted(
    f"streams.{path.stem}" for path in (ROOT / "streams").iterdir() if path.stem not in IMPURE and not path.name.startswith("_")
)
# hash() of text differs from process to process, id() from run to run; the rest reaches out of the program or hides code.
FORBIDDEN_CALLS = {"hash", "id", "open", "print", "input", "eval", "exec", "compile", "__import__", "breakpoint", "globals"}


def pure_files() -> list[Path]:
    folders = [ROOT / name.replace(".", "/") for name in PURE]
    return [
        path for folder in folders for path in (sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")])
    ]


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


ORDERLESS = {"all", "any", "len", "max", "min", "set", "frozenset", "sorted", "sum"}  # sum: of whole numbers only


def walks(tree: ast.AST) -> Iterator[ast.expr]:
    """What loops and comprehensions walk through, but for those that feed a function to which order is nothing."""
    excused = {
        id(call.args[0])
        for call in calls(tree)
        if isinstance(call.func, ast.Name) and call.func.id in ORDERLESS and len(call.args) == 1
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.For):
            yield node.iter
        elif isinstance(node, ast.GeneratorExp | ast.ListComp | ast.DictComp) and id(node) not in excused:
            yield from (generator.iter for generator in node.generators)


def set_made_here(node: ast.expr) -> bool:
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("set", "frozenset")
    return isinstance(node, ast.Set | ast.SetComp) or is_call


def test_import_linter_guards_every_module_of_the_core() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    guarded = {
        module
        for contract in contracts
        if contract["name"].startswith("The core is pure")
        for module in contract["source_modules"]
    }
    assert guarded == {"schemas", *PURE}


def test_the_core_calls_nothing_that_differs_between_runs() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}: {call.func.id}()"
        for path in pure_files()
        for call in calls(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call.func, ast.Name) and call.func.id in FORBIDDEN_CALLS
    ]
    assert len(pure_files()) > len(PURE)
    assert found == []


def test_the_core_never_walks_through_a_set_in_its_own_order() -> None:
    """Bytes and text hash differently in each process, so the order of a set is chance: sort it, or use a dict."""
    found = [
        f"{path.relative_to(ROOT)}:{walked.lineno}"
        for path in pure_files()
        for walked in walks(ast.parse(path.read_text(encoding="utf-8")))
        if set_made_here(walked)
    ]
    assert found == []


def test_the_core_keeps_no_counter_between_calls() -> None:
    """A module-level variable that functions change would make a result depend on what ran before."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: global {', '.join(node.names)}"
        for path in pure_files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Global)
    ]
    assert found == []
