"""The embedded broker's data folder: what is kept there and what is said when it cannot be used."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from connectors.kafka.broker_files import BrokerFolder, BrokerRecord, server_properties
from connectors.kafka.errors import KafkaSetupError

Usage = namedtuple("Usage", "total used free")


def test_cluster_id_is_drawn_once(tmp_path: Path) -> None:
    first = BrokerFolder(tmp_path).cluster_id()
    assert len(first) == 22
    assert BrokerFolder(tmp_path).cluster_id() == first


def test_nearly_full_disk_is_refused_before_anything_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1 << 40, 1 << 40, 100 << 20))
    with pytest.raises(KafkaSetupError, match="Only 100 MiB are free") as caught:
        BrokerFolder(tmp_path / "kafka").prepare()
    assert caught.value.code == "no_disk"


def test_folder_under_a_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KafkaSetupError, match="STRGW_HOME"):
        BrokerFolder(tmp_path / "file" / "kafka").prepare()


def test_damaged_record_counts_as_none(tmp_path: Path) -> None:
    folder = BrokerFolder(tmp_path)
    assert folder.record() is None
    kept = BrokerRecord(1, "x", 9092, 9093, "2026-01-01T00:00:00+00:00", "/usr/bin/java")
    folder.write_record(kept)
    assert folder.record() == kept
    (tmp_path / "broker.json").write_text('{"pid": 1')
    assert folder.record() is None


def test_last_error_of_the_log_is_the_complaint_and_java_warnings_are_none(tmp_path: Path) -> None:
    folder = BrokerFolder(tmp_path)
    assert folder.last_complaint() == ""
    folder.console.write_text("WARNING: sun.misc.Unsafe will be removed\n")
    folder.log.write_text("t INFO  a: fine\nt ERROR b: first\nt FATAL c: last\nt INFO  d: shut down\n")
    assert folder.last_complaint() == "t FATAL c: last"


def test_broker_listens_on_loopback_only_and_creates_no_topic_by_itself() -> None:
    properties = server_properties(Path("/data"), 1111, 2222, 4)
    assert properties["listeners"] == "PLAINTEXT://127.0.0.1:1111,CONTROLLER://127.0.0.1:2222"
    assert properties["auto.create.topics.enable"] == "false"
