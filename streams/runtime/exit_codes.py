"""Why a worker ended itself: one exit code and one sentence for each cause.

A worker that cannot prove that its state is right stops at once (fail-stop). Nothing is lost by that: what was not
committed is read again by the next owner. Whoever starts workers restarts them; a code that keeps coming back needs
the person named in its sentence.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import NoReturn

logger = logging.getLogger("strgw.runtime")


class ExitCode(IntEnum):
    """Exit codes of `strgw worker`; 0 to 2 are those of every command, 71 and up are these."""

    FENCED = 71
    COMMIT_FAILED = 72
    STATE_CORRUPT = 73
    FOLD_FAILED = 74
    BROKER_LOST = 75
    RESTORE_FAILED = 76
    SOURCE_GAP = 77
    STALLED = 78
    STATE_TOO_LARGE = 79
    ENGINE_FAILED = 80


ADVICE = {
    ExitCode.FENCED: "another worker took the partition over; nothing to do unless it repeats: then look for two workers "
    "whose --stages overlap under different application ids",
    ExitCode.COMMIT_FAILED: "Kafka refused the transaction; check the broker's log and disk, then restart the worker",
    ExitCode.STATE_CORRUPT: "the stage's state in its changelog topic cannot be read; restart with the release that wrote it, "
    "or delete the stage's .state topic to rebuild it from the source",
    ExitCode.FOLD_FAILED: "the stage's code failed on a readable record; keep the record's coordinate and report the defect",
    ExitCode.BROKER_LOST: "no broker answered in time; check STRGW_KAFKA and the broker, then restart the worker",
    ExitCode.RESTORE_FAILED: "the state could not be read back from its changelog topic; check the broker, then restart the worker",
    ExitCode.SOURCE_GAP: "records between the state and the source topic are missing; check the topic's retention, or whether it "
    "was recreated without its .state topic",
    ExitCode.STALLED: "records are waiting but none was processed; restart the worker and report it if it repeats",
    ExitCode.STATE_TOO_LARGE: "one entity's state exceeds its bound, which the stage's code must keep; report the defect",
    ExitCode.ENGINE_FAILED: "the stream engine stopped by itself; see the error above, then restart the worker",
}


_DEFECTS = (ExitCode.FOLD_FAILED, ExitCode.ENGINE_FAILED)  # only these need a stack trace


class Fault(Exception):
    """Something after which the process must not go on. `detail` names stage, partition and offset, never a person."""

    def __init__(self, code: ExitCode, detail: str) -> None:
        super().__init__(f"{code.name}: {detail}")
        self.code = code
        self.detail = detail


class StateTooLarge(Fault):
    """An encoded state above the bound of a key. Counted by its exit code: no metric of the process survives it."""

    def __init__(self, detail: str) -> None:
        super().__init__(ExitCode.STATE_TOO_LARGE, detail)


def fail_stop(fault: BaseException) -> NoReturn:
    """Ends the process now, without clean-up that could write; says why in one sentence."""
    known = fault if isinstance(fault, Fault) else Fault(ExitCode.ENGINE_FAILED, f"{type(fault).__name__}: {fault}")
    trace = fault if known.code in _DEFECTS else None
    logger.critical(
        "worker ends %s (exit %d): %s; %s.", known.code.name, known.code, known.detail, ADVICE[known.code], exc_info=trace
    )
    end_now(known.code)


def end_now(code: int) -> NoReturn:
    """Ends the process with no clean-up but of its log and output."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


@contextmanager
def ending_on_error() -> Iterator[None]:
    """Whatever escapes from the block ends the process: the one place where any exception is caught."""
    try:
        yield
    except Exception as error:  # noqa: BLE001
        fail_stop(error)
