"""The batch of a report: what stands where, what is counted, what is said to be unknown, and what holds it back."""

import ipaddress
from typing import Any

import msgspec
import pytest
from lxml import etree

from connectors.fius.fincen.activity import type_of
from connectors.fius.fincen.mapping import Form
from connectors.fius.fincen.renderer import render
from connectors.fius.fincen.validate import compiled
from schemas.money import Money
from schemas.report import TypologyLine
from schemas.transfer import Account, Address, Agent, Document, Place


def test_a_batch_follows_the_generated_schema_and_the_same_report_gives_the_same_bytes(sar: Any, form: Any) -> None:
    first = sar.file()
    assert compiled(form).validate(etree.fromstring(first.payload))
    assert sar.file() == first


def test_every_element_is_in_fincens_namespace_and_only_attributes_of_the_form_stand(sar: Any) -> None:
    batch = sar.batch()
    assert {etree.QName(node).namespace for node in batch.iter("*")} == {"www.fincen.gov/base"}
    assert {name for node in batch.iter("*") for name in node.attrib} == {
        "SeqNum", "TotalAmount", "PartyCount", "ActivityCount", "ActivityAttachmentCount", "AttachmentCount",
    }  # fmt: skip


def test_totals_count_activities_subjects_attachments_and_whole_dollars(sar: Any) -> None:
    batch = sar.batch(sar.resolved(roles={sar.collector_key: "subject", sar.payer_key: "facilitator", sar.person_key: "victim"}))
    assert dict(batch.attrib) == {
        "TotalAmount": "1901", "PartyCount": "2", "ActivityCount": "1", "ActivityAttachmentCount": "0", "AttachmentCount": "0",
    }  # fmt: skip


def test_amounts_are_rounded_up_to_the_next_dollar(sar: Any) -> None:
    one = sar.transfer(1, usd_minor=100_000)
    assert sar.texts(sar.batch(sar.resolved([one])), "TotalSuspiciousAmountText") == ["1000"]
    more = sar.transfer(1, usd_minor=100_001)
    assert sar.texts(sar.batch(sar.resolved([more])), "TotalSuspiciousAmountText") == ["1001"]


def test_an_amount_nobody_could_convert_is_ticked_as_unknown_and_not_filed_as_zero(sar: Any) -> None:
    batch = sar.batch(sar.resolved([sar.transfer(1, usd_minor=0, amount=Money(1, "IRR"))]))
    assert sar.texts(batch, "AmountUnknownIndicator") == ["Y"]
    assert sar.texts(batch, "TotalSuspiciousAmountText") == []
    assert batch.get("TotalAmount") == "0"


def test_an_amount_of_more_than_fifteen_digits_holds_the_report(sar: Any, form: Any) -> None:
    (file,) = render(sar.resolved([sar.transfer(1, usd_minor=10**18)]), form)
    assert [(error.code, error.canonical_path) for error in file.errors] == [("too_long", "transfers.usd_minor")]


def test_filing_parties_come_in_the_order_of_the_guide_and_carry_their_numbers(sar: Any) -> None:
    batch = sar.batch()
    parties = batch.findall("{*}Activity/{*}Party")
    assert [party.findtext("{*}ActivityPartyTypeCode") for party in parties] == ["35", "37", "30", "8", "34", "33"]
    numbers = [
        [
            (p.findtext("{*}PartyIdentificationTypeCode"), p.findtext("{*}PartyIdentificationNumberText"))
            for p in party.iterfind("{*}PartyIdentification")
        ]
        for party in parties[:5]
    ]
    ein = ("2", "000000001")
    assert numbers == [[("4", "000000001"), ("28", "TBSATEST")], [], [ein, ("29", "0123456789abcdef-1")], [], [ein]]


@pytest.mark.parametrize(
    ("send", "pay", "ticked"),
    [
        ("US", "KG", "SellingLocationIndicator"),
        ("KG", "US", "PayLocationIndicator"),
        ("US", "US", "SellingPayingLocationIndicator"),
    ],
)
def test_the_location_says_on_which_side_the_institution_dealt(sar: Any, send: str, pay: str, ticked: str) -> None:
    batch = sar.batch(sar.resolved([sar.transfer(1, send_place=Place(send, ""), pay_place=Place(pay, ""))]))
    found = [
        name
        for name in ("SellingLocationIndicator", "PayLocationIndicator", "SellingPayingLocationIndicator")
        if sar.texts(batch, name)
    ]
    assert found == [ticked]


