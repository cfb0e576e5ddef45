"""Delivery on the real broker."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.fius.holds import read_holds
from connectors.fius.portal.package import validate
from connectors.fius.receiving import FiuTopic, received, save
from connectors.kafka.archive import ArchiveError, BatchArchive
from connectors.kafka.archive_log import LogSource
from connectors.kafka.scan import TopicMissing
from connectors.kafka.transactions import transactional_producer
from schemas.wire import encode_filing


def seen(desk: Any, fiu: str) -> list[Any]:
    topic = FiuTopic(desk.bootstrap, fiu, from_beginning=True)
    found = [received(partition, offset, raw, fiu, validate) for partition, offset, raw in topic.records(follow=False)]
    topic.close()
    return found


def test_a_report_reaches_each_fiu_with_a_digest_that_holds(desk: Any) -> None:
    desk.post(desk.case.report())
    desk.deliver(1)
    for fiu in ("ae", "kg"):
        [one] = seen(desk, fiu)
        assert (one.problems, one.filing.fiu, one.filing.version) == ((), fiu.upper(), 1)
        assert one.filing.sha256 == hashlib.sha256(one.filing.payload).hexdigest()
    assert sorted(desk.meters.counted) == [("AE", "published"), ("KG", "published"), ("UZ", "proposed")]


def test_an_invalid_report_is_held_and_published_to_nobody(desk: Any) -> None:
    desk.post(desk.case.report(narrative={}))
    desk.deliver(1)
    assert desk.filings("kg") == desk.filings("ae") == []
    found = {held.fiu: held for held in desk.held() if held.code == "not_valid"}
    assert sorted(found) == ["AE", "KG"]
    assert found["KG"].errors[0].canonical_path == "narrative"


def test_a_hold_is_open_until_a_later_version_is_sent(desk: Any) -> None:
    desk.post(desk.case.report(narrative={}))
    desk.deliver(1)
    assert [hold.open for hold in read_holds(desk.bootstrap) if hold.held.code == "not_valid"] == [True, True]
    desk.post(desk.case.report(version=2))
    desk.deliver(1)
    assert [hold.open for hold in read_holds(desk.bootstrap) if hold.held.code == "not_valid"] == [False, False]


def test_a_restarted_delivery_remembers_what_it_sent(desk: Any) -> None:
    desk.post(desk.case.report())
    desk.deliver(1)
    desk.post(desk.case.report(), desk.case.report(version=2), desk.case.report(version=3, state="withdrawn"))
    desk.deliver(3)
    assert [f.version for f in desk.filings("kg")] == [1]
    assert [h.published for h in desk.held() if h.code == "withdrawn_after_filing" and h.fiu == "KG"] == [
        (desk.filings("kg")[0].filing_id,)
    ]


def test_bytes_that_are_no_report_are_set_aside_and_the_next_report_goes_out(desk: Any) -> None:
    desk.post_raw("filings", b"\x01 no report", partition=2)
    desk.post(desk.case.report())
    desk.deliver(2)
    assert len(desk.filings("kg")) == 1
    [raw] = desk.read("quarantine")
    assert b"not_decodable" in raw
    assert b"deliver" in raw


def test_a_missing_fiu_topic_is_refused_at_the_start(desk: Any) -> None:
    delivery, log = desk.delivery()
    with pytest.raises(TopicMissing, match=r"fiu\.qq\.reports"):
        delivery.open(["QQ"])
    log.close()


def test_the_reader_of_an_fiu_notices_changed_bytes_and_foreign_reports(desk: Any) -> None:
    desk.post(desk.case.report())
    desk.deliver(1)
    [filing] = desk.filings("kg")
    changed = msgspec.structs.replace(filing, payload=filing.payload.replace(b"250.50", b"950.50"))
    desk.post_raw("fiu.kg.reports", encode_filing(changed))
    desk.post_raw("fiu.kg.reports", encode_filing(msgspec.structs.replace(filing, fiu="AE")))
    desk.post_raw("fiu.kg.reports", b"\x00\x00\x00\xff\xffjunk")
    found = sorted(problem.code for one in seen(desk, "kg") for problem in one.problems)
    assert found == ["avro_schema_unknown", "digest_differs", "wrong_fiu"]
    assert sum(one.is_genuine for one in seen(desk, "kg")) == 1


def test_a_saved_report_is_the_bytes_that_were_sent(desk: Any, tmp_path: Path) -> None:
    desk.post(desk.case.report())
    desk.deliver(1)
    [filing] = desk.filings("kg")
    assert save(filing, tmp_path / "in").read_bytes() == filing.payload
    with pytest.raises(ValueError, match="plain name"):
        save(msgspec.structs.replace(filing, file_name="../x.zip"), tmp_path / "in")


def test_versions_within_a_second_come_together_and_only_the_newest_is_filed(desk: Any) -> None:
    delivery, log = desk.delivery()
    desk.post(desk.case.report())
    while delivery.step() == 0:
        pass
    desk.post(desk.case.report(version=2, score=0.8))
    desk.post(desk.case.report(version=3, score=0.9))
    taken = 0
    while taken < 2:
        taken += delivery.step()
    log.close()
    assert [f.version for f in desk.filings("kg")] == [1, 3]


def test_a_record_beside_missing_ones_is_read_and_the_end_of_the_log_is_not_waited_for(desk: Any) -> None:
    producer = transactional_producer(desk.bootstrap, "holes")
    offsets: list[int] = []
    for is_committed in (True, False, False, True):
        producer.begin_transaction()
        offsets.append(producer.send("transfers", b"%d" % len(offsets), partition=1).get(30).offset)
        producer.commit_transaction() if is_committed else producer.abort_transaction()
    producer.close()
    end = offsets[-1] + 2  # a control record follows the last one
    source = LogSource(desk.bootstrap)
    found = list(source.read(1, range(end + 2)))
    source.close()
    assert found == [(offsets[0], b"0"), (offsets[3], b"3")]


def test_the_archive_reads_single_transfers_by_coordinate(desk: Any) -> None:
    source = LogSource(desk.bootstrap)
    found = BatchArchive(source).fetch(desk.case.evidence)
    assert list(found.values()) == desk.case.transfers
    missing = msgspec.structs.replace(desk.case.evidence[0], offset=10_000)
    with pytest.raises(ArchiveError, match="record_missing"):
        BatchArchive(source).fetch([missing])
    source.close()


def test_a_record_of_an_aborted_transaction_is_missing_from_the_archive(desk: Any) -> None:
    producer = transactional_producer(desk.bootstrap, "aborted")
    producer.begin_transaction()
    offset = producer.send("transfers", desk.case.record, partition=0).get(30).offset
    producer.abort_transaction()
    producer.close()
    source = LogSource(desk.bootstrap)
    line = msgspec.structs.replace(desk.case.evidence[0], offset=offset)
    with pytest.raises(ArchiveError, match="record_missing"):
        BatchArchive(source).fetch([line])
    assert list(BatchArchive(source).fetch(desk.case.evidence).values()) == desk.case.transfers
    source.close()
