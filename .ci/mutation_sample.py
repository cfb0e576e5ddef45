"""Where the typologies can be broken, and which of these places a sample takes (.ci/mutate.py)."""

import ast
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from cosmic_ray.commands import init
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec

TYPOLOGIES = Path("streams/typologies")

Position = tuple[int, int]
Span = tuple[Position, Position]


def places() -> dict[Path, dict[Span, list[MutationSpec]]]:
    """File -> place in it -> the mutants of that place; files and places in order."""
    found: dict[Path, dict[Span, list[MutationSpec]]] = {}
    files = sorted(TYPOLOGIES.glob("ts_*.py"))
    with use_db("session.sqlite", WorkDB.Mode.create) as session:
        init(files, session, {})
        items = [item.mutations[0] for item in session.work_items]
    by_file = defaultdict(list)
    for mutation in items:
        by_file[mutation.module_path].append(mutation)
    for file in files:
        left_out = list(spans_left_out(file.read_text()))
        found[file] = {}
        for mutation in sorted(by_file[file], key=lambda m: (m.start_pos, m.end_pos, m.operator_name, m.occurrence)):
            span = (tuple(mutation.start_pos), tuple(mutation.end_pos))
            if not any(start <= span[0] and span[1] <= end for start, end in left_out):
                found[file].setdefault(span, []).append(mutation)
    return found


def spans_left_out(source: str) -> Iterator[Span]:
    """Annotations, imports, the examples of the TYPOLOGY, and the top-level definitions that only examples use."""
    tree = ast.parse(source)
    declared = next(n for n in tree.body if isinstance(n, ast.Assign) and _names(n.targets[0]) == {"TYPOLOGY"})
    examples = next(k.value for k in declared.value.keywords if k.arg == "examples")
    uses = {name: _names(node) for node in tree.body if node is not declared for name in _defines(node)}
    judging = _reach({n for k in declared.value.keywords if k.value is not examples for n in _names(k.value)}, uses)
    illustrating = _reach(_names(examples), uses) - judging
    nodes = [examples, *(n for n in tree.body if n is not declared and _defines(n) and _defines(n) <= illustrating)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            nodes.append(node)
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if annotation is not None:
                nodes.append(annotation)
    lines = source.splitlines()
    for node in nodes:
        yield _position(lines, node.lineno, node.col_offset), _position(lines, node.end_lineno, node.end_col_offset)


def _position(lines: list[str], line: int, offset: int) -> Position:
    """Line and column in characters, as Cosmic Ray counts; ast counts bytes."""
    return line, len(lines[line - 1].encode()[:offset].decode())


def _defines(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {name for target in node.targets for name in _names(target)}
    return _names(node.target) if isinstance(node, ast.AnnAssign) else set()


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _reach(roots: set[str], uses: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    ahead = list(roots)
    while ahead:
        name = ahead.pop()
        if name in uses and name not in seen:
            seen.add(name)
            ahead.extend(uses[name])
    return seen


def draw(found: dict[Path, dict[Span, list[MutationSpec]]], count: int, chance: random.Random) -> list[MutationSpec]:
    """`count` mutants in different places, of each file in proportion to its places (largest remainders)."""
    total = sum(len(spans) for spans in found.values())
    count = min(count, total)
    exact = {file: count * len(spans) / total for file, spans in found.items()}
    shares = {file: int(share) for file, share in exact.items()}
    by_rest = sorted(found, key=lambda file: (shares[file] - exact[file], file))
    for file in by_rest[: count - sum(shares.values())]:
        shares[file] += 1
    return [chance.choice(found[file][span]) for file in found for span in sorted(chance.sample(list(found[file]), shares[file]))]
