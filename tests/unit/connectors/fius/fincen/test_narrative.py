"""The narrative: one text in blocks, key terms first, nothing dropped unsaid, and too long a one holds the report."""

from typing import Any

import pytest
from lxml import etree

from connectors.fius.fincen.renderer import render
from connectors.fius.fincen.text import plain, shorten


def test_lines_become_sentences_of_one_text_without_line_ends(sar: Any) -> None:
    text = sar.narrative(sar.batch())
    assert text.startswith("Key terms: FIN-2023-HUMANSMUGGLING. WHAT WAS SEEN. P2 and P3 paid P1 USD 1,900.02 in two transfers.")
    assert "\n" not in text


def test_blocks_are_numbered_and_read_on(sar: Any) -> None:
    told = " ".join(f"word{number}" for number in range(1_500))
    batch = sar.batch(sar.resolved(narrative={"en": told}))
    assert sar.texts(batch, "ActivityNarrativeSequenceNumber") == ["1", "2", "3", "4"]
    assert all(len(block) <= 4_000 for block in sar.texts(batch, "ActivityNarrativeText"))
    assert told in sar.narrative(batch)


@pytest.mark.parametrize(("size", "held"), [(16_000, False), (17_000, True), (30_000, True)])
def test_a_narrative_that_does_not_fit_holds_the_report(sar: Any, form: Any, size: int, held: bool) -> None:
    (file,) = render(sar.resolved(narrative={"en": "word " * (size // 5)}), form)
    assert [(error.code, error.canonical_path) for error in file.errors] == ([("too_long", "narrative")] if held else [])


@pytest.mark.parametrize("narrative", [{}, {"en": " \n "}, {"ru": "Текст"}])
def test_a_report_without_an_english_narrative_is_held(sar: Any, form: Any, narrative: dict[str, str]) -> None:
    (file,) = render(sar.resolved(narrative=narrative), form)
    assert [(error.code, error.canonical_path) for error in file.errors] == [("narrative_missing", "narrative")]


def test_each_transfer_is_told_with_day_sum_ends_and_places(sar: Any) -> None:
    text = sar.narrative(sar.batch())
    assert "2026-01-05, USD 950.01, P2 to P1, Phoenix US to El Paso US, cash to cash, no. TX-1;" in text
    assert text.endswith("these are all.")


def test_a_version_says_which_reports_it_replaces(sar: Any) -> None:
    text = sar.narrative(sar.batch(sar.resolved(version=2, supersedes=("aa", "bb"), relation="supplementary", standing="")))
    assert "version 2 of the report" in text
    assert "also replaces the reports aa, bb." in text


def test_characters_of_other_scripts_and_controls_do_not_reach_the_form(sar: Any) -> None:
    payload = sar.file(sar.resolved(narrative={"en": "P1 \x00\x07 paid\tin\nОш \ud800 🙂"})).payload
    text = " ".join(sar.texts(etree.fromstring(payload), "ActivityNarrativeText"))
    assert text.isascii()
    assert text.isprintable()
    assert "P1 paid in." in text
    assert "Osh" in text


def test_plain_text_has_one_space_between_words_and_a_short_one_is_left_as_it_is() -> None:
    assert plain("  a \t b\r\nc ") == "a b c"
    assert shorten("abc", 3) == "abc"
    assert shorten("abcdefghij", 9) == "abc [...]"
