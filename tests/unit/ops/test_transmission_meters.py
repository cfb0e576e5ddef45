"""What `strgw send` measures: closed labels, there from the start, for the operator alone."""

from typing import Any

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from connectors.fius.transports.transmission import Transmission
from ops.metrics import Metrics
from ops.transmission_meters import TransmissionMetrics

HOUR_MS = 3_600_000
NOW = 1_800_000_000_000


def shown(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(generate_latest(metrics.registry).decode())
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for family in families for sample in family.samples}


def row(fiu: str, left_ms: int, taken_ms: int) -> Transmission:
    due: dict[str, Any] = {"due_ms": NOW + left_ms, "taken_ms": taken_ms, "state": "staged"}
    return Transmission("f", fiu, "r", 1, 0, 0, "ref", "f.xml", "file", "d", False, **due)


def test_unsent_filings_are_shown_by_state_by_deadline_and_by_age() -> None:
    metrics = Metrics(with_process=False)
    meters = TransmissionMetrics(metrics, ["AE", "KG"])
    rows = [row("AE", -1, NOW - 9000), row("AE", HOUR_MS, NOW), row("AE", 5 * HOUR_MS, NOW), row("AE", 48 * HOUR_MS, NOW)]
    meters.unsent(rows, {("AE", "staged"): 4, ("AE", "sent"): 7}, NOW)
    samples = shown(metrics)
    due = {within: samples["strgw_unsent_due", (("fiu", "AE"), ("within", within))] for within in ("overdue", "4h", "24h")}
    assert due == {"overdue": 1, "4h": 1, "24h": 1}
    assert samples["strgw_transmissions", (("fiu", "AE"), ("state", "staged"))] == 4
    assert samples["strgw_transmissions", (("fiu", "AE"), ("state", "sent"))] == 7
    assert samples["strgw_unsent_oldest_seconds", (("fiu", "AE"),)] == 9
    assert samples["strgw_unsent_oldest_seconds", (("fiu", "KG"),)] == 0
    meters.unsent([], {}, NOW)
    assert {value for (name, _), value in shown(metrics).items() if name.startswith(("strgw_unsent", "strgw_transmissions"))} == {
        0
    }


def test_attempts_answers_and_failures_are_counted_under_closed_labels() -> None:
    metrics = Metrics(with_process=False)
    meters = TransmissionMetrics(metrics, ["AE"])
    meters.transmission("AE", "sent")
    meters.retry("AE")
    meters.failures("AE", 3)
    meters.barred("AE", True)
    meters.answer("AE", "unmatched")
    meters.quarantined("unreadable_filing")
    samples = shown(metrics)
    assert samples["strgw_transmission_attempts_total", (("fiu", "AE"), ("outcome", "sent"))] == 1
    assert samples["strgw_transmission_attempts_total", (("fiu", "AE"), ("outcome", "retry"))] == 1
    assert samples["strgw_transmission_attempts_total", (("fiu", "AE"), ("outcome", "refused"))] == 0
    assert samples["strgw_transmission_failures", (("fiu", "AE"),)] == 3
    assert samples["strgw_channel_barred", (("fiu", "AE"),)] == 1
    assert samples["strgw_receipts_total", (("fiu", "AE"), ("status", "unmatched"))] == 1
    assert samples["strgw_quarantined_total", (("reason", "unreadable_filing"), ("stage", "send"))] == 1
    with pytest.raises(KeyError):
        meters.answer("AE", "Aigul Sadykova")
    with pytest.raises(KeyError):
        meters.transmission("QQ", "sent")