def test_branches_are_the_agents_of_the_institution_in_the_country_each_once(sar: Any) -> None:
    agents = [Agent(b"a" * 16, "A", "Desk", "US", "Phoenix"), Agent(b"b" * 16, "B", "Desk", "US", "Tucson")]
    items = [sar.transfer(n, send_agent=agents[n % 2]) for n in range(4)]
    items.append(sar.transfer(9, partner="other", send_agent=Agent(b"c" * 16, "C", "Desk", "US", "Dallas")))
    batch = sar.batch(sar.resolved(items))
    branches = sar.parties(batch, "34")[0].findall("{*}PartyAssociation/{*}Party")
    assert [branch.findtext("{*}ActivityPartyTypeCode") for branch in branches] == ["46", "46"]
    assert [branch.findtext("{*}Address/{*}RawCityText") for branch in branches] == ["Phoenix", "Tucson"]


def test_no_agent_is_said_to_be_no_branch(sar: Any) -> None:
    batch = sar.batch(sar.resolved([sar.transfer(1, send_agent=None)]))
    assert sar.texts(batch, "NoBranchActivityInvolvedIndicator") == ["Y"]


def test_a_registration_without_a_filer_holds_the_report(sar: Any, form: Any) -> None:
    (file,) = render(sar.resolved(registration="999"), form)
    assert [(error.code, error.canonical_path) for error in file.errors] == [("filer_unknown", "filings.reporting_entity")]


@pytest.mark.parametrize(
    ("offence", "typologies", "kinds", "note"),
    [
        ("SOM", ["TS-F01"], {("9", "926"), ("8", "805")}, "FIN-2023-HUMANSMUGGLING"),
        ("TIP", ["TS-F01"], {("9", "927"), ("8", "805")}, "HUMAN TRAFFICKING FIN-2020-A008"),
        ("TIP+SOM", ["TS-F01"], {("9", "926"), ("9", "927"), ("8", "805")}, "FIN-2020-A008; FIN-2023-HUMANSMUGGLING"),
        ("SOM", ["TS-P03"], {("9", "926"), ("9", "927"), ("8", "805")}, "FIN-2023-HUMANSMUGGLING"),
        ("TIP", ["TS-F02"], {("9", "927"), ("8", "805")}, "HUMAN TRAFFICKING FIN-2020-A008"),
        ("OTHER", ["TS-F02", "TS-F07"], {("9", "909"), ("8", "805")}, None),
        ("SOM", ["TS-S01"], {("9", "926"), ("1", "1999"), ("8", "805")}, "FIN-2023-HUMANSMUGGLING"),
    ],
)
def test_boxes_of_item_38_and_key_terms_follow_the_offence(
    sar: Any, offence: str, typologies: list[str], kinds: set[tuple[str, str]], note: str | None
) -> None:
    report = sar.resolved(offence=offence, typologies=tuple(TypologyLine(line, "", 0.8, "") for line in typologies))
    batch = sar.batch(report)
    found = batch.findall(".//{*}SuspiciousActivityClassification")
    assert {(k.findtext("{*}SuspiciousActivityTypeID"), k.findtext("{*}SuspiciousActivitySubtypeID")) for k in found} == kinds
    assert batch.findtext("{*}Activity/{*}FilingInstitutionNotetoFinCEN") == note
    terms = {"SOM": ["FIN-2023-HUMANSMUGGLING"], "TIP": ["HUMAN TRAFFICKING FIN-2020-A008"]}
    for part in offence.split("+"):
        assert all(term in sar.narrative(batch) for term in terms.get(part, []))


