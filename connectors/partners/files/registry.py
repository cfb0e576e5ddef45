"""The registry of file doors (files.yaml): where each partner leaves its files. Secrets never stand in it (connectors/secret.py)."""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Literal

import msgspec

from connectors import secret
from connectors.files.sftp_keys import HOST_KEY, HOST_KEY_ADVICE
from schemas.registry import Partner
from schemas.yaml_rows import Document, RegistryError

SCHEMA = "strgw.files/1"
DAY_S = 86_400.0
_SFTP_ONLY = ("host", "user", "key_file", "host_keys")


class FileDoor(msgspec.Struct, frozen=True):
    """One row: a folder of one partner. Times in seconds.

    inbox      where the files appear; `done` and `refused` are folders in it
    complete   renamed: the partner writes under another name (.part, .tmp, a leading dot) and renames, so a file is whole when it is seen;
               unchanged: it is whole when it has not changed for `settle_s`
    poll_s     between two looks; DEF 5 s for a folder, 60 s for a server
    host_keys  OpenSSH public keys of the server, any of which it may show
    secret     passphrase of `key_file`
    """

    partner: str
    kind: Literal["folder", "sftp"]
    inbox: str
    complete: Literal["renamed", "unchanged"] = "unchanged"
    settle_s: float = 60.0  # DEF an upload that stalls longer than a minute has usually ended
    poll_s: float = 0.0
    host: str = ""
    port: int = 22
    user: str = ""
    key_file: str = ""
    host_keys: tuple[str, ...] = ()
    secret: str = ""
    timeout_s: float = 30.0

    @property
    def pause_s(self) -> float:
        """Seconds between two looks."""
        return self.poll_s or (60.0 if self.kind == "sftp" else 5.0)


def load_doors(path: Path, partners: Mapping[str, Partner]) -> tuple[FileDoor, ...]:
    """The doors of a file. Raises RegistryError with file and line, OSError where it cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise RegistryError(str(path), 1, "not UTF-8: save the file in UTF-8") from error
    return read_doors(text, str(path), partners)


def read_doors(text: str, source: str, partners: Mapping[str, Partner]) -> tuple[FileDoor, ...]:
    """The rows of one file, checked one by one. Raises RegistryError."""
    lines: dict[tuple[str, int, str], int] = {}
    doors = []
    for line, row in Document(text, source, SCHEMA).rows("doors", FileDoor):
        for problem in _problems(row, partners):
            raise RegistryError(source, line, f"{row.partner}: {problem}")
        place = (row.host, row.port, row.inbox.rstrip("/"))
        if place in lines:
            raise RegistryError(source, line, f"{row.partner}: {row.inbox} has a row already in line {lines[place]}")
        lines[place] = line
        doors.append(row)
    if not doors:
        raise RegistryError(source, 1, "the list of doors is empty: add one, or leave STRGW_FILES unset")
    return tuple(doors)


def _problems(row: FileDoor, partners: Mapping[str, Partner]) -> Iterator[str]:
    given = [name for name in (*_SFTP_ONLY, "secret") if getattr(row, name)]
    missing = [name for name in _SFTP_ONLY if not getattr(row, name)]
    times = [name for name in ("settle_s", "timeout_s") if not 0 < getattr(row, name) <= DAY_S]
    checks = (
        (row.partner in partners, f"there is no such partner in the registry; it has {', '.join(sorted(partners))}"),
        (row.kind == "sftp" or not given, f"a folder has no {', '.join(given)}"),
        (row.kind == "folder" or not missing, f"the kind sftp needs {', '.join(missing)}"),
        (row.kind == "sftp" or PurePosixPath(row.inbox).is_absolute(), "inbox: write the whole path, from / on"),
        (row.inbox.strip("/ ") != "", "inbox: name the folder"),
        (not row.key_file or PurePosixPath(row.key_file).is_absolute(), "key_file: write the whole path, from / on"),
        (not times, f"{', '.join(times)}: use seconds, more than 0 and no more than a day"),
        (0 <= row.poll_s <= DAY_S, "poll_s: use seconds, no more than a day"),
        (0 < row.port < 65_536, "port: use a number from 1 to 65535"),
        (not row.secret or secret.REFERENCE.fullmatch(row.secret) is not None, secret.ADVICE),
        (all(HOST_KEY.fullmatch(key) for key in row.host_keys), HOST_KEY_ADVICE),
    )
    yield from (problem for holds, problem in checks if not holds)
