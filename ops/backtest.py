"""`strgw backtest`: the stages over files of partner events, without a broker; what it writes is the contract of design section 5."""

import gc
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from connectors.fius.export import write_documents, write_filings
from connectors.fius.prepare import Registries
from connectors.fius.resolve import merge_parties
from connectors.partners.accept import Acceptor, Rejection, stream_start
from ops.chain import Chain
from ops.events import Files, rejected_line, taken_in
from ops.gathering import BATCH, NOBODY, TOGETHER, Gathering, Watch, parts
from schemas.finding import Finding
from schemas.registry import Partner
from schemas.report import FilingPlan, Report
from schemas.transfer import Transfer
from streams.domain.identity import Keyring
from streams.typologies.calibration import DECLARED, Calibration

KNOWN_PARTIES = 131_072  # DEF: 300 MB; a stream of a million transfers names 110,000 people, each written in five ways


class Plan(NamedTuple):
    """What to run: event files, the partner that sent them, the registries, the key of the pseudonyms, where to write, by which
    numbers to judge.

    file_format  of connectors.partners.formats where the files are not in the partner's own format
    documents    whether each version of a report is also written as a document that can be rendered again
    together     how many transfers are judged together: the more, the fewer versions of a report lie between its first and its last, and
                 the less it costs; what is found in the end is the same but for parties that have more transfers than detection remembers
    """

    events: tuple[Path, ...]
    partner: Partner
    registries: Registries
    keyring: Keyring
    out: Path
    calibration: Calibration = DECLARED
    file_format: str = ""
    documents: bool = False
    together: int = TOGETHER

    def files(self) -> Files:
        """The events and how to read them."""
        return Files(self.events, self.partner, self.file_format)


class Outcome(NamedTuple):
    """Counts of a run, as written to summary.json."""

    events: int
    transfers: int
    duplicates: int
    quarantined: int
    findings: dict[str, int]
    cases: int
    reports: int
    filings: dict[str, int]
    held: int
    seconds: float
    transfers_per_second: float
    parameters: dict[str, str]


def run(plan: Plan, progress: Callable[[int], None] = lambda done: None, watch: Watch = NOBODY) -> Outcome:
    """Runs the plan and writes reports.jsonl, findings.jsonl, quarantine.jsonl, filings/ and summary.json under `plan.out`.

    The same input in the same order gives the same bytes, but for the seconds in summary.json.
    """
    started = time.perf_counter()
    plan.out.mkdir(parents=True, exist_ok=True)
    chain = Chain(
        plan.registries.partners,
        plan.registries.fius,
        partitions=parts(plan.together),
        calibration=plan.calibration,
        told=None if watch is NOBODY else watch.hears,
    )
    gc.freeze()
    gc.disable()  # the state is one large tree of live objects without cycles; scanning it costs half the run
    try:
        events, accepted, rejected = _take_in(plan, chain, progress, watch)
    finally:
        gc.enable()
    reports = [r for r in chain.reports.values() if r.state == "open"]
    findings = [f for f in chain.findings.values() if f.state == "open"]
    exported = write_filings(chain.versions(), chain.archive, plan.registries, plan.out)
    if plan.documents:
        write_documents(chain.versions(), chain.archive, plan.registries, plan.out)
    _write_lines(plan.out / "reports.jsonl", [_report_line(r, chain) for r in sorted(reports, key=_by_time)])
    _write_lines(plan.out / "findings.jsonl", [_finding_line(f, chain) for f in sorted(findings, key=_finding_order)])
    _write_lines(plan.out / "quarantine.jsonl", rejected)
    seconds = time.perf_counter() - started
    outcome = Outcome(
        events, accepted - chain.duplicates(), chain.duplicates(), len(rejected), dict(sorted(Counter(f.typology for f in findings).items())),
        sum(c.state == "open" for c in chain.cases.values()), len(reports),
        dict(sorted(Counter(plan_.fiu for r in reports for plan_ in r.filings if plan_.obligation == "file").items())),
        len(exported.held), round(seconds, 3), round(events / seconds, 1) if seconds else 0.0,
        msgspec.structs.asdict(plan.calibration.used),
    )  # fmt: skip
    (plan.out / "summary.json").write_bytes(msgspec.json.format(msgspec.json.encode(outcome._asdict()), indent=2) + b"\n")
    watch.ends(chain)
    return outcome


