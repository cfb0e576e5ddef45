"""The registry of transports (transports.yaml): by which channel an FIU takes its filings. An FIU without a row reads its topic.

Secrets never stand in it: `secret` says where one is, `env:NAME` or `file:PATH`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from connectors import secret
from connectors.files.sftp_keys import HOST_KEY, HOST_KEY_ADVICE
from connectors.fius.transports.packing import Packaging
from schemas.registry import Fiu
from schemas.yaml_rows import Document, RegistryError

SCHEMA = "strgw.transports/1"
TOPIC = "topic"
Kind = Literal["folder", "sftp", "b2b"]
DAY_S = 86_400.0
_SECONDS = ("poll_s", "timeout_s", "first_retry_s", "longest_retry_s")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Fields that a kind needs, and those that it may have; everything else but the common ones is a mistake.
_NEEDS: dict[str, tuple[str, ...]] = {
    "folder": ("outbox",),
    "sftp": ("host", "user", "key_file", "host_keys", "outbox"),
    "b2b": ("url", "user", "secret"),
}
_MAY: dict[str, tuple[str, ...]] = {
    "folder": ("inbox",),
    "sftp": ("port", "inbox", "secret"),
    "b2b": ("auth", "upload_field", "lookup_field", "ca_file", "settle_s"),
}
_OF_A_KIND = {name for fields in (*_NEEDS.values(), *_MAY.values()) for name in fields}


class Transport(msgspec.Struct, frozen=True):
    """One row. Times in seconds.

    start       what is carried when the FIU is seen for the first time: `first`, everything on its topic (it has read nothing of it),
                or `next`, only what is filed from then on
    packaging   `file`: as rendered; `zip`: in a ZIP; "": what the kind takes, `zip` for b2b and `file` for the others
    first_retry_s, longest_retry_s  wait after the first failure, doubled with each further one up to the longest
    inbox       where the FIU puts its answers
    host_keys   OpenSSH public keys of the server, any of which it may show
    secret      sftp: passphrase of `key_file`; b2b: password
    auth        token | basic
    upload_field, lookup_field, settle_s  connectors/fius/transports/b2b.py
    """

    fiu: str
    kind: Kind
    start: Literal["first", "next"]
    packaging: Literal["file", "zip", ""] = ""
    poll_s: float = 60.0
    timeout_s: float = 30.0
    first_retry_s: float = 5.0
    longest_retry_s: float = 900.0
    outbox: str = ""
    inbox: str = ""
    host: str = ""
    port: int = 22
    user: str = ""
    key_file: str = ""
    host_keys: tuple[str, ...] = ()
    secret: str = ""
    url: str = ""
    auth: Literal["token", "basic"] = "token"
    upload_field: str = "zipfile"
    lookup_field: str = "EntityReference"
    ca_file: str = ""
    settle_s: float = 120.0

    @property
    def packed(self) -> Packaging:
        """How filings travel."""
        return self.packaging or ("zip" if self.kind == "b2b" else "file")


def load_transports(path: Path | None, fius: Mapping[str, Fiu]) -> dict[str, Transport]:
    """Transports by FIU; none without a file. Raises RegistryError with file and line, OSError where it cannot be read."""
    transports = {} if path is None else read_transports(path.read_text(encoding="utf-8"), str(path), fius)
    for fiu in fius.values():
        if fiu.transport != TOPIC and fiu.id not in transports:
            raise RegistryError(
                str(path or "STRGW_TRANSPORTS"),
                1,
                f"{fiu.id} takes its filings by {fiu.transport} (fius.yaml) and has no row here",
            )
    return transports


def read_transports(text: str, source: str, fius: Mapping[str, Fiu]) -> dict[str, Transport]:
    """The rows of one registry file, checked one by one. Raises RegistryError."""
    transports: dict[str, Transport] = {}
    lines: dict[str, int] = {}
    for line, row in Document(text, source, SCHEMA).rows("transports", Transport):
        for problem in (*_unfit(row), *_problems(row), *_strange(row, fius)):
            raise RegistryError(source, line, f"{row.fiu}: {problem}")
        if row.fiu in lines:
            raise RegistryError(source, line, f"{row.fiu} has a row already in line {lines[row.fiu]}")
        lines[row.fiu] = line
        transports[row.fiu] = row
    return transports


def _unfit(row: Transport) -> Iterator[str]:
    for name in _NEEDS[row.kind]:
        if not getattr(row, name):
            yield f"the kind {row.kind} needs {name}"
    given = {field.name for field in msgspec.structs.fields(row) if getattr(row, field.name) != field.default}
    for name in sorted(given & _OF_A_KIND - {*_NEEDS[row.kind], *_MAY[row.kind]}):
        yield f"the kind {row.kind} has no {name}"
    if row.kind == "b2b" and row.packaging == "file":
        yield "packaging: the B2B interface takes ZIP files only"


def _problems(row: Transport) -> Iterator[str]:
    files = ("key_file", "ca_file", *(("outbox", "inbox") if row.kind == "folder" else ()))
    relative = [name for name in files if getattr(row, name) and not PurePosixPath(getattr(row, name)).is_absolute()]
    out_of_range = [name for name in _SECONDS if not 0 < getattr(row, name) <= DAY_S]
    checks: tuple[tuple[bool, str], ...] = (
        (not row.secret or secret.REFERENCE.fullmatch(row.secret) is not None, secret.ADVICE),
        (not out_of_range, f"{', '.join(out_of_range)}: use seconds, more than 0 and no more than a day"),
        (0 <= row.settle_s <= DAY_S, "settle_s: use seconds, no more than a day"),
        (row.first_retry_s <= row.longest_retry_s, "first_retry_s is longer than longest_retry_s"),
        (0 < row.port < 65_536, "port: use a number from 1 to 65535"),
        (not relative, f"{', '.join(relative)}: write the whole path, from / on"),
        (not row.outbox or row.outbox.rstrip("/") != row.inbox.rstrip("/"), "outbox and inbox must be two folders"),
        (all(HOST_KEY.fullmatch(key) for key in row.host_keys), HOST_KEY_ADVICE),
    )
    yield from (problem for holds, problem in checks if not holds)
    yield from _address(row.url)


def _address(url: str) -> Iterator[str]:
    if not url:
        return
    parts = urlsplit(url)
    if not parts.hostname or parts.username or parts.query or parts.fragment or url.endswith("/"):
        yield "url: write https://HOST/PATH, without user, question mark and final slash"
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        yield "url: only https; a report never travels in the clear"


def _strange(row: Transport, fius: Mapping[str, Fiu]) -> Iterator[str]:
    fiu = fius.get(row.fiu)
    if fiu is None:
        yield "there is no such FIU in fius.yaml"
    elif fiu.transport not in (TOPIC, row.kind):
        yield f"fius.yaml says that it takes its filings by {fiu.transport}"