def test_a_kind_belongs_to_the_type_whose_number_it_begins_with(form: Any) -> None:
    types = {"106": "1", "312": "3", "926": "9", "1101": "11", "1202": "12", "1999": "1", "9999": "9", "12999": "12"}
    assert {kind: type_of(kind) for kind in types} == types
    simples = form.schema.profile.simples
    known = set(simples["ValidateSuspiciousActivityTypeID"].codes)
    assert {type_of(kind) for kind in simples["ValidateSuspiciousActivitySubtypeID"].codes} == known


def test_a_first_version_is_an_initial_report(sar: Any) -> None:
    batch = sar.batch()
    assert sar.texts(batch, "InitialReportIndicator") == ["Y"]
    assert sar.texts(batch, "EFilingPriorDocumentNumber") == []


def test_a_later_version_corrects_one_whose_number_is_not_known_by_a_named_placeholder(sar: Any) -> None:
    file = sar.file(sar.resolved(version=3, relation="supplementary", standing=""))
    batch = etree.fromstring(file.payload)
    assert sar.texts(batch, "CorrectsAmendsPriorReportIndicator") == ["Y"]
    assert sar.texts(batch, "EFilingPriorDocumentNumber") == ["0" * 14]
    assert [(row.canonical_path, row.rule) for row in file.ledger if row.state == "placeholder"] == [("version", "US-P01")]


def test_a_later_version_names_the_bsa_identifier_where_it_is_known(sar: Any) -> None:
    batch = sar.batch(sar.resolved(version=2, standing="31000055053784", standing_event_ms=sar.start_ms))
    assert sar.texts(batch, "EFilingPriorDocumentNumber") == ["31000055053784"]
    assert "31000055053784" in sar.narrative(batch)


def test_a_later_version_of_what_never_left_is_an_initial_report(sar: Any) -> None:
    batch = sar.batch(sar.resolved(version=5))
    assert sar.texts(batch, "InitialReportIndicator") == ["Y"]


def test_a_report_that_was_rejected_is_filed_again_as_an_initial_report(sar: Any) -> None:
    batch = sar.batch(sar.resolved(version=2, relation="correction", prior_reference="", standing=None))
    assert sar.texts(batch, "InitialReportIndicator") == ["Y"]
    assert sar.texts(batch, "EFilingPriorDocumentNumber") == []


def test_after_a_rejection_the_report_that_still_stands_is_corrected(sar: Any) -> None:
    batch = sar.batch(sar.resolved(version=3, relation="correction", prior_reference="", standing="31000055053784"))
    assert sar.texts(batch, "CorrectsAmendsPriorReportIndicator") == ["Y"]
    assert sar.texts(batch, "EFilingPriorDocumentNumber") == ["31000055053784"]


def test_activity_more_than_ninety_days_on_is_continuing_and_counts_what_is_new_apart_from_the_whole(sar: Any) -> None:
    before = {"standing": "31000055053784", "standing_event_ms": sar.start_ms + 2 * 3_600_000}

    def batch_after(days: int) -> etree._Element:
        items = [sar.transfer(1), sar.transfer(2, occurred_ms=sar.start_ms + days * sar.day_ms, usd_minor=50_000)]
        found: etree._Element = sar.batch(sar.resolved(items, version=2, **before))
        return found

    assert sar.texts(batch_after(89), "CorrectsAmendsPriorReportIndicator") == ["Y"]
    batch = batch_after(91)
    assert sar.texts(batch, "ContinuingActivityReportIndicator") == ["Y"]
    assert sar.texts(batch, "TotalSuspiciousAmountText") == ["500"]
    assert sar.texts(batch, "CumulativeTotalViolationAmountText") == ["1451"]
    assert batch.get("TotalAmount") == "500"


def test_days_are_those_of_the_fius_time_zone_and_the_filing_day_is_that_of_the_last_event(sar: Any) -> None:
    night = sar.transfer(1, occurred_ms=1_767_578_400_000)  # 2026-01-05T02:00Z is the evening of the 4th in New York
    batch = sar.batch(sar.resolved([night, sar.transfer(30)]))
    assert sar.texts(batch, "SuspiciousActivityFromDateText") == ["20260104"]
    assert sar.texts(batch, "SuspiciousActivityToDateText") == ["20260106"]
    assert sar.texts(batch, "FilingDateText") == ["20260106"]


