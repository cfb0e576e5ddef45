"""Reports rendered for AE and LK: valid in their own schema, honest about what is missing, and careful with people."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from lxml import etree

from connectors.fius.goaml.conversion import table_rates
from connectors.fius.goaml.mapping import Form, load_form
from connectors.fius.goaml.renderer import render
from connectors.fius.goaml.validate import compiled, validate
from connectors.fius.resolved import Rendered
from schemas.money import Money
from schemas.report import TypologyLine
from schemas.transfer import Address


def only(files: tuple[Rendered, ...]) -> Rendered:
    assert len(files) == 1
    return files[0]


def xml_of(file: Rendered) -> etree._Element:
    assert file.errors == ()
    return etree.fromstring(file.payload)


def texts(root: etree._Element, path: str) -> list[str]:
    return [str(node.text) for node in root.findall(path)]


def test_every_kind_of_report_is_valid_in_the_generated_schema(cases: Any, code: str, form: Form) -> None:
    for name, report in cases.all(code).items():
        file = only(render(report, form))
        assert file.errors == (), name
        assert compiled(form).validate(etree.fromstring(file.payload)), name


def test_every_kind_of_report_is_valid_in_the_fius_own_schema(cases: Any, code: str, form: Form, original: Any) -> None:
    schema = original(code)
    for name, report in cases.all(code).items():
        assert schema.validate(etree.fromstring(only(render(report, form)).payload)), (name, schema.error_log.last_error)


def test_the_same_report_gives_the_same_bytes(cases: Any, code: str) -> None:
    report = cases.all(code)["plain"]
    load_form.cache_clear()
    first = render(report, load_form(code))
    load_form.cache_clear()
    assert render(report, load_form(code)) == first


@pytest.mark.parametrize("relation", ["supplementary", "correction"])
@pytest.mark.parametrize("number", ["FIU-2026/77", ""])
def test_a_later_filing_refers_to_the_one_before_where_the_form_has_a_place(
    cases: Any, code: str, form: Form, original: Any, relation: str, number: str
) -> None:
    report = msgspec.structs.replace(cases.all(code)["plain"], relation=relation, prior_reference=number)
    root = xml_of(only(render(report, form)))
    # goAML 5.1 links a rejected report; 4.0 has the one place where FIU and reporting entity refer to each other
    place = "prev_rejected_ref_number" if relation == "correction" and code == "ae" else "fiu_ref_number"
    assert texts(root, "fiu_ref_number") + texts(root, "prev_rejected_ref_number") == ([number] if number else [])
    assert texts(root, place) == ([number] if number else [])
    said = {"supplementary": "It adds to what was filed of it before", "correction": "It corrects an earlier filing of it"}
    (reason,) = texts(root, "reason")
    assert said[relation] in reason
    assert number in reason
    assert original(code).validate(root)


def test_a_first_filing_says_nothing_of_an_earlier_one_whatever_its_version(cases: Any, code: str, form: Form) -> None:
    plain = cases.all(code)["plain"]
    late = msgspec.structs.replace(plain, report=msgspec.structs.replace(plain.report, version=4))
    root = xml_of(only(render(late, form)))
    assert texts(root, "reason") == ["P2 and P3 paid P1 in two transfers."]
    assert texts(root, "fiu_ref_number") == []


def test_a_number_too_long_for_the_form_is_left_out_and_said_to_be(cases: Any, code: str, form: Form) -> None:
    report = msgspec.structs.replace(cases.all(code)["plain"], relation="supplementary", prior_reference="7" * 300)
    file = only(render(report, form))
    assert texts(xml_of(file), "fiu_ref_number") == []
    told = [(row.canonical_path, row.state, row.rule) for row in file.ledger if row.target_path == "report/fiu_ref_number"]
    assert told == [("prior_reference", "absent", "LEFT_OUT_TOO_LONG")]


def test_a_report_carries_no_namespace_and_no_attribute(cases: Any, code: str, form: Form) -> None:
    root = xml_of(only(render(cases.all(code)["plain"], form)))
    assert all(not node.attrib and not node.nsmap for node in root.iter())
    assert root.tag == "report"


@pytest.mark.parametrize("role", ["victim", "protected", "family_payer", "involved", "unknown"])
def test_nobody_but_a_subject_is_ever_called_suspected(cases: Any, role: str) -> None:
    payer, collector = cases.full_party(2, "Aigul Sadykova", "KG"), cases.full_party(1, "Bakyt Testov", "KG")
    report = cases.resolved("ae", [cases.transfer(1, payer, collector)], {collector.key: role, payer.key: role})
    file = only(render(report, load_form("ae")))
    assert b"suspected>true<" not in file.payload
    assert xml_of(file).tag == "report"


def test_a_subject_is_called_suspected_and_a_protected_person_is_said_not_to_be(cases: Any) -> None:
    root = xml_of(only(render(cases.all("ae")["plain"], load_form("ae"))))
    assert texts(root, "transaction/t_to/to_is_suspected") == ["true", "true"]
    assert texts(root, "transaction/t_from_my_client/from_is_suspected") == ["false", "false"]
    assert "not as a suspect" in texts(root, "transaction/t_from_my_client/from_person/comments")[0]


def test_only_the_customers_of_the_branch_in_the_fius_country_are_my_client(cases: Any) -> None:
    root = xml_of(only(render(cases.all("ae")["plain"], load_form("ae"))))
    assert len(root.findall("transaction/t_from_my_client")) == 2  # both served at a Dubai counter
    assert len(root.findall("transaction/t_to")) == 2  # paid out in Osh, by another licence


def test_a_report_without_a_customer_of_the_reporting_entity_is_held(cases: Any) -> None:
    one = cases.transfer(1, cases.full_party(2, "A B", "KG"), cases.full_party(1, "C D", "KG"), partner="other")
    file = only(render(cases.resolved("ae", [one]), load_form("ae")))
    assert [error.code for error in file.errors] == ["my_client_missing"]


def test_an_unknown_birth_date_is_a_named_placeholder_in_ae_and_holds_the_report_in_lk(cases: Any) -> None:
    payer, collector = cases.full_party(2, "A B", "KG", date_of_birth=None), cases.full_party(1, "C D", "KG")
    one = [cases.transfer(1, payer, collector)]
    ae = only(render(cases.resolved("ae", one), load_form("ae")))
    assert texts(xml_of(ae), ".//from_person/birthdate") == ["1900-01-01T00:00:00"]
    assert [
        (row.canonical_path, row.rule)
        for row in ae.ledger
        if row.state == "placeholder" and row.target_path.endswith("birthdate")
    ] == [("parties[P1].dates_of_birth", "AE-P01")]
    lk = only(render(cases.resolved("lk", cases.domestic("lk", one)), load_form("lk")))
    assert [(e.code, e.canonical_path) for e in lk.errors] == [("mandatory_missing", "parties[P1].dates_of_birth")]


def test_a_party_of_whom_only_a_name_is_known_needs_placeholders_and_each_is_in_the_ledger(cases: Any) -> None:
    bare = cases.bare_party(1, "Mirlan")
    file = only(render(cases.resolved("ae", [cases.transfer(1, bare, cases.bare_party(2, "Firma", "entity"))]), load_form("ae")))
    root = xml_of(file)
    filled = {row.target_path.rpartition("/")[2]: row.rule for row in file.ledger if row.state == "placeholder"}
    assert set(filled) >= {
        "birthdate",
        "gender",
        "nationality1",
        "residence",
        "id_number",
        "first_name",
        "tax_reg_number",
        "phones",
    }
    assert all(rule.startswith("AE-P") for rule in filled.values())
    assert texts(root, ".//from_person/last_name") == ["Mirlan"]


def test_every_placeholder_rule_in_the_ledger_is_described_in_the_map(cases: Any, code: str, form: Form) -> None:
    known = {rule.id for rule in form.map.placeholders} | ({form.map.cash_out.id} if form.map.cash_out else set())
    for report in cases.all(code).values():
        rules = {row.rule for row in only(render(report, form)).ledger if row.state == "placeholder"}
        assert rules <= known


def test_names_outside_the_fius_alphabet_are_transliterated_and_kept_as_given(cases: Any) -> None:
    file = only(render(cases.all("ae")["scripts"], load_form("ae")))
    root = xml_of(file)
    assert texts(root, ".//from_person/last_name")[0] == "Sadykova-O'Nil"
    assert texts(root, ".//from_person/full_name_frn") == ["Айгүл Садыкова-О'Нил", "نور الدين أحمد"]
    assert any(row.rule == "NAME_NORMALIZED" for row in file.ledger)


def test_an_entitys_name_keeps_its_words_in_the_fius_alphabet(cases: Any) -> None:
    root = xml_of(only(render(cases.all("ae")["entity"], load_form("ae"))))
    assert texts(root, ".//to_entity/name")[0] == "Smith and Sons Gold Trading Ltd"


def test_a_foreign_amount_keeps_its_rate_and_multiplies_to_the_local_one(cases: Any, code: str, form: Form) -> None:
    for name, minor in (("plain", "950.00"), ("no_decimals", "150000"), ("three_decimals", "1234.567")):
        root = xml_of(only(render(cases.all(code)[name], form)))
        block = root.find("transaction/*/from_foreign_currency")
        assert block is not None
        assert block.findtext("foreign_amount") == minor
        local = Decimal(minor) * Decimal(str(block.findtext("foreign_exchange_rate")))
        assert abs(local - Decimal(texts(root, "transaction/amount_local")[0])) <= Decimal("0.005")


def test_the_local_amount_is_right_by_the_dirhams_peg(cases: Any) -> None:
    root = xml_of(only(render(cases.all("ae")["plain"], load_form("ae"))))
    assert abs(float(texts(root, "transaction/amount_local")[0]) - 950 * 3.6725) < 1  # 3.6725 a dollar since 1997


def test_an_amount_in_the_local_currency_is_not_converted(cases: Any, code: str, form: Form) -> None:
    root = xml_of(only(render(cases.all(code)["local"], form)))
    assert texts(root, "transaction/amount_local") == ["1234.56"]
    assert root.find("transaction/*/from_foreign_currency") is None


def test_a_currency_without_a_rate_holds_the_report(cases: Any) -> None:
    one = cases.transfer(1, cases.full_party(2, "A B", "KG"), cases.full_party(1, "C D", "KG"), amount=Money(100, "QQQ"))
    file = only(render(cases.resolved("ae", [one]), load_form("ae")))
    assert ("mandatory_missing", "transfers[TX-00001].amount") in [(e.code, e.canonical_path) for e in file.errors]


def test_times_are_local_to_the_fiu_without_zone(cases: Any) -> None:
    # 2026-01-05T08:00Z plus one hour is 13:00 in Dubai and 14:30 in Colombo.
    for code, expected in (("ae", "2026-01-05T13:00:00"), ("lk", "2026-01-05T14:30:00")):
        root = xml_of(only(render(cases.all(code)["plain"], load_form(code))))
        assert texts(root, "transaction/date_transaction")[0] == expected


def test_control_characters_go_and_markup_is_escaped(cases: Any, code: str, form: Form) -> None:
    root = xml_of(only(render(cases.all(code)["signs"], form)))
    assert "a & b < c > d" in texts(root, "transaction/transaction_description")[0]
    assert "<b>&" in texts(root, "transaction/comments")[0]


def test_cash_out_shows_the_account_and_says_that_the_taker_is_not_recorded(cases: Any, code: str, form: Form) -> None:
    file = only(render(cases.all(code)["cash_out"], form))
    root = xml_of(file)
    assert root.find("transaction/t_from_my_client/from_account/account") is not None
    assert "who took it is not recorded" in texts(root, "transaction/comments")[0]
    assert any(row.rule in ("AE-P21", "LK-P07") for row in file.ledger)


def test_a_long_narrative_is_continued_in_the_comments_and_nothing_is_lost(cases: Any, code: str, form: Form) -> None:
    words = [f"word{n}" for n in range(2_000)]
    items = list(cases.all(code)["plain"].transfers.values()) + [
        cases.transfer(n, cases.full_party(2, "A B", "KG"), cases.full_party(1, "C D", "KG")) for n in range(5, 9)
    ]
    file = only(render(cases.resolved(code, cases.domestic(code, items), narrative={"en": " ".join(words)}), form))
    root = xml_of(file)
    told = texts(root, "reason") + [str(text) for text in texts(root, "transaction/comments")]
    found = [word for piece in told for word in piece.replace("[...]", " ").split() if word.startswith("word")]
    assert found == words
    assert any(row.rule == "CONTINUED_IN_COMMENTS" for row in file.ledger)


def test_a_narrative_longer_than_the_whole_form_is_held_not_cut(cases: Any) -> None:
    report = cases.all("ae")["local"]
    long = msgspec.structs.replace(report, report=msgspec.structs.replace(report.report, narrative={"en": "word " * 9_000}))
    assert "too_long" in [error.code for error in only(render(long, load_form("ae"))).errors]


def test_a_report_without_a_narrative_is_held(cases: Any, code: str, form: Form) -> None:
    report = cases.all(code)["local"]
    empty = msgspec.structs.replace(report, report=msgspec.structs.replace(report.report, narrative={}))
    assert "reason_missing" in [error.code for error in only(render(empty, form)).errors]


def test_a_branch_without_a_number_at_the_fiu_is_held(cases: Any, code: str, form: Form) -> None:
    report = cases.all(code)["local"]
    for number in ("", "KG-9", "0", "99999999999"):
        changed = msgspec.structs.replace(report, plan=msgspec.structs.replace(report.plan, reporting_entity=number))
        errors = only(render(changed, form)).errors
        assert [error.canonical_path for error in errors] == ["filings.reporting_entity"], number


def test_too_many_transactions_become_several_reports_with_their_own_references(cases: Any) -> None:
    form = load_form("ae")
    small = Form(form.schema, msgspec.structs.replace(form.map, limits=msgspec.structs.replace(form.map.limits, transactions=3)))
    payer, collector = cases.full_party(2, "A B", "KG"), cases.full_party(1, "C D", "KG")
    files = render(cases.resolved("ae", [cases.transfer(n, payer, collector) for n in range(8)]), small)
    roots = [xml_of(file) for file in files]
    assert [len(root.findall("transaction")) for root in roots] == [3, 3, 2]
    assert len({root.findtext("entity_reference") for root in roots}) == len({file.file_name for file in files}) == 3
    assert "File 2 of 3" in str(roots[1].findtext("reason"))


def test_a_file_over_the_size_limit_is_split_and_one_transaction_over_it_is_held(cases: Any) -> None:
    form = load_form("ae")
    payer, collector = cases.full_party(2, "A B", "KG"), cases.full_party(1, "C D", "KG")
    report = cases.resolved("ae", [cases.transfer(n, payer, collector) for n in range(8)])

    def limited(size: int) -> tuple[Rendered, ...]:
        return render(
            report,
            Form(
                form.schema, msgspec.structs.replace(form.map, limits=msgspec.structs.replace(form.map.limits, file_bytes=size))
            ),
        )

    files = limited(20_000)
    assert len(files) > 1
    assert all(len(file.payload) <= 20_000 and not file.errors for file in files)
    assert {error.code for file in limited(2_000) for error in file.errors} == {"file_too_big"}


def test_indicators_follow_the_typologies_once_each(cases: Any) -> None:
    lines = tuple(TypologyLine(name, name, 0.8, "") for name in ("TS-F01", "TS-K01", "TS-X99"))
    report = cases.all("ae")["local"]
    root = xml_of(
        only(
            render(
                msgspec.structs.replace(report, report=msgspec.structs.replace(report.report, typologies=lines)), load_form("ae")
            )
        )
    )
    assert texts(root, "report_indicators/indicator") == ["MURCW", "MTOCB", "FNACC", "CSUBS", "TAICE"]


def test_a_report_says_do_not_block_when_a_payment_may_keep_a_person_safe(cases: Any, code: str, form: Form) -> None:
    report = cases.all(code)["local"]
    urgent = msgspec.structs.replace(report, report=msgspec.structs.replace(report.report, urgent=True, do_not_block=True))
    root = xml_of(only(render(urgent, form)))
    assert str(root.findtext("reason")).startswith("URGENT")
    assert "asks for instructions" in str(root.findtext("action"))


def test_multi_party_is_rendered_where_the_map_asks_for_it(cases: Any) -> None:
    form = load_form("ae")
    free = Form(form.schema, msgspec.structs.replace(form.map, shape="multi_party", rules=()))
    for report in cases.all("ae").values():
        file = only(render(report, free))
        assert xml_of(file).findall("transaction/involved_parties/party")


def test_the_ledger_says_what_became_of_every_field_of_the_form(cases: Any, code: str, form: Form) -> None:
    file = only(render(cases.all(code)["plain"], form))
    states = {row.target_path: row.state for row in file.ledger}
    assert set(states.values()) <= {"present", "absent", "placeholder"}
    root = etree.fromstring(file.payload)
    for leaf in root.iter():
        if len(leaf) == 0:
            path = "/".join([str(node.tag) for node in reversed(list(leaf.iterancestors()))] + [str(leaf.tag)])
            assert states[path] in ("present", "placeholder"), path
    person = "report/transaction/t_from_my_client/from_person"
    assert states[f"{person}/title"] == "absent"


def test_a_value_the_form_refuses_is_left_out_where_optional_and_said_so(cases: Any) -> None:
    odd = cases.full_party(
        2, "A B", "KG", emails=("no one@nowhere",), addresses=(Address("x" * 180, "Osh", "KG"),), ip="10.0.0.300"
    )
    file = only(render(cases.resolved("ae", [cases.transfer(1, odd, cases.full_party(1, "C D", "KG"))]), load_form("ae")))
    assert xml_of(file).findtext(".//from_person//address/additional_address_line1") == "x" * 80
    assert any(row.target_path.endswith("emails/email") and row.rule == "LEFT_OUT_PATTERN_MISMATCH" for row in file.ledger)


def test_rates_come_from_the_dated_table() -> None:
    usd = table_rates("USD", 1_767_600_000_000)
    aed = table_rates("AED", 1_767_600_000_000)
    assert usd == 1
    assert aed is not None
    assert abs(float(aed) - 0.272294) < 1e-9
    assert table_rates("QQQ", 0) is None


def test_the_fius_error_names_the_element_and_never_its_value(cases: Any) -> None:
    form = load_form("ae")
    file = only(render(cases.all("ae")["plain"], form))
    broken = file.payload.replace(b"<first_name>Aigul<", "<first_name>Айгуль<".encode()).replace(
        b"<transmode_code>OCT<", b"<transmode_code>ZZZ<"
    )
    errors = validate(broken, form)
    assert {error.code for error in errors} == {"pattern_mismatch", "code_not_in_list"}
    assert {error.target_path.rpartition("/")[2] for error in errors} == {"first_name", "transmode_code"}
    assert not any("ZZZ" in error.text or "Айгуль" in error.text for error in errors)


def test_a_missing_and_a_misplaced_element_are_told_apart(cases: Any) -> None:
    form = load_form("ae")
    root = etree.fromstring(only(render(cases.all("ae")["local"], form)).payload)
    root.remove(next(root.iter("report_indicators")))
    assert [error.code for error in validate(etree.tostring(root), form)] == ["element_missing"]
    root.append(etree.Element("surprise"))
    assert [error.code for error in validate(etree.tostring(root), form)] == ["element_out_of_place"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(b"", "not_xml"), (b"<report", "not_xml"), (b"<!DOCTYPE report><report/>", "dtd"), (b"<other/>", "element_unknown")],
)
def test_what_is_no_report_is_refused_by_code(raw: bytes, expected: str) -> None:
    assert [error.code for error in validate(raw, load_form("ae"))] == [expected]
