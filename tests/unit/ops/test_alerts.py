"""Alert rules and dashboard: they ask only for metrics that exist, and promtool agrees with the rules and their tests."""

import json
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from ops.metrics import METRICS

OPS = Path(str(files("ops")))
ALERTS = OPS / "alerts"
PROCESS = {"process_start_time_seconds", "process_resident_memory_bytes", "up"}  # of the client library and of Prometheus


def series() -> set[str]:
    """Names a scraper sees."""
    suffixes = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_count", "_sum"]}
    return {metric.name + suffix for metric in METRICS for suffix in suffixes[metric.kind]}


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((ALERTS / "strgw.rules.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((OPS / "dashboards" / "strgw.json").read_text(encoding="utf-8"))
    return loaded


def expressions() -> list[str]:
    return [rule["expr"] for rule in rules()] + [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]


def named(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:strgw|process)_[a-z0-9_]+|\bup\b", re.sub(r'"[^"]*"', "", expression)))


def test_alerts_and_dashboard_ask_only_for_metrics_that_exist() -> None:
    assert expressions()
    asked = set().union(*(named(expression) for expression in expressions()))
    assert asked - PROCESS - series() == set()


def test_every_metric_is_shown_or_alerted_on() -> None:
    asked = set().union(*(named(expression) for expression in expressions()))
    assert [metric.name for metric in METRICS if not any(name.startswith(metric.name) for name in asked)] == []


def test_labels_in_expressions_are_labels_of_their_metric() -> None:
    labels = {metric.name: set(metric.labels) for metric in METRICS}
    for expression in expressions():
        for name, matchers in re.findall(r"\b(strgw_[a-z_]+?)(?:_total|_bucket|_count|_sum)?\{([^}]*)\}", expression):
            assert set(re.findall(r"([a-z]+)\s*(?:=|!=|=~|!~)", matchers)) <= labels[name] | {"le"}, expression


def test_the_bound_an_alert_counts_from_is_a_bound_of_the_histogram() -> None:
    bounds = {metric.name: {f"{bound}" for bound in metric.bounds} for metric in METRICS}
    used = [
        found for expression in expressions() for found in re.findall(r'\b(strgw_[a-z_]+)_bucket\{le="([^"]+)"\}', expression)
    ]
    assert used
    assert [(name, bound) for name, bound in used if bound not in bounds[name]] == []


def test_every_alert_says_how_bad_it_is_and_names_a_runbook_that_exists() -> None:
    assert {rule["labels"]["severity"] for rule in rules()} == {"critical", "warning"}
    assert [rule["alert"] for rule in rules() if not (OPS.parent / rule["annotations"]["runbook"]).is_file()] == []


def test_every_alert_has_a_test_of_its_own() -> None:
    tests = yaml.safe_load((ALERTS / "strgw.test.yml").read_text(encoding="utf-8"))["tests"]
    fired = {check["alertname"] for test in tests for check in test["alert_rule_test"] if check.get("exp_alerts")}
    assert sorted(fired) == sorted(rule["alert"] for rule in rules())


def test_panels_have_their_own_place_and_say_what_they_show() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert [panel["title"] for panel in panels if not panel["description"]] == []
    cells = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in panels
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)


@pytest.mark.parametrize(
    "arguments", [["check", "rules", "strgw.rules.yml"], ["test", "rules", "strgw.test.yml"]], ids=["check", "test"]
)
def test_promtool_accepts_the_rules(arguments: list[str]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: apt-get install prometheus; .ci/run fetches it)")
    done = subprocess.run([promtool, *arguments], cwd=ALERTS, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
