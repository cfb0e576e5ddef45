"""A folder of an SFTP server, the partner's or ours, as the place where files are left. The account must be able to rename there."""

import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import paramiko

from connectors.files.complete import is_finished
from connectors.files.sftp import Locked, Server, Session, Unreachable, chunks_of, rename
from connectors.partners.files.place import LONGEST_NAME_BYTES, Away, Ending, Unreadable, receipt_name, variant
from connectors.partners.files.spool import MOST_BYTES


class SftpPlace:
    """One folder of a server."""

    def __init__(self, server: Server, inbox: str) -> None:
        self._session, self._inbox = Session(server), inbox.rstrip("/")

    def listed(self) -> Mapping[str, tuple[int, int]]:
        """Ordinary files; the server says what is one."""
        with self._connected() as sftp:
            entries = sftp.listdir_attr(self._inbox)
        return {
            entry.filename: (entry.st_size or 0, int(entry.st_mtime or 0))
            for entry in entries
            if stat.S_ISREG(entry.st_mode or 0) and _is_plain(entry.filename)
        }

    def chunks(self, name: str) -> Iterator[bytes]:
        """The file's bytes, one more than is taken at most."""
        with self._connected() as sftp:
            try:
                yield from chunks_of(sftp, f"{self._inbox}/{name}", MOST_BYTES + 1)
            except PermissionError as error:
                raise Unreadable(str(error)) from error

    def settle(self, name: str, ending: Ending, receipt: Path) -> None:
        """Receipt first, as in a folder."""
        folder = f"{self._inbox}/{ending}"
        with self._connected() as sftp:
            if not _exists(sftp, folder):
                sftp.mkdir(folder)
            number = 1
            while _exists(sftp, f"{folder}/{variant(name, number)}"):
                number += 1
            target = variant(name, number)
            beside = f"{folder}/.{receipt_name(target)}.part"
            sftp.put(str(receipt), beside)
            rename(sftp, beside, f"{folder}/{receipt_name(target)}")
            sftp.rename(f"{self._inbox}/{name}", f"{folder}/{target}")  # not posix_rename, which would replace another file

    def close(self) -> None:
        """Ends the connection; the next act opens another."""
        self._session.close()

    @contextmanager
    def _connected(self) -> Iterator[paramiko.SFTPClient]:
        try:
            with self._session.connected() as sftp:
                yield sftp
        except Unreachable as error:
            raise Away(f"{error}; look at the server and at the rights on {self._inbox}.") from error
        except Locked as error:
            raise Away(
                f"{error.text}; correct the row in files.yaml, or ask the server's owner whether its key changed."
            ) from error


def _is_plain(name: str) -> bool:
    return is_finished(name) and "/" not in name and len(name.encode("utf-8", "surrogateescape")) <= LONGEST_NAME_BYTES


def _exists(sftp: paramiko.SFTPClient, path: str) -> bool:
    try:
        sftp.lstat(path)
    except FileNotFoundError:
        return False
    return True
