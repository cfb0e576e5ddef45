"""Asks whatever listens at a port whether it is a Kafka broker and of which cluster: one request, no client library."""

import socket
import struct

# Kafka protocol guide, "Metadata API", version 7: spoken by every broker from 2.1 on.
_METADATA, _VERSION = 3, 7
_CLIENT = b"strgw-probe"


def cluster_id_at(host: str, port: int, timeout_s: float) -> str | None:
    """Id of the cluster whose broker answers at `host`:`port` within `timeout_s` seconds; None where no broker answers."""
    body = struct.pack(">hhih", _METADATA, _VERSION, 1, len(_CLIENT)) + _CLIENT + struct.pack(">i?", 0, False)
    try:
        with socket.create_connection((host, port), timeout=timeout_s) as connection:
            connection.sendall(struct.pack(">i", len(body)) + body)
            (size,) = struct.unpack(">i", _exactly(connection, 4))
            return _Reader(_exactly(connection, size)).cluster_id()
    except (OSError, EOFError, struct.error, UnicodeDecodeError):
        return None


def listens(server: str, timeout_s: float) -> bool:
    """Whether anything accepts connections at `server` ("host:port", "[::1]:port"; the port is 9092 where none is named)."""
    host, colon, port = server.strip().rpartition(":")
    address = (host.strip("[]"), int(port)) if colon and port.isdigit() else (server.strip(), 9092)
    try:
        socket.create_connection(address, timeout=timeout_s).close()
    except OSError:
        return False
    return True


class _Reader:
    """Reads a Metadata response: correlation id, throttle time, brokers (id, host, port, rack), cluster id."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def cluster_id(self) -> str | None:
        self._take(">ii")
        for _ in range(self._take(">i")):
            self._take(">i")
            self._text()
            self._take(">i")
            self._text()
        return self._text()

    def _take(self, form: str) -> int:
        values = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return int(values[-1])

    def _text(self) -> str | None:
        length = self._take(">h")
        if length < 0:
            return None
        self._at += length
        return self._data[self._at - length : self._at].decode("utf-8")


def _exactly(connection: socket.socket, size: int) -> bytes:
    """`size` bytes of the connection; a megabyte is more than any broker says here, so that a stranger's bytes end it."""
    if not 0 <= size <= 1 << 20:
        raise EOFError
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data
