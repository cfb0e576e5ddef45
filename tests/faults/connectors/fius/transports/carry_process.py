"""Carries one filing in a child process that kills itself at a given moment: `carry_process.py`, told what to do line by line.

Each line is JSON: {"at": moment or -1, "row": filing id, "database": URL, "channel": {...}}. The answer is the child's end: "killed", or
the state of the transmission. A moment lies before and after every note in the ledger and every act of the channel, and within
them: before bytes are made durable, between two packets, before and after a rename.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paramiko

from connectors.files.sftp import Server
from connectors.fius.transports.carry import Carrier
from connectors.fius.transports.channel import Channel, Outgoing, Transient
from connectors.fius.transports.folder import FolderChannel
from connectors.fius.transports.ledger import Ledger
from connectors.fius.transports.sftp import SftpChannel
from connectors.register.database import unmigrated_database

PAYLOAD_BYTES = 300_000


class Doom:
    """Counts the moments and kills at one of them."""

    def __init__(self, at: int) -> None:
        self.left = at

    def moment(self) -> None:
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1

    def around(self, owner: Any, name: str) -> None:
        """A moment before and after each call of `owner.name`."""
        act: Callable[..., Any] = getattr(owner, name)

        def surrounded(*args: Any, **more: Any) -> Any:
            self.moment()
            result = act(*args, **more)
            self.moment()
            return result

        setattr(owner, name, surrounded)


def payload_of(filing_id: str) -> bytes:
    return (filing_id.encode() * (PAYLOAD_BYTES // len(filing_id) + 1))[:PAYLOAD_BYTES]


def channel_of(fields: dict[str, Any]) -> Channel:
    if fields["kind"] == "folder":
        return FolderChannel(Path(fields["outbox"]), None)
    server = Server("127.0.0.1", fields["port"], fields["user"], Path(fields["key_file"]), (fields["host_key"],), None, 10.0)
    return SftpChannel(server, fields["outbox"], "")


def carry(order: dict[str, Any]) -> str:
    doom = Doom(order["at"])
    ledger, channel = Ledger(unmigrated_database(order["database"]), lambda: 0), channel_of(order["channel"])
    row = ledger.next_due("AE", 0)
    if row is None:
        return "nothing to carry"
    for owner, names in (
        (ledger, ("move", "sent")),
        (channel, ("stage", "check", "release")),
        (os, ("fsync",)),
        (Path, ("rename",)),
        (paramiko.SFTPFile, ("write",)),
        (paramiko.SFTPClient, ("posix_rename",)),
    ):
        for name in names:
            doom.around(owner, name)
    outgoing = Outgoing(row.filing_id, row.reference, row.file_name, "application/xml", payload_of(row.filing_id))
    try:
        return Carrier(ledger, channel, lambda: 0, lambda failures, asked: 0.0).carry(row, lambda: outgoing, lambda answer: None)
    except Transient as error:
        return error.code


def main() -> None:
    for line in sys.stdin:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            os.write(writer, carry(json.loads(line)).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as said:
            state = said.read().decode()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(("killed" if os.WIFSIGNALED(status) else state or "failed") + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
