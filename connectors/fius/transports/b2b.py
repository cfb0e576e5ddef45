"""goAML's "B2B" REST interface as the channel. NOT VERIFIED against a real FIU: UNODC's specification is not public.

What is known of it comes from clients that others published (read 2026-11-30), and every word of it that differs from one to the
next is a field of transports.yaml:

* POST {url}/api/Authenticate/GetToken with {"username", "password"} gives a token as a JSON string, sent back as the cookie
  SqlAuthCookie; or HTTP Basic (an exchange house's client of the Kuwaiti FIU; the open goAML client of Vyttah, docs/10).
* POST {url}/api/Reports/PostReport, multipart with one ZIP, gives the FIU's report key as a JSON string (both); the part is called
  "zipfile" in the first and "report" in the second.
* GET {url}/odata/Odata/OdataReports?$filter=ReportKey eq '...' gives Status and Errors (the second). That a report can be looked up by
  the reporting entity's own reference, without which a cut-off request cannot be cleared up, is our assumption: `lookup_field`.
"""

import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import httpx
import msgspec

from connectors.fius.transports.channel import LARGEST_ANSWER_BYTES, Answer, Awaited, Barred, Outgoing, Refused, Sent, Transient
from connectors.fius.transports.defused import BadAnswer
from connectors.fius.transports.receipt import rejection
from connectors.fius.transports.status import ReportStatus, report_key, reports_in

TIMEOUT_S = 30.0  # DEF of one answer, from the request to its last byte
SETTLE_S = 120.0  # DEF after which an FIU's server has worked off a request whose sender is gone
_COOKIE = "SqlAuthCookie"
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}  # nothing that unpacks to more than it shows
_JUDGED = (400, 409, 422)  # the FIU has looked at the file and does not take it
_TOKEN_RAN_OUT = (401, 302)
_SHOWN = 2000  # characters of such a body that are kept


class Server(msgspec.Struct, frozen=True):
    """Where and as whom. `upload_field`, `lookup_field`: see the module; `lookup_field` "": reports cannot be looked up."""

    url: str
    user: str
    password: str
    auth: Literal["token", "basic"] = "token"
    upload_field: str = "zipfile"
    lookup_field: str = "EntityReference"
    ca_file: Path | None = None
    timeout_s: float = TIMEOUT_S
    settle_s: float = SETTLE_S


