"""A file taken in by processes that are killed at every moment, once and twice: each record is posted once, and the receipt is whole.

What a kill can come between is counted out: each commit, each rename, the end of the copy. A commit that was killed before it was done is
as if it had not been asked for, and one that was done stands: that is what a transaction is; that ours are ones is tested with Kafka.
"""

import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from connectors.kafka.record import Produced
from connectors.partners.accept import Acceptor
from connectors.partners.files import judging
from connectors.partners.files.folder import FolderPlace
from connectors.partners.files.progress import Progress
from connectors.partners.files.taking import Taker, Tools
from connectors.partners.formats.csv_mapped import cutting
from schemas.registry import Partner
from streams.domain.identity import Keyring

DEMO = Partner("demo", "Demo", "mto", "strgw.transfer/1", "KZ", ())
NOW_MS = 1_800_000_000_000
VALID = [f"T{n}" for n in (1, 2, 4, 5, 7)]


def event(transfer_id: str) -> str:
    fields = {
        "schema": "strgw.transfer/1", "transfer_id": transfer_id, "status": "sent", "occurred_at": "2024-05-17T18:42:10+05:00",
        "amount": {"value": "40", "currency": "USD"}, "channel": "wallet_to_wallet",
        "sender": {"kind": "person", "name": "A. Karimov"}, "receiver": {"kind": "person", "name": "Lola"},
    }  # fmt: skip
    return json.dumps(fields)


CONTENT = "\n".join(event(f"T{n}") if f"T{n}" in VALID else "{}" for n in range(1, 8)).encode()


class Killed(BaseException):
    """kill -9."""


class World:
    """A disk and a log that outlive processes, and a count of the moments at which one may be killed."""

    def __init__(self, folder: Path, deaths: Iterable[int]) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self.inbox, self.spool = folder / "in", folder / "spool"
        self.inbox.mkdir(parents=True)
        self.partner = DEMO
        self.log: list[Any] = []
        self._deaths = iter(deaths)
        self._left = next(self._deaths, -1)
        self.moments = 0

    def moment(self) -> None:
        self.moments += 1
        self._left -= 1
        if self._left == 0:
            raise Killed

    def commit(self, outputs: Iterable[Produced]) -> None:
        written = [SimpleNamespace(topic=o.topic, key=o.key, value=o.value) for o in outputs]
        self.moment()
        self.log += written
        self.moment()

    def process(self) -> None:
        """One life of the door: reads how far it came, and takes in what lies there."""
        progress = Progress.by_partner(r for r in self.log if r.topic == "files.state").get("demo") or Progress()
        tools = Tools(lambda: NOW_MS, SimpleNamespace(file=lambda *_: None, items=lambda *_: None), lambda: False)
        taker = Taker(Acceptor(self.partner, Keyring(b"k" * 32), tools.now_ms), progress, self, self.spool, tools)
        place = FolderPlace(self.inbox)
        listed = place.listed()
        taker.forget_absent(listed)
        for name in listed:
            taker.take(place, name, listed[name][0])

    def live(self) -> None:
        """Starts the door again until it has lived without being killed."""
        while True:
            try:
                self.process()
            except Killed:
                self._left = next(self._deaths, -1)
            else:
                return

    def posted(self) -> list[str]:
        return [r.key.decode() for r in self.log if r.topic == "partner.demo.transfers"]

    def state(self) -> dict[bytes, bytes]:
        """What compaction leaves of `files.state`."""
        kept = {r.key: r.value for r in self.log if r.topic == "files.state"}
        return {key: value for key, value in kept.items() if value is not None}


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "PORTION_RECORDS", 2)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., World]:
    """Makes a world; its kills come between renames too."""
    here: list[World] = []
    rename = Path.rename

    def renaming(self: Path, target: Any) -> Path:
        here[-1].moment()
        done = rename(self, target)
        here[-1].moment()
        return done

    monkeypatch.setattr(Path, "rename", renaming)

    def make(*deaths: int) -> World:
        here.append(World(tmp_path / "world", deaths))
        (here[-1].inbox / "day.jsonl").write_bytes(CONTENT)
        return here[-1]

    return make