def test_a_subject_of_whom_everything_is_known(sar: Any) -> None:
    (subject,) = sar.parties(sar.batch(), "33")
    said = {etree.QName(node).localname: node.text for node in subject.iter("*") if node.text}
    assert said.items() >= {
        "IndividualBirthDateText": "19800228", "PayeeReceiverIndicator": "Y", "UnknownGenderIndicator": "Y", "RawEntityIndividualLastName": "Testov",
        "RawIndividualFirstName": "Bakyt", "RawStreetAddress1Text": "1 Mesa St", "RawCityText": "El Paso", "RawCountryCodeText": "US",
        "StateCodeUnknownIndicator": "Y", "ZIPCodeUnknownIndicator": "Y", "PhoneNumberText": "9155550100", "OccupationBusinessText": "Driver",
        "ElectronicAddressText": "b@example.org", "CustomerIndicator": "Y", "AccountNumberText": "W-1", "OtherIssuerCountryText": "KG",
    }.items()  # fmt: skip


def test_what_nobody_told_is_ticked_as_unknown_and_never_invented(sar: Any) -> None:
    bare = sar.collector(
        date_of_birth=None, occupation=None, documents=(), phones=(), emails=(), addresses=(), accounts=(), name="Mirlan", ip=None
    )
    file = sar.file(sar.resolved([sar.transfer(1, receiver=bare)]))
    (subject,) = sar.parties(etree.fromstring(file.payload), "33")
    ticked = {etree.QName(node).localname for node in subject.iter("*") if node.text == "Y"}
    assert ticked >= {
        "BirthDateUnknownIndicator", "UnknownGenderIndicator", "FirstNameUnknownIndicator", "CityUnknownIndicator", "CountryCodeUnknownIndicator",
        "StreetAddressUnknownIndicator", "StateCodeUnknownIndicator", "ZIPCodeUnknownIndicator", "TINUnknownIndicator",
        "IdentificationPresentUnknownIndicator", "NoKnownAccountInvolvedIndicator",
    }  # fmt: skip
    absent = {(row.canonical_path, row.rule) for row in file.ledger if row.state == "absent"}
    assert absent >= {
        ("parties.dates_of_birth", "UNKNOWN_INDICATOR"),
        ("parties.phones", "NOT_GIVEN"),
        ("parties.occupations", "NOT_GIVEN"),
    }


@pytest.mark.parametrize(
    ("born", "said"),
    [
        ("1980", "19800000"),
        ("1980-07", "19800700"),
        ("1980-07-31", "19800731"),
        ("1980-02-30", None),
        ("1880-01-01", None),
        ("", None),
    ],
)
def test_a_date_of_birth_is_written_as_far_as_it_is_known(sar: Any, born: str, said: str | None) -> None:
    (subject,) = sar.parties(sar.batch(sar.resolved([sar.transfer(1, receiver=sar.collector(date_of_birth=born or None))])), "33")
    assert subject.findtext("{*}IndividualBirthDateText") == said
    assert subject.findtext("{*}BirthDateUnknownIndicator") == (None if said else "Y")


def test_an_entity_has_one_name_and_no_birth_date(sar: Any) -> None:
    firm = sar.collector(
        kind="entity", name='Smith & Sons "Gold" Ltd', date_of_birth=None, documents=(Document("ein", "12-3456789", "US"),)
    )
    (subject,) = sar.parties(sar.batch(sar.resolved([sar.transfer(1, receiver=firm)])), "33")
    assert subject.findtext("{*}PartyAsEntityOrganizationIndicator") == "Y"
    assert subject.findtext("{*}PartyName/{*}RawEntityIndividualLastName") == 'Smith & Sons "Gold" Ltd'
    assert subject.find("{*}BirthDateUnknownIndicator") is None
    paper = subject.find("{*}PartyIdentification")
    assert paper is not None
    assert paper.findtext("{*}PartyIdentificationNumberText") == "123456789"
    assert paper.findtext("{*}PartyIdentificationTypeCode") == "2"


