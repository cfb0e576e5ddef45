"""Posting as a partner would."""

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.kafka.scan import TopicMissing
from connectors.partners.post import Poster, PostError, keys_of, open_source
from schemas.registry import Partner

DOCUMENTS = Path(__file__).parents[3] / "golden" / "connectors" / "partners" / "formats"


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


def test_a_file_in_another_format_is_posted_one_record_a_transfer_under_its_id(gate: Any) -> None:
    partner = Partner("demo", "Demo", "bank", "iso20022/1", "KZ", ())
    path = DOCUMENTS / "iso20022" / "pacs008_two_in_an_envelope.xml"
    meant = msgspec.json.decode(path.with_suffix(".json").read_bytes())
    poster = Poster(gate.bootstrap, partner.id, keys_of(partner))
    with open_source(str(path), partner, lambda found: None) as source:
        assert poster.post(source, None, time, lambda sent: None).sent == len(meant) == 2
        assert source.done() == source.size
    poster.close()
    records = gate.read("partner.demo.transfers")
    assert sorted(record.key.decode() for record in records) == sorted(transfer["transfer_id"] for transfer in meant)
    assert all(record.value.count(b"<CdtTrfTxInf>") == 1 for record in records)
