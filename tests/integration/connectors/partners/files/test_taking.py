"""The file door on the real broker and a real sshd: what ends on the topic, what the receipt says, where the file goes."""

import gzip
import hashlib
import importlib.util
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from kafka.admin import KafkaAdminClient

from connectors.kafka.admin import apply_topics
from connectors.kafka.scan import CommittedLog
from connectors.kafka.topology import required_topics
from connectors.kafka.transactions import Fenced
from connectors.partners.formats.csv_mapped import cutting
from ops.file_meters import FileMetrics
from ops.filedoor import Doors, open_lanes
from ops.metrics import Metrics
from ops.registries import doors_of, partners_of
from ops.settings import Settings

TRANSPORTS = Path(__file__).parents[2] / "fius/transports/conftest.py"
PARTNER, CSV, ISO, OFF = "leaves", "leaves-csv", "leaves-iso", "leaves-off"
REGISTRY = """schema: strgw.partners/1
partners:
- {{id: leaves, name: Leaves, kind: mto, format: strgw.transfer/1, home_country: KZ, licences: [{{country: KZ, registration: "1"}}]}}
- {{id: leaves-csv, name: Leaves, kind: mto, format: csv/1, mapping: {mapping}, home_country: KZ, licences: []}}
- {{id: leaves-iso, name: Leaves, kind: bank, format: iso20022/1, timezone: Asia/Almaty, home_country: KZ, licences: []}}
- {{id: leaves-off, name: Off, kind: mto, format: strgw.transfer/1, home_country: KZ, disabled: {off}, licences: []}}
"""
MAPPING = """schema: strgw.csv-mapping/1
fields:
- {to: transfer_id, columns: [No]}
- {to: status, value: sent}
- {to: occurred_at, columns: [At]}
- {to: amount.value, columns: [Sum]}
- {to: amount.currency, value: KGS}
- {to: channel, value: cash_to_cash}
- {to: sender.kind, value: person}
- {to: sender.name, columns: [Payer]}
- {to: receiver.kind, value: person}
- {to: receiver.name, columns: [Payee]}
"""


def event(transfer_id: str, **changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "schema": "strgw.transfer/1", "transfer_id": transfer_id, "status": "sent", "occurred_at": "2024-05-17T18:42:10+05:00",
        "amount": {"value": "40", "currency": "USD"}, "channel": "wallet_to_wallet",
        "sender": {"kind": "person", "name": "A. Karimov"}, "receiver": {"kind": "person", "name": "Lola"},
    }  # fmt: skip
    return json.dumps(fields | changes).encode()


def lines(*events: bytes) -> bytes:
    return b"\n".join(events) + b"\n"