def test_names_of_other_scripts_are_transliterated_and_the_ledger_says_so(sar: Any) -> None:
    file = sar.file(
        sar.resolved([sar.transfer(1, receiver=sar.collector(name="Бакыт Тестов")), sar.transfer(2, receiver=sar.collector())])
    )
    (subject,) = sar.parties(etree.fromstring(file.payload), "33")
    assert subject.findtext("{*}PartyName/{*}RawEntityIndividualLastName") == "Testov"
    assert len(subject.findall("{*}PartyName")) == 1  # the same letters are no other name
    only = sar.file(sar.resolved([sar.transfer(1, receiver=sar.collector(name="Бакыт Тестов"))]))
    assert any(row.rule == "NAME_NORMALIZED" and row.canonical_path == "parties.names" for row in only.ledger)


def test_a_long_given_name_goes_on_in_the_second_field(sar: Any) -> None:
    name = f"{'Anna ' * 8}Testova"
    (subject,) = sar.parties(sar.batch(sar.resolved([sar.transfer(1, receiver=sar.collector(name=name))])), "33")
    given = [subject.findtext(f"{{*}}PartyName/{{*}}RawIndividual{part}Name") or "" for part in ("First", "Middle")]
    assert " ".join(given).split() == ["Anna"] * 8
    assert max(map(len, given)) <= 35


@pytest.mark.parametrize("word", ["unknown", "Maria Same", "XX", "None"])
def test_words_fincen_refuses_stand_in_no_field(sar: Any, word: str) -> None:
    one = sar.collector(name=word, occupation=word, addresses=(Address(word, word, "US"),))
    batch = sar.batch(sar.resolved([sar.transfer(1, receiver=one)]))
    refused = word.upper() in {"UNKNOWN", "XX", "NONE"}
    assert bool(sar.texts(batch, "OccupationBusinessText")) != refused
    assert ("Y" in sar.texts(batch, "EntityLastNameUnknownIndicator")) == refused
    assert ("Y" in sar.texts(batch, "CityUnknownIndicator")) == refused
    if not refused:  # a last name FinCEN would take for "as above" is not split off
        assert sar.texts(batch, "RawEntityIndividualLastName") == ["Maria Same"]


def test_accounts_say_what_is_known_of_where_they_are_held_and_a_card_is_no_account(sar: Any) -> None:
    accounts = (Account("iban", "KG12" + "1" * 16), Account("account", "77"), Account("card", "4111111111111111"))
    (subject,) = sar.parties(sar.batch(sar.resolved([sar.transfer(1, receiver=sar.collector(accounts=accounts))])), "33")
    held = subject.findall("{*}PartyAccountAssociation/{*}Party")
    assert [party.findtext("{*}NonUSFinancialInstitutionIndicator") for party in held] == ["Y", None]
    assert [party.findtext("{*}Account/{*}AccountNumberText") for party in held] == ["KG12" + "1" * 16, "77"]
    assert all(party.findtext("{*}PartyIdentification/{*}TINUnknownIndicator") == "Y" for party in held)
    assert "4111" not in etree.tostring(subject).decode()


def test_only_addresses_of_subjects_devices_are_listed(sar: Any) -> None:
    found = sar.texts(sar.batch(), "IPAddressText")
    assert found == ["192.0.2.7"]
    assert all(ipaddress.ip_address(address) for address in found)


def test_a_telephone_of_more_digits_than_the_form_takes_is_left_out(sar: Any) -> None:
    one = sar.collector(phones=("123456789012345678901", "+996555123456", "555"))
    assert sar.texts(sar.parties(sar.batch(sar.resolved([sar.transfer(1, receiver=one)])), "33")[0], "PhoneNumberText") == [
        "996555123456"
    ]


