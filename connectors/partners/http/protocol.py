"""uvicorn's HTTP protocol with what it lacks against slow and endless clients: limits on the time and size of headers, and on unread answers."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S = 10.0  # DEF until the headers of a request must be here; also how long a new connection may stay silent
MESSAGE_S = 40.0  # until the whole request must be here; the door itself answers a slow body after 30 s
HEAD_BYTES = 32 * 1024  # DEF of headers and trailers
UNREAD_S = 30.0  # DEF how long an answer may wait for its reader
_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: application/problem+json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s"
)
_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_SLOW_BODY = (
    b'{"type":"urn:strgw:problem:slow","title":"The request came too slowly","status":408,'
    b'"detail":"The headers were not complete in time; send them at once.","code":"slow"}'
)


class GuardedProtocol(HttpToolsProtocol):
    """One connection. The timer runs from the first byte of a request (or the start of the connection) until the request is complete."""

    _timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _in_head = True  # headers of the next request are awaited
    _in_message = False
    _unanswered = 0  # requests that are being answered
    _beside_body = 0  # bytes of a message that are no body: chunk sizes, trailers

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the parent's
        """Starts the timer: a connection must say something."""
        super().connection_made(transport)
        self._arm(HEAD_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops the timer."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Counts what comes before the headers are complete: the parser keeps it all."""
        if self._in_head:
            self._head_bytes += len(data)
            if self._timer is None:
                self._arm(HEAD_S)
        elif self._in_message:
            self._beside_body += len(data)
        super().data_received(data)
        if self._head_bytes > HEAD_BYTES or self._beside_body > HEAD_BYTES:
            self._refuse(_LARGE)

    def on_body(self, body: bytes) -> None:
        """Takes the body off what must stay small; a chunk of one byte costs five beside it, eight are allowed."""
        self._beside_body -= 9 * len(body)
        super().on_body(body)

    def on_headers_complete(self) -> None:
        """From here on the whole request has its time."""
        self._in_head, self._in_message, self._head_bytes, self._beside_body = False, True, 0, 0
        self._unanswered += 1
        self._arm(MESSAGE_S)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is here."""
        self._in_head, self._in_message, self._beside_body = True, False, 0
        self._disarm()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer that nobody reads is thrown away with its connection after a while."""
        self._unanswered -= 1
        super().on_response_complete()
        if self.transport.get_write_buffer_size():
            self.loop.call_later(UNREAD_S, self._give_up)

    def _give_up(self) -> None:
        if self.transport.get_write_buffer_size():
            self.transport.abort()

    def _arm(self, seconds: float) -> None:
        self._disarm()
        self._timer = self.loop.call_later(seconds, self._too_slow)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if self._in_message or self._unanswered:
            self.transport.abort()
        else:
            self._refuse(_SLOW % (len(_SLOW_BODY), _SLOW_BODY))

    def _refuse(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()
