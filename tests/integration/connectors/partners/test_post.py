"""Posting as a partner would."""

import time
from typing import Any

import pytest

from connectors.kafka.scan import TopicMissing
from connectors.partners.post import Poster, PostError


def test_every_event_arrives_and_one_transfer_keeps_to_one_partition(gate: Any) -> None:
    events = [gate.event(f"T{number % 50}", f"2024-05-17T10:00:{number % 60:02}Z") for number in range(500)]
    poster = Poster(gate.bootstrap, "demo")
    posted = poster.post(events, None, time, lambda sent: None)
    poster.close()
    records = gate.read("partner.demo.transfers")
    assert posted.sent == len(records) == 500
    assert sorted(record.value for record in records) == sorted(events)
    homes: dict[bytes, set[int]] = {}
    for record in records:
        homes.setdefault(record.key, set()).add(record.partition)
    assert len(homes) == 50
    assert all(len(partitions) == 1 for partitions in homes.values())


def test_a_record_over_the_limit_is_refused_by_number_before_it_is_sent(gate: Any) -> None:
    poster = Poster(gate.bootstrap, "demo")
    with pytest.raises(PostError, match=r"^Event 2 has 8,388,608 bytes; the topic takes at most"):
        poster.post([gate.event("T1"), b"x" * (8 << 20)], None, time, lambda sent: None)
    poster.close()


def test_a_partner_without_a_topic_is_named(gate: Any) -> None:
    with pytest.raises(TopicMissing, match=r"partner\.nobody\.transfers"):
        Poster(gate.bootstrap, "nobody")
