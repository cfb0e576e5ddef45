"""What can go wrong with a request, as problem details (RFC 9457); no answer depends on what a transfer says beyond its form."""

from typing import NamedTuple

import msgspec

PROBLEM_JSON = "application/problem+json"


class _Kind(NamedTuple):
    status: int
    title: str


KINDS = {
    "bad_request": _Kind(400, "The request cannot be read"),
    "unauthorized": _Kind(401, "The key is not accepted"),
    "partner_disabled": _Kind(403, "The feed is switched off"),
    "not_found": _Kind(404, "There is nothing here"),
    "method": _Kind(405, "The method is not allowed here"),
    "slow": _Kind(408, "The request came too slowly"),
    "in_work": _Kind(409, "The first request with this Idempotency-Key is still in work"),
    "gone": _Kind(410, "The receipt is no longer kept here"),
    "too_large": _Kind(413, "The request is too large"),
    "media_type": _Kind(415, "The content type is not accepted"),
    "encoding": _Kind(415, "The encoding is not accepted"),
    "nothing_taken": _Kind(422, "No transfer of the request could be taken in"),
    "key_reused": _Kind(422, "The Idempotency-Key belongs to another request"),
    "rate": _Kind(429, "Too many transfers"),
    "at_once": _Kind(429, "Too many requests at once"),
    "fault": _Kind(500, "A fault of the gateway"),
    "busy": _Kind(503, "The gateway is busy"),
    "broker": _Kind(503, "The gateway cannot store transfers now"),
}
# What each says of itself in `type`: a name, not an address, for nothing need be fetched to understand it.
_TYPE = "urn:strgw:problem:"


class Problem(Exception):
    """A request that is answered with a problem. detail: one sentence that says what to do; retry_s: after how many seconds to come again."""

    def __init__(self, code: str, detail: str, retry_s: float | None = None) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.retry_s = retry_s

    @property
    def status(self) -> int:
        """Of the answer."""
        return KINDS[self.code].status

    def headers(self) -> dict[str, str]:
        """Of the answer, beside its content type."""
        found = {}
        if self.retry_s is not None:
            found["Retry-After"] = str(max(1, int(-(-self.retry_s // 1))))  # RFC 9110 section 10.2.3: whole seconds
        if self.status == KINDS["unauthorized"].status:
            found["WWW-Authenticate"] = "Bearer"  # RFC 6750 section 3
        return found

    def document(self, **more: object) -> bytes:
        """The body; `more` are extension members (RFC 9457 section 3.2)."""
        kind = KINDS[self.code]
        said = {"type": _TYPE + self.code, "title": kind.title, "status": kind.status, "detail": self.detail, "code": self.code}
        return msgspec.json.encode(said | more)
