"""Anyone's file is checked: every error has its line and what to do, and no trick of XML gets through."""

from pathlib import Path

import pytest

from connectors.fius.checked import problem
from connectors.fius.goaml.mapping import load_form
from connectors.fius.goaml.packaging import archive
from connectors.fius.goaml.renderer import render
from connectors.fius.goaml.trial import crowd
from connectors.fius.goaml.validate import examine
from schemas.fius import load_fius

FORM = load_form("ae")


@pytest.fixture(scope="module")
def report() -> bytes:
    """A valid report, one element a line."""
    (file,) = render(crowd(load_fius()["AE"], 2), FORM)
    assert not file.errors
    return file.payload.replace(b"><", b">\n<")


def found(payload: bytes) -> list[tuple[str, int]]:
    return [(one.error.code, one.line) for one in examine(payload, FORM)]


def test_a_valid_report_has_no_error(report: bytes) -> None:
    assert found(report) == []


def test_an_error_is_where_the_wrong_line_is(report: bytes) -> None:
    broken = report.replace(b"<transmode_code>OCT<", b"<transmode_code>ZZ<")
    lines = [number for number, line in enumerate(broken.splitlines(), 1) if b"<transmode_code>ZZ" in line]
    assert found(broken) == [("code_not_in_list", line) for line in lines]
    assert len(lines) == 2


@pytest.mark.parametrize("element", [b"transmode_code", b"transaction"])
def test_an_attribute_is_refused_on_text_and_on_what_holds_elements(report: bytes, element: bytes) -> None:
    line = next(number for number, line in enumerate(report.splitlines(), 1) if b"<" + element + b">" in line)
    assert found(report.replace(b"<" + element + b">", b"<" + element + b' checked="yes">', 1)) == [("attribute_unknown", line)]


def test_rules_are_checked_beside_the_schema(report: bytes) -> None:
    broken = report.replace(b"<currency_code_local>AED<", b"<currency_code_local>USD<").replace(
        b"<transmode_code>OCT<", b"<transmode_code>ZZ<", 1
    )
    assert {code for code, _ in found(broken)} == {"code_not_in_list", "local_currency_wrong"}
    assert ("local_currency_wrong", 2) in found(broken)


def test_a_namespace_on_the_root_is_named_and_everything_else_is_still_checked(report: bytes) -> None:
    broken = report.replace(b"<report>", b'<report xmlns="http://www.unodc.org/goaml">').replace(
        b"<transmode_code>OCT<", b"<transmode_code>ZZ<", 1
    )
    assert [code for code, _ in found(broken)] == ["namespace_on_root", "code_not_in_list"]
    assert "Delete xmlns" in problem(examine(broken, FORM)[0]).do


def test_a_hint_where_a_schema_lies_is_not_followed(report: bytes, tmp_path: Path) -> None:
    (tmp_path / "any.xsd").write_text("not a schema", "utf-8")
    hint = f'<report xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="{tmp_path}/any.xsd">'
    assert found(report.replace(b"<report>", hint.encode())) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_dtd_is_refused_wherever_it_hides(encoding: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><!--{"x" * 9_000}--><!DOCTYPE report [<!ENTITY a "b">]><report>&a;</report>'
    )
    assert found(text.encode(encoding)) == [("dtd", 1)]


def test_entities_that_multiply_are_not_expanded() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    text = f'<!DOCTYPE report [<!ENTITY l0 "ha">{laughs}]><report>&l11;</report>'
    assert [code for code, _ in found(text.encode())] in (["dtd"], ["not_xml"])


def test_bytes_of_another_encoding_are_said_to_be_that(report: bytes) -> None:
    broken = report.replace(b"<first_name>Amina0<", "<first_name>Амина<".encode("cp1251"), 1)
    assert [code for code, _ in found(broken)] == ["wrong_encoding"]


def test_an_archive_names_the_file_each_error_is_in(report: bytes) -> None:
    broken = report.replace(b"<transmode_code>OCT<", b"<transmode_code>ZZ<", 1)
    errors = examine(archive([("good.xml", report), ("bad.xml", broken)]), FORM)
    assert [(one.error.code, one.entry) for one in errors] == [("code_not_in_list", "bad.xml"), ("too_many_reports", "")]


def test_every_error_has_a_next_step(report: bytes) -> None:
    for payload in (b"", b"<other/>", b"<report/>", report[:-20], report.replace(b"<amount_local>", b"<amount_local>x")):
        assert examine(payload, FORM)
        assert all(problem(one, FORM.rule_codes).do.endswith(".") for one in examine(payload, FORM))