@dataclass
class Room:
    """One deployment with an inbox for each partner, looked at when a test says so."""

    bootstrap: str
    folder: Path
    inbox: dict[str, Path] = field(default_factory=dict)
    rows: list[str] = field(default_factory=list)

    def set_up(self) -> None:
        (self.folder / "mapping.yaml").write_text(MAPPING)
        self.switch("true")
        for partner in (PARTNER, CSV, ISO, OFF):
            self.inbox[partner] = self.folder / partner
            self.inbox[partner].mkdir()
            self.rows.append(
                f"- {{partner: {partner}, kind: folder, inbox: {self.inbox[partner]}, complete: renamed, poll_s: 0.001}}"
            )

    def switch(self, off: str) -> None:
        text = REGISTRY.format(mapping=self.folder / "mapping.yaml", off=off)
        (self.folder / "partners.new").write_text(text)
        (self.folder / "partners.new").replace(self.folder / "partners.yaml")

    def leave(self, name: str, content: bytes, partner: str = PARTNER) -> None:
        beside = self.inbox[partner] / f".{name}.part"
        beside.write_bytes(content)
        beside.rename(self.inbox[partner] / name)

    @contextmanager
    def lanes(self) -> Iterator[dict[str, Any]]:
        """The lanes as one process of the door has them; leaving closes its producers, as its end would."""
        (self.folder / "files.yaml").write_text("schema: strgw.files/1\ndoors:\n" + "\n".join(self.rows) + "\n")
        settings = Settings.from_env(
            {
                "STRGW_HOME": str(self.folder / "home"),
                "STRGW_REGISTRY": str(self.folder / "partners.yaml"),
                "STRGW_FILES": str(self.folder / "files.yaml"),
                "STRGW_HMAC_KEY": "42" * 32,
            }
        )
        partners = partners_of(settings)
        doors, metrics = Doors(doors_of(settings, partners), partners), Metrics()
        meters = FileMetrics(metrics, doors.names)
        with open_lanes(settings, self.bootstrap, doors, meters, threading.Event()) as lanes:
            yield dict(zip(doors.names, lanes, strict=True))

    def look(self, partner: str = PARTNER) -> None:
        with self.lanes() as lanes:
            lanes[partner].look()

    def posted(self, prefix: str, partner: str = PARTNER) -> list[str]:
        """Transfer ids that begin so, as they lie on the topic. Every test has a prefix of its own."""
        with CommittedLog(self.bootstrap) as log:
            keys = [(record.key or b"").decode() for record in log.scan(f"partner.{partner}.transfers")]
        return sorted(key for key in keys if key.startswith(prefix))

    def receipt(self, name: str, ending: str = "done", partner: str = PARTNER) -> Any:
        path = self.inbox[partner] / ending / f"{name}.receipt.json"
        assert path.exists(), sorted(str(p) for p in self.inbox[partner].rglob("*"))
        return json.loads(path.read_bytes())


@pytest.fixture(scope="module")
def topics(broker: str) -> Iterator[str]:
    """A broker with the partners' topics and an empty `files.state`."""
    specs = required_topics([PARTNER, CSV, ISO, OFF], [], 2)
    remove(broker, {spec.name for spec in specs})
    apply_topics(broker, specs)
    yield broker
    remove(broker, {spec.name for spec in specs})


