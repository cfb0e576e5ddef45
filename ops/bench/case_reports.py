"""The reports that the packaged case stream leads to, each version of each: what forms are measured and tried on."""

import time
from collections.abc import Sequence

from connectors.fius.resolve import resolve
from connectors.fius.resolved import ResolvedReport
from connectors.partners.accept import Acceptor, Rejection
from connectors.partners.registry import load_partners
from ops.backtest import stream_begins
from ops.chain import Chain, Record
from ops.demo.stream import PARTNER, sample_cases, sample_events, without_background
from schemas.fius import load_fius
from schemas.report import Report
from schemas.transfer import Coordinate, Transfer
from streams.domain.identity import Keyring

_BATCH = 50  # transfers judged at once; fewer make more versions of the same sizes. DEF
_KEY = b"a key for pseudonyms that only a bench has"


def case_reports() -> list[ResolvedReport]:
    """Every version that is filed of every report of the sample cases, as the first FIU of it gets it, in order of time."""
    partners, fius = load_partners(None), load_fius(None)
    heard: list[Report] = []

    def hear(record: Record) -> None:
        if isinstance(record, Report) and record.state == "open":
            heard.append(record)

    chain = Chain(partners, fius, told=hear)
    acceptor = Acceptor(partners[PARTNER], Keyring(_KEY), lambda: time.time_ns() // 1_000_000)
    transfers = _accepted(acceptor, without_background(sample_events(), sample_cases()))
    start = {PARTNER: stream_begins(partners[PARTNER], transfers[0])}
    for at in range(0, len(transfers), _BATCH):
        chain.feed(transfers[at : at + _BATCH], start)
    plans = [next((p for p in report.filings if p.obligation == "file" and p.status == "ready"), None) for report in heard]
    return [resolve(r, plan, chain.archive, partners, fius) for r, plan in zip(heard, plans, strict=True) if plan is not None]


def _accepted(acceptor: Acceptor, events: Sequence[bytes]) -> list[Transfer]:
    taken: list[Transfer] = []
    for number, event in enumerate(events):
        found = acceptor.accept(event, Coordinate("cases", 0, number))
        assert not isinstance(found, Rejection), found.reason  # the packaged stream is sound
        taken.append(found)
    return taken
