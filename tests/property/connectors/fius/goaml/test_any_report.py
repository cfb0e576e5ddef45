"""Whatever a report holds: each file is valid in the FIU's schema or held by coded errors, and nothing raises."""

from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from lxml import etree

from connectors.fius.goaml.mapping import load_form
from connectors.fius.goaml.renderer import render
from connectors.fius.goaml.validate import compiled
from connectors.fius.goaml.values import SENTENCES
from schemas.case import SUBJECT_ROLES

FORMS = {code: load_form(code) for code in ("ae", "lk")}
RULES = {code: {rule.id for rule in form.map.rules} for code, form in FORMS.items()}
KNOWN = set(SENTENCES) | {"file_too_big", "too_many_transactions", "no_transfers"}


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data(), st.sampled_from(["ae", "lk"]))
def test_a_report_is_valid_or_held_by_code_and_never_an_exception(any_report: Any, data: st.DataObject, code: str) -> None:
    report = data.draw(any_report(code))
    form = FORMS[code]
    files = render(report, form)
    assert files
    event("held" if any(file.errors for file in files) else "valid")
    for file in files:
        root = etree.fromstring(file.payload)
        assert {error.code for error in file.errors} <= KNOWN | RULES[code]
        assert file.errors or compiled(form).validate(root)
    if not any(party.role in SUBJECT_ROLES for party in report.parties):
        assert not any(b"suspected>true<" in file.payload for file in files)
    assert render(report, form) == files
