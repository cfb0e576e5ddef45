"""A long-running connector process: stops on SIGTERM or Ctrl-C, and ends itself with a named exit code when it must not go on."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable

from ops.settings import Settings

# Exit codes of connector processes: where a worker has the same cause, it has the same number (streams.runtime.exit_codes).
EXIT_FENCED, EXIT_COMMIT_LOST, EXIT_BROKER_AWAY, EXIT_DATABASE_AWAY = 71, 72, 75, 81
EXIT_CODES_HELP = (
    "Exit code 0: stopped; 71: another process of this name took over; 72: a transaction did not commit; 75: no broker; 81: no database. "
    "After any of them nothing is lost or done twice: start it again."
)


# DEF: what follows the judging (reports, the register) and is due in days leaves the processors to what must keep pace with the partners
PATIENT = 5


class DatabaseAway(Exception):
    """The register's database does not answer, or another writer holds it for too long."""


def serve(settings: Settings, name: str, work: Callable[[threading.Event], None], niceness: int = 0) -> int:
    """Runs `work` until it returns, which it does soon after the event is set; the exit code of the process.

    name      of the command, for the sentence that says what to start again
    niceness  added to the process's own, as by nice(1)
    """
    from kafka.errors import KafkaError

    from connectors.kafka.transactions import CommitLost, Fenced

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("strgw").setLevel(settings.log_level)
    os.nice(niceness)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        work(stopping)
    except Fenced as error:
        return _ended(name, EXIT_FENCED, f"Another process of the same --instance took over; this one ends ({error}).")
    except CommitLost as error:
        return _ended(
            name,
            EXIT_COMMIT_LOST,
            f"A transaction did not commit and nothing of it counts; start `strgw {name}` again ({error}).",
        )
    except KafkaError as error:
        return _ended(
            name, EXIT_BROKER_AWAY, f"Kafka does not answer; check STRGW_KAFKA and start `strgw {name}` again ({error})."
        )
    except DatabaseAway as error:
        return _ended(
            name,
            EXIT_DATABASE_AWAY,
            f"The database does not answer; check STRGW_DATABASE and start `strgw {name}` again ({error}).",
        )
    return 0


def _ended(name: str, code: int, sentence: str) -> int:
    logging.getLogger(f"strgw.{name}").error("%s", sentence)
    sys.stderr.flush()
    return code
