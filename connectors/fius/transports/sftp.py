"""SFTP as the channel: a folder of the FIU's server, as transports/folder.py, behind a key and a pinned host key.

The part file is written in order, so a broken connection is taken up where its size says; what arrived is compared with what was
sent, by digest where the server lets us read and by size everywhere.
"""

import hashlib
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import paramiko

from connectors.files.complete import Settled, is_finished, shown
from connectors.files.sftp import Locked, Server, Session, Unreachable, chunks_of, rename, size_of
from connectors.fius.transports.channel import (
    LARGEST_ANSWER_BYTES,
    Answer,
    Awaited,
    Barred,
    Outgoing,
    Refused,
    Sent,
    Transient,
    Unstaged,
    plain_name,
)

CHUNK_BYTES = 256 << 10  # paramiko cuts it into packets of 32 KiB and does not wait for each answer
ADVICE = {
    "host_key": "ask the FIU whether it changed its key, and until then send nothing",
    "credentials": "check `user`, `key_file` and `passphrase`",
}


class SftpChannel:
    """Two folders on an FIU's server. `inbox` "": the FIU answers by other means."""

    settle_s = 0.0

    def __init__(self, server: Server, outbox: str, inbox: str) -> None:
        self._session, self._outbox, self._inbox = Session(server), outbox.rstrip("/"), inbox.rstrip("/")
        self._settled = Settled()

    def stage(self, outgoing: Outgoing) -> Sent | None:
        """Writes the part file, or the rest of it."""
        final, part = self._names(outgoing)
        with self._connected() as sftp:
            if size_of(sftp, final) is not None:
                return self._there(sftp, final, outgoing)
            _write(sftp, part, outgoing.payload, size_of(sftp, part) or 0)
            if not _is_same(sftp, part, outgoing):
                sftp.remove(part)
                raise Transient("staged_differs", f"{part} did not arrive as it was sent; it is sent anew.")
        return None

    def check(self, outgoing: Outgoing) -> Sent | None:
        """A part file that is gone was renamed, whether the FIU has taken it since or not."""
        final, part = self._names(outgoing)
        with self._connected() as sftp:
            if size_of(sftp, final) is not None:
                return self._there(sftp, final, outgoing)
            return None if size_of(sftp, part) is not None else Sent(self._session.place(final))

    def release(self, outgoing: Outgoing) -> Sent:
        """Renames the part file, never onto another file."""
        final, part = self._names(outgoing)
        with self._connected() as sftp:
            if size_of(sftp, final) is not None:
                return self._there(sftp, final, outgoing)
            if size_of(sftp, part) != len(outgoing.payload):
                raise Unstaged("staged_differs", f"{part} is not what was written there; the filing is staged anew.")
            rename(sftp, part, final)
        return Sent(self._session.place(final))

    def answers(self, awaited: Sequence[Awaited]) -> Iterator[Answer]:
        """Files of the inbox that are complete; they stay where they are, for they are the FIU's."""
        if not self._inbox:
            return
        with self._connected() as sftp:
            listed = {
                entry.filename: (entry.st_size or 0, entry.st_mtime or 0)
                for entry in sftp.listdir_attr(self._inbox)
                if stat.S_ISREG(entry.st_mode or 0) and is_finished(entry.filename) and "/" not in entry.filename
            }
        for name in self._settled.fresh(listed):
            if listed[name][0] > LARGEST_ANSWER_BYTES:
                yield Answer(shown(name), b"", problem="answer_too_large")
                continue
            try:
                with self._connected() as sftp:
                    raw = _read(sftp, f"{self._inbox}/{name}")
            except Transient:
                self._settled.again(name)
                raise
            yield Answer(shown(name), raw)

    def close(self) -> None:
        """Ends the connection; the next act opens another."""
        self._session.close()

    @contextmanager
    def _connected(self) -> Iterator[paramiko.SFTPClient]:
        try:
            with self._session.connected() as sftp:
                yield sftp
        except Unreachable as error:
            raise Transient("sftp", f"{error}; look at the FIU's server.") from error
        except Locked as error:
            raise Barred(error.code, f"{error.text}; {ADVICE[error.code]}.") from error

    def _names(self, outgoing: Outgoing) -> tuple[str, str]:
        name = plain_name(outgoing.file_name)
        return f"{self._outbox}/{name}", f"{self._outbox}/.{name}.part"

    def _there(self, sftp: paramiko.SFTPClient, final: str, outgoing: Outgoing) -> Sent:
        if not _is_same(sftp, final, outgoing):
            raise Refused(
                "name_taken",
                f"{final} exists with another content and is not overwritten; find out whose it is and move it away.",
            )
        with suppress(FileNotFoundError):
            sftp.remove(self._names(outgoing)[1])
        return Sent(self._session.place(final))


def _write(sftp: paramiko.SFTPClient, path: str, payload: bytes, begun: int) -> None:
    """Writes the bytes that are missing; a file that is too long is begun anew."""
    start = begun if 0 < begun <= len(payload) else 0
    with sftp.open(path, "r+" if start else "w") as file:
        file.set_pipelined(True)
        file.seek(start)
        for at in range(start, len(payload), CHUNK_BYTES):
            file.write(payload[at : at + CHUNK_BYTES])


def _is_same(sftp: paramiko.SFTPClient, path: str, outgoing: Outgoing) -> bool:
    """Whether the file has the filing's size and, where the server lets us read it, its digest."""
    if size_of(sftp, path) != len(outgoing.payload):
        return False
    try:
        digest = hashlib.sha256()
        for chunk in chunks_of(sftp, path, len(outgoing.payload)):
            digest.update(chunk)
    except PermissionError:
        return True
    return digest.hexdigest() == outgoing.sha256


def _read(sftp: paramiko.SFTPClient, path: str) -> bytes:
    """The file's bytes, at most LARGEST_ANSWER_BYTES."""
    return b"".join(chunks_of(sftp, path, LARGEST_ANSWER_BYTES))
