"""Rules of the neutral portal package."""

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pypdfium2
import pytest
import yaml

from connectors.fius.portal.document import json_schema
from connectors.fius.portal.package import LIMIT_BYTES, pack, render, unpack, validate
from connectors.fius.portal.stored import pack as packed
from connectors.fius.portal.words import WORDS
from connectors.fius.resolve import resolve
from connectors.fius.resolved import Rendered
from schemas.finding import ParametersUsed
from schemas.report import Report

WORDING = Path(__file__).parents[5] / "shared/reference/wording.yaml"


def rendered(case: Any, report: Report) -> Rendered:
    [file] = render(resolve(report, report.filings[0], case.archive(), case.partners, case.fius))
    return file


def content(case: Any, report: Report | None = None) -> tuple[dict[str, Any], str]:
    with zipfile.ZipFile(io.BytesIO(rendered(case, report or case.report()).payload)) as package:
        return json.loads(package.read("report.json")), package.read("report.txt").decode()


def repacked(payload: bytes, **changes: Any) -> bytes:
    report = unpack(payload).report
    return pack(msgspec.structs.replace(report, **changes))


def codes(case: Any, report: Report) -> list[str]:
    return [error.code for error in rendered(case, report).errors]


def test_a_complete_report_is_valid(case: Any) -> None:
    assert codes(case, case.report()) == []


def test_the_same_report_gives_the_same_bytes(case: Any) -> None:
    assert rendered(case, case.report()).payload == rendered(type(case)(), type(case)().report()).payload


@pytest.mark.parametrize("code", ["en", "ru", "fa", "prs"])
@pytest.mark.parametrize("relation", ["supplementary", "correction"])
def test_a_later_filing_says_what_it_is_to_the_earlier_one_in_every_language(case: Any, code: str, relation: str) -> None:
    first = resolve(case.report(), case.report().filings[0], case.archive(), case.partners, case.fius)
    fiu = msgspec.structs.replace(first.fiu, language=code)
    [file] = render(msgspec.structs.replace(first, fiu=fiu, relation=relation, prior_reference="K-77/1"))
    assert file.errors == ()
    package = unpack(file.payload)
    assert (package.report.filing.relation, package.report.filing.prior_reference) == (relation, "K-77/1")
    said = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(package.entries["report.pdf"]))
    assert said.count("K-77/1") == 1
    assert " ".join(said.split()).count(getattr(WORDS["en"], relation)) == 1
    if code == "ru":
        assert getattr(WORDS["ru"], relation) in " ".join(said.split())


def test_the_bytes_carry_no_time_of_writing(case: Any) -> None:
    with zipfile.ZipFile(io.BytesIO(rendered(case, case.report()).payload)) as package:
        entries = [(e.filename, e.date_time, e.compress_type) for e in package.infolist()]
    names = ("report.json", "report.txt", "report.pdf", "transfers.csv", "transfers.xlsx", "flow.svg")
    assert entries == [(name, (1980, 1, 1, 0, 0, 0), 0) for name in names]


def test_the_json_follows_the_published_schema(case: Any) -> None:
    document, _ = content(case)
    jsonschema.Draft202012Validator(json_schema()).validate(document)


def test_amounts_are_exact_in_the_decimals_of_the_currency(case: Any) -> None:
    document, readable = content(case)
    assert [(t["amount"], t["currency"]) for t in document["transfers"]] == [
        ("200.00", "USD"),
        ("250.50", "USD"),
        ("300.00", "USD"),
    ]
    assert "USD 250.50" in readable


def test_every_spelling_of_a_party_is_kept_in_its_own_script_with_a_transliteration(case: Any) -> None:
    document, readable = content(case)
    assert document["parties"][1]["names"] == ["Aigul Sadykova", "АЙГУЛЬ САДЫКОВА"]
    assert document["parties"][1]["latin"] == ["", "AYGUL' SADYKOVA"]
    assert "P2 = Aigul Sadykova / АЙГУЛЬ САДЫКОВА (AYGUL' SADYKOVA)" in readable


def test_only_subject_roles_are_treated_as_suspected(case: Any, keys: dict[str, bytes]) -> None:
    for role in ("subject", "facilitator", "victim", "protected", "family_payer", "involved", "unknown"):
        parties = tuple(msgspec.structs.replace(p, role=role) if p.key == keys["collector"] else p for p in case.report().parties)
        document, _ = content(case, case.report(parties=parties))
        assert (document["parties"][0]["treatment"] == "suspected") == (role in ("subject", "facilitator")), role


