"""The completeness ledger of one rendered form: what became of each field of the FIU's form, and why it may not be published."""

import re

from connectors.fius.goaml.values import SENTENCES
from schemas.filing import FilingError, LedgerRow

PRESENT, ABSENT, PLACEHOLDER = "present", "absent", "placeholder"
_INDEX = re.compile(r"\[[^\]]*\]")
# Our word for goAML's, where the two differ: used to say which canonical field is missing.
CANONICAL = {
    "first_name": "names",
    "last_name": "names",
    "name": "names",
    "birthdate": "dates_of_birth",
    "id_number": "documents",
    "identification": "documents",
    "identifications": "documents",
    "type": "type",
    "nationality1": "nationalities",
    "residence": "addresses",
    "phones": "phones",
    "phone": "phones",
    "addresses": "addresses",
    "address": "addresses",
    "occupation": "occupations",
    "incorporation_number": "documents",
    "incorporation_country_code": "documents",
    "business": "occupations",
    "reason": "narrative",
    "report_indicators": "typologies",
    "indicator": "typologies",
    "amount_local": "amount",
    "rentity_id": "filings.reporting_entity",
    "t_to": "receiver",
    "t_from": "sender",
}


class Ledger:
    """Collects rows and errors in the order the form is walked.

    Rows for what is present or absent are kept once per field (indexes left out); placeholders and errors name the very party
    or transfer.
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str, str], None] = {}
        self._errors: list[FilingError] = []

    def rows(self) -> tuple[LedgerRow, ...]:
        """All rows."""
        return tuple(LedgerRow(*row) for row in self._rows)

    def errors(self) -> tuple[FilingError, ...]:
        """Why the form may not be published; empty where it may."""
        return tuple(self._errors)

    def present(self, at: str, path: str, rule: str) -> None:
        """The field carries what we were told; `rule` names how it was changed."""
        self._rows[_field(at), path, PRESENT, rule] = None

    def absent(self, at: str, path: str, reason: str) -> None:
        """The field is not there."""
        self._rows[_field(at), path, ABSENT, reason] = None

    def placeholder(self, at: str, path: str, rule: str) -> None:
        """The field carries what rule `rule` of the map puts there."""
        self._rows[at, path, PLACEHOLDER, rule] = None

    def error(self, code: str, at: str, path: str) -> None:
        """The field cannot be written."""
        self._errors.append(FilingError(code, SENTENCES[code], path, at))

    def mark(self) -> int:
        """A position to come back to."""
        return len(self._errors)

    def errors_since(self, mark: int) -> bool:
        """Whether anything failed after `mark`."""
        return len(self._errors) > mark

    def any_of(self, mark: int, names: tuple[str, ...]) -> bool:
        """Whether a failure after `mark` lies at or below one of the elements `names`."""
        return any(not set(names).isdisjoint(error.target_path.split("/")[1:]) for error in self._errors[mark:])

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
