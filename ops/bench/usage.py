"""Processor time and memory of the gateway's processes (psutil)."""

from collections.abc import Mapping

import msgspec

from ops.errors import CommandError


class Usage(msgspec.Struct, frozen=True):
    """Processor seconds (user and system) and resident bytes of one process since its start."""

    cpu_s: float
    rss: int


def usage_of(pids: Mapping[str, int]) -> dict[str, Usage]:
    """Usage by process name. Raises CommandError without psutil, or when a process is gone."""
    try:
        import psutil
    except ImportError as error:
        raise CommandError("The bench needs psutil; install the gateway with the extra `bench`.", "psutil") from error
    found = {}
    for name, pid in pids.items():
        try:
            process = psutil.Process(pid)
            times = process.cpu_times()
            found[name] = Usage(times.user + times.system, int(process.memory_info().rss))
        except psutil.NoSuchProcess as error:
            raise CommandError(f"The process {name} ended during the measurement; see its log.", "process") from error
    return found


def spent(before: Mapping[str, Usage], after: Mapping[str, Usage]) -> dict[str, float]:
    """Processor seconds by process between two moments."""
    return {name: round(after[name].cpu_s - usage.cpu_s, 3) for name, usage in before.items() if name in after}