class Reply(NamedTuple):
    """An answer of the server, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Oversized(Transient):
    """An answer of more bytes than any answer has; it was not read to its end."""


class B2bChannel:
    """The interface of one FIU; `monotonic`: seconds since some fixed moment."""

    def __init__(self, server: Server, monotonic: Callable[[], float]) -> None:
        self._server, self._monotonic = server, monotonic
        self.settle_s = server.settle_s
        self._token = ""
        self._client: httpx.Client | None = None

    def stage(self, outgoing: Outgoing) -> Sent | None:
        """Nothing can be left beside an FIU's interface; what is asked is whether it has the report already, for a ledger may be lost."""
        if not self._server.lookup_field:
            return None
        try:
            return self.check(outgoing)
        except Refused:
            return None  # reports cannot be looked up there, and this one was never released

    def check(self, outgoing: Outgoing) -> Sent | None:
        """Looks the filing up by its reference."""
        if not self._server.lookup_field:
            raise Refused(
                "outcome_unknown",
                f"Whether the FIU has the report {outgoing.reference} is not known, for its request was cut off; look in the FIU's portal, "
                "then `strgw transmissions settle` or `retry`.",
            )
        found = self._reports(self._server.lookup_field, outgoing.reference)
        return Sent(self._server.url, found[0].key) if found else None

    def release(self, outgoing: Outgoing) -> Sent:
        """Posts the ZIP. A file that the FIU does not take is sent all the same: its answer is a rejection."""
        part = {self._server.upload_field: (outgoing.file_name, outgoing.payload, "application/octet-stream")}
        reply = self._asked("POST", "/api/Reports/PostReport", files=part)
        if reply.status in _JUDGED:
            if self._server.lookup_field and (known := self.check(outgoing)) is not None:
                return known
            said = reply.body.decode("utf-8", "replace")[:_SHOWN]
            raw = rejection(outgoing.filing_id, f"http_{reply.status}", said)
            return Sent(self._server.url, answer=Answer(f"PostReport {outgoing.reference}", raw, outgoing.filing_id))
        if reply.status == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
            raise Refused(
                "too_large", f"The FIU takes no file of {len(outgoing.payload)} bytes; lower the limits in the map of its form."
            )
        if reply.status not in (200, 201, 202):
            raise Refused(f"http_{reply.status}", f"The FIU answered {reply.status} to the report; ask it what that means.")
        try:
            return Sent(self._server.url, report_key(reply.body))
        except BadAnswer as error:  # it may well have the report: the next attempt looks it up
            raise Transient(error.code, f"The FIU's answer to the report cannot be read: {error.text}") from error

    def answers(self, awaited: Sequence[Awaited]) -> Iterator[Answer]:
        """The status of each report that is not judged yet, as the FIU words it; reading it is not this channel's."""
        for one in awaited:
            field, value = ("ReportKey", one.fiu_reference) if one.fiu_reference else (self._server.lookup_field, one.reference)
            if not field:
                continue
            name = f"status of {one.reference}"
            try:
                yield Answer(name, self._odata(field, value), one.filing_id)
            except (Oversized, Refused) as error:
                yield Answer(name, b"", one.filing_id, error.code)

    def close(self) -> None:
        """Ends the connection; the token is kept."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _log_in(self) -> str:
        words = {"username": self._server.user, "password": self._server.password}
        reply = self._exchange("POST", "/api/Authenticate/GetToken", json=words)
        if reply.status in (400, 401, 403):
            raise Barred(
                "credentials", f"{self._host} does not accept the password of {self._server.user}; check `user` and `secret`."
            )
        self._watch(reply)
        try:
            return report_key(reply.body, most=8192)
        except BadAnswer as error:
            raise Transient(
                "token", f"{self._host} gave no token that can be read; look at its address in transports.yaml."
            ) from error

    def _reports(self, field: str, value: str) -> list[ReportStatus]:
        try:
            return reports_in(self._odata(field, value))
        except BadAnswer as error:
            raise Transient(error.code, f"What {self._host} says of a report cannot be read: {error.text}") from error

    def _odata(self, field: str, value: str) -> bytes:
        quoted = value.replace("'", "''")
        reply = self._asked("GET", "/odata/Odata/OdataReports", params={"$filter": f"{field} eq '{quoted}'"})
        if reply.status != httpx.codes.OK:
            raise Refused(
                "outcome_unknown",
                f"{self._host} answers {reply.status} when a report is looked up by {field}; look in its portal, correct `lookup_field`, "
                "then `strgw transmissions settle` or `retry`.",
            )
        return reply.body

    def _asked(self, method: str, path: str, **what: Any) -> Reply:
        """One request as the logged-in user; where the token has run out (401, or a redirect to the login page), once more with a new one."""
        if self._server.auth == "token" and not self._token:
            self._token = self._log_in()
        reply = self._exchange(method, path, **what)
        if reply.status in _TOKEN_RAN_OUT and self._server.auth == "token":
            self._token = self._log_in()
            reply = self._exchange(method, path, **what)
        if reply.status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            self._token = ""
            raise Barred(
                "credentials", f"{self._host} answers {reply.status} to {self._server.user}; ask the FIU what the user may do."
            )
        self._watch(reply)
        return reply

    def _watch(self, reply: Reply) -> None:
        """Raises for what says nothing about a report: redirects, wrong addresses, a server that is busy or broken."""
        if 300 <= reply.status < 400:
            raise Barred("redirect", f"{self._host} sends us elsewhere, where neither report nor password goes; correct `url`.")
        if reply.status in (httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED):
            raise Barred("wrong_address", f"{self._host} has no goAML interface under `url`; ask the FIU for its address.")
        if reply.status == httpx.codes.TOO_MANY_REQUESTS or reply.status >= 500:
            wait = reply.headers.get("retry-after", "")
            text = f"{self._host} answers {reply.status}; it is asked again."
            raise Transient(f"http_{reply.status}", text, float(wait) if wait.isascii() and wait.isdigit() else 0.0)

    def _exchange(self, method: str, path: str, **what: Any) -> Reply:
        """One request and its answer, within time and size. Raises Transient, Barred."""
        until = self._monotonic() + self._server.timeout_s
        try:
            with self._connection().stream(method, self._server.url + path, **self._identified(what)) as response:
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > LARGEST_ANSWER_BYTES:
                        raise Oversized("answer_too_large", f"{self._host} answers with more than {LARGEST_ANSWER_BYTES} bytes.")
                    if self._monotonic() > until:
                        raise Transient(
                            "too_slow", f"{self._host} did not finish its answer within {self._server.timeout_s:.0f} s."
                        )
                return Reply(response.status_code, response.headers, bytes(body))
        except httpx.HTTPError as error:
            self.close()
            raise _failed(self._host, error) from error

    def _connection(self) -> httpx.Client:
        if self._client is None:
            context = _trust(self._server.ca_file)
            self._client = httpx.Client(
                verify=context,
                follow_redirects=False,
                trust_env=False,
                timeout=self._server.timeout_s,
                headers=_HEADERS,
            )
        return self._client

    def _identified(self, what: Mapping[str, Any]) -> dict[str, Any]:
        if self._server.auth == "basic":
            return {**what, "auth": (self._server.user, self._server.password)}
        return {**what, "headers": {"Cookie": f"{_COOKIE}={self._token}"}} if self._token else dict(what)

    @property
    def _host(self) -> str:
        return httpx.URL(self._server.url).host


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    """The certificates that are trusted: the system's, or those of `ca_file` alone."""
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError as error:
        raise Barred("certificate", f"The certificates in {ca_file} cannot be used ({error}); check `ca_file`.") from error


def _failed(host: str, error: httpx.HTTPError) -> Transient | Barred:
    """What a failed exchange means; a certificate that cannot be trusted is no matter of trying again."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Barred(
                "certificate", f"The certificate of {host} cannot be trusted ({cause.verify_message}); check `url` and `ca_file`."
            )
        cause = cause.__cause__ or cause.__context__
    return Transient("http", f"{host} does not answer ({type(error).__name__}); it is asked again.")
