"""The victim rules: each is kept by a test that exists, or says what is not built yet."""

import ast
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[3]
RULES = yaml.safe_load((ROOT / "schemas/reference/victim_rules.yaml").read_text(encoding="utf-8"))["rules"]


def test_all_twelve_rules_are_there() -> None:
    assert [rule["id"] for rule in RULES] == [f"V{number}" for number in range(1, 13)]


def test_every_rule_is_kept_by_a_test_or_says_what_is_not_built() -> None:
    for rule in RULES:
        assert bool(rule["kept_by"]) != bool(rule.get("not_built")), rule["id"]
        for test in rule["kept_by"]:
            path, _, name = test.partition("::")
            functions = {
                n.name
                for n in ast.walk(ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8")))
                if isinstance(n, ast.FunctionDef)
            }
            assert name in functions, f"{rule['id']}: {test}"
