"""Follows what the gateway commits (findings, cases, filings) as any reader sees it: counts, latencies, and the FIUs' files."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
from kafka import KafkaConsumer, TopicPartition

from connectors.fius.receiving import Received, received, save
from schemas import topics
from schemas.codec import Codec
from schemas.finding import Evidence

POLL_MS = 50
OPEN = "open"


class SavedFiling(NamedTuple):
    """One filing as its FIU got it, and where it was saved."""

    fiu: str
    filing_id: str
    report_id: str
    version: int
    media_type: str
    path: Path


class _Finding(msgspec.Struct, frozen=True):
    """What is looked at of schemas.finding.Finding."""

    finding_id: str
    typology: str
    state: str
    evidence: tuple[Evidence, ...]


class _Case(msgspec.Struct, frozen=True):
    """What is looked at of schemas.case.Case."""

    case_id: str
    state: str


class Results:
    """Newest state of every finding and case, every filing, and how long each finding took. No I/O.

    latencies  seconds from sending a transfer to reading the finding version that it was the newest evidence of
    """

    def __init__(self, sent_at: Mapping[bytes, float]) -> None:
        self.latencies: list[float] = []
        self.filings: list[SavedFiling] = []
        self.refused: list[Received] = []
        self.held = 0
        self._sent_at = sent_at
        self._findings: dict[str, tuple[str, str]] = {}
        self._cases: dict[str, str] = {}
        self._newest: dict[str, float] = {}

    def finding(self, one: _Finding, now_s: float) -> None:
        """Takes in a version of a finding that was read at `now_s` (epoch seconds)."""
        self._findings[one.finding_id] = (one.typology, one.state)
        newest = max((self._sent_at.get(line.uid, 0.0) for line in one.evidence), default=0.0)
        if newest > self._newest.get(one.finding_id, 0.0):  # without new evidence the version says nothing about speed
            self._newest[one.finding_id] = newest
            self.latencies.append(now_s - newest)

    def case(self, one: _Case) -> None:
        """Takes in a version of a case."""
        self._cases[one.case_id] = one.state

    def by_typology(self) -> dict[str, int]:
        """Open findings by typology."""
        return dict(sorted(Counter(typology for typology, state in self._findings.values() if state == OPEN).items()))

    def open_cases(self) -> int:
        """Cases over the line."""
        return sum(state == OPEN for state in self._cases.values())

    def by_fiu(self) -> dict[str, int]:
        """Filings (every version) by FIU."""
        return dict(sorted(Counter(filing.fiu for filing in self.filings).items()))

    def latency_ms(self, share: float) -> float | None:
        """The latency that `share` (0..1) of the findings did not exceed, in ms; None before the first."""
        if not self.latencies:
            return None
        ordered = sorted(self.latencies)
        return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


class Follower:
    """Reads the topics from their beginning, committed records only, without a group. Raises kafka.errors.KafkaError."""

    def __init__(self, bootstrap: str, fius: Iterable[str], results: Results, folder: Path) -> None:
        self._results, self._folder = results, folder
        self._fius = {topics.fiu_reports(fiu): fiu for fiu in fius}
        self._findings, self._cases = Codec(_Finding), Codec(_Case)
        self._consumer = KafkaConsumer(
            bootstrap_servers=bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )
        followed = (topics.FINDINGS, topics.CASES, topics.HELD, *self._fius)
        self._consumer.assign(
            [TopicPartition(topic, n) for topic in followed for n in self._consumer.partitions_for_topic(topic)]
        )

    def step(self) -> int:
        """Takes in what was committed since the last step; returns the number of records."""
        count = 0
        for partition, records in self._consumer.poll(timeout_ms=POLL_MS).items():
            now_s = time.time()
            for record in records:
                count += 1
                self._take(partition.topic, record, now_s)
        return count

    def catch_up(self) -> None:
        """Takes in all that is committed now."""
        ends = self._consumer.end_offsets(list(self._consumer.assignment()))
        while any(self._consumer.position(partition) < end for partition, end in ends.items()):
            self.step()

    def close(self) -> None:
        """Ends the connection."""
        self._consumer.close()

    def _take(self, topic: str, record: object, now_s: float) -> None:
        raw: bytes = getattr(record, "value", None) or b""
        if topic == topics.FINDINGS:
            self._results.finding(self._findings.decode(raw), now_s)
        elif topic == topics.CASES:
            self._results.case(self._cases.decode(raw))
        elif topic == topics.HELD:
            self._results.held += 1
        else:
            fiu = self._fius[topic]
            self._file(received(0, getattr(record, "offset", 0), raw, fiu, None), fiu)

    def _file(self, one: Received, fiu: str) -> None:
        """Saves a filing whose digest is right, as the FIU would."""
        if one.filing is None or not one.is_genuine:
            self._results.refused.append(one)
            return
        path = save(one.filing, self._folder / fiu.lower())
        filing = one.filing
        self._results.filings.append(
            SavedFiling(fiu, filing.filing_id, filing.report_id, filing.version, filing.media_type, path)
        )
