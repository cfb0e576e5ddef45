"""Whatever a report holds: each batch is valid in FinCEN's schema and rules or held by coded errors, and nothing raises."""

import re
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from lxml import etree

from connectors.fius.fincen.locate import Locator
from connectors.fius.fincen.mapping import Form, load_form
from connectors.fius.fincen.renderer import render
from connectors.fius.fincen.text import pieces
from connectors.fius.fincen.validate import compiled
from connectors.fius.fincen.writer import SENTENCES
from connectors.fius.resolved import ResolvedReport
from schemas.case import SUBJECT_ROLES

SHIPPED = load_form()
FILER = msgspec.structs.replace(SHIPPED.filers["101052"], registration="101")
FORM = Form(SHIPPED.schema.profile, SHIPPED.map, {"101": FILER})
KNOWN = set(SENTENCES) | {"filer_unknown", "narrative_missing", "no_transfers", "child_as_subject"}
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def holds(report: ResolvedReport) -> None:
    files = render(report, FORM)
    assert files
    event("held" if any(file.errors for file in files) else "valid")
    subjects = [party for party in report.parties if party.role in SUBJECT_ROLES]
    for file in files:
        assert {error.code for error in file.errors} <= KNOWN
        assert all(error.canonical_path for error in file.errors)
        if file.errors:
            continue
        batch = etree.fromstring(file.payload)
        assert compiled(FORM).validate(batch)
        texts = [node.text for node in batch.iter("*") if node.text and not len(node)]
        assert not any(CONTROL.search(text) or not text.isascii() or text != text.strip() for text in texts)
        numbers = [int(node.get("SeqNum") or 0) for node in batch.iter("*") if node.get("SeqNum")]
        assert numbers == list(range(1, len(numbers) + 1))
        parties = [p for p in batch.iterfind("{*}Activity/{*}Party") if p.findtext("{*}ActivityPartyTypeCode") == "33"]
        locator = Locator(batch, FORM)
        found = [locator.describe(party).canonical_path for party in parties]
        assert found == ([f"parties[{party.label}].role" for party in subjects] or ["parties.role"])
    assert render(report, FORM) == files


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_a_report_is_valid_or_held_by_code_and_never_an_exception(any_report: Any, data: st.DataObject) -> None:
    holds(data.draw(any_report("us")))


@pytest.mark.long
@pytest.mark.timeout(1_800)
@settings(max_examples=10_000, deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_ten_thousand_reports_are_valid_or_held_by_code(any_report: Any, data: st.DataObject) -> None:
    holds(data.draw(any_report("us")))


@settings(max_examples=60)
@given(st.lists(st.text("abc", min_size=1, max_size=12), max_size=40), st.integers(1, 30))
def test_the_blocks_of_a_text_are_short_enough_and_lose_nothing(words: list[str], size: int) -> None:
    text = " ".join(words)
    blocks = pieces(text, size)
    assert all(0 < len(block) <= size and block == block.strip() for block in blocks)
    assert "".join(blocks).replace(" ", "") == text.replace(" ", "")
    if all(len(word) <= size for word in words):
        assert " ".join(blocks) == text
