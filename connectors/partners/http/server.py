"""Runs the door's application under uvicorn until it is told to stop."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import AF_INET, AF_INET6, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, socket

import uvicorn
from starlette.applications import Starlette

from connectors.partners.http.protocol import GuardedProtocol

BACKLOG = 256
MOST_CONNECTIONS = 1000  # DEF
KEEP_ALIVE_S = 15  # DEF how long a connection may wait for its next request
STOP_S = 11  # of a request in work: as long as the broker may take


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files: our certificate with its chain, its key, and the authorities of whom clients must show a certificate (None: no need)."""

    certificate: Path
    key: Path
    client_ca: Path | None = None


def listening(host: str, port: int) -> socket:
    """A socket bound to the address; port 0 takes a free one. Raises OSError."""
    found = socket(AF_INET6 if ":" in host else AF_INET, SOCK_STREAM)
    found.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(BACKLOG)  # from here on nobody is turned away, though nobody is answered yet
    except OSError:
        found.close()
        raise
    return found


def run(app: Starlette, bound: socket, tls: Tls | None, is_over: Callable[[], bool]) -> None:
    """Serves until `is_over` says so, then lets the requests in work end (STOP_S at most). Raises OSError, ssl.SSLError."""
    config = uvicorn.Config(
        app,
        http=GuardedProtocol,
        ws="none",
        loop="uvloop",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=STOP_S,
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
        ssl_ca_certs=str(tls.client_ca) if tls and tls.client_ca else None,
        ssl_cert_reqs=ssl.CERT_REQUIRED if tls and tls.client_ca else ssl.CERT_NONE,
    )
    server = _Server(config, is_over)
    server.run([bound])


class _Server(uvicorn.Server):
    """uvicorn's server, stopped by us and not by signals of its own."""

    def __init__(self, config: uvicorn.Config, is_over: Callable[[], bool]) -> None:
        super().__init__(config)
        self._is_over = is_over

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        return await super().on_tick(counter) or self._is_over()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The process has its handlers already (ops.serving)."""
        yield
