"""The bench: throughput, latency and memory of the whole chain on this machine, with real processes and a broker of its own."""

import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

import msgspec

from connectors.kafka.scan import CommittedLog
from connectors.partners.post import Poster
from ops.bench.gateway import PARTNER, Gateway, Layout, throwaway_gateway
from ops.bench.latency import Latency, Marks
from ops.bench.load import STREAMS
from ops.bench.machine import Machine, this_machine
from ops.bench.usage import Usage, spent, usage_of
from ops.errors import CommandError
from ops.settings import Settings
from ops.settled import last_records, unsettled
from ops.status import scrape
from schemas import topics
from streams.runtime.log_reader import LogReader
from streams.runtime.restore import restore

LOOK_S = 1.0  # a look costs 20 ms of the processors that are measured; when things ended is read from the topics
STUCK_S = 120.0  # DEF: nothing at all was committed for this long
WARM_UP_EVENTS = 2_000  # opens connections, fills caches and creates the groups; not measured
Advance = Callable[[int, int, str], None]


class Load(NamedTuple):
    """What to measure: events of `stream` (one of load.STREAMS), preloaded, then `rate` a second for `seconds`."""

    stream: str = "simulated"
    events: int = 120_000  # half a minute and more: what the last reports wait for weighs little
    rate: float = 1_000.0
    seconds: float = 30.0


class StageWork(msgspec.Struct, frozen=True):
    """One step of the chain in the throughput run. done_s: its last commit, from the first of intake; sums over its partitions."""

    done_s: float
    records: int
    outputs: int
    changes: int
    commits: int
    commit_ms: float


class Throughput(msgspec.Struct, frozen=True):
    """Preloaded events through the whole chain. seconds: from the first commit of intake until everything is judged and filed.

    cpu_s  processor seconds by process; cpu_us_per_transfer: all of them together: what other load on the machine changes least
    """

    transfers: int
    seconds: float
    per_second: float
    cpu_us_per_transfer: float
    cpu_s: dict[str, float]
    stages: dict[str, StageWork]


class Memory(msgspec.Struct, frozen=True):
    """Resident memory that the workers gained over their empty start, and what they hold for it.

    entities  live keys of detect; restore_s: reading their states back, one partition after the other
    """

    workers_empty_mb: float
    workers_full_mb: float
    entities: int
    mb_per_million_entities: float
    encoded_bytes_per_entity: float
    restored: int
    restore_s: float


class Steady(msgspec.Struct, frozen=True):
    """The run at a steady rate. cpu_share: processors kept busy by each process while events came in, the broker among them."""

    rate: float
    cpu_share: dict[str, float]
    commits_per_second: dict[str, float]
    latency: Latency


class Result(msgspec.Struct, frozen=True):
    """All that the bench measured."""

    machine: Machine
    layout: dict[str, object]
    stream: str
    throughput: Throughput
    memory: Memory
    steady: Steady | None


def run(settings: Settings, layout: Layout, load: Load, advance: Advance) -> Result:
    """Measures throughput, memory, then latency on the gateway as it is then."""
    machine = this_machine()
    at_rate = int(load.rate * load.seconds)
    total = WARM_UP_EVENTS + load.events + at_rate
    stream = STREAMS[load.stream](total)
    with throwaway_gateway(settings, layout) as gateway:
        poster = Poster(gateway.bootstrap, PARTNER)
        try:
            empty = _warmed_up(gateway, layout, poster, stream)
            throughput = _throughput(gateway, layout, poster, list(islice(stream, load.events)), advance)
            memory = _memory(gateway, empty)
            steady = _steady(gateway, poster, list(stream), load, advance) if at_rate else None
        finally:
            poster.close()
    shown: dict[str, object] = {"workers": layout.workers, "intakes": layout.intakes, "partitions": layout.partitions}
    return Result(machine, shown | {"broker_heap_mb": layout.heap_mb}, load.stream, throughput, memory, steady)


def _warmed_up(gateway: Gateway, layout: Layout, poster: Poster, stream: Iterator[bytes]) -> dict[str, Usage]:
    """Starts the processes, passes a few events through them, and stops the intake; the usage of the empty processes."""
    gateway.start_layout(layout)
    empty = usage_of(gateway.pids())
    poster.post(list(islice(stream, WARM_UP_EVENTS)), None, time, lambda sent: None)
    _await_all(gateway, lambda note: None)
    for number in range(1, layout.intakes + 1):
        gateway.stop(f"intake-{number}")
    return empty


def _throughput(gateway: Gateway, layout: Layout, poster: Poster, lines: list[bytes], advance: Advance) -> Throughput:
    poster.post(lines, None, time, lambda sent: advance(sent, len(lines), "posted"))
    for number in range(1, layout.intakes + 1):
        gateway.start(f"intake-{number}", ["intake", "--instance", str(number)], wait=False)
    since_ms = time.time_ns() // 1_000_000
    before, work_before = usage_of(gateway.pids()), _work(gateway)
    for number in range(1, layout.intakes + 1):
        gateway.live[f"intake-{number}"] = gateway.folder.wait_ready(gateway.live[f"intake-{number}"])
    _await_all(gateway, lambda note: advance(0, 0, note))
    cpu, work = spent(before, usage_of(gateway.pids())), _work(gateway)
    with CommittedLog(gateway.bootstrap) as log:
        first = _first_after(log, topics.TRANSFERS, since_ms)
        done = {"intake": _last_write(log, topics.TRANSFERS)}
        done |= {stage: _last_write(log, topics.changelog(stage)) for stage in (*topics.INTERNAL_STAGES, "deliver")}
    seconds = (max(done.values()) - first) / 1000
    stages = {
        stage: _stage_work(work_before.get(stage, {}), work.get(stage, {}), round((done[stage] - first) / 1000, 3))
        for stage in done
    }
    count = len(lines)
    per_transfer = round(sum(cpu.values()) / count * 1e6, 1)
    return Throughput(count, round(seconds, 3), round(count / seconds, 1), per_transfer, cpu, stages)