@pytest.mark.parametrize("role", ["victim", "protected"])
def test_persons_to_protect_stand_in_the_notice_and_are_never_called_suspected(
    case: Any, keys: dict[str, bytes], role: str
) -> None:
    parties = tuple(msgspec.structs.replace(p, role=role) if p.key == keys["person"] else p for p in case.report().parties)
    document, readable = content(case, case.report(parties=parties))
    assert document["notice"]["persons_to_protect"] == ["P3"]
    [entry] = [block for block in readable.split("\n\n") if "\nP3 = " in block]
    assert entry.startswith("PERSON TO PROTECT")
    assert "SUSPECTED" not in entry


def test_the_role_stands_before_the_name(case: Any) -> None:
    lines = content(case)[1].splitlines()
    for label, role in (("P1", "SUSPECTED"), ("P2", "PAYER"), ("P3", "PERSON TO PROTECT")):
        at = next(n for n, line in enumerate(lines) if line.startswith(f"{label} = "))
        assert lines[at - 1].startswith(role)


def test_urgent_and_do_not_block_are_said_first(case: Any) -> None:
    readable = content(case)[1]
    assert readable.index("URGENT") < readable.index("No step taken") < readable.index("Report ")
    calm = content(case, case.report(urgent=False, do_not_block=False))[1]
    assert "URGENT" not in calm
    assert "No step taken" not in calm


def test_what_was_seen_comes_before_what_it_may_mean_before_what_is_not_known(case: Any) -> None:
    readable = content(case)[1]
    assert readable.index("3. TRANSFERS") < readable.index("WHAT IT MAY MEAN") < readable.index("WHAT IS NOT KNOWN")


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        ("2010-06-01", "child"),
        ("2008-01-05", ""),
        ("2008-01-06", "child"),
        ("2008", "possibly_child"),
        ("2008-02", "child"),
        ("2007", ""),
    ],
)
def test_a_child_is_under_eighteen_at_the_last_transfer(case: Any, born: str, expected: str) -> None:
    transfers = [
        msgspec.structs.replace(t, sender=msgspec.structs.replace(t.sender, date_of_birth=born)) for t in case.transfers[2:]
    ]
    case.record = msgspec.msgpack.encode([{}, [*case.transfers[:2], *transfers]])
    case.record = b"\x01" + case.record
    assert content(case)[0]["parties"][2]["age"] == expected


def test_a_person_to_protect_without_birth_date_has_an_unknown_age(case: Any, keys: dict[str, bytes]) -> None:
    parties = tuple(msgspec.structs.replace(p, role="victim") if p.key == keys["payer"] else p for p in case.report().parties)
    assert content(case, case.report(parties=parties))[0]["parties"][1]["age"] == "age_unknown"


def test_exchange_is_proposed_inside_the_report(case: Any) -> None:
    document, readable = content(case)
    assert [p["country"] for p in document["exchange_proposals"]] == ["UZ"]
    assert "SUGGESTED FOR EXCHANGE" in readable


def test_absent_fields_name_the_parties_they_are_absent_for(case: Any) -> None:
    ledger = {line["field"]: line for line in content(case)[0]["completeness"]}
    assert ledger["parties.phones"]["reason"] == "not given by the reporting entity for P1, P3"
    assert ledger["parties.nationalities"]["state"] == "absent"


def test_a_report_without_narrative_is_not_valid(case: Any) -> None:
    assert codes(case, case.report(narrative={"en": "  "})) == ["narrative_missing"]


def test_a_report_without_transfers_is_not_valid(case: Any) -> None:
    payload = rendered(case, case.report()).payload
    assert [e.code for e in validate(repacked(payload, transfers=()))] == ["no_transfers"]


def test_a_filing_without_legal_basis_is_not_valid(case: Any) -> None:
    assert codes(case, case.report(filings=(case.plan(basis=()),))) == ["basis_missing"]


def test_a_protected_person_made_a_subject_by_hand_is_refused(case: Any) -> None:
    payload = rendered(case, case.report()).payload
    report = unpack(payload).report
    people = tuple(msgspec.structs.replace(p, treatment="suspected") if p.label == "P3" else p for p in report.parties)
    assert "role_treatment" in [error.code for error in validate(repacked(payload, parties=people))]


def test_a_transfer_of_an_unlisted_party_is_refused(case: Any) -> None:
    payload = rendered(case, case.report()).payload
    report = unpack(payload).report
    assert "party_unlisted" in [error.code for error in validate(repacked(payload, parties=report.parties[:2]))]


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "ten"])
def test_an_amount_that_is_not_positive_is_refused(case: Any, amount: str) -> None:
    payload = rendered(case, case.report()).payload
    report = unpack(payload).report
    transfers = (msgspec.structs.replace(report.transfers[0], amount=amount), *report.transfers[1:])
    assert [e.code for e in validate(repacked(payload, transfers=transfers))] == ["amount"]