def remove(bootstrap: str, names: set[str]) -> None:
    """Deletes topics, so that no test sees another's records."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        if old := sorted(set(admin.list_topics()) & names):
            admin.delete_topics(old)
        deadline = time.monotonic() + 60
        while set(admin.list_topics()) & names:
            assert time.monotonic() < deadline, "old topics are still there"
            time.sleep(0.1)
    finally:
        admin.close()


@pytest.fixture
def room(topics: str, tmp_path: Path) -> Room:
    found = Room(topics, tmp_path)
    found.set_up()
    return found


def test_each_record_is_judged_and_what_is_valid_is_posted_under_its_transfer_id(room: Room) -> None:
    room.leave("day.jsonl", lines(event("A1"), event("A2", channel="by pigeon"), b"", b"{not json", event("A3")))
    room.look()
    assert room.posted("A") == ["A1", "A3"]
    assert sorted(os.listdir(room.inbox[PARTNER])) == ["done"]
    assert sorted(os.listdir(room.inbox[PARTNER] / "done")) == ["day.jsonl", "day.jsonl.receipt.json"]
    said = room.receipt("day.jsonl")
    assert (said["status"], said["records"], said["accepted"], said["refused"]) == ("taken", 4, 2, 2)
    assert said["reasons"] == {"field_value": 1, "not_json": 1}
    assert [(one["record"], one["line"], one["status"]) for one in said["transfers"]] == [
        (1, 1, "accepted"),
        (2, 2, "refused"),
        (3, 4, "refused"),
        (4, 5, "accepted"),
    ]
    assert said["transfers"][1]["field"] == "channel"
    assert said["transfers"][1]["detail"].endswith(".")


def test_a_content_that_comes_again_is_known_and_a_changed_file_of_the_same_name_is_new(room: Room) -> None:
    content = lines(event("B1"), event("B2"))
    for _ in range(2):
        room.leave("day.jsonl", content)
        room.look()
    room.leave("other-name.jsonl", content)
    room.leave("day.jsonl", lines(event("B3")))
    room.look()
    assert room.posted("B") == ["B1", "B2", "B3"]
    done = {p.name for p in (room.inbox[PARTNER] / "done").iterdir() if not p.name.endswith(".receipt.json")}
    assert done == {"day.jsonl", "day-2.jsonl", "other-name.jsonl", "day-3.jsonl"}
    assert [room.receipt(name)["status"] for name in ("day.jsonl", "day-2.jsonl", "other-name.jsonl", "day-3.jsonl")] == [
        "taken",
        "known",
        "known",
        "taken",
    ]
    assert "as day.jsonl" in room.receipt("other-name.jsonl")["detail"]


def test_of_a_content_that_comes_again_only_records_that_were_refused_are_judged_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a mistake of ours: what was refused then is valid now, and nothing that was posted is posted again."""
    monkeypatch.setattr(cutting, "_PORTION", 1)
    head, rows = b"No,At,Sum,Payer,Payee\n", b"C1,2024-05-17T18:42:10+05:00,40,A,B\nC2,17.05.2024,40,A,B\n"
    room.leave("day.csv", head + rows, CSV)
    room.look(CSV)
    assert room.posted("C", CSV) == ["C1"]
    assert room.receipt("day.csv", partner=CSV)["transfers"][1]["line"] == 3
    mapping = room.folder / "mended.yaml"
    mapping.write_text(MAPPING.replace("fields:", 'layout: {time: "%d.%m.%Y"}\nfields:', 1))
    (room.folder / "partners.yaml").write_text(REGISTRY.format(mapping=mapping, off="true"))
    room.leave("day.csv", head + rows, CSV)
    room.look(CSV)
    assert room.posted("C", CSV) == ["C1", "C2"]
    said = room.receipt("day-2.csv", partner=CSV)
    assert (said["status"], said["records"], said["accepted"]) == ("taken", 1, 1)
    room.leave("day.csv", head + rows, CSV)
    room.look(CSV)
    assert room.receipt("day-3.csv", partner=CSV)["status"] == "known"
    assert room.posted("C", CSV) == ["C1", "C2"]


def test_rows_of_a_csv_are_judged_each_by_itself_and_go_to_the_topic_by_the_record(room: Room) -> None:
    rows = b"".join(b"N%d,2024-05-17T18:42:10+05:00,%d,A,B\n" % (n, n % 250) for n in range(1, 451))
    room.leave("day.csv", b"No,At,Sum,Payer,Payee\n" + rows, CSV)
    room.look(CSV)
    assert room.posted("N", CSV) == ["N1", "N201", "N401"]
    said = room.receipt("day.csv", partner=CSV)
    assert (said["records"], said["accepted"], said["refused"]) == (3, 449, 1)
    assert [one["transfer_id"] for one in said["transfers"]] == [f"N{n}" for n in range(1, 451)]
    assert [one["line"] for one in said["transfers"]] == list(range(2, 452))
    [refused] = [one for one in said["transfers"] if one["status"] == "refused"]
    assert (refused["record"], refused["index"], refused["line"], refused["code"]) == (2, 49, 251, "amount_not_positive")


PACS = "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"
AGENT = "<FinInstnId><BICFI>AAAAKZKA</BICFI></FinInstnId>"
TRANSACTION = f"""<CdtTrfTxInf>
<PmtId><EndToEndId>E</EndToEndId><TxId>%s</TxId></PmtId><IntrBkSttlmAmt Ccy="EUR">%s</IntrBkSttlmAmt>
<IntrBkSttlmDt>2026-01-15</IntrBkSttlmDt><ChrgBr>SHAR</ChrgBr><Dbtr><Nm>Ali</Nm></Dbtr><DbtrAgt>{AGENT}</DbtrAgt>
<CdtrAgt>{AGENT}</CdtrAgt><Cdtr><Nm>Lola</Nm></Cdtr>
</CdtTrfTxInf>
"""


