"""Metrics: closed labels, loopback only, and nothing about suspicion where the intake serves."""

import socket
import urllib.request
from typing import get_args

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from connectors.fius.delivered import Waiting
from connectors.register.overview import Standing
from ops.meters import DeliveryMetrics, IntakeMetrics, RegisterMetrics, ResultMetrics, WorkerMetrics
from ops.metrics import METRICS, Metrics, Name
from streams.runtime.meters import Committed, Restored

SUSPICION_LABELS = {"typology", "fiu", "state", "within"}
HOUR_MS = 3_600_000


def shown(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Samples as a scraper reads them: (name, sorted labels) -> value."""
    families = text_string_to_metric_families(generate_latest(metrics.registry).decode())
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for family in families for sample in family.samples}


def test_every_name_is_described_once_and_in_base_units() -> None:
    assert sorted(metric.name for metric in METRICS) == sorted(get_args(Name))
    assert all(metric.name.endswith("_seconds") for metric in METRICS if metric.kind == "histogram")
    assert all(metric.bounds == tuple(sorted(metric.bounds)) for metric in METRICS)
    assert not [metric.name for metric in METRICS if metric.name.endswith(("_total", "_ms"))]


def test_a_family_cannot_be_made_as_another_kind_than_described() -> None:
    with pytest.raises(TypeError, match="strgw_events is a counter, not a gauge"):
        Metrics().gauge("strgw_events")


def test_the_intakes_endpoint_shows_nothing_that_depends_on_suspicion() -> None:
    metrics = Metrics(with_process=False)
    intake = IntakeMetrics(metrics, ["demo"])
    intake.events("demo", "accepted", 3)
    intake.quarantined("not_json", 1)
    intake.commit(0.02, 4)
    intake.lag("demo", 9)
    samples = shown(metrics)
    families = {
        "strgw_events",
        "strgw_quarantined",
        "strgw_commit_seconds",
        "strgw_intake_lag_events",
        "strgw_intake_waiting_partitions",
    }
    assert {name for name, _ in samples if not any(name.startswith(family) for family in families)} == set()
    assert {label for _, labels in samples for label, _ in labels} & SUSPICION_LABELS == set()
    assert samples["strgw_events_total", (("outcome", "accepted"), ("partner", "demo"))] == 3
    assert samples["strgw_quarantined_total", (("reason", "not_json"), ("stage", "intake"))] == 1
    assert samples["strgw_commit_seconds_sum", (("stage", "intake"),)] == 0.02


def test_partners_start_at_zero_so_that_a_first_event_is_a_rise() -> None:
    metrics = Metrics(with_process=False)
    IntakeMetrics(metrics, ["demo"])
    assert shown(metrics)["strgw_events_total", (("outcome", "quarantined"), ("partner", "demo"))] == 0


def test_a_partner_outside_the_registry_is_no_label() -> None:
    intake = IntakeMetrics(Metrics(with_process=False), ["demo"])
    with pytest.raises(KeyError):
        intake.events("Aigul Sadykova", "accepted", 1)


@pytest.mark.parametrize("text", ["Aigul Sadykova", "+996555000001", "", "x" * 41, "not-json"])
def test_what_is_no_code_is_counted_without_becoming_a_label(text: str) -> None:
    metrics = Metrics(with_process=False)
    IntakeMetrics(metrics, []).quarantined(text, 2)
    assert shown(metrics)["strgw_quarantined_total", (("reason", "other"), ("stage", "intake"))] == 2
    assert {dict(labels).get("reason") for name, labels in shown(metrics) if name == "strgw_quarantined_total"} == {"other"}


def test_reason_codes_beyond_the_bound_share_one_label() -> None:
    metrics = Metrics(with_process=False)
    intake = IntakeMetrics(metrics, [])
    for number in range(300):
        intake.quarantined(f"code_{number}", 1)
    reasons = [labels for name, labels in shown(metrics) if name == "strgw_quarantined_total"]
    assert len(reasons) == 201
    assert shown(metrics)["strgw_quarantined_total", (("reason", "other"), ("stage", "intake"))] == 100


def test_a_worker_shows_each_stage_by_itself() -> None:
    metrics = Metrics(with_process=False)
    worker = WorkerMetrics(metrics)
    worker.committed(Committed("detect", 2, 0.03, records=5, changes=11, outputs=1))
    worker.latency("detect", 0.05)
    worker.restored(Restored("detect", 2, 1.5, records=100, keys=40))
    worker.quarantined("detect", "not_decodable")
    worker.loop_lag(0.001)
    samples = shown(metrics)
    detect = (("stage", "detect"),)
    assert samples["strgw_stage_records_total", detect] == 5
    assert samples["strgw_stage_outputs_total", detect] == 1
    assert samples["strgw_stage_state_changes_total", detect] == 11
    assert samples["strgw_stage_latency_seconds_bucket", (("le", "0.06"), *detect)] == 1
    assert samples["strgw_stage_latency_seconds_bucket", (("le", "0.04"), *detect)] == 0
    assert samples["strgw_restore_seconds_sum", detect] == 1.5
    assert samples["strgw_restored_keys", (("partition", "2"), *detect)] == 40
    assert samples["strgw_quarantined_total", (("reason", "not_decodable"), *detect)] == 1
    assert samples["strgw_stage_records_total", (("stage", "admit"),)] == 0
    assert not [name for name, _ in samples if "fiu" in name or "finding" in name]


def test_what_was_said_of_a_partition_is_forgotten_when_the_assignment_changes() -> None:
    metrics = Metrics(with_process=False)
    worker = WorkerMetrics(metrics)
    worker.lag("detect", 0, 7)
    worker.lag("admit", 0, 8)
    worker.owned("detect", 1)
    samples = shown(metrics)
    assert ("strgw_stage_lag_records", (("partition", "0"), ("stage", "detect"))) not in samples
    assert samples["strgw_stage_lag_records", (("partition", "0"), ("stage", "admit"))] == 8
    assert samples["strgw_stage_partitions", (("stage", "detect"),)] == 1


def test_held_filings_are_shown_by_the_time_left_until_their_deadline() -> None:
    metrics = Metrics(with_process=False)
    delivery = DeliveryMetrics(metrics, ["AE", "AU"])
    now = 1_800_000_000_000
    lefts = [-1, 0, 4 * HOUR_MS - 1, 4 * HOUR_MS, 24 * HOUR_MS - 1, 24 * HOUR_MS]
    delivery.waiting(
        [*(Waiting("AE", now - 5000, now + left) for left in lefts), Waiting("AU", now - 9000, None), Waiting("", now, now)], now
    )
    samples = shown(metrics)
    due = {
        (fiu, within): samples["strgw_filings_due", (("fiu", fiu), ("within", within))]
        for fiu in ("AE", "AU")
        for within in ("overdue", "4h", "24h")
    }
    assert due == {
        ("AE", "overdue"): 1,
        ("AE", "4h"): 2,
        ("AE", "24h"): 2,
        ("AU", "overdue"): 0,
        ("AU", "4h"): 0,
        ("AU", "24h"): 0,
    }
    assert [samples["strgw_held_filings", (("fiu", fiu),)] for fiu in ("AE", "AU", "none")] == [6, 1, 1]
    assert samples["strgw_held_oldest_seconds", ()] == 9
    delivery.waiting([], now)
    samples = shown(metrics)
    assert {value for (name, _), value in samples.items() if name.startswith(("strgw_held", "strgw_filings_due"))} == {0}


def test_filings_findings_and_cases_are_counted_for_the_operator() -> None:
    metrics = Metrics(with_process=False)
    delivery, results = DeliveryMetrics(metrics, ["AE"]), ResultMetrics(metrics, ["TS-F01"])
    delivery.filing("AE", "published")
    delivery.filing("", "held")
    delivery.rendered(0.5, 2)
    delivery.lag(3)
    results.finding("TS-F01")
    results.case("open")
    samples = shown(metrics)
    assert samples["strgw_filings_total", (("fiu", "AE"), ("state", "published"))] == 1
    assert samples["strgw_filings_total", (("fiu", "none"), ("state", "held"))] == 1
    assert samples["strgw_delivery_seconds_sum", ()] == 0.5
    assert samples["strgw_delivery_lag_records", ()] == 3
    assert samples["strgw_findings_total", (("typology", "TS-F01"),)] == 1
    assert samples["strgw_case_versions_total", (("state", "open"),)] == 1


def test_the_register_shows_filings_by_state_and_what_is_late_and_forgets_what_is_over() -> None:
    metrics = Metrics(with_process=False)
    register = RegisterMetrics(metrics, ["AE", "KG"])
    now = 1_000 * HOUR_MS
    register.standing(
        Standing({("AE", "rejected"): 2, ("", "held"): 1}, [("AE", now - 1), ("AE", now + HOUR_MS), ("", now + 90 * HOUR_MS)]),
        now,
    )
    register.answer("KG", "accepted")
    register.decision("approve")
    register.lag(7)
    register.purged(3)
    samples = shown(metrics)
    assert samples["strgw_quarantine_purged_total", ()] == 3
    assert samples["strgw_register_filings", (("fiu", "AE"), ("state", "rejected"))] == 2
    assert samples["strgw_register_filings", (("fiu", "none"), ("state", "held"))] == 1
    assert [samples["strgw_register_due", (("fiu", "AE"), ("within", bound))] for bound in ("overdue", "4h", "24h")] == [1, 1, 0]
    assert samples["strgw_answers_total", (("fiu", "KG"), ("status", "accepted"))] == 1
    assert samples["strgw_decisions_total", (("action", "approve"),)] == 1
    assert samples["strgw_register_lag_records", ()] == 7
    register.standing(Standing({}, []), now)
    assert shown(metrics)["strgw_register_filings", (("fiu", "AE"), ("state", "rejected"))] == 0
    assert shown(metrics)["strgw_register_due", (("fiu", "AE"), ("within", "overdue"))] == 0


@pytest.mark.parametrize("word", ["Bakyt Testov", "published"])
def test_what_is_no_decision_or_answer_is_no_label(word: str) -> None:
    register = RegisterMetrics(Metrics(with_process=False), ["AE"])
    with pytest.raises(KeyError):
        register.decision(word)
    with pytest.raises(KeyError):
        register.answer("AE", word)


def test_metrics_are_served_on_loopback_only() -> None:
    metrics = Metrics()
    IntakeMetrics(metrics, ["demo"])
    port = metrics.serve(0)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            assert b'strgw_events_total{outcome="accepted",partner="demo"} 0.0' in answer.read()
        with socket.socket() as other:
            other.settimeout(2)
            # Linux answers on all of 127.0.0.0/8: a server bound to every address would take this connection.
            assert other.connect_ex(("127.0.0.2", port)) != 0
    finally:
        metrics.close()
