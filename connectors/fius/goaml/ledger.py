"""The completeness ledger of one rendered form: what became of each field of the FIU's form, and why it may not be published."""

import re

from connectors.fius.goaml.offer import Leaf
from connectors.fius.goaml.values import SENTENCES
from schemas.filing import FilingError, LedgerRow

Row = tuple[str, str, str, str]
PRESENT, ABSENT, PLACEHOLDER = "present", "absent", "placeholder"
_INDEX = re.compile(r"\[[^\]]*\]")
# goAML elements we can fill from a transfer or a report, with our word for them where it differs: it says which canonical field is
# missing, and tells a field nobody sent from an element the gateway does not know.
CANONICAL = {
    "first_name": "names", "last_name": "names", "name": "names", "account_name": "names", "birthdate": "dates_of_birth",
    "id_number": "documents", "passport_number": "documents", "passport_country": "documents", "identification": "documents",
    "identifications": "documents", "issue_country": "country", "nationality1": "nationalities", "residence": "addresses",
    "phones": "phones", "phone": "phones", "tph_country_prefix": "phones", "tph_number": "phones", "addresses": "addresses",
    "address": "line", "city": "city", "country_code": "country", "email": "emails", "occupation": "occupations",
    "incorporation_number": "documents", "incorporation_country_code": "documents", "business": "occupations",
    "director_id": "directors", "gender": "gender", "issue_date": "documents", "expiry_date": "documents", "state": "state",
    "reason": "narrative", "action": "do_not_block", "report_indicators": "typologies", "indicator": "typologies",
    "report_code": "filings.obligation", "entity_reference": "report_id", "rentity_id": "filings.reporting_entity",
    "rentity_branch": "filings.branch", "amount_local": "amount", "transactionnumber": "transfer_id", "date_transaction": "occurred_ms",
    "transaction_location": "send_agent", "transaction_description": "purpose", "transmode_code": "channel", "transaction": "transfers",
    "from_country": "place", "to_country": "place", "country": "place", "t_from": "sender", "t_from_my_client": "sender",
    "t_to": "receiver", "t_to_my_client": "receiver", "institution_name": "institution", "institution_code": "institution",
    "branch": "institution", "account": "number", "currency_code": "currency", "opened": "opened", "status_code": "status",
    "signatory": "signatory", "t_person": "holder", "from_person": "sender", "to_person": "receiver", "beneficiary": "beneficiary",
    "incorporation_legal_form": "legal_form", "incorporation_date": "incorporation_date", "incorporation_state": "state",
    "tax_reg_number": "tax_reg_number", "fiu_ref_number": "prior_reference", "prev_rejected_ref_number": "prior_reference",
}  # fmt: skip


class Ledger:
    """Collects rows and errors in the order the form is walked.

    Rows for what is present or absent are kept once per field (indexes left out); placeholders and errors name the very party
    or transfer.
    """

    def __init__(self) -> None:
        self._rows: dict[Row, None] = {}
        self._errors: list[FilingError] = []
        self._present: set[tuple[str, str, str]] = set()  # fields whose row is there already
        self.trouble = 0  # errors ever made, those taken back too

    def rows(self) -> tuple[LedgerRow, ...]:
        """All rows."""
        return tuple(LedgerRow(*row) for row in self._rows)

    def errors(self) -> tuple[FilingError, ...]:
        """Why the form may not be published; empty where it may."""
        return tuple(self._errors)

    def present(self, at: str, path: str, rule: str) -> None:
        """The field carries what we were told; `rule` names how it was changed."""
        key = (path, rule, at[at.rfind("]") :])
        if key not in self._present:
            self._present.add(key)
            self._rows[_field(at), path, PRESENT, rule] = None

    def absent(self, at: str, path: str, reason: str) -> None:
        """The field is not there."""
        self._rows[_field(at), path, ABSENT, reason] = None

    def add(self, rows: dict[Row, None]) -> None:
        """Rows that were worked out before."""
        self._rows.update(rows)

    def placeholder(self, at: str, path: str, rule: str) -> None:
        """The field carries what rule `rule` of the map puts there."""
        self._rows[at, path, PLACEHOLDER, rule] = None

    def error(self, code: str, at: str, path: str) -> None:
        """The field cannot be written."""
        self.trouble += 1
        self._errors.append(FilingError(code, SENTENCES[code], path, at))

    def unfit(self, code: str, leaf: Leaf, path: str) -> None:
        """The value of the field does not fit. A word of ours that has no code is named; no other value ever is, for it may be a name."""
        self.trouble += 1
        text = SENTENCES[code]
        if code == "code_unmapped" and not leaf.rule:
            text = f"The map of this FIU has no code for {leaf.codes}: {leaf.value}; add one to its map.yaml."
        self._errors.append(FilingError(code, text, path, leaf.at))

    def position(self) -> tuple[int, int]:
        """Where the ledger stands, rows and errors."""
        return len(self._rows), len(self._errors)

    def go_back(self, position: tuple[int, int]) -> None:
        """Forgets everything after `position`, as if it had not been tried."""
        while len(self._rows) > position[0]:
            row, _ = self._rows.popitem()
            if row[2] == PRESENT:
                self._present.clear()  # rows are only worked out again; none is written twice
        del self._errors[position[1] :]

    def mark(self) -> int:
        """A position to come back to."""
        return len(self._errors)

    def errors_since(self, mark: int) -> bool:
        """Whether anything failed after `mark`."""
        return len(self._errors) > mark

    def any_of(self, mark: int, names: tuple[str, ...], below: str) -> bool:
        """Whether a failure after `mark` lies at or in one of the elements `names`, counted from below the path `below`."""
        paths = [error.target_path[len(below) + 1 :].split("/") for error in self._errors[mark:]]
        return any(not set(names).isdisjoint(path) for path in paths)

    def take_back(self, mark: int, at: str, path: str) -> list[FilingError]:
        """The failures after `mark`, no longer counted: the field at `path` is left out for the first of them."""
        taken = self._errors[mark:]
        del self._errors[mark:]
        self.absent(at, path, f"LEFT_OUT_{taken[0].code.upper()}")
        return taken

    def put_back(self, errors: list[FilingError]) -> None:
        """Counts failures again: too little is left without them."""
        self._errors += errors

    @staticmethod
    def canonical(parent: str, name: str) -> str:
        """The canonical field that element `name` under the canonical `parent` would come from."""
        ours = CANONICAL.get(name, name)
        return ours if "." in ours or parent in ("", "report") else f"{parent}.{ours}"


def _field(at: str) -> str:
    return _INDEX.sub("", at) if "[" in at else at