def _steady(gateway: Gateway, poster: Poster, lines: list[bytes], load: Load, advance: Advance) -> Steady:
    marks = Marks(gateway.bootstrap, PARTNER)
    before, work_before = usage_of(gateway.pids()), _work(gateway)
    took = poster.post(lines, load.rate, time, lambda sent: advance(sent, len(lines), f"posted at {load.rate:,.0f}/s")).seconds
    cpu, work = spent(before, usage_of(gateway.pids())), _work(gateway)
    _await_all(gateway, lambda note: advance(0, 0, note))
    commits = {stage: work[stage].get("commits", 0.0) - work_before.get(stage, {}).get("commits", 0.0) for stage in work}
    return Steady(
        load.rate,
        {name: round(seconds / took, 3) for name, seconds in cpu.items()},
        {stage: round(count / took, 1) for stage, count in commits.items() if count},
        marks.latency(),
    )


def _memory(gateway: Gateway, empty: Mapping[str, Usage]) -> Memory:
    full = usage_of(gateway.pids())
    workers = [name for name in full if name.startswith("worker")]
    before, after = (sum(usage[name].rss for name in workers) / (1 << 20) for usage in (empty, full))
    entities = size = records = 0
    seconds = 0.0
    with LogReader(gateway.bootstrap) as reader:
        for partition in range(gateway.settings.partitions):
            found = restore(reader, topics.changelog("detect"), partition)
            entities += len(found.encoded)
            size += sum(len(key) + len(value) for key, value in found.encoded.items())
            records += found.records
            seconds += found.seconds
    per_million = (after - before) / entities * 1e6 if entities else 0.0
    return Memory(
        round(before, 1),
        round(after, 1),
        entities,
        round(per_million, 1),
        round(size / max(1, entities), 1),
        records,
        round(seconds, 3),
    )


def _await_all(gateway: Gateway, told: Callable[[str], None]) -> None:
    """Waits until every step of the chain has read everything. Raises CommandError when a process dies or nothing moves."""
    moved_at, last = time.monotonic(), -1.0
    while True:
        time.sleep(LOOK_S)
        dead = gateway.dead()
        if dead:
            raise CommandError(f"A process ended during the measurement: {dead[0]}", "process")
        done = sum(stage.get("records", 0.0) for stage in _work(gateway).values())
        told(f"{done:,.0f} records committed")
        if done != last:
            moved_at, last = time.monotonic(), done
            continue
        behind = unsettled(gateway.bootstrap)
        if behind is None:
            return
        if time.monotonic() - moved_at > STUCK_S:
            raise CommandError(
                f"Nothing moved for {STUCK_S:.0f} s and {behind} still had work; see the logs in {gateway.folder.home}.",
                "stuck",
            )


_COUNTED = {
    "strgw_stage_records_total": "records",
    "strgw_stage_outputs_total": "outputs",
    "strgw_stage_state_changes_total": "changes",
    "strgw_commit_seconds_count": "commits",
    "strgw_commit_seconds_sum": "seconds",
}


def _work(gateway: Gateway) -> dict[str, dict[str, float]]:
    """Counters by stage, summed over the processes."""
    found: dict[str, dict[str, float]] = {}
    for record in gateway.live.values():
        for name, labels, value in scrape(record.metrics) if record.metrics else ():
            if name in _COUNTED:
                of_stage = found.setdefault(labels["stage"], {})
                of_stage[_COUNTED[name]] = of_stage.get(_COUNTED[name], 0.0) + value
            elif name == "strgw_events_total":
                intake = found.setdefault("intake", {})
                intake["records"] = intake.get("records", 0.0) + value
            elif name == "strgw_filings_total":
                deliver = found.setdefault("deliver", {})
                deliver["records"] = deliver.get("records", 0.0) + value
    return found


def _stage_work(before: Mapping[str, float], after: Mapping[str, float], done_s: float) -> StageWork:
    def gained(name: str) -> float:
        return after.get(name, 0.0) - before.get(name, 0.0)

    commits = int(gained("commits"))
    commit_ms = gained("seconds") / commits * 1000 if commits else 0.0
    return StageWork(done_s, int(gained("records")), int(gained("outputs")), int(gained("changes")), commits, round(commit_ms, 2))


def _first_after(log: CommittedLog, topic: str, since_ms: int) -> int:
    times = [record.timestamp for record in log.scan(topic) if record.timestamp >= since_ms]
    if not times:
        raise CommandError(f"Nothing was written to {topic}; see the logs of the processes.", "bench")
    return min(times)


def _last_write(log: CommittedLog, topic: str) -> int:
    """When the last committed record of the topic was written, ms UTC; a stage writes its position last in each transaction."""
    spans = {partition: (offset, offset + 1) for partition, offset in last_records(log, topic).items() if offset >= 0}
    return max((record.timestamp for record in log.read(topic, spans)), default=0)
