"""Completeness ledger of a portal package: what is there, what is not, and why. A portal form has no placeholders."""

from connectors.fius.portal.document import LedgerLine
from connectors.fius.resolved import ResolvedParty, ResolvedReport
from schemas.filing import LedgerRow
from streams.domain.languages import code_for

NOT_GIVEN = "not given by the reporting entity"
# Field of a resolved party -> field of report.json. What a person's identification rests on; the rest is extra.
PARTY_FIELDS = (
    ("names", "names"),
    ("dates_of_birth", "dates_of_birth"),
    ("nationalities", "nationalities"),
    ("documents", "documents"),
    ("phones", "phones"),
    ("addresses", "addresses"),
    ("occupations", "occupations"),
    ("party_ids", "customer_numbers"),
)
PRESENT = "present"


def ledger_lines(resolved: ResolvedReport) -> tuple[LedgerLine, ...]:
    """The ledger inside report.json: the report's own lines first, then one line for each field of the parties."""
    told = dict(resolved.report.completeness)
    if code := code_for(resolved.fiu.language):
        told[f"narrative.{code}"] = PRESENT
    own = [_own(field, said) for field, said in sorted(told.items())]
    return tuple(own + [_party_line(resolved.parties, source, target) for source, target in PARTY_FIELDS])


def ledger_rows(lines: tuple[LedgerLine, ...]) -> tuple[LedgerRow, ...]:
    """The same ledger for the audit: canonical path, path in report.json, state and rule."""
    targets = {f"parties.{target}": f"parties.{source}" for source, target in PARTY_FIELDS}
    return tuple(LedgerRow(targets.get(line.field, line.field), line.field, line.state, line.reason) for line in lines)


def _own(field: str, said: str) -> LedgerLine:
    """A line of `Report.completeness`: "present", or "absent: reason"."""
    state, _, reason = said.partition(":")
    return LedgerLine(field, state.strip(), reason.strip())


def _party_line(parties: tuple[ResolvedParty, ...], source: str, target: str) -> LedgerLine:
    without = [party.label for party in parties if not getattr(party, source)]
    if not without:
        return LedgerLine(f"parties.{target}", PRESENT, "")
    state = PRESENT if len(without) < len(parties) else "absent"
    return LedgerLine(f"parties.{target}", state, f"{NOT_GIVEN} for {', '.join(without)}")
