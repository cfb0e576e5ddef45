"""What a measurement was made on."""

import os
import platform
import time
from importlib.metadata import version
from pathlib import Path

import msgspec

from connectors.kafka.jars import KAFKA

ROUNDS = 10
PACKAGES = ("faust-streaming", "aiokafka", "kafka-python", "confluent-kafka", "msgspec")


class Machine(msgspec.Struct, frozen=True):
    """Processor, memory, system, versions.

    load_before  processes that wanted a processor just before the run (mean of a minute)
    loop_ms      processor time of a fixed loop then: on a machine shared with others it shows how much slower it is just now
    """

    cpus: int
    processor: str
    memory_mb: int
    system: str
    python: str
    kafka: str
    packages: dict[str, str]
    load_before: float
    loop_ms: float


def this_machine() -> Machine:
    """The facts of this machine now."""
    return Machine(
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0,
        _processor(),
        os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
        f"{platform.system()} {platform.release()}",
        platform.python_version(),
        KAFKA.rpartition(":")[2],
        {name: version(name) for name in PACKAGES},
        round(os.getloadavg()[0], 2),
        _loop_ms(),
    )


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for line in facts.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _loop_ms() -> float:
    """Mean over several rounds, spread over a second."""
    took = []
    for _ in range(ROUNDS):
        started, total = time.process_time(), 0
        for number in range(500_000):
            total += number
        took.append(time.process_time() - started)
        time.sleep(0.1)
    return round(sum(took) / ROUNDS * 1000, 1)
