"""A case from its findings: score, offence, roles, evidence, and when suspicion formed. A function of the set alone."""

from collections.abc import Iterable, Mapping

from schemas.case import Case
from schemas.finding import Evidence, Finding
from streams.domain.roles import roles_of
from streams.domain.score import ALERT_LINE, case_score, offence

# A finding counts only if the case holds one of these facets somewhere ("needs one of", A2 and A7 "Score").
FACETS = frozenset({"corridor", "fee_band", "newness", "identity", "pass_through"})


def assemble(case_id: str, findings: list[Finding], supersedes: tuple[str, ...]) -> Case:
    """The case as it stands; `version` is left at 0 for the caller."""
    best = _best(findings)
    score = case_score(best)
    evidence = _evidence(findings)
    formed_ms, formed_by = _formed(findings)
    is_open = score >= ALERT_LINE and any(FACETS & set(f.facets) for f in findings)
    return Case(
        case_id, 0, "open" if is_open else "below", "", findings[0].scope, offence(best), score,
        any(f.urgent for f in findings), any(f.do_not_block for f in findings),
        formed_ms if is_open else 0, formed_by if is_open else (), True, _changes(findings),
        tuple(sorted(findings, key=lambda f: (-f.score, f.typology, f.finding_id))), evidence, roles_of(findings, evidence), supersedes,
    )  # fmt: skip


def _best(findings: Iterable[Finding]) -> dict[str, float]:
    best: dict[str, float] = {}
    for finding in findings:
        best[finding.typology] = max(finding.score, best.get(finding.typology, 0.0))
    return best


def _evidence(findings: Iterable[Finding]) -> tuple[Evidence, ...]:
    merged: dict[bytes, Evidence] = {}
    for item in (e for f in findings for e in f.evidence):
        known = merged.get(item.uid)
        if known is None or item.revision >= known.revision:  # the state that speaks for the transfer
            merged[item.uid] = item
    return tuple(sorted(merged.values(), key=lambda e: (e.at_ms, e.uid)))


def _formed(findings: list[Finding]) -> tuple[int, tuple[str, ...]]:
    """Event time at which the score first reached the line, and the findings that had spoken by then."""
    rises = sorted((at, f.finding_id, f.typology, s * _factor(f)) for f in findings for at, s in f.steps)
    now: dict[str, float] = {}
    spoken: set[str] = set()
    for at, identity, typology, value in rises:
        now[typology] = max(value, now.get(typology, 0.0))
        spoken.add(identity)
        if case_score(now) >= ALERT_LINE:
            return at, tuple(sorted(spoken))
    return (rises[-1][0] if rises else 0), tuple(sorted(spoken))


def _factor(finding: Finding) -> float:
    return finding.score / finding.strength if finding.strength else 0.0


def _changes(findings: list[Finding]) -> tuple[str, ...]:
    counts: Mapping[str, int] = {t: sum(f.typology == t for f in findings) for t in sorted({f.typology for f in findings})}
    return tuple(f"{t}: {n} finding{'s' if n > 1 else ''}" for t, n in counts.items())