def forged(payload: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """The package with one entry changed."""
    with zipfile.ZipFile(io.BytesIO(payload)) as package:
        entries = [(entry.filename, package.read(entry)) for entry in package.infolist()]
    assert [old in body for entry, body in entries if entry == name] == [True]
    return packed([(entry, body.replace(old, new) if entry == name else body) for entry, body in entries])


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("report.txt", b"USD 200.00", b"USD 900.00", "text_differs"),
        ("transfers.csv", b"200.00", b"900.00", "csv_differs"),
        ("transfers.xlsx", b"200.00", b"900.00", "xlsx_differs"),
        ("transfers.xlsx", b"sharedStrings", b"sharedStringz", "xlsx_differs"),
        ("flow.svg", b"Dubai", b"Delhi", "svg_differs"),
        ("report.pdf", b'"amount": "200.00"', b'"amount": "900.00"', "pdf_differs"),
    ],
)
def test_an_entry_that_says_something_else_is_refused(case: Any, name: str, old: bytes, new: bytes, code: str) -> None:
    payload = rendered(case, case.report()).payload
    assert [e.code for e in validate(forged(payload, name, old, new))] == [code]


def test_a_package_of_ours_is_valid_whoever_asks(case: Any) -> None:
    assert validate(rendered(case, case.report()).payload) == []


def test_a_package_with_an_entry_more_or_less_is_refused(case: Any) -> None:
    entries = list(unpack(rendered(case, case.report()).payload).entries.items())
    for wrong in (entries[:-1], [*entries, ("more.txt", b"")], entries[::-1]):
        [error] = validate(packed(wrong))
        assert (error.code, error.text[:22]) == ("structure", "The package must hold ")


@pytest.mark.parametrize("payload", [b"", b"PK\x03\x04 not a zip", b"<report/>"])
def test_bytes_that_are_no_package_are_refused_with_a_sentence(payload: bytes) -> None:
    [error] = validate(payload)
    assert error.code == "structure"
    assert error.text.endswith(".")


def test_a_package_over_the_limit_is_refused() -> None:
    assert [e.code for e in validate(bytes(LIMIT_BYTES + 1))] == ["too_large"]


def test_no_word_of_ours_is_one_the_wording_list_blocks(case: Any) -> None:
    if not WORDING.exists():
        pytest.skip("the wording list is not beside the project")
    readable = content(case)[1]
    for rule in yaml.safe_load(WORDING.read_text(encoding="utf-8"))["rules"]:
        if rule["lang"] == "en" and rule.get("scope") != ["partner"]:
            found = re.search(rule["match"], readable, 0 if rule.get("case") else re.IGNORECASE)
            assert found is None, f"{rule['id']}: {found}"


def test_published_indicators_stand_by_the_patterns_and_a_missing_local_code_is_said(case: Any) -> None:
    document, readable = content(case)
    [shown] = [one for one in document["indicators"] if one["typology"] == "TS-F01"]
    assert "FIN14-1" in [row["id"] for row in shown["published"]]
    assert shown["local_codes"] == []
    assert shown["unmapped"]
    assert "FIN14-1: many wires under USD 3,000" in readable
    assert f"Local code: unmapped. {shown['unmapped']}"[:60] in readable
    assert readable.index("FIN14-1") < readable.index("WHAT IT MAY MEAN")


def test_the_parameters_that_judged_are_named(case: Any) -> None:
    report = msgspec.structs.replace(case.report(), parameters=(ParametersUsed("pilot 3", "ab" * 32),))
    document, readable = content(case, report)
    assert document["parameters"] == [{"version": "pilot 3", "sha256": "ab" * 32}]
    assert f"Judged by the parameters pilot 3, SHA-256 {'ab' * 32}." in " ".join(readable.split())
    assert codes(case, report) == []


@pytest.mark.parametrize(("tongue", "code"), [("ru", "ru"), ("uz", "ru"), ("prs", "prs"), ("uk", "")])
def test_the_ledger_of_a_package_says_in_which_language_the_narrative_is(case: Any, tongue: str, code: str) -> None:
    case.fius["KG"] = case.fiu("KG", language=tongue)
    document, _ = content(case)
    told = [line for line in document["completeness"] if line["field"].startswith("narrative.")]
    assert told == ([{"field": f"narrative.{code}", "state": "present", "reason": ""}] if code else [])
    assert document["languages"] == (["en", code] if code else ["en"])
