"""The completeness ledger of the canonical report: each field is present, or absent for a reason that is said."""

from collections.abc import Callable, Iterable, Sequence

from schemas.case import SUBJECT_ROLES
from schemas.finding import Evidence
from schemas.report import Report

PRESENT = "present"
_TRANSFER_FIELDS: dict[str, Callable[[Evidence], object]] = {
    "transfers.send_country": lambda t: t.send_country,
    "transfers.send_town": lambda t: t.send_town,
    "transfers.pay_country": lambda t: t.pay_country,
    "transfers.pay_town": lambda t: t.pay_town,
    # A cash withdrawal has no receiver by its nature.
    "transfers.receiver": lambda t: t.receiver or t.channel == "cash_out",
}


def completeness(report: Report, unplaced: int, languages: Iterable[str]) -> dict[str, str]:
    """Canonical field -> "present" or "absent: reason".

    Shape   `unplaced`: parties of the case that no transfer of the report names; `languages`: those of the FIUs that get it
    """
    subjects = [party for party in report.parties if party.role in SUBJECT_ROLES]
    ledger = {
        "offence": PRESENT if report.offence != "OTHER" else "absent: the patterns do not point to one offence",
        "suspicion_formed_at": _or_absent(report.suspicion_formed_ms > 0, "the report is withdrawn"),
        "typologies": _or_absent(bool(report.typologies), "the findings were taken back"),
        "transfers": _or_absent(bool(report.transfers), "the transfers are part of another report or were taken back"),
        "parties": PRESENT
        if report.parties and not unplaced
        else f"absent: {unplaced} parties of the patterns are in no transfer of the report",
        "parties.subject": _or_absent(bool(subjects), "nobody in the case may be named as subject"),
        "filings": _or_absent(bool(report.filings), "the report is withdrawn"),
        "narrative.en": PRESENT,
    }
    if not report.parties:
        ledger["parties"] = "absent: the transfers are part of another report or were taken back"
    ledger |= {
        f"narrative.{language}": f"absent: written in English only; the unit works in {language}"
        for language in sorted(languages)
        if language != "en"
    }
    ledger |= {name: _share(report.transfers, given) for name, given in _TRANSFER_FIELDS.items() if report.transfers}
    for finding in report.findings:
        ledger |= {
            f"findings.{finding.typology}.{facet}": "absent: the partner's data did not hold it" for facet in finding.absent
        }
    return dict(sorted(ledger.items()))


def _or_absent(holds: bool, reason: str) -> str:
    return PRESENT if holds else f"absent: {reason}"


def _share(transfers: Sequence[Evidence], given: Callable[[Evidence], object]) -> str:
    missing = sum(not given(transfer) for transfer in transfers)
    return PRESENT if not missing else f"absent: not given in {missing} of {len(transfers)} transfers"
