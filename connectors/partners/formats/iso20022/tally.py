"""What a header says of number and sum of its transactions, against what there is: where they differ, some were lost on the way."""

from decimal import Decimal, InvalidOperation

from connectors.partners.formats.iso20022.document import At
from schemas.native import InvalidTransfer


class Tally:
    """Counts transactions against `header` (called `name`); their sum adds up amounts whatever their currency, as CtrlSum is defined."""

    def __init__(self, header: At, name: str) -> None:
        self._name = name
        self._said, self._total = header.text("NbOfTxs"), header.text("CtrlSum")
        self._number = 0
        self._sum: Decimal | None = Decimal(0) if self._total else None

    def add(self, transaction: At) -> None:
        """Counts one transaction. An amount that is no number is refused with its transaction, and there is no sum then."""
        self._number += 1
        if self._sum is not None:
            amount = decimal(transaction.text("IntrBkSttlmAmt", "Amt/InstdAmt", "Amt/EqvtAmt/Amt"))
            self._sum = None if amount is None else self._sum + amount

    def check(self) -> None:
        """Compares with what the header says. Raises InvalidTransfer("count_differs")."""
        if self._said and (not (self._said.isascii() and self._said.isdigit()) or int(self._said[:20]) != self._number):
            text = f"{self._name}/NbOfTxs does not agree with the document, which has {self._number:,} transactions there; send it whole."
            raise InvalidTransfer("count_differs", text, f"{self._name}/NbOfTxs")
        if self._sum is not None and decimal(self._total) != self._sum:
            text = (
                f"{self._name}/CtrlSum is not the sum of the amounts of the {self._number:,} transactions there; send it whole."
            )
            raise InvalidTransfer("count_differs", text, f"{self._name}/CtrlSum")


def decimal(text: str) -> Decimal | None:
    """The number in `text`; None where there is none."""
    try:
        found = Decimal(text) if len(text) <= 40 else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None
