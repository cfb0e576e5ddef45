"""Clients that say nothing, say it slowly or without end are cut off, on real connections."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from connectors.partners.http import protocol
from connectors.partners.http.server import listening, run


async def count(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    patch = pytest.MonkeyPatch()
    patch.setattr(protocol, "HEAD_S", 0.3)
    patch.setattr(protocol, "MESSAGE_S", 0.6)
    patch.setattr(protocol, "HEAD_BYTES", 4096)
    stopping = threading.Event()
    app = Starlette(routes=[Route("/", count, methods=["GET", "POST"])])
    with listening("127.0.0.1", 0) as bound:
        thread = threading.Thread(target=run, args=(app, bound, None, stopping.is_set))
        thread.start()
        yield bound.getsockname()[1]
        stopping.set()
        thread.join(20)
    patch.undo()
    assert not thread.is_alive()


def answers(port: int, *parts: bytes, pause_s: float = 0.0) -> bytes:
    """Everything the server sends until it closes, while the parts are sent with pauses."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        try:
            for part in parts:
                client.sendall(part)
                time.sleep(pause_s)
        except OSError:
            pass  # cut off while sending
        found = b""
        try:
            while more := client.recv(65536):
                found += more
        except ConnectionResetError:
            pass
        return found


REQUEST = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nab"


def test_silent_and_dripping_headers_are_answered_with_408_and_cut_off(port: int) -> None:
    started = time.monotonic()
    assert answers(port).startswith(b"HTTP/1.1 408 ")
    assert answers(port, b"GET / HTTP/1.1\r\n", *[b"x: y\r\n"] * 40, pause_s=0.02).startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - started < 4


def test_the_second_request_of_a_connection_has_no_more_time_than_the_first(port: int) -> None:
    found = answers(port, REQUEST, b"GET / HT", pause_s=0.05)
    assert found.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in found


def test_a_body_that_never_ends_is_cut_off(port: int) -> None:
    started = time.monotonic()
    head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n"
    assert answers(port, head, *[b"x"] * 50, pause_s=0.03) == b""
    assert time.monotonic() - started < 4


def test_headers_and_trailers_over_the_limit_are_cut_off(port: int) -> None:
    assert answers(port, b"GET / HTTP/1.1\r\nx: " + b"y" * 5000).startswith(b"HTTP/1.1 431 ")
    assert answers(port, b"GET /" + b"y" * 5000).startswith(b"HTTP/1.1 431 ")
    chunked = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    assert answers(port, chunked, b"1\r\na\r\n0\r\nx: ", *[b"y" * 1000] * 6, pause_s=0.01).startswith(b"HTTP/1.1 431 ")


def test_requests_within_the_limits_are_answered_one_after_another(port: int) -> None:
    last = REQUEST.replace(b"host", b"connection: close\r\nhost")
    assert answers(port, REQUEST, REQUEST + REQUEST, last, pause_s=0.1).count(b"HTTP/1.1 200 ") == 4
    chunked = b"POST / HTTP/1.1\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
    assert answers(port, chunked, *[b"1\r\na\r\n" * 1000] * 3, b"0\r\n\r\n").endswith(b"3000")
