"""A session with an SFTP server behind a key and a pinned host key; what goes wrong is either for later or for a person.

posix-rename@openssh.com makes a rename atomic where the server has it.
"""

import errno
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import paramiko

TIMEOUT_S = 30.0  # DEF of a single answer of the server; a dead one then delays nobody but its own lane
PIECE_BYTES = 32 << 10  # what one packet carries
ASKED_AT_ONCE = 64  # packets asked for before the first is read: 2 MiB under way, which is all that a large file holds in memory


class Unreachable(Exception):
    """The server could not be reached, or refused what was asked of it: try again later. The text is a plain sentence."""


class Locked(Exception):
    """Nothing gets through until a person mends it. code: host_key | credentials; the text says what is the matter."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


class Server(msgspec.Struct, frozen=True):
    """Where and as whom. `host_keys`: OpenSSH public keys ("ssh-ed25519 AAAA..."), any of which the server may show."""

    host: str
    port: int
    user: str
    key_file: Path
    host_keys: tuple[str, ...]
    passphrase: str | None = None
    timeout_s: float = TIMEOUT_S


class Session:
    """One connection, opened when it is needed, used by one thread."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._transport: paramiko.Transport | None = None
        self._session: paramiko.SFTPClient | None = None

    @contextmanager
    def connected(self) -> Iterator[paramiko.SFTPClient]:
        """The session, opened where there is none; after a failure it is not used again. Raises Unreachable, Locked."""
        try:
            if self._session is None:
                self._session = self._open()
            yield self._session
        except (EOFError, paramiko.SSHException, OSError) as error:
            self.close()
            said = str(error) or type(error).__name__
            raise Unreachable(f"{self.server.host} cannot be written or read ({said})") from error

    def close(self) -> None:
        """Ends the connection; the next act opens another."""
        for part in (self._session, self._transport):
            with suppress(EOFError, OSError, paramiko.SSHException):
                if part is not None:
                    part.close()
        self._session = self._transport = None

    def place(self, path: str) -> str:
        """A path on the server, for people."""
        return f"sftp://{self.server.host}{path if path.startswith('/') else '/' + path}"

    def _open(self) -> paramiko.SFTPClient:
        server = self.server
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
            raise Locked(
                "host_key",
                f"{server.host} shows the host key {shown.get_name()} {shown.fingerprint}, which is none of `host_keys`",
            )
        try:
            transport.auth_publickey(server.user, key)
        except paramiko.AuthenticationException as error:
            self.close()
            raise Locked("credentials", f"{server.host} does not accept the key of {server.user}") from error
        session = paramiko.SFTPClient.from_transport(transport)
        assert session is not None  # None only where a channel was closed before it was open
        channel = session.get_channel()
        assert channel is not None
        channel.settimeout(server.timeout_s)
        return session


def size_of(sftp: paramiko.SFTPClient, path: str) -> int | None:
    """Bytes of a file, None where there is none."""
    try:
        return sftp.stat(path).st_size or 0
    except FileNotFoundError:
        return None


def chunks_of(sftp: paramiko.SFTPClient, path: str, most: int) -> Iterator[bytes]:
    """The first `most` bytes of a file; asked for ahead, and read piece by piece, for paramiko joins a long read slowly."""
    with sftp.open(path, "r") as file:
        file.prefetch(min(most, file.stat().st_size or 0), ASKED_AT_ONCE)
        while most > 0 and (chunk := file.read(min(PIECE_BYTES, most))):
            most -= len(chunk)
            yield chunk


def rename(sftp: paramiko.SFTPClient, old: str, new: str) -> None:
    """Atomically where the server has OpenSSH's extension; else by the protocol's own rename, which takes no name that is in use."""
    try:
        sftp.posix_rename(old, new)
    except OSError as error:
        if error.errno == errno.ENOENT or "unsupported" not in str(error).lower():
            raise
        sftp.rename(old, new)


def _kinds(pinned: Sequence[tuple[str, ...]]) -> set[str]:
    """Algorithms under which a server may show one of these keys: an RSA key signs with SHA-2 (RFC 8332)."""
    kinds = {pin[0] for pin in pinned}
    return kinds | {"rsa-sha2-512", "rsa-sha2-256"} if "ssh-rsa" in kinds else kinds


def _private_key(server: Server) -> paramiko.PKey:
    try:
        return paramiko.PKey.from_path(server.key_file, server.passphrase.encode() if server.passphrase else None)
    except (OSError, ValueError, TypeError, paramiko.SSHException) as error:
        raise Locked("credentials", f"The key file {server.key_file} cannot be used ({error})") from error
