"""A filing's whole life on the real broker and a real database: reviewed, filed, rejected, corrected, accepted, closed."""

from typing import Any

import pytest

from connectors.register.chain import read_anchors, verify
from connectors.register.database import read
from connectors.register.decide import Wish, decide
from connectors.register.errors import RegisterError
from connectors.register.overview import filings, shown
from schemas.feedback import Feedback, FeedbackError

REPORT = "0123456789abcdef" * 2


def states(office: Any) -> dict[str, str]:
    return {line.fiu: line.state for line in filings(office.engine, 0, everything=True)}


def by(office: Any, action: str, name: str, reason: str = "") -> str:
    [line] = [one for one in filings(office.engine, 0, everything=True) if one.fiu == "KG"]
    return decide(office.engine, Wish(line.filing, action, name, reason), office.fius, line.formed_ms + 1000).effect


def test_reviewed_by_two_filed_rejected_corrected_accepted_closed(office: Any) -> None:
    office.desk.post(office.report(office.waiting()))
    office.deliver(1)
    office.keep()
    assert states(office) == {"KG": "awaiting_review"}
    assert by(office, "approve", "A. Sadykova") == ""
    with pytest.raises(RegisterError, match="same person"):
        by(office, "approve", " a.  SADYKOVA ")
    assert office.desk.filings("kg") == []
    assert by(office, "approve", "B. Ong") == "send"
    assert states(office) == {"KG": "released"}
    office.keep()
    office.deliver(2)  # both approvals pass delivery; the second one sends
    office.keep()
    [first] = office.desk.filings("kg")
    assert (first.version, first.relation, states(office)) == (1, "initial", {"KG": "filed"})

    wrong = (
        FeedbackError("K214", "format of the birth date", "parties[1].dates_of_birth"),
        FeedbackError("K9", "check indicators"),
    )
    office.answer(Feedback(REPORT, 1, "rejected", wrong, "KG", first.filing_id, "RP-77", 1_767_700_000_000))
    office.keep()
    assert states(office) == {"KG": "rejected"}
    [answer] = shown(office.engine, filings(office.engine, 0)[0].filing, 0).answers
    assert answer.errors == (("K214", "parties[1].dates_of_birth", "parties.dates_of_birth"), ("K9", "", ""))

    office.desk.post(office.report(office.waiting(), version=2, score=0.9))
    office.deliver(2)  # what the FIU answered, and the corrected report
    office.keep()
    assert states(office) == {"KG": "awaiting_review"}
    assert [by(office, "approve", name) for name in ("B. Ong", "C. Petrov")] == ["", "send"]
    office.keep()
    office.deliver(2)
    office.keep()
    second = office.desk.filings("kg")[-1]
    assert (second.version, second.relation) == (2, "correction")
    assert (second.prior_filing_id, second.prior_reference) == (first.filing_id, "RP-77")
    assert states(office) == {"KG": "corrected"}

    office.answer(Feedback(REPORT, 2, "accepted", (), "KG", second.filing_id, "RP-78", 1_767_800_000_000))
    office.keep()
    assert states(office) == {"KG": "acknowledged"}
    assert by(office, "close", "C. Petrov", "the FIU has what it needs") == "settle"
    assert states(office) == {"KG": "closed"}
    office.keep()
    with read(office.engine) as connection:
        audit = verify(connection, read_anchors(office.desk.bootstrap))
    assert audit.faults == ()
    assert audit.anchors > 5
    assert office.counted.answers == [("KG", "rejected"), ("KG", "accepted")]
    assert office.counted.decisions == ["approve"] * 4 + ["close"]
