"""OUR READING of the Confluent Schema Registry's REST API, written from its public description: what a lookup needs and no more. It is no
registry and proves nothing about one (test_schema_registry.py runs the same tests against a real one where it is there): it can be told to
be away, slow or wrong.
"""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

USER, PASSWORD = "gateway", "correct horse"


class DescribedRegistry:
    """One server on a free port of 127.0.0.1. `script`: what the next answers are instead, (status, body); it answers until `away`."""

    def __init__(self) -> None:
        self.schemas: dict[int, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.script: list[tuple[int, bytes]] = []
        self.away = False
        self.demands_password = False
        handler = type("Handler", (_Handler,), {"state": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def register(self, text: str, number: int = 0, **more: Any) -> int:
        """Keeps a schema; its number."""
        number = number or 100 + len(self.schemas)
        self.schemas[number] = {"schema": text, **more}
        return number

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


class _Handler(BaseHTTPRequestHandler):
    state: DescribedRegistry

    def do_GET(self) -> None:
        self.state.asked.append(self.path)
        status, body = self._answer()
        self.send_response(status)
        self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self) -> tuple[int, bytes]:
        if self.state.away:
            return 503, b""
        if self.state.script:
            return self.state.script.pop(0)
        wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.state.demands_password and self.headers.get("Authorization") != wanted:
            return 401, b'{"error_code": 401, "message": "Unauthorized"}'
        prefix, _, number = self.path.rpartition("/")
        if prefix != "/schemas/ids":
            return 404, b'{"error_code": 404, "message": "HTTP 404 Not Found"}'
        found = self.state.schemas.get(int(number))
        if found is None:
            return 404, b'{"error_code": 40403, "message": "Schema not found"}'
        return 200, json.dumps(found).encode()

    def log_message(self, *_: Any) -> None:
        """Says nothing."""
