"""Background processes that outlive the one that started them, told apart from strangers by pid and start time."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_POLL_S = 0.02
_DEAD_STATES = ("Z", "X")


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process: its pid and when it was started (an opaque word of the operating system), since pids are used again."""

    pid: int
    started: str


def identity(pid: int) -> ProcessIdentity | None:
    """Identity of the live process `pid`, or None where there is none (a zombie counts as none)."""
    proc = Path("/proc/self/stat")
    found = _from_proc(pid) if proc.exists() else _from_ps(pid)
    return ProcessIdentity(pid, found) if found else None


def is_running(process: ProcessIdentity) -> bool:
    """Whether exactly this process still lives."""
    with suppress(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)  # if it is a child of ours that ended, let it go
    return identity(process.pid) == process


def spawn(command: Sequence[str], log: Path, environ: Mapping[str, str]) -> ProcessIdentity:
    """Starts `command` in a session of its own, its output appended to `log`; it survives a kill of this process.

    Raises OSError when the program cannot be run.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    pid = os.posix_spawn(command[0], list(command), dict(environ), file_actions=actions, setsid=True)
    return identity(pid) or ProcessIdentity(pid, "ended at once")


def stop(process: ProcessIdentity, grace_s: float) -> bool:
    """Ends `process` with SIGTERM, and with SIGKILL after `grace_s` seconds; True if it went by itself or was gone already."""
    if _ended(process, signal.SIGTERM, grace_s):
        return True
    _ended(process, signal.SIGKILL, grace_s)
    return False


def _ended(process: ProcessIdentity, number: signal.Signals, within_s: float) -> bool:
    if not is_running(process):
        return True
    with suppress(ProcessLookupError):
        os.kill(process.pid, number)
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if not is_running(process):
            return True
        time.sleep(_POLL_S)
    return not is_running(process)


def _from_proc(pid: int) -> str:
    """Boot id and start tick of a live process (proc(5): state is field 3, starttime field 22), "" where there is none."""
    try:
        # The command in field 2 may hold spaces and brackets: count from the last bracket.
        after_command = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if after_command[0] in _DEAD_STATES else f"{boot}/{after_command[19]}"


def _from_ps(pid: int) -> str:
    """Start time as ps(1) prints it, for systems without /proc."""
    result = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = result.stdout.strip().partition(" ")
    return "" if state[:1] in ("", *_DEAD_STATES) else " ".join(started.split())
