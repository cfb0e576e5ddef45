"""The result of the bench for people."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.table import Table

if TYPE_CHECKING:
    from ops.bench.http import HttpResult
    from ops.bench.latency import Latency
    from ops.bench.machine import Machine
    from ops.bench.run import Memory, Result, Steady, Throughput


def tables(result: "Result") -> Iterator[Table | str]:
    """Parts to print, in order."""
    yield _machine(result.machine)
    yield f"Layout: {', '.join(f'{name} {value}' for name, value in result.layout.items())}."
    yield from _throughput(result.throughput, result.stream)
    yield _memory(result.memory)
    if result.steady is not None:
        yield _latency(result.steady.latency, result.steady.rate)
        yield _busy(result.steady)


def http_lines(result: "HttpResult") -> Iterator[Table | str]:
    """The result of `--http`."""
    batches, singles = result.batches, result.singles
    yield _machine(result.machine)
    yield (
        f"HTTP, batches of {batches.lines_a_batch} on {batches.connections} connections: {batches.transfers:,} transfers stored in "
        f"{batches.seconds:.1f} s: {batches.per_second:,.0f}/s."
    )
    table = _table("ms until the answer", "count", "p50", "p95", "p99", "worst")
    for name, row in (("a batch", batches.batch_ms), (f"one transfer, at {singles.rate:,.0f}/s", singles.answer_ms)):
        table.add_row(name, f"{row.count:,}", *(f"{number:,.1f}" for number in (row.p50, row.p95, row.p99, row.worst)))
    yield table
    yield (
        "Processors kept busy at that rate: "
        + ", ".join(f"{name} {share:.2f}" for name, share in singles.cpu_share.items())
        + "."
    )


def _machine(machine: "Machine") -> str:
    return (
        f"{machine.cpus} x {machine.processor}, {machine.memory_mb:,} MB, {machine.system}, Python {machine.python}, Kafka {machine.kafka}; "
        f"load before {machine.load_before}, a fixed loop takes {machine.loop_ms} ms."
    )


def _throughput(found: "Throughput", stream: str) -> Iterator[Table | str]:
    yield (
        f"Throughput, {stream} stream: {found.transfers:,} transfers judged and filed in {found.seconds:.1f} s: {found.per_second:,.0f}/s; "
        f"{found.cpu_us_per_transfer:,.0f} us of processor time each."
    )
    stages = _table("step", "done after s", "records in", "records out", "state changes", "commits", "ms a commit")
    for name, work in found.stages.items():
        numbers = (work.records, work.outputs, work.changes, work.commits)
        stages.add_row(name, f"{work.done_s:.1f}", *(f"{number:,}" for number in numbers), f"{work.commit_ms:.1f}")
    yield stages
    processes = _table("process", "processor s", "us a transfer")
    for name, seconds in found.cpu_s.items():
        processes.add_row(name, f"{seconds:.1f}", f"{seconds / found.transfers * 1e6:,.0f}")
    yield processes


def _memory(memory: "Memory") -> str:
    return (
        f"Memory: workers grew from {memory.workers_empty_mb:,.0f} to {memory.workers_full_mb:,.0f} MB for {memory.entities:,} entities: "
        f"{memory.mb_per_million_entities:,.0f} MB a million ({memory.encoded_bytes_per_entity:,.0f} bytes each as stored). "
        f"Restore: {memory.restored:,} changelog records in {memory.restore_s:.1f} s."
    )


def _latency(latency: "Latency", rate: float) -> Table:
    table = _table(f"latency at {rate:,.0f}/s, ms", "count", "p50", "p95", "p99", "worst")
    rows = latency.hops | {"partner append to judged": latency.judged, "partner append to finding": latency.findings}
    for name, row in rows.items():
        table.add_row(name, f"{row.count:,}", *(f"{value:,.0f}" for value in (row.p50, row.p95, row.p99, row.worst)))
    return table


def _busy(steady: "Steady") -> str:
    shares = ", ".join(f"{name} {share:.0%}" for name, share in steady.cpu_share.items())
    commits = ", ".join(f"{stage} {count:.0f}" for stage, count in steady.commits_per_second.items())
    return f"At {steady.rate:,.0f}/s of one processor: {shares}. Commits a second: {commits}."


def _table(first: str, *numbers: str) -> Table:
    table = Table(box=SIMPLE)
    table.add_column(first)
    for number in numbers:
        table.add_column(number, justify="right")
    return table
