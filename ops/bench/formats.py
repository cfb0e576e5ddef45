"""Transfers a second of one processor, by format: from a document's bytes to the canonical transfer; and for our own format the whole intake process."""

import gc
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import msgspec

from connectors.kafka.scan import CommittedLog
from connectors.partners.accept import Acceptor
from connectors.partners.formats.contract import Incoming
from connectors.partners.post import Poster
from ops.bench.documents import DOCUMENTS, MAPPING, avro
from ops.bench.gateway import PARTNER, Layout, throwaway_gateway
from ops.bench.load import STREAMS
from ops.bench.machine import Machine, this_machine
from ops.bench.usage import usage_of
from ops.errors import CommandError
from ops.processes import ProcessRecord
from ops.settings import Settings
from ops.status import scrape
from schemas import topics
from schemas.native import NATIVE
from schemas.registry import Partner
from schemas.transfer import Coordinate, Transfer
from streams.domain.identity import Keyring

DOCUMENTS_EACH = 5_000  # DEF: some 7,000 parties, so that caches help as much as they do a partner's day
PASSES = 3  # the fastest counts: what other work on the machine takes away is no property of the reader
STUCK_S = 120.0
LOOK_S = 0.1
NOW_MS = 2_000_000_000_000
Advance = Callable[[int, int, str], None]


class Reading(msgspec.Struct, frozen=True):
    """One format. per_second: documents with one transfer each, made canonical in a second of processor time; bytes: of a document."""

    format: str
    per_second: float
    bytes: int


class Intake(msgspec.Struct, frozen=True):
    """The intake process on native events that wait on its topic.

    per_processor_second  transfers a second of its processor time, its start left out: what a processor of its own would do
    per_second            transfers a second from its first to its last commit, beside everything else on this machine
    """

    transfers: int
    cpu_us_per_transfer: float
    per_processor_second: float
    per_second: float


class FormatsResult(msgspec.Struct, frozen=True):
    """All that was measured."""

    machine: Machine
    readings: list[Reading]
    intake: Intake


def run(settings: Settings, transfers: int, advance: Advance) -> FormatsResult:
    """Measures every reader, then the intake process on so many events."""
    machine, lines = this_machine(), list(islice(STREAMS["simulated"](transfers), transfers))
    return FormatsResult(machine, readings(lines[:DOCUMENTS_EACH], advance), _intake(settings, lines, advance))


def readings(lines: list[bytes], advance: Advance) -> list[Reading]:
    """Every format on the same transfers. Raises AssertionError where one is refused: a figure for refused documents is none."""
    events = [msgspec.json.decode(line) for line in lines]
    with tempfile.TemporaryDirectory() as folder:
        mapping = Path(folder) / "mapping.yaml"
        mapping.write_text(MAPPING)
        found = [_reading("JSON", _partner(NATIVE), lines), _reading("Avro", _partner(NATIVE), [avro(event) for event in events])]
        for number, (format_, written) in enumerate(DOCUMENTS.items()):
            advance(number, len(DOCUMENTS), format_)
            partner = _partner(format_, str(mapping) if format_ == "csv/1" else "")
            # Whoever draws cash has no receiver, which most formats cannot say.
            found.append(_reading(format_, partner, [written(event) for event in events if "receiver" in event]))
    return found


def _partner(format_: str, mapping: str = "") -> Partner:
    return Partner(PARTNER, "Demo", "mto", format_, "KG", (), timezone="Asia/Bishkek", mapping=mapping)


def _reading(name: str, partner: Partner, documents: list[bytes]) -> Reading:
    best = min(_seconds(partner, documents) for _ in range(PASSES))
    label = f"{partner.format} {name}" if name in ("JSON", "Avro") else name
    return Reading(label, round(len(documents) / best, 1), sum(map(len, documents)) // len(documents))


def _seconds(partner: Partner, documents: list[bytes]) -> float:
    """Processor seconds of a fresh acceptor for all of them."""
    acceptor = Acceptor(partner, Keyring(b"b" * 32), lambda: NOW_MS)
    records = [Incoming(raw, (), 1_777_000_000_000) for raw in documents]
    source = Coordinate(topics.partner_transfers(partner.id), 0, 0)
    gc.collect()
    gc.freeze()  # as the intake process does
    try:
        started = time.process_time()
        taken = sum(isinstance(one, Transfer) for record in records for one in acceptor.take_in(record, source))
        seconds = time.process_time() - started
    finally:
        gc.unfreeze()
    assert taken == len(documents), f"a document of {partner.format} is refused"
    return seconds


def _intake(settings: Settings, lines: list[bytes], advance: Advance) -> Intake:
    with throwaway_gateway(settings, Layout(partitions=2)) as gateway:
        record = gateway.start("intake-1", ["intake", "--instance", "1"])
        start_s = usage_of({"intake": record.pid})["intake"].cpu_s
        gateway.stop("intake-1")
        poster = Poster(gateway.bootstrap, PARTNER)
        try:
            poster.post(lines, None, time, lambda sent: advance(sent, len(lines), "posted"))
        finally:
            poster.close()
        record = gateway.start("intake-1", ["intake", "--instance", "1"])
        done, moved_at = 0.0, time.monotonic()
        while done < len(lines):
            time.sleep(LOOK_S)
            if gateway.dead() or time.monotonic() - moved_at > STUCK_S:
                raise CommandError(f"The intake did not take in what waited: {gateway.dead() or 'it stands still'}.", "bench")
            before, done = done, _taken(record)
            moved_at = time.monotonic() if done > before else moved_at
            advance(int(done), len(lines), "taken in")
        spent_s = usage_of({"intake": record.pid})["intake"].cpu_s - start_s
        with CommittedLog(gateway.bootstrap) as log:
            times = [one.timestamp for one in log.scan(topics.TRANSFERS)]
        each_us = spent_s / len(lines) * 1e6
        took_s = max(0.001, (max(times) - min(times)) / 1000)
        return Intake(len(lines), round(each_us, 1), round(1e6 / each_us, 1), round(len(lines) / took_s, 1))


def _taken(record: ProcessRecord) -> float:
    """Events that the intake has committed so far."""
    return sum(value for name, _, value in scrape(record.metrics) if name == "strgw_events_total") if record.metrics else 0.0
