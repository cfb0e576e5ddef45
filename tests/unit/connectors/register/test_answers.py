"""An FIU's record becomes an answer or a code; nothing of its words reaches the tables."""

from typing import Any, NamedTuple

import msgspec
import pytest

from connectors.register import tables
from connectors.register.answers import UnusableAnswer, answer_id, of_answer, read_answer
from connectors.register.paths import canonical_path
from schemas.feedback import Feedback, FeedbackError, InformationRequest
from schemas.filing import LedgerRow
from schemas.wire import encode_feedback

NAME = "Bakyt Testov"
ASKS = InformationRequest("Q-1", f"all payments of {NAME}", "inquiry", "art. 5", None, ("t-1", "t-2"))
ANSWER = Feedback("r1", 2, "rejected", (FeedbackError("K1", f"{NAME}: no date", "/report/x"), FeedbackError("K2", "general")))


class Record(NamedTuple):
    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Any = ()


def rows(answer: Feedback) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    record: Any = Record("fiu.kg.feedback", 0, 7, 99, None, encode_feedback(answer))
    for table, row in of_answer(record, "KG").rows:
        found.setdefault(table.name, []).append(dict(row))
    return found


def test_an_answer_becomes_rows_with_codes_and_a_coordinate_but_no_words() -> None:
    found = rows(ANSWER)
    [answer] = found["answers"]
    assert (answer["status"], answer["fiu"], answer["partition"], answer["offset"]) == ("rejected", "KG", 0, 7)
    assert answer["received_ms"] == 99  # the FIU said no time: when it was written to the topic
    assert [(e["code"], e["target_path"], e["canonical_path"]) for e in found["answer_errors"]] == [
        ("K1", "/report/x", None),
        ("K2", "", ""),
    ]
    assert NAME not in str(found)


def test_a_request_becomes_a_row_without_its_words() -> None:
    found = rows(Feedback("r1", 1, "information_requested", request=ASKS))
    [request] = found["requests"]
    assert (request["reference"], request["asked"]) == ("Q-1", 2)
    assert NAME not in str(found)
    assert set(found) == {tables.answers.name, tables.requests.name}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "avro_not_decodable"),
        (b"\x00\x00\x00\x00\x63", "avro_schema_unknown"),
        (encode_feedback(ANSWER)[:-3], "avro_not_decodable"),
        (encode_feedback(msgspec.structs.replace(ANSWER, status="fine")), "answer_status_unknown"),
        (encode_feedback(msgspec.structs.replace(ANSWER, fiu="AE")), "answer_fiu_differs"),
        (encode_feedback(msgspec.structs.replace(ANSWER, report_id="")), "answer_subject_missing"),
        (encode_feedback(msgspec.structs.replace(ANSWER, version=0)), "answer_subject_missing"),
        (encode_feedback(msgspec.structs.replace(ANSWER, status="information_requested")), "answer_request_missing"),
        (encode_feedback(msgspec.structs.replace(ANSWER, filing_id="x" * 10_000)), "answer_not_plain"),
        (encode_feedback(msgspec.structs.replace(ANSWER, fiu_reference="a\0b")), "answer_not_plain"),
    ],
)
def test_what_is_no_answer_has_a_code_and_is_not_quoted(raw: bytes, code: str) -> None:
    with pytest.raises(UnusableAnswer) as refused:
        read_answer(raw, "KG")
    assert refused.value.code == code
    assert NAME not in refused.value.text


def test_answers_equal_in_every_field_are_one_and_others_are_not() -> None:
    first = read_answer(encode_feedback(ANSWER), "KG")
    assert answer_id(first) == answer_id(read_answer(encode_feedback(msgspec.structs.replace(ANSWER, fiu="KG")), "KG"))
    assert answer_id(first) != answer_id(msgspec.structs.replace(first, received_at_ms=5))


LEDGER = [
    LedgerRow("parties[0].dates_of_birth", "report/transaction/t_from/from_person/birthdate", "present", ""),
    LedgerRow("parties[1].dates_of_birth", "report/transaction/t_to/to_person/birthdate", "absent", ""),
    LedgerRow("parties.names", "report/transaction/t_from/from_person/first_name", "present", ""),
    LedgerRow("narrative", "report/reason", "present", ""),
    LedgerRow("transfers", "report/transaction", "present", ""),
    LedgerRow("", "report/unknown", "absent", ""),
]


@pytest.mark.parametrize(
    ("target", "ours"),
    [
        ("report/reason", "narrative"),
        ("/report/reason", "narrative"),
        ("/goaml:report/goaml:Reason[1]", "narrative"),
        ("/report/transaction[3]/t_to/to_person/birthdate", "parties.dates_of_birth"),
        ("birthdate", "parties.dates_of_birth"),
        ("from_person/first_name", "parties.names"),
        ("report/transaction/t_to/to_person/passport", "transfers"),
        ("report/unknown", ""),
        ("nothing/like/it", ""),
        ("", ""),
    ],
)
def test_a_place_in_the_form_leads_to_our_field(target: str, ours: str) -> None:
    assert canonical_path(target, LEDGER) == ours
