"""Whatever a report holds: each file is valid in the FIU's schema or held by coded errors, and nothing raises."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from lxml import etree

from connectors.fius.goaml.conversion import table_rates
from connectors.fius.goaml.mapping import load_form
from connectors.fius.goaml.offer_report import ReportOffers, Unit
from connectors.fius.goaml.renderer import render
from connectors.fius.goaml.validate import compiled
from connectors.fius.goaml.values import SENTENCES
from connectors.fius.goaml.walker import Walker
from connectors.fius.resolve import merge_parties
from connectors.fius.resolved import Rendered, ResolvedReport
from schemas.case import SUBJECT_ROLES
from schemas.fius import load_fius
from schemas.money import Money
from schemas.registry import Licence, Partner
from schemas.report import Clock, FilingPlan, Report, TypologyLine
from schemas.transfer import Address, Document, Party, Place, Transfer

START_MS = 1_767_600_000_000
SHIPPED = {"ae": "AE", "lk": "LK", "np": "NP", "pk": "PK", "goaml4": "ID", "goaml5": "CH"}
FORMS = {code: load_form(code) for code in SHIPPED}
RULES = {code: form.rule_codes for code, form in FORMS.items()}
KNOWN = set(SENTENCES) | {"no_transfers"}

unhurried = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@unhurried
@given(st.data(), st.sampled_from(sorted(SHIPPED)))
def test_a_report_is_valid_or_held_by_code_and_never_an_exception(any_report: Any, data: st.DataObject, code: str) -> None:
    check(data.draw(any_report(code)), code)


@pytest.mark.long
@pytest.mark.timeout(3_600)
@settings(unhurried, max_examples=10_500)
@given(st.data(), st.sampled_from(sorted(SHIPPED)))
def test_ten_thousand_reports_are_valid_or_held_by_code(any_report: Any, data: st.DataObject, code: str) -> None:
    published(data.draw(any_report(code)), code)


def published(report: ResolvedReport, code: str) -> tuple[Rendered, ...]:
    """The files of a report: each valid, or held by coded errors; nobody called a suspect who is none."""
    form = FORMS[code].for_fiu(report.fiu.id, report.fiu.country)
    files = render(report, form)
    assert files
    event("held" if any(file.errors for file in files) else "valid")
    for file in files:
        root = etree.fromstring(file.payload)
        assert {error.code for error in file.errors} <= KNOWN | RULES[code]
        assert file.errors or compiled(form).validate(root)
    if not any(party.role in SUBJECT_ROLES for party in report.parties):
        assert not any(b"suspected>true<" in file.payload for file in files)
    return files


def check(report: ResolvedReport, code: str) -> None:
    """Published or held; the same twice; and by recipe the same as by the schema."""
    form = FORMS[code].for_fiu(report.fiu.id, report.fiu.country)
    assert render(report, form) == published(report, code)
    slow, quick = Walker(form, recipes=False), Walker(form)
    node = ReportOffers(report, form, table_rates).report(Unit(1, 1, tuple(report.transfers.values()), ("P1 paid P2.",)))
    assert slow.walk(node) == quick.walk(node)
    assert (slow.ledger.rows(), slow.ledger.errors()) == (quick.ledger.rows(), quick.ledger.errors())


def person(number: int, **more: Any) -> Party:
    fields: dict[str, Any] = {
        "date_of_birth": "1990-01-02", "nationality": "KG", "occupation": "Driver", "documents": (Document("passport", f"N{number}", "KG"),),
        "addresses": (Address("Street 1", "Osh", "KG"),),
    }  # fmt: skip
    return Party(bytes([number]) * 16, "person", f"Person Number{number}", **(fields | more))


def plain(code: str, ends: list[tuple[Party, Party]], narrative: str) -> ResolvedReport:
    """A report over one counter transfer for each pair, for the FIU of a shipped form."""
    country = SHIPPED[code]
    items = [
        Transfer(
            uid=number.to_bytes(16, "little"), digest=bytes(16), partner="demo", scope="", transfer_id=f"T{number}", status="paid",
            occurred_ms=START_MS + number, utc_offset_min=0, amount=Money(95_000, "USD"), usd_minor=95_000, channel="cash_to_cash",
            sender=sender, receiver=receiver, send_place=Place(country, ""), pay_place=Place("KG", ""),
        )
        for number, (sender, receiver) in enumerate(ends)
    ]  # fmt: skip
    plan = FilingPlan(country, country, "file", "ready", "101", "HEAD", (), Clock(0, (), 0))
    report = Report(
        report_id="ab" * 16, version=1, state="open", scope="", offence="TIP", score=0.9, urgent=False, do_not_block=False, suspicion_formed_ms=START_MS,
        typologies=(TypologyLine("TS-F01", "", 0.8, ""),), findings=(), transfers=(), parties=(), narrative={"en": narrative}, completeness={},
        filings=(plan,), considered=(),
    )  # fmt: skip
    partner = Partner("demo", "Demo Remit", "mto", "", country, (Licence(country, "101"),))
    return ResolvedReport(report, plan, load_fius()[country], partner, {t.uid: t for t in items}, merge_parties((), items))


@pytest.mark.parametrize("code", ["goaml4"])
def test_three_thousand_transfers_in_one_case_become_linked_files_and_none_is_lost(code: str) -> None:
    ends = [(person(number % 8), person(8)) for number in range(3_000)]
    files = render(plain(code, ends, "word " * 500), FORMS[code])
    texts = [file.payload.decode() for file in files]
    assert all(not file.errors for file in files)
    assert all(text.count("<transaction>") <= FORMS[code].map.limits.transactions for text in texts)
    numbers = [number for text in texts for number in re.findall("<transactionnumber>(T[0-9]+)<", text)]
    assert numbers == [f"T{number}" for number in range(3_000)]
    assert len({re.findall("<entity_reference>(.*?)<", text)[0] for text in texts}) == len(files) >= 6
    assert all(f"File {number} of {len(files)}" in text for number, text in enumerate(texts, 1))


def test_an_over_long_narrative_is_spread_over_linked_files_and_no_word_is_lost() -> None:
    words = [f"word{number}" for number in range(8_000)]
    files = render(plain("ae", [(person(1), person(2))] * 6, " ".join(words)), FORMS["ae"])
    assert len(files) > 1
    assert all(not file.errors for file in files)
    told = [
        piece
        for file in files
        for piece in re.findall("<reason>(.*?)</reason>|<comments>(.*?)</comments>", file.payload.decode(), re.DOTALL)
    ]
    assert [word for pair in told for word in " ".join(pair).replace("[...]", " ").split() if word.startswith("word")] == words


def test_a_field_that_no_rule_fills_holds_the_report_under_its_canonical_name() -> None:
    sender = person(1, date_of_birth=None, documents=())
    (file,) = render(plain("np", [(sender, person(2))], "P1 paid P2."), FORMS["np"])
    assert {(error.code, error.canonical_path) for error in file.errors} == {
        ("mandatory_missing", "parties[P1].dates_of_birth"),
        ("mandatory_missing", "parties[P1].documents"),
    }
