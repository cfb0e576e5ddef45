"""Answers kept by Idempotency-Key, so that a request sent again is answered and not posted again. Pure: the time is passed in.

In memory and bounded: after a restart, or when a partner has used very many keys meanwhile, a request sent again is posted again, and its
transfers are recognised as duplicates further on.
Source  draft-ietf-httpapi-idempotency-key-header-07, sections 2.6 and 2.7 (409 while in work, 422 for another body).
"""

from collections import OrderedDict
from typing import NamedTuple

from connectors.partners.http.problems import Problem

KEPT_S = 86_400.0  # DEF a day: longer than any client's retries
MOST_KEYS = 10_000  # DEF of one partner
MOST_BYTES = 8 * 1024 * 1024  # DEF of one partner's kept answers
MAX_KEY = 255


class Answer(NamedTuple):
    """Status, content type and body of what was answered."""

    status: int
    content_type: str
    body: bytes


class _Kept(NamedTuple):
    digest: bytes
    until: float
    answer: Answer


class PartnersAnswers:
    """The keys of one partner, oldest first."""

    def __init__(self, most_keys: int = MOST_KEYS, most_bytes: int = MOST_BYTES) -> None:
        self._most_keys, self._most_bytes = most_keys, most_bytes
        self._in_work: dict[str, bytes] = {}
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._bytes = 0

    def begin(self, key: str, digest: bytes, now: float) -> Answer | None:
        """The answer there is, or None: then the request is in work until `finish` or `abandon`.

        Raises  Problem (in_work, key_reused)
        """
        self._forget(now)
        kept = self._kept.get(key)
        before = kept.digest if kept else self._in_work.get(key)
        if before is not None and before != digest:
            raise Problem("key_reused", "This Idempotency-Key came with another body before; take a new key for a new request.")
        if kept:
            return kept.answer
        if before is not None:
            raise Problem("in_work", "The first request with this Idempotency-Key is still in work; ask again in a moment.", 1)
        self._in_work[key] = digest
        return None

    def finish(self, key: str, answer: Answer, now: float) -> None:
        """Keeps the answer for KEPT_S from now."""
        self._kept[key] = _Kept(self._in_work.pop(key), now + KEPT_S, answer)
        self._bytes += len(answer.body)
        self._forget(now)

    def abandon(self, key: str) -> None:
        """The request ended without an answer worth keeping: the next one with the key is worked on."""
        del self._in_work[key]

    def _forget(self, now: float) -> None:
        while self._kept:
            oldest = next(iter(self._kept.values()))
            if oldest.until > now and len(self._kept) <= self._most_keys and self._bytes <= self._most_bytes:
                return
            self._kept.popitem(last=False)
            self._bytes -= len(oldest.answer.body)


class Answers:
    """The keys of every partner; one partner's can neither be read nor driven out by another."""

    def __init__(self) -> None:
        self._partners: dict[str, PartnersAnswers] = {}

    def of(self, partner: str) -> PartnersAnswers:
        """The keys of one partner of the registry."""
        return self._partners.setdefault(partner, PartnersAnswers())


def key_in(header: str | None) -> str | None:
    """The key of a request, None where it has none. Raises Problem (bad_request)."""
    if header is None:
        return None
    key = header.strip().strip('"')
    if not 0 < len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
        raise Problem("bad_request", f"Idempotency-Key must be 1 to {MAX_KEY} printable ASCII characters.")
    return key
