"""OUR READING of goAML's B2B interface, written from public descriptions alone (connectors/fius/transports/b2b.py names them). It is no
FIU's server and proves nothing about one: it makes sure that our client does what it says towards a server that is as described.

What the descriptions leave open is decided here: reports are found by EntityReference, a second report of the same reference is
answered 400, a report is judged when it is first asked about after `judge` was told how.
"""

import io
import json
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lxml import etree

PASSWORD = "correct horse"


class DescribedServer:
    """One server on a free port of 127.0.0.1. What it is told to do next stands in its fields."""

    def __init__(self) -> None:
        self.reports: dict[str, dict[str, Any]] = {}  # by reference
        self.posted: list[str] = []  # references, each time a report was taken in
        self.tokens: set[str] = set()
        self.logins = 0
        self.asked: list[str] = []  # paths
        self.script: list[Any] = []  # what the next answers to PostReport are instead
        self.list_script: list[Any] = []  # and those to OdataReports
        self.upload_field = "zipfile"
        self.basic = False
        self.work_s = 0.0  # how long it takes to take a report in
        handler = type("Handler", (_Handler,), {"server_state": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}/goAMLWeb"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def judge(self, reference: str, status: str, errors: Any = None) -> None:
        self.reports[reference] |= {"Status": status, "Errors": errors}

    def expire_tokens(self) -> None:
        self.tokens.clear()


class _Handler(BaseHTTPRequestHandler):
    server_state: DescribedServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        state, body = self.server_state, self.rfile.read(int(self.headers.get("Content-Length") or 0))
        state.asked.append(self.path)
        if self.path.endswith("/api/Authenticate/GetToken"):
            self._log_in(json.loads(body))
        elif self.path.endswith("/api/Reports/PostReport") and self._known():
            if state.script and self._scripted(state.script.pop(0), body):
                return
            self._take(body)

    def do_GET(self) -> None:
        state = self.server_state
        parts = urlsplit(self.path)
        state.asked.append(parts.path)
        if not parts.path.endswith("/odata/Odata/OdataReports") or not self._known():
            return
        if state.list_script and self._scripted(state.list_script.pop(0), b""):
            return
        field, _, quoted = parse_qs(parts.query)["$filter"][0].partition(" eq ")
        value = quoted.strip("'").replace("''", "'")
        self._json(200, {"value": [report for report in list(state.reports.values()) if report.get(field) == value]})

    def _log_in(self, words: dict[str, str]) -> None:
        state = self.server_state
        state.logins += 1
        if words.get("password") != PASSWORD:
            self._json(401, "wrong")
            return
        state.tokens.add(f"T-{state.logins}")
        self._json(200, f"T-{state.logins}")

    def _known(self) -> bool:
        if self.server_state.basic:
            is_known = bool(self.headers.get("Authorization"))
        else:
            is_known = self.headers.get("Cookie", "").removeprefix("SqlAuthCookie=") in self.server_state.tokens
        if not is_known:
            self._json(401, "no token")
        return is_known

    def _take(self, body: bytes) -> None:
        state = self.server_state
        name, content = _part(self.headers["Content-Type"], body)
        if name != state.upload_field:
            self._json(400, f"no part {state.upload_field}")
            return
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            reference = etree.fromstring(archive.read(archive.namelist()[0])).findtext("entity_reference") or ""
        if reference in state.reports:
            self._json(400, "duplicate entity_reference")
            return
        time.sleep(state.work_s)
        key = f"K-{len(state.reports) + 1}"
        state.reports[reference] = {"ReportKey": key, "EntityReference": reference, "Status": "Uploaded", "Errors": None}
        state.posted.append(reference)
        self._json(200, key)

    def _scripted(self, what: Any, body: bytes) -> bool:
        """Does what a test wrote into the script; whether that was all."""
        status, headers, text = what.get("status", 200), what.get("headers", {}), what.get("body", b"")
        if what.get("take"):
            self._quietly_take(body)
        if what.get("hang_up"):
            self.close_connection = True
            return True
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(what.get("length", len(text))))
        self.end_headers()
        for chunk in what.get("chunks", [text]):
            try:
                self.wfile.write(chunk)
            except OSError:
                break
            time.sleep(what.get("pause_s", 0.0))
        self.close_connection |= "length" in what
        return True

    def _quietly_take(self, body: bytes) -> None:
        """Takes the report in and lets nothing be seen of it."""
        out, self.wfile = self.wfile, io.BytesIO()
        self._take(body)
        self._headers_buffer: list[bytes] = []
        self.wfile = out

    def _json(self, status: int, document: Any) -> None:
        text = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


def _part(content_type: str, body: bytes) -> tuple[str, bytes]:
    """Name and content of the one part of a multipart body."""
    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    [part] = message.walk() if not message.is_multipart() else list(message.walk())[1:]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return str(part.get_param("name", header="content-disposition")), content


@contextmanager
def described_server() -> Iterator[DescribedServer]:
    """A server for one test."""
    server = DescribedServer()
    try:
        yield server
    finally:
        server.close()
