"""Report: a case becomes the canonical STR, versioned, with its filings. One report for each case, under the case's id.

The content of a version is a function of the case's content alone. What the state adds is only the version number and whether
the change is material: a version is emitted when anything in the content changed, and never twice for the same content.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256

import msgspec

from schemas.case import ROLES, Case, CaseParty
from schemas.codec import Codec, CorruptRecord
from schemas.finding import Evidence, Finding, ParametersUsed
from schemas.fius import Sharing, load_sharing
from schemas.registry import Fiu, Partner
from schemas.report import Report, TypologyLine
from schemas.topics import CASES, FILINGS
from streams.domain.completeness import completeness
from streams.domain.fold import Output, State, partition_of
from streams.domain.languages import code_for
from streams.domain.narrative import english, rank
from streams.routing import Jurisdictions, Matter, route
from streams.typologies import CATALOGUE

PACKAGE = "portal"  # the profile whose form is written in the unit's language too, where there is one (connectors/fius/portal)
CASE_STATES = frozenset({"open", "below", "merged", "withdrawn"})
TYPOLOGY_NAMES = {typology.id: typology.name for typology in CATALOGUE}


class Issued(msgspec.Struct, array_like=True, frozen=True):
    """The last version of a report: its number, whether it is open, and digests of all content and of the material part."""

    version: int
    state: str
    content: bytes
    material: bytes


class ReportStage:
    """The fold of stage `report`: cases in, canonical reports out. State by case id: `Issued`, once a report exists."""

    name = "report"
    source = CASES

    def __init__(
        self, partitions: int, partners: Mapping[str, Partner], fius: Mapping[str, Fiu], sharing: Sharing | None = None
    ) -> None:
        self._partitions = partitions
        self._jurisdictions = Jurisdictions(partners, fius, sharing if sharing is not None else load_sharing())
        self._case = Codec(Case)
        self._report = Codec(Report)
        self._encoder = msgspec.msgpack.Encoder()
        self._issued = msgspec.msgpack.Decoder(Issued)
        self._pending: dict[str, Case] = {}

    def apply(self, state: State, record: bytes, partition: int, offset: int) -> None:
        """Takes in one case version; of several before a flush the newest counts.

        Raises  CorruptRecord("not_decodable" | "version_unknown" | "case_inconsistent")
        """
        case = self._case.decode(record)
        _check(case)
        waiting = self._pending.get(case.case_id)
        if waiting is None or case.version >= waiting.version:
            self._pending[case.case_id] = case

    def flush(self, state: State) -> list[Output]:
        """The reports whose content changed since their last version."""
        outputs = []
        for case_id in sorted(self._pending):
            report = self._next(state, self._pending[case_id])
            if report is not None:
                key = report.report_id.encode()
                outputs.append(Output(FILINGS, partition_of(key, self._partitions), key, self._report.encode(report)))
        self._pending.clear()
        return outputs

    def encode_state(self, key: bytes, value: object) -> bytes:
        """Bytes of one state value."""
        return self._encoder.encode(value)

    def decode_state(self, key: bytes, raw: bytes) -> object:
        """One state value back from its bytes."""
        return self._issued.decode(raw)

    def is_expired(self, key: bytes, raw: bytes) -> bool:
        """Never: what was reported stays known for as long as reports are kept."""
        return False

    def _next(self, state: State, case: Case) -> Report | None:
        """The next version of the case's report, or None where there is nothing new to say."""
        known = state.get(case.case_id.encode())
        before = known if isinstance(known, Issued) else None
        if case.state != "open" and (before is None or before.state == "withdrawn"):
            return None
        report = compose(case, self._jurisdictions)
        content, material = self._digest(_content(report)), self._digest(_material(report))
        if before is not None and before.content == content:
            return None
        issued = Issued(before.version + 1 if before else 1, report.state, content, material)
        state.put(case.case_id.encode(), issued)
        return msgspec.structs.replace(report, version=issued.version, material=before is None or before.material != material)

    def _digest(self, content: object) -> bytes:
        return sha256(self._encoder.encode(content)).digest()[:16]


