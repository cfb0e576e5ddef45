"""Opens the file door: a lane for each partner that leaves files, with its own transactions, and closes them in reverse."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from connectors.files.sftp import Server
from connectors.kafka.scan import CommittedLog
from connectors.kafka.transactions import TransactionalWriter
from connectors.partners.accept import Acceptor
from connectors.partners.files.folder import FolderPlace
from connectors.partners.files.lane import Lane, Spot
from connectors.partners.files.place import Place, Ripening
from connectors.partners.files.progress import STATE_TOPIC, Progress
from connectors.partners.files.registry import FileDoor
from connectors.partners.files.sftp import SftpPlace
from connectors.partners.files.taking import Taker, Tools
from connectors.secret import secret_at
from ops.file_meters import FileMetrics
from ops.registries import keyring, switches_of
from ops.settings import Settings
from schemas.registry import Partner
from schemas.topics import partner_transfers


class Doors(NamedTuple):
    """Every row of files.yaml, and the partners of the registry."""

    rows: Sequence[FileDoor]
    partners: Mapping[str, Partner]

    @property
    def names(self) -> list[str]:
        """Partners that leave files."""
        return sorted({row.partner for row in self.rows})

    def of(self, partner: str) -> list[FileDoor]:
        """The rows of one partner."""
        return [row for row in self.rows if row.partner == partner]


@contextmanager
def open_lanes(
    settings: Settings, bootstrap: str, doors: Doors, meters: FileMetrics, stopping: threading.Event
) -> Iterator[list[Lane]]:
    """The lanes, not started. Raises TopicMissing, KafkaError, SecretMissing, FormatError.

    1. The writers first: each aborts what a predecessor left open and shuts it out, so that nobody changes what is read then.
    2. How far each file came.
    """
    with ExitStack() as stack:
        log = stack.enter_context(CommittedLog(bootstrap))
        for topic in (STATE_TOPIC, *map(partner_transfers, doors.names)):
            log.partitions(topic)
        writers = {name: TransactionalWriter(bootstrap, f"files-{name}") for name in doors.names}  # 1
        for writer in writers.values():
            stack.callback(writer.close)
        progress = Progress.by_partner(log.scan(STATE_TOPIC))  # 2
        keys, switches = keyring(settings), switches_of(settings, doors.partners)
        tools = Tools(lambda: time.time_ns() // 1_000_000, meters, stopping.is_set)
        lanes = []
        for name in doors.names:
            acceptor = Acceptor(doors.partners[name], keys, tools.now_ms, is_disabled=switches.of(name))
            spool = settings.home / "files" / name
            taker = Taker(acceptor, progress.get(name) or Progress(), writers[name], spool, tools)
            lanes.append(Lane(taker, [_spot(row) for row in doors.of(name)], stopping, meters.away(name)))
        yield lanes


def _spot(row: FileDoor) -> Spot:
    place: Place = FolderPlace(Path(row.inbox))
    if row.kind == "sftp":
        phrase = secret_at(row.secret, row.partner, "files.yaml") if row.secret else None
        server = Server(row.host, row.port, row.user, Path(row.key_file), row.host_keys, phrase, row.timeout_s)
        place = SftpPlace(server, row.inbox)
    return Spot(place, row.pause_s, Ripening(row.settle_s if row.complete == "unchanged" else 0.0))