def assert_taken_in_once(world: World) -> None:
    assert world.posted() == VALID
    assert sorted(os.listdir(world.inbox)) == ["done"]
    assert sorted(os.listdir(world.inbox / "done")) == ["day.jsonl", "day.jsonl.receipt.json"]
    said = json.loads((world.inbox / "done/day.jsonl.receipt.json").read_bytes())
    assert (said["status"], said["records"], said["accepted"], said["refused"]) == ("taken", 7, 5, 2)
    assert [one["record"] for one in said["transfers"]] == [1, 2, 3, 4, 5, 6, 7]
    assert [one["transfer_id"] for one in said["transfers"] if one["status"] == "accepted"] == VALID
    assert [key.count(b"/") for key in world.state()] == [1]  # the row alone: what was kept for the receipt is let go of


def test_without_a_kill(world: Callable[..., World]) -> None:
    alive = world()
    alive.live()
    assert_taken_in_once(alive)
    assert alive.moments == 4 * 2 + 2 * 2 + 2  # four portions, two renames, and that the receipt is there


@pytest.mark.parametrize("first", range(1, 15))
def test_killed_at_one_moment_and_at_every_further_one(world: Callable[..., World], first: int) -> None:
    for second in (0, *range(1, 15)):
        killed = world(first, second)
        killed.live()
        assert_taken_in_once(killed)


def test_killed_at_every_moment_and_the_content_left_again(world: Callable[..., World]) -> None:
    for first, again in itertools.product(range(1, 15), (1, 2, 3)):
        killed = world(first)
        killed.live()
        (killed.inbox / "again.jsonl").write_bytes(CONTENT)
        killed._deaths = iter(())
        killed._left = again
        killed.live()
        assert killed.posted() == VALID
        assert not (killed.inbox / "again.jsonl").exists()


MAPPING = """schema: strgw.csv-mapping/1
fields:
- {to: transfer_id, columns: [No]}
- {to: status, value: sent}
- {to: occurred_at, value: "2024-05-17T18:42:10+05:00"}
- {to: amount.value, value: "40"}
- {to: amount.currency, value: KGS}
- {to: channel, value: wallet_to_wallet}
- {to: sender.kind, value: person}
- {to: sender.name, columns: [Payer]}
- {to: receiver.kind, value: person}
- {to: receiver.name, value: Lola}
"""


@pytest.mark.parametrize("now_a_record", [2, 3])
def test_what_was_posted_in_part_is_gone_on_with_only_where_it_is_cut_as_before(
    world: Callable[..., World], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now_a_record: int
) -> None:
    """Two records either way: cut otherwise, the second one would begin at another row."""
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    killed = world(2)  # behind the first transaction
    (killed.inbox / "day.jsonl").unlink()
    (killed.inbox / "day.csv").write_bytes(b"No,Payer\nA,Ali\nB,Ali\nC,Ali\nD,Ali\n")
    killed.partner = msgspec.structs.replace(DEMO, format="csv/1", mapping=str(tmp_path / "mapping.yaml"))
    monkeypatch.setattr(cutting, "_PORTION", 2)
    with pytest.raises(Killed):
        killed.process()
    assert killed.posted() == ["A"]
    monkeypatch.setattr(cutting, "_PORTION", now_a_record)
    killed.live()
    if now_a_record == 2:
        said = json.loads((killed.inbox / "done/day.csv.receipt.json").read_bytes())
        assert (said["records"], said["accepted"], killed.posted()) == (2, 4, ["A", "C"])
        assert [(one["record"], one.get("index", 0), one["line"]) for one in said["transfers"]] == [
            (1, 0, 2), (1, 1, 3), (2, 0, 4), (2, 1, 5),
        ]  # fmt: skip
    else:
        said = json.loads((killed.inbox / "refused/day.csv.receipt.json").read_bytes())
        assert (said["code"], killed.posted()) == ("file_recut", ["A"])
