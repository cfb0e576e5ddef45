"""Strength, score and offence (typologies "Score and suppress", A7 "Score" and "Offence")."""

from collections.abc import Iterable, Mapping
from math import prod

AT_THRESHOLD = 0.6  # A7: s = 0.6 at the threshold ...
FULL_AT = 3.0  # ... and 1.0 at about three times it
ALERT_LINE = 0.6  # DEF, "Score and suppress"
URGENT_STRENGTH = 0.7  # P03 at or over this is urgent
FAMILY_CAP = 2  # one family counts at most twice

TIP_EVIDENCE = frozenset({"TS-P03", "TS-P04", "TS-P05", "TS-P07", "TS-F05", "TS-W01", "TS-W02", "TS-K02"})
SOM_EVIDENCE = frozenset({"TS-P01", "TS-P02", "TS-F02", "TS-F07", "TS-W03", "TS-S04", "TS-S05"})
TIP_LINE = 0.35  # A7 "Offence"


def strength(ratio: float) -> float:
    """How strongly a measure speaks: 0 under its threshold (ratio < 1), 0.6 at it, 1.0 at three times it."""
    if ratio < 1:
        return 0.0
    return round(min(1.0, AT_THRESHOLD + (1 - AT_THRESHOLD) * (ratio - 1) / (FULL_AT - 1)), 4)


def combine(scores: Iterable[float]) -> float:
    """1 - prod(1 - score): independent reasons for suspicion."""
    return round(1 - prod(1 - s for s in scores), 4)


def case_score(best: Mapping[str, float]) -> float:
    """Score of a case from the best score of each typology; of one family (F, P, S …) the best two count."""
    families: dict[str, list[float]] = {}
    for typology, score in best.items():
        families.setdefault(typology[3], []).append(score)
    counted = [s for scores in families.values() for s in sorted(scores, reverse=True)[:FAMILY_CAP]]
    return combine(sorted(counted))


def offence(best: Mapping[str, float]) -> str:
    """TIP, SOM, TIP+SOM or OTHER from the best score of each typology (A7 "Offence")."""
    tip = combine(sorted(s for t, s in best.items() if t in TIP_EVIDENCE))
    som = combine(sorted(s for t, s in best.items() if t in SOM_EVIDENCE))
    if tip < TIP_LINE:
        return "SOM"
    return "TIP" if tip >= som else "TIP+SOM"