def test_more_subjects_than_a_file_takes_make_more_files_with_every_subject_in_one_of_them(sar: Any, limited: Any) -> None:
    people = [msgspec.structs.replace(sar.collector(name=f"Ann B{n}"), key=bytes([n]) * 16) for n in range(1, 6)]
    items = [sar.transfer(n, receiver=person) for n, person in enumerate(people, 1)]
    report = sar.resolved(items, {person.key: "subject" for person in people})
    files = render(report, limited(subjects=2))
    assert [file.errors for file in files] == [()] * 3
    names = [sar.texts(etree.fromstring(file.payload), "RawEntityIndividualLastName") for file in files]
    assert names == [["B1", "B2"], ["B3", "B4"], ["B5"]]
    assert [etree.fromstring(file.payload).get("PartyCount") for file in files] == ["2", "2", "1"]
    assert len({file.file_name for file in files}) == 3
    assert "File 2 of 3" in sar.narrative(etree.fromstring(files[1].payload))


def test_a_file_over_the_limit_of_bytes_is_split_and_held_where_that_is_not_enough(sar: Any, limited: Any) -> None:
    people = [msgspec.structs.replace(sar.collector(name=f"Ann B{n}"), key=bytes([n]) * 16) for n in range(1, 9)]
    items = [sar.transfer(n, receiver=person) for n, person in enumerate(people, 1)]
    report = sar.resolved(items, {person.key: "subject" for person in people})
    whole = len(render(report, limited())[0].payload)
    files = render(report, limited(file_bytes=whole * 2 // 3))
    assert len(files) > 1
    assert all(not file.errors and len(file.payload) <= whole * 2 // 3 for file in files)
    assert {error.code for file in render(report, limited(file_bytes=1_000)) for error in file.errors} == {"too_big"}


def test_a_report_without_transfers_is_held(sar: Any, form: Any) -> None:
    (file,) = render(sar.resolved([]), form)
    assert "no_transfers" in {error.code for error in file.errors}


def test_three_thousand_transfers_and_two_thousand_payers_still_fit_and_what_is_left_out_is_said(sar: Any, form: Any) -> None:
    payers = [msgspec.structs.replace(sar.payer(name=f"Ann Person Number{n}"), key=n.to_bytes(16, "big")) for n in range(2_000)]
    items = [sar.transfer(n, payers[n % 2_000]) for n in range(3_000)]
    (file,) = render(sar.resolved(items, {sar.collector_key: "subject"} | {p.key: "family_payer" for p in payers}), form)
    assert file.errors == ()
    text = sar.narrative(etree.fromstring(file.payload))
    assert len(text) <= 17_000
    named = text.count("(Ann Person Number")
    assert f"{2_000 - named} further parties who are not suspects" in text
    told = text.count(", no. TX-")
    assert f"{3_000 - told} further transfers" in text


def test_what_a_later_schema_no_longer_has_is_left_out_and_written_down(sar: Any, form: Any) -> None:
    profile = form.schema.profile
    party = profile.kinds["Party"]
    fewer = tuple(child for child in party.children if child.name != "ElectronicAddress")
    later = msgspec.structs.replace(profile, kinds=profile.kinds | {"Party": msgspec.structs.replace(party, children=fewer)})
    (file,) = render(sar.resolved(), Form(later, form.map, form.filers))
    assert file.errors == ()
    assert b"ElectronicAddress" not in file.payload
    assert ("parties.emails", "NOT_IN_SCHEMA") in {(row.canonical_path, row.rule) for row in file.ledger}


def test_the_ledger_says_of_every_field_of_a_subject_what_became_of_it(sar: Any) -> None:
    file = sar.file(
        sar.resolved([sar.transfer(1, receiver=sar.collector(phones=(), documents=(Document("passport", "N" * 30, "KG"),)))])
    )
    found = {(row.canonical_path, row.state, row.rule) for row in file.ledger}
    assert found >= {
        ("parties.names", "present", "NAME_SPLIT_LAST_WORD"), ("parties.dates_of_birth", "present", ""), ("parties.phones", "absent", "NOT_GIVEN"),
        ("parties.gender", "absent", "UNKNOWN_INDICATOR"), ("transfers.usd_minor", "present", "ROUNDED_UP_TO_DOLLARS"),
        ("transfers", "absent", "TRANSFERS_IN_NARRATIVE"), ("suspicion_formed_ms", "present", "DATE_OF_LAST_EVENT"),
    }  # fmt: skip
    assert {row.state for row in file.ledger} <= {"present", "absent", "placeholder"}
