"""Hints on help: for people to protect, where they are, and for nobody else."""

import msgspec

from schemas.case import CaseParty
from schemas.finding import Evidence
from schemas.report import Report
from streams.domain.referral import referral_hints

PROTECTED, VICTIM, SUBJECT = b"p" * 16, b"v" * 16, b"s" * 16


def paid(number: int, sender: bytes, receiver: bytes, send: str, pay: str) -> Evidence:
    return Evidence(
        bytes([number]) * 16, 0, 0, number, number, "demo", sender, receiver, 1, "USD", 1, "cash_to_cash", send, pay, "", ""
    )


def report(*transfers: Evidence) -> Report:
    parties = (CaseParty(SUBJECT, "subject", ""), CaseParty(PROTECTED, "protected", ""), CaseParty(VICTIM, "victim", ""))
    return Report("a", 1, "open", "", "TIP", 0.7, False, False, 1, (), (), transfers, parties, {}, {}, (), ())


def test_a_hint_names_the_country_where_the_person_to_protect_pays_or_is_paid() -> None:
    hints = referral_hints(report(paid(1, PROTECTED, SUBJECT, "KZ", "TR"), paid(2, SUBJECT, VICTIM, "AE", "KG")))
    assert [(hint.country, hint.people) for hint in hints] == [("KG", ("P3",)), ("KZ", ("P2",))]
    assert any("order on referring victims" in said for said in hints[1].says)


def test_nobody_to_protect_means_no_hint() -> None:
    made = report(paid(1, PROTECTED, SUBJECT, "KZ", "TR"))
    for role in ("subject", "family_payer", "involved", "unknown"):
        parties = tuple(msgspec.structs.replace(party, role=role) for party in made.parties)
        assert referral_hints(msgspec.structs.replace(made, parties=parties)) == ()


def test_where_a_state_pattern_is_reported_the_first_line_keeps_the_person_from_its_authorities() -> None:
    (hint,) = referral_hints(report(paid(1, PROTECTED, SUBJECT, "IR", "TR")))
    assert hint.says[0] == "do not tell the authorities there who the person is"


def test_a_country_of_which_nothing_is_known_says_so() -> None:
    (hint,) = referral_hints(report(paid(1, PROTECTED, SUBJECT, "FR", "TR")))
    assert hint.says[0].startswith("Nothing is known here of help in this country; ask IOM")