def pacs(amounts: dict[str, str], said: int) -> bytes:
    head = f"<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-01-15T10:30:00Z</CreDtTm><NbOfTxs>{said}</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>"
    many = "".join(TRANSACTION % one for one in amounts.items())
    return f'<Document xmlns="{PACS}"><FIToFICstmrCdtTrf>{head}\n{many}</FIToFICstmrCdtTrf></Document>'.encode()


def test_each_transaction_of_an_iso_file_is_a_record(room: Room) -> None:
    room.leave("day.xml", pacs({"L1": "1.5", "L2": "0", "L3": "a lot", "L4": "2"}, 4), ISO)
    room.look(ISO)
    assert room.posted("L", ISO) == ["L1", "L4"]
    said = room.receipt("day.xml", partner=ISO)
    assert (said["records"], said["accepted"], said["refused"]) == (4, 2, 2)
    assert [(one["record"], one["line"], one["status"]) for one in said["transfers"]] == [
        (1, 2, "accepted"), (2, 7, "refused"), (3, 12, "refused"), (4, 17, "accepted"),
    ]  # fmt: skip
    assert sorted(said["reasons"]) == ["amount_not_positive", "not_in_schema"]
    assert [one["transfer_id"] for one in said["transfers"]] == ["L1", "L2", "L3", "L4"]


def test_of_an_iso_file_that_holds_less_than_its_header_says_nothing_is_posted(room: Room) -> None:
    content = pacs({"M1": "1.5", "M2": "2"}, 3)
    room.leave("day.xml", content, ISO)
    room.look(ISO)
    assert room.posted("M", ISO) == []
    said = room.receipt("day.xml", "refused", ISO)
    assert said["code"] == "file_not_in_format"
    assert (said["sha256"], said["transfers"]) == (hashlib.sha256(content).hexdigest(), [])


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty", b"", "file_empty"),
        ("blank", b"\n \n", "file_empty"),
        ("cut.gz", gzip.compress(lines(event("D1")) * 500)[:-9], "file_cut_off"),
        ("damaged.gz", gzip.compress(b"x")[:10] + b"\xff" * 30, "file_cut_off"),
        ("archive.zip", b"PK\x03\x04 and so on", "file_packed"),
        ("nothing-valid", lines(b"{}", b"[]"), "nothing_taken"),
    ],
)
def test_a_file_that_is_not_whole_or_has_nothing_valid_is_refused_and_nothing_is_posted(
    room: Room, name: str, content: bytes, code: str
) -> None:
    room.leave(name, content)
    room.look()
    assert room.receipt(name, "refused")["code"] == code
    assert room.receipt(name, "refused")["detail"].endswith(".")
    assert (room.inbox[PARTNER] / "refused" / name).read_bytes() == content
    assert room.posted("D") == []


def test_a_packed_file_is_read_member_by_member(room: Room) -> None:
    room.leave("day.jsonl.gz", gzip.compress(lines(event("E1"))) + gzip.compress(lines(event("E2"))))
    room.look()
    assert room.posted("E") == ["E1", "E2"]


def test_files_of_a_partner_that_is_switched_off_are_refused_until_it_is_switched_on_again(room: Room) -> None:
    with room.lanes() as lanes:
        room.leave("day.jsonl", lines(event("F1")), OFF)
        lanes[OFF].look()
        assert room.receipt("day.jsonl", "refused", OFF)["code"] == "partner_disabled"
        assert room.posted("F", OFF) == []
        room.switch("false")
        time.sleep(1.1)  # the registry is looked at once a second
        room.leave("day.jsonl", lines(event("F1")), OFF)
        lanes[OFF].look()
    assert room.receipt("day.jsonl", "done", OFF)["status"] == "taken"
    assert room.posted("F", OFF) == ["F1"]


