"""SFTP as the channel: a folder of the FIU's server, as transports/folder.py, behind a key and a pinned host key.

The part file is written in order, so a broken connection is taken up where its size says; what arrived is compared with what was
sent, by digest where the server lets us read and by size everywhere. posix-rename@openssh.com makes the last act atomic.
"""

import errno
import hashlib
import socket
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import paramiko

from connectors.fius.transports.channel import (
    LARGEST_ANSWER_BYTES,
    Answer,
    Awaited,
    Barred,
    Outgoing,
    Refused,
    Sent,
    Settled,
    Transient,
    Unstaged,
    is_finished,
    plain_name,
    shown,
)

TIMEOUT_S = 30.0  # DEF of a single answer of the server; a dead one then delays nobody but its own FIU
PIECE_BYTES = 32 << 10  # what one packet carries
CHUNK_BYTES = 256 << 10  # paramiko cuts it into packets of 32 KiB and does not wait for each answer


class Server(msgspec.Struct, frozen=True):
    """Where and as whom. `host_keys`: OpenSSH public keys ("ssh-ed25519 AAAA..."), any of which the server may show."""

    host: str
    port: int
    user: str
    key_file: Path
    host_keys: tuple[str, ...]
    passphrase: str | None = None
    timeout_s: float = TIMEOUT_S


class SftpChannel:
    """Two folders on an FIU's server. `inbox` "": the FIU answers by other means."""

    settle_s = 0.0

    def __init__(self, server: Server, outbox: str, inbox: str) -> None:
        self._server, self._outbox, self._inbox = server, outbox.rstrip("/"), inbox.rstrip("/")
        self._settled = Settled()
        self._transport: paramiko.Transport | None = None
        self._session: paramiko.SFTPClient | None = None

    def stage(self, outgoing: Outgoing) -> Sent | None:
        """Writes the part file, or the rest of it."""
        final, part = self._names(outgoing)
        with self._connected() as sftp:
            if _size(sftp, final) is not None:
                return self._there(sftp, final, outgoing)
            _write(sftp, part, outgoing.payload, _size(sftp, part) or 0)
            if not _is_same(sftp, part, outgoing):
                sftp.remove(part)
                raise Transient("staged_differs", f"{part} did not arrive as it was sent; it is sent anew.")
        return None

    def check(self, outgoing: Outgoing) -> Sent | None:
        """A part file that is gone was renamed, whether the FIU has taken it since or not."""
        final, part = self._names(outgoing)
        with self._connected() as sftp:
            if _size(sftp, final) is not None:
                return self._there(sftp, final, outgoing)
            return None if _size(sftp, part) is not None else Sent(self._place(final))

    def release(self, outgoing: Outgoing) -> Sent:
        """Renames the part file, never onto another file."""
        final, part = self._names(outgoing)
        with self._connected() as sftp:
            if _size(sftp, final) is not None:
                return self._there(sftp, final, outgoing)
            if _size(sftp, part) != len(outgoing.payload):
                raise Unstaged("staged_differs", f"{part} is not what was written there; the filing is staged anew.")
            _rename(sftp, part, final)
        return Sent(self._place(final))

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
        for part in (self._session, self._transport):
            with suppress(EOFError, OSError, paramiko.SSHException):
                if part is not None:
                    part.close()
        self._session = self._transport = None

    @contextmanager
    def _connected(self) -> Iterator[paramiko.SFTPClient]:
        """The session, opened where there is none; after a failure it is not used again."""
        try:
            if self._session is None:
                self._session = self._open()
            yield self._session
        except (EOFError, paramiko.SSHException, OSError) as error:
            self.close()
            said = str(error) or type(error).__name__
            raise Transient(
                "sftp", f"{self._server.host} cannot be written or read ({said}); look at the FIU's server."
            ) from error

    def _open(self) -> paramiko.SFTPClient:
        server = self._server
        key = _private_key(server)
        line = socket.create_connection((server.host, server.port), server.timeout_s)
        self._transport = transport = paramiko.Transport(line)
        transport.banner_timeout = transport.auth_timeout = server.timeout_s
        pinned = [tuple(pin.split()[:2]) for pin in server.host_keys]
        kinds = [kind for kind in transport.get_security_options().key_types if kind in _kinds(pinned)]
        transport.get_security_options().key_types = kinds or transport.get_security_options().key_types
        transport.start_client(timeout=server.timeout_s)
        shown = transport.get_remote_server_key()
        if (shown.get_name(), shown.get_base64()) not in pinned:
            self.close()
            raise Barred(
                "host_key",
                f"{server.host} shows the host key {shown.get_name()} {shown.fingerprint}, which is none of `host_keys`; "
                "ask the FIU whether it changed its key, and until then send nothing.",
            )
        try:
            transport.auth_publickey(server.user, key)
        except paramiko.AuthenticationException as error:
            self.close()
            raise Barred(
                "credentials", f"{server.host} does not accept the key of {server.user}; check `user` and `key_file`."
            ) from error
        session = paramiko.SFTPClient.from_transport(transport)
        assert session is not None  # None only where a channel was closed before it was open
        channel = session.get_channel()
        assert channel is not None
        channel.settimeout(server.timeout_s)
        return session

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
        return Sent(self._place(final))

    def _place(self, path: str) -> str:
        return f"sftp://{self._server.host}{path if path.startswith('/') else '/' + path}"