def compose(case: Case, jurisdictions: Jurisdictions) -> Report:
    """The canonical report a case amounts to; `version` is left at 0 for the caller.

    Shape   transfers by time, findings by typology and id, parties by role, then by when they are first seen; open findings only
    """
    is_open = case.state == "open"
    findings = tuple(
        sorted((f for f in case.findings if f.state == "open"), key=lambda f: (f.typology, f.started_ms, f.finding_id))
    )
    transfers = _transfers(case.evidence, findings)
    parties = _parties(case.parties, transfers)
    filings, considered = route(Matter(transfers, case.suspicion_formed_ms, case.urgent), jurisdictions) if is_open else ((), ())
    report = Report(
        report_id=case.case_id,
        version=0,
        state="open" if is_open else "withdrawn",
        scope=case.scope,
        offence=case.offence,
        score=case.score,
        urgent=case.urgent,
        do_not_block=case.do_not_block,
        suspicion_formed_ms=case.suspicion_formed_ms,
        typologies=_typologies(findings),
        findings=findings,
        transfers=transfers,
        parties=parties,
        narrative={},
        completeness={},
        filings=filings,
        considered=considered,
        supersedes=tuple(sorted(set(case.supersedes))),
        parameters=_parameters(findings),
    )
    units = [jurisdictions.fius[plan.fiu] for plan in filings if plan.obligation == "file"]
    languages = {fiu.language for fiu in units if fiu.profile != PACKAGE or not code_for(fiu.language)}
    unplaced = len({party.key for party in case.parties}) - len(parties)
    return msgspec.structs.replace(
        report, narrative={"en": english(report, case.merged_into)}, completeness=completeness(report, unplaced, languages)
    )


def _check(case: Case) -> None:
    """A case that cannot become a truthful report is quarantined, not guessed at."""
    problem = ""
    if case.state not in CASE_STATES:
        problem = f"state {case.state!r}"
    elif unknown := sorted({party.role for party in case.parties} - set(ROLES)):
        problem = f"roles {', '.join(unknown)}"
    elif case.state == "open" and not case.evidence:
        problem = "open without a transfer"
    elif case.state == "open" and case.suspicion_formed_ms <= 0:
        problem = "open without the time at which suspicion formed"
    elif len({party.key for party in case.parties}) != len(case.parties):
        problem = "a party with two roles"
    if problem:
        raise CorruptRecord("case_inconsistent", f"case {case.case_id} version {case.version}: {problem}")


def _transfers(evidence: Iterable[Evidence], findings: Iterable[Finding]) -> tuple[Evidence, ...]:
    """Each transfer once, by time; where two findings know different records of it, the later record counts."""
    newest: dict[bytes, Evidence] = {}
    for item in (*evidence, *(e for finding in findings for e in finding.evidence)):
        known = newest.get(item.uid)
        if known is None or _recency(item) > _recency(known):
            newest[item.uid] = item
    return tuple(sorted(newest.values(), key=lambda e: (e.at_ms, e.uid)))


def _recency(item: Evidence) -> tuple[int, int, int, bytes]:
    return item.revision, item.offset, item.index, msgspec.msgpack.encode(item)


def _parties(parties: Iterable[CaseParty], transfers: Iterable[Evidence]) -> tuple[CaseParty, ...]:
    """The parties that a transfer names, so that each has a name when the report is rendered; roles as the case gives them."""
    first: dict[bytes, int] = {}
    for number, transfer in enumerate(transfers):
        first.setdefault(transfer.sender, number)
        if transfer.receiver is not None:
            first.setdefault(transfer.receiver, number)
    named = [party for party in parties if party.key in first]
    return tuple(sorted(named, key=lambda party: (ROLES.index(party.role), first[party.key], party.key)))


def _typologies(findings: Iterable[Finding]) -> tuple[TypologyLine, ...]:
    """Each typology with the finding that speaks for it, the strongest first."""
    best: dict[str, Finding] = {}
    for finding in sorted(findings, key=rank):
        best[finding.typology] = finding
    ranked = sorted(best.values(), key=lambda f: (-f.score, f.typology))
    return tuple(TypologyLine(f.typology, TYPOLOGY_NAMES.get(f.typology, f.typology), f.score, f.reason) for f in ranked)


def _parameters(findings: Iterable[Finding]) -> tuple[ParametersUsed, ...]:
    used = {finding.parameters for finding in findings if finding.parameters is not None}
    return tuple(sorted(used, key=lambda p: (p.version, p.sha256)))


def _content(report: Report) -> Report:
    """The report without what depends on how the records arrived: version numbers of the findings."""
    return msgspec.structs.replace(report, findings=tuple(msgspec.structs.replace(f, version=0) for f in report.findings))


def _material(report: Report) -> tuple[object, ...]:
    """What makes a new version matter: offence, urgency, patterns, transfers, roles and who must be told."""
    return (
        report.state,
        report.offence,
        report.urgent,
        report.do_not_block,
        sorted(line.id for line in report.typologies),
        [transfer.uid for transfer in report.transfers],
        [(party.key, party.role) for party in report.parties],
        [(p.fiu, p.country, p.obligation, p.status, p.hold_code, p.reporting_entity) for p in report.filings],
        report.supersedes,
    )