def _take_in(plan: Plan, chain: Chain, progress: Callable[[int], None], watch: Watch) -> tuple[int, int, list[dict[str, object]]]:
    acceptor = Acceptor(plan.partner, plan.keyring, lambda: time.time_ns() // 1_000_000)
    acceptor.remember(KNOWN_PARTIES)
    rejected: list[dict[str, object]] = []
    events = accepted = 0
    gathering: Gathering | None = None
    for line, result in taken_in(plan.files(), acceptor):
        events += 1
        if isinstance(result, Rejection):
            rejected.append(rejected_line(line, result))
            continue
        accepted += 1
        if gathering is None:
            gathering = Gathering(chain, {plan.partner.id: stream_begins(plan.partner, result)}, plan.together, watch)
        gathering.take(result)
        if events % BATCH == 0:
            progress(events)
    if gathering is not None:
        gathering.judge()
    progress(events)
    return events, accepted, rejected


def stream_begins(partner: Partner, first: Transfer) -> int:
    """Midnight UTC of the registry's day, else of the first event's day (typologies A7, "New"), in ms."""
    if partner.stream_start:
        return int(datetime.fromisoformat(partner.stream_start).replace(tzinfo=UTC).timestamp() * 1000)
    return stream_start(first.occurred_ms)


def _write_lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))


def _by_time(report: Report) -> tuple[int, str]:
    return (report.suspicion_formed_ms, report.report_id)


def _finding_order(finding: Finding) -> tuple[int, str]:
    return (finding.occurred_ms, finding.finding_id)


def _report_line(report: Report, chain: Chain) -> dict[str, object]:
    transfers = chain.archive.fetch(report.transfers)
    parties = merge_parties(report.parties, transfers.values())
    return {
        "report_id": report.report_id,
        "version": report.version,
        "offence": report.offence,
        "score": report.score,
        "urgent": report.urgent,
        "do_not_block": report.do_not_block,
        "suspicion_formed_at": iso(report.suspicion_formed_ms),
        "typologies": [msgspec.to_builtins(line) for line in report.typologies],
        "transfers": [transfers[e.uid].transfer_id for e in report.transfers],
        "parties": [
            {"party_id": party_id, "role": p.role, "label": p.label, "key": p.key.hex(), "why": p.why}
            for p in parties
            for p_ids in (p.party_ids or (None,),)
            for party_id in p_ids
        ],
        "narrative": report.narrative,
        "completeness": report.completeness,
        "filings": [_filing_line(f) for f in report.filings],
        "considered": [msgspec.to_builtins(c) for c in report.considered],
        "supersedes": list(report.supersedes),
        "parameters": [msgspec.structs.asdict(p) for p in report.parameters],
    }


def _filing_line(plan: FilingPlan) -> dict[str, object]:
    return {
        "fiu": plan.fiu,
        "country": plan.country,
        "obligation": plan.obligation,
        "basis": [msgspec.to_builtins(step) for step in plan.basis],
        "due_at": iso(plan.clock.due_ms),
        "status": plan.status,
        "clock": {"start": iso(plan.clock.start_ms), "steps": list(plan.clock.steps)},
        "hold_code": plan.hold_code,
        "hold_reason": plan.hold_reason,
    }


def _finding_line(finding: Finding, chain: Chain) -> dict[str, object]:
    transfers = chain.archive.fetch(finding.evidence)
    named = {uid: transfer.transfer_id for uid, transfer in transfers.items()}
    return {
        "finding_id": finding.finding_id,
        "typology": finding.typology,
        "version": finding.version,
        "entity": finding.entity.hex(),
        "transfers": [named[e.uid] for e in finding.evidence],
        "occurred_at": iso(finding.occurred_ms),
        "score": finding.score,
        "reason": finding.reason,
        "weight": finding.weight,
        "strength": finding.strength,
        "numbers": [
            {**msgspec.structs.asdict(n), "transfers": [named[u] for u in n.transfers if u in named]} for n in finding.numbers
        ],
        "absent": list(finding.absent),
        "suppressors": [msgspec.structs.asdict(s) for s in finding.suppressors],
        "parameters": msgspec.to_builtins(finding.parameters),
    }


def iso(at_ms: int) -> str:
    """Milliseconds since the epoch as RFC 3339 in UTC."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat().replace("+00:00", "Z")


def digest_of(path: Path) -> str:
    """SHA-256 of a file, to compare two runs."""
    return sha256(path.read_bytes()).hexdigest()