def _kinds(pinned: Sequence[tuple[str, ...]]) -> set[str]:
    """Algorithms under which a server may show one of these keys: an RSA key signs with SHA-2 (RFC 8332)."""
    kinds = {pin[0] for pin in pinned}
    return kinds | {"rsa-sha2-512", "rsa-sha2-256"} if "ssh-rsa" in kinds else kinds


def _private_key(server: Server) -> paramiko.PKey:
    try:
        return paramiko.PKey.from_path(server.key_file, server.passphrase.encode() if server.passphrase else None)
    except (OSError, ValueError, TypeError, paramiko.SSHException) as error:
        raise Barred(
            "credentials", f"The key file {server.key_file} cannot be used ({error}); check `key_file` and `passphrase`."
        ) from error


def _size(sftp: paramiko.SFTPClient, path: str) -> int | None:
    """Bytes of a file, None where there is none."""
    try:
        return sftp.stat(path).st_size or 0
    except FileNotFoundError:
        return None


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
    if _size(sftp, path) != len(outgoing.payload):
        return False
    try:
        digest = hashlib.sha256()
        for chunk in _chunks(sftp, path, len(outgoing.payload)):
            digest.update(chunk)
    except PermissionError:
        return True
    return digest.hexdigest() == outgoing.sha256


def _read(sftp: paramiko.SFTPClient, path: str) -> bytes:
    """The file's bytes, at most LARGEST_ANSWER_BYTES."""
    return b"".join(_chunks(sftp, path, LARGEST_ANSWER_BYTES))


def _chunks(sftp: paramiko.SFTPClient, path: str, most: int) -> Iterator[bytes]:
    """The first `most` bytes of a file; asked for all at once, and read piece by piece, for paramiko joins a long read slowly."""
    with sftp.open(path, "r") as file:
        file.prefetch(min(most, file.stat().st_size or 0))
        while most > 0 and (chunk := file.read(min(PIECE_BYTES, most))):
            most -= len(chunk)
            yield chunk


def _rename(sftp: paramiko.SFTPClient, part: str, final: str) -> None:
    """Atomically where the server has OpenSSH's extension; else by the protocol's own rename, which takes no name that is in use."""
    try:
        sftp.posix_rename(part, final)
    except OSError as error:
        if error.errno == errno.ENOENT or "unsupported" not in str(error).lower():
            raise
        sftp.rename(part, final)
