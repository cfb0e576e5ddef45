"""Starts and stops the gateway's processes in the order in which they need each other."""

from collections.abc import Sequence

from ops.errors import CommandError
from ops.processes import KINDS, STOP_ORDER, ProcessFolder, ProcessRecord, is_live, kind_of
from ops.registries import provide_key_ring, transports_of
from ops.settings import Settings


def start_processes(settings: Settings, bootstrap: str) -> list[ProcessRecord]:
    """Starts what does not run yet and waits until all are ready; a half-done start is left as it is, for its logs.

    Raises CommandError when processes of another cluster still run, or one does not become ready.
    """
    provide_key_ring(settings)
    folder = ProcessFolder(settings.home)
    with folder.alone():
        live = {record.name: record for record in folder.records() if is_live(record)}
        strangers = [record.name for record in live.values() if record.bootstrap != bootstrap]
        if strangers:
            raise CommandError(
                f"{', '.join(strangers)} still run for another Kafka ({live[strangers[0]].bootstrap}); run `strgw down` first.",
                "process",
            )
        names = [(f"{kind}-{number}", kind) for kind in KINDS for number in range(1, _how_many(kind, settings) + 1)]
        records = [live.get(name) or folder.start(name, [kind], bootstrap) for name, kind in names]
        return [record if record.name in live and record.metrics else folder.wait_ready(record) for record in records]


def stop_processes(settings: Settings) -> list[tuple[ProcessRecord, bool]]:
    """Stops every process, the intake first; with each record whether it went by itself."""
    folder = ProcessFolder(settings.home)
    if not folder.records():
        return []
    with folder.alone():
        return [(record, folder.stop(record)) for record in sorted(folder.records(), key=_stop_rank)]


def _how_many(kind: str, settings: Settings) -> int:
    """Processes of a kind: nothing is sent where every FIU reads its topic, and a door is open where it is set."""
    if kind == "send":
        return 1 if transports_of(settings) else 0
    if kind == "http":
        return 0 if settings.http_port is None else 1
    if kind == "files":
        return 0 if settings.files is None else 1
    return settings.workers if kind == "worker" else 1


def _stop_rank(record: ProcessRecord) -> tuple[int, str]:
    order: Sequence[str] = STOP_ORDER
    kind = kind_of(record)
    return (order.index(kind) if kind in order else len(order), record.name)
