"""Every report of the case stream in every shipped goAML form, by two validators, on the generated schema and on the FIU's own where it is at hand.

The short run looks at two reports a form; `make long` at all (docs/fius.md).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec
import pytest
import xmlschema
from lxml import etree

from connectors.fius.goaml.mapping import Form, load_form
from connectors.fius.goaml.renderer import render
from connectors.fius.goaml.validate import compiled
from connectors.fius.goaml.xsd import generate
from connectors.fius.resolved import Rendered, ResolvedReport
from ops.bench.case_reports import case_reports
from schemas.fius import load_fius

# Where a form demands what the stream does not say (a birth date, a director), it holds the report under that field's name.
SHIPPED = {"ae": "AE", "lk": "LK", "np": "NP", "pk": "PK", "goaml4": "ID", "goaml5": "CH"}
HOLDS = {"lk", "np"}
SAMPLE = 2
Valid = Callable[[str], bool]


@lru_cache(maxsize=1)
def newest() -> tuple[ResolvedReport, ...]:
    """The last version of each report, smallest first."""
    found = {report.report.report_id: report for report in case_reports()}
    assert len(found) >= 9
    return tuple(sorted(found.values(), key=lambda report: len(report.transfers)))


def files(code: str, most: int) -> list[Rendered]:
    """What the form makes of at least so many reports, as if they were this FIU's; those it holds for a missing field left out.

    A rule of the FIU may hold some of the rest (no side is a customer in its country), which says nothing of their shape.
    """
    form, fiu, made = load_form(code), load_fius(None)[SHIPPED[code]], list[Rendered]()
    for number, report in enumerate(newest()):
        for file in render(msgspec.structs.replace(report, fiu=fiu), form):
            codes = {error.code for error in file.errors}
            assert codes <= form.rule_codes | ({"mandatory_missing"} if code in HOLDS else set()), (code, number, codes)
            made += [] if "mandatory_missing" in codes else [file]
        if len(made) >= most:
            break
    assert made
    return made


def by_libxml2(schema: etree.XMLSchema) -> Valid:
    return lambda text: schema.validate(etree.fromstring(text.encode()))


def validators(form: Form, code: str, cases: Any, original: Any) -> dict[str, Valid]:
    """Both validators on the generated schema, and on the FIU's own where that is at hand."""
    found: dict[str, Valid] = {
        "libxml2, generated": by_libxml2(compiled(form)),
        "xmlschema, generated": xmlschema.XMLSchema10(generate(form.schema.profile).decode()).is_valid,
    }
    if code in cases.originals and (cases.reference / cases.originals[code]).is_file():
        found["libxml2, the FIU's own"] = by_libxml2(original(code))
        found["xmlschema, the FIU's own"] = xmlschema.XMLSchema11(cases.plain_text(code)).is_valid
    return found


def check(code: str, most: int, cases: Any, original: Any) -> None:
    checks = validators(load_form(code), code, cases, original)
    refused = [
        (name, file.file_name)
        for file in files(code, most)
        for name, is_valid in checks.items()
        if not is_valid(file.payload.decode().partition("?>")[2])
    ]
    assert refused == []


@pytest.mark.parametrize("code", sorted(SHIPPED))
def test_reports_of_the_cases_are_valid_by_two_validators(cases: Any, original: Any, code: str) -> None:
    check(code, SAMPLE, cases, original)


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("code", sorted(SHIPPED))
def test_every_report_of_the_cases_is_valid_by_two_validators(cases: Any, original: Any, code: str) -> None:
    check(code, 10_000, cases, original)