def test_links_folders_and_unfinished_names_are_left_alone(room: Room) -> None:
    inbox = room.inbox[PARTNER]
    secret = room.folder / "secret"
    secret.write_bytes(lines(event("G1")))
    (inbox / "link.jsonl").symlink_to(secret)
    (inbox / "folder.jsonl").mkdir()
    os.mkfifo(inbox / "pipe.jsonl")
    for name in (".hidden.jsonl", "day.jsonl.part", "day.jsonl.tmp"):
        (inbox / name).write_bytes(lines(event("G2")))
    before = sorted(os.listdir(inbox))
    room.look()
    assert sorted(os.listdir(inbox)) == before
    assert room.posted("G") == []


def test_a_second_process_takes_over_and_the_first_can_post_nothing_more(room: Room) -> None:
    with room.lanes() as first, room.lanes() as second:
        room.leave("day.jsonl", lines(event("H1"), event("H2")))
        with pytest.raises(Fenced):
            first[PARTNER].look()
        second[PARTNER].look()
    assert room.posted("H") == ["H1", "H2"]


@pytest.fixture
def sshd() -> Iterator[Any]:
    spec = importlib.util.spec_from_file_location("transports_conftest", TRANSPORTS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.running_sshd() as server:
        yield server


def sftp_row(sshd: Any, host_key: str) -> str:
    where = f"host: 127.0.0.1, port: {sshd.port}, user: {sshd.user}, key_file: {sshd.key_file}, host_keys: ['{host_key}']"
    return f"- {{partner: {PARTNER}, kind: sftp, {where}, inbox: {sshd.inbox}, complete: renamed, poll_s: 0.001}}"


def as_its_user(sshd: Any, path: Path) -> None:
    os.chown(path, sshd.inbox.stat().st_uid, sshd.inbox.stat().st_gid)


def test_files_of_an_sftp_server_are_taken_in_and_put_away_there(room: Room, sshd: Any) -> None:
    room.rows = [sftp_row(sshd, sshd.host_key)]
    many = lines(*(event(f"I{n}") for n in range(3000)))  # more than one packet, more than one transaction
    for name, content in (("day.jsonl", many), ("again.jsonl", many), ("bad.gz", b"\x1f\x8bno")):
        (sshd.inbox / name).write_bytes(content)
        as_its_user(sshd, sshd.inbox / name)
    with room.lanes() as lanes:
        lanes[PARTNER].look()
        assert room.posted("I") == sorted(f"I{n}" for n in range(3000))
        assert sorted(os.listdir(sshd.inbox)) == ["done", "refused"]
        ends = {p.name: json.loads(p.read_bytes())["status"] for p in (sshd.inbox / "done").glob("*.json")}
        assert sorted(ends.values()) == ["known", "taken"]
        assert json.loads((sshd.inbox / "refused/bad.gz.receipt.json").read_bytes())["code"] == "file_cut_off"
        sshd.stop()
        lanes[PARTNER].look()
        sshd.start()
        (sshd.inbox / "later.jsonl").write_bytes(lines(event("J1")))
        as_its_user(sshd, sshd.inbox / "later.jsonl")
        lanes[PARTNER].look()
    assert room.posted("J") == ["J1"]


def test_a_key_that_the_server_may_not_show_keeps_the_place_away(room: Room, sshd: Any, caplog: pytest.LogCaptureFixture) -> None:
    stranger = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
    room.rows = [sftp_row(sshd, stranger)]
    (sshd.inbox / "day.jsonl").write_bytes(lines(event("K1")))
    with room.lanes() as lanes:
        for _ in range(2):
            lanes[PARTNER].look()
    assert room.posted("K") == []
    assert len([line for line in caplog.messages if "none of `host_keys`" in line]) == 1
