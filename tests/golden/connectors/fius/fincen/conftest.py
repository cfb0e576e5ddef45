"""The reports of the sample stream as FinCEN would get them, and FinCEN's own schema where it is at hand.

The stream is the packaged one without most of its lawful background (which makes no report), through the real stages in memory.
"""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import msgspec
import pytest

from connectors.fius.resolve import resolve
from connectors.fius.resolved import ResolvedReport
from connectors.partners.accept import Acceptor, Rejection, stream_start
from connectors.partners.registry import load_partners
from ops.chain import Chain
from ops.demo.stream import PARTNER, sample_cases, sample_events, transfer_id_of
from schemas.fius import load_fius
from schemas.transfer import Coordinate
from streams.domain.identity import Keyring

BACKGROUND_EVERY = 40  # of the events that belong to no case; all events of the cases are taken
BATCH = 500
REFERENCE = Path(__file__).resolve().parents[6] / "shared" / "reference" / "fincen"


@lru_cache(maxsize=1)
def stream_reports() -> tuple[ResolvedReport, ...]:
    """Every version of every report of the stream, routed to the United States whatever the law says."""
    partners, fius = load_partners(None), load_fius()
    partner = partners[PARTNER]
    wanted = {transfer for case in sample_cases() for transfer in case.transfers}
    events = [e for n, e in enumerate(sample_events()) if n % BACKGROUND_EVERY == 0 or transfer_id_of(e) in wanted]
    acceptor = Acceptor(partner, Keyring(b"k" * 32), lambda: 1_900_000_000_000)
    accepted = [acceptor.accept(event, Coordinate("cases", 0, n)) for n, event in enumerate(events)]
    transfers = [transfer for transfer in accepted if not isinstance(transfer, Rejection)]
    chain = Chain(partners, fius)
    for at in range(0, len(transfers), BATCH):
        chain.feed(transfers[at : at + BATCH], {partner.id: stream_start(transfers[0].occurred_ms)})
    registration = next(licence.registration for licence in partner.licences if licence.country == "US")
    there = {"fiu": "US", "country": "US", "obligation": "file", "status": "ready", "reporting_entity": registration}
    return tuple(
        resolve(report, msgspec.structs.replace(report.filings[0], **there), chain.archive, partners, fius)
        for report in chain.versions()
        if report.state == "open"
    )


@pytest.fixture(scope="session")
def reports() -> tuple[ResolvedReport, ...]:
    return stream_reports()


@pytest.fixture(scope="session")
def reference() -> Path:
    return REFERENCE


@pytest.fixture(scope="session")
def original() -> Callable[[], bytes]:
    """The bytes of FinCEN's own XSD; skips where absent."""

    def load() -> bytes:
        path = REFERENCE / "EFL_SARXBatchSchema.xsd"
        if not path.is_file():
            pytest.skip(f"FinCEN's own schema is not at hand ({path.name} beside the repository)")
        return path.read_bytes()

    return load
