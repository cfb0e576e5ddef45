"""POST /v1/transfers from a body that is here to the answer: judge, post, and answer when the broker has everything."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from typing import Protocol

import msgspec

from connectors.partners.http.idempotency import Answer, Answers
from connectors.partners.http.judge import ACCEPTED, REFUSED, Body, ItemAnswer, Judge, Judged, digest_of
from connectors.partners.http.problems import PROBLEM_JSON, Problem
from connectors.partners.http.producer import NotStored, Outgoing, Place
from connectors.partners.http.receipts import ReceiptId, ReceiptIds
from schemas.topics import partner_transfers

INLINE_BYTES = (
    32 * 1024
)  # DEF some 3 ms of work; more is judged beside the event loop, so that others' answers do not wait for it
JSON = "application/json"
BROKER_RETRY_S = 5  # DEF


class TakingMeters(Protocol):
    """What is counted of transfers. Labels are closed sets."""

    def items(self, outcome: str, count: int) -> None:
        """`count` transfers were accepted (the broker has them) or refused at the door."""


class Post(Protocol):
    """Stores records; connectors.partners.http.producer.Producer.post is one."""

    def __call__(self, records: Sequence[Outgoing]) -> Awaitable[list[Place]]:
        """Raises NotStored."""


class Received(msgspec.Struct, frozen=True):
    """The 202: numbers of transfers, and each in the order of the body."""

    accepted: int
    refused: int
    transfers: list[ItemAnswer]


class Taking:
    """Takes transfers in.

    small, large   two judges with acceptors of their own: the event loop's, and that of the one thread of `beside`
    charge         told of each request's partner and number of transfers
    """

    def __init__(self, small: Judge, large: Judge, beside: Executor, post: Post, ids: ReceiptIds) -> None:
        self._small, self._large, self._beside = small, large, beside
        self._post, self._ids = post, ids
        self._answers = Answers()

    async def answer(self, partner: str, key: str | None, body: Body, counted: Callable[[str, int], None]) -> Answer:
        """What the partner is told; the same again for the same Idempotency-Key. Raises Problem.

        counted  called with each outcome and its number of transfers, once for every request that was worked on
        """
        if key is None:
            return await self._work(partner, body, counted)
        kept = self._answers.of(partner)
        before = kept.begin(key, digest_of(body), time.monotonic())
        if before is not None:
            return before
        try:
            answer = await self._work(partner, body, counted)
        except BaseException:
            kept.abandon(key)
            raise
        kept.finish(key, answer, time.monotonic())
        return answer

    async def _work(self, partner: str, body: Body, counted: Callable[[str, int], None]) -> Answer:
        judged = await self._judged(partner, body)
        answers = [answer for one in judged for answer in one.answers]
        outcomes = Counter(answer.status for answer in answers)
        if outcomes[REFUSED]:
            counted(REFUSED, outcomes[REFUSED])
        if not outcomes[ACCEPTED]:
            refused = Problem("nothing_taken", "Every transfer has an error; mend what `transfers` says and send them again.")
            return Answer(refused.status, PROBLEM_JSON, refused.document(transfers=answers))
        await self._store(partner, judged, body.received_ms)
        counted(ACCEPTED, outcomes[ACCEPTED])
        return Answer(202, JSON, msgspec.json.encode(Received(outcomes[ACCEPTED], outcomes[REFUSED], answers)))

    async def _judged(self, partner: str, body: Body) -> list[Judged]:
        if len(body.raw) <= INLINE_BYTES:
            return self._small.judge(partner, body)
        return await asyncio.get_running_loop().run_in_executor(self._beside, self._large.judge, partner, body)

    async def _store(self, partner: str, judged: list[Judged], at_ms: int) -> None:
        """Posts what is to be posted, and writes into the answers where to ask for each receipt. Raises Problem (broker)."""
        topic = partner_transfers(partner)
        posted = [(one, Outgoing(topic, one.key, one.raw, one.headers)) for one in judged if one.key is not None]
        try:
            places = await self._post([record for _, record in posted])
        except NotStored as error:
            raise Problem(
                "broker",
                "Not every transfer could be stored; send the request again, what was stored is recognised.",
                BROKER_RETRY_S,
            ) from error
        for (one, _), place in zip(posted, places, strict=True):
            for answer in one.answers:
                receipt = ReceiptId(place.partition, place.offset, answer.index, at_ms)
                answer.receipt = self._ids.written(partner, receipt)
