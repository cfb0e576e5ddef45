"""A transfer is promised only when the broker has it, and an unanswered request leaves nothing behind that would stop the next."""

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from connectors.partners.accept import Acceptor
from connectors.partners.http.idempotency import Answer
from connectors.partners.http.judge import Body, Judge
from connectors.partners.http.problems import Problem
from connectors.partners.http.producer import NotStored, Outgoing, Place
from connectors.partners.http.receipts import ReceiptId, ReceiptIds
from connectors.partners.http.taking import INLINE_BYTES, Taking
from schemas.registry import Partner
from streams.domain.identity import Keyring

NOW_MS = 1_800_000_000_000
IDS = ReceiptIds(b"k" * 16)


def event(transfer_id: str, **changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "schema": "strgw.transfer/1", "transfer_id": transfer_id, "status": "sent", "occurred_at": "2024-05-17T18:42:10+05:00",
        "amount": {"value": "40", "currency": "USD"}, "channel": "wallet_to_wallet",
        "sender": {"kind": "person", "name": "A. Karimov"}, "receiver": {"kind": "person", "name": "Lola"},
    }  # fmt: skip
    return json.dumps(fields | changes).encode()


@dataclass
class FakeBroker:
    """Not Kafka: remembers what was posted, or fails at once, so that an answer can be seen without a broker; storing is tested with a real one."""

    away: bool = False
    posted: list[Outgoing] = field(default_factory=list)

    async def post(self, records: Sequence[Outgoing]) -> list[Place]:
        if self.away:
            raise NotStored("away")
        self.posted += records
        return [Place(3, len(self.posted) - len(records) + number) for number in range(len(records))]


def answers(broker: FakeBroker, *requests: tuple[str | None, bytes]) -> list[Answer | Problem]:
    def judge() -> Judge:
        return Judge(
            {"demo": Acceptor(Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", ()), Keyring(b"m" * 32), lambda: NOW_MS)}
        )

    async def run() -> list[Answer | Problem]:
        found: list[Answer | Problem] = []
        with ThreadPoolExecutor(1) as beside:
            taking = Taking(judge(), judge(), beside, broker.post, IDS)
            for key, raw in requests:
                body = Body(raw, "lines", (("content-type", b"application/json"),), NOW_MS)
                try:
                    found.append(await taking.answer("demo", key, body, lambda outcome, count: None))
                except Problem as problem:
                    found.append(problem)
                    broker.away = False
        return found

    return asyncio.run(run())


def test_a_request_the_broker_did_not_confirm_is_no_202_and_can_be_sent_again_with_its_key() -> None:
    broker = FakeBroker(away=True)
    first, second = answers(broker, ("k", event("A")), ("k", event("A")))
    assert isinstance(first, Problem)
    assert (first.status, first.headers()["Retry-After"]) == (503, "5")
    assert isinstance(second, Answer)
    assert second.status == 202
    assert [record.key for record in broker.posted] == [b"A"]


@pytest.mark.parametrize("padding", [1, INLINE_BYTES])
def test_each_accepted_transfer_gets_the_receipt_of_its_own_place(padding: int) -> None:
    broker = FakeBroker()
    bad = event("B", channel="x" * padding)
    (answer,) = answers(broker, (None, b"\n".join([event("A"), bad, event("C")])))
    assert isinstance(answer, Answer)
    told = json.loads(answer.body)["transfers"]
    assert [one.get("receipt") and IDS.read("demo", one["receipt"]) for one in told] == [
        ReceiptId(3, 0, 0, NOW_MS),
        None,
        ReceiptId(3, 1, 0, NOW_MS),
    ]


def test_where_nothing_can_be_taken_in_the_broker_is_not_asked() -> None:
    broker = FakeBroker(away=True)
    (answer,) = answers(broker, (None, b"{}\n[]"))
    assert isinstance(answer, Answer)
    said = json.loads(answer.body)
    assert (answer.status, said["code"]) == (422, "nothing_taken")
    assert [one["code"] for one in said["transfers"]] == ["field_missing", "not_an_object"]
