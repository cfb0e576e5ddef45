"""Every report of the sample stream, routed to FinCEN: valid for two validators and two schemas, and nobody spared is named as subject."""

import re
from pathlib import Path
from typing import Any

import pytest
import xmlschema
import yaml
from lxml import etree

from connectors.fius.fincen.mapping import Form, load_form
from connectors.fius.fincen.renderer import render
from connectors.fius.fincen.validate import validate
from connectors.fius.fincen.xsd import generate
from connectors.fius.resolved import Rendered, ResolvedReport
from schemas.case import SUBJECT_ROLES

WORDING = Path(__file__).resolve().parents[6] / "shared" / "reference" / "wording.yaml"


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form()


@pytest.fixture(scope="module")
def rendered(reports: tuple[ResolvedReport, ...], form: Form) -> list[tuple[ResolvedReport, Rendered]]:
    return [(report, file) for report in reports for file in render(report, form)]


def test_every_report_is_rendered_without_an_error_and_follows_schema_and_rules(rendered: Any, form: Form) -> None:
    assert len(rendered) > 20
    assert {report.report.offence for report, _ in rendered} >= {"SOM", "TIP"}
    for report, file in rendered:
        assert file.errors == (), report.report.report_id
        assert validate(file.payload, form) == ()


def test_every_report_is_valid_in_fincens_own_schema(rendered: Any, original: Any) -> None:
    schema = etree.XMLSchema(etree.fromstring(original()))
    for report, file in rendered:
        assert schema.validate(etree.fromstring(file.payload)), (report.report.report_id, str(schema.error_log))


def test_a_second_validator_agrees_on_both_schemas(rendered: Any, form: Form, original: Any) -> None:
    """xmlschema takes a tenth of a second a batch, so it sees three of them, the longest among them."""
    chosen = sorted({report.report.report_id: file.payload for report, file in rendered}.values(), key=len)[::-4][:3]
    texts = [payload.decode().partition("?>")[2] for payload in chosen]
    generated = xmlschema.XMLSchema10(generate(form.schema.profile).decode())
    assert [generated.is_valid(text) for text in texts] == [True] * 3
    theirs = xmlschema.XMLSchema11(original().decode())  # it says of itself that it wants 1.1
    assert [theirs.is_valid(text) for text in texts] == [True] * 3
    broken = texts[0].replace("<fc2:PartyNameTypeCode>L<", "<fc2:PartyNameTypeCode>Q<", 1)
    assert not generated.is_valid(broken)
    assert not theirs.is_valid(broken)


def test_subjects_of_the_form_are_exactly_the_parties_that_may_be_subjects(rendered: Any) -> None:
    """Counted and compared by customer's name, from the report's parties and not from the renderer."""
    for report, file in rendered:
        batch = etree.fromstring(file.payload)
        parties = [p for p in batch.iterfind("{*}Activity/{*}Party") if p.findtext("{*}ActivityPartyTypeCode") == "33"]
        suspected = [party for party in report.parties if party.role in SUBJECT_ROLES]
        assert len(parties) == max(1, len(suspected))
        numbers = {text for p in parties for text in [n.text for n in p.iter("{*}PartyIdentificationNumberText")] if text}
        spared = {d.number for party in report.parties if party.role not in SUBJECT_ROLES for d in party.documents}
        shared = {d.number for party in suspected for d in party.documents}
        assert not numbers & (spared - shared)


def test_no_generated_narrative_breaks_a_rule_of_wording(rendered: Any) -> None:
    if not WORDING.is_file():
        pytest.skip(f"the rules of wording are not beside the repository ({WORDING.name})")
    rules = [
        r
        for r in yaml.safe_load(WORDING.read_text("utf-8"))["rules"]
        if r["lang"] == "en" and "partner" not in r.get("scope", [])
    ]
    assert len(rules) > 15
    last = {report.report.report_id: file.payload for report, file in rendered}
    texts = [
        " ".join(b.text or "" for b in etree.fromstring(payload).iter("{*}ActivityNarrativeText")) for payload in last.values()
    ]
    for rule in (r for r in rules if r["severity"] == "block"):
        pattern = re.compile(rule["match"], 0 if rule.get("case") else re.IGNORECASE)
        assert not any(pattern.search(text) for text in texts), rule["id"]


def test_a_report_rendered_twice_gives_the_same_bytes(rendered: Any, form: Form) -> None:
    report, file = rendered[0]
    assert render(report, form)[0] == file
