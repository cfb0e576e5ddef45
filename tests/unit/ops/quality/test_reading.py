"""A truth file is one of two formats, whole, and about these very events; anything else is one coded sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from ops.quality.reading import read_truth, refuse_unknown
from ops.quality.truth import TruthError

CASE: dict[str, Any] = {
    "id": "X1",
    "title": "one",
    "accept_offence": ["SOM"],
    "negative_control": False,
    "transfers": ["t1", "t2"],
    "subject_transfers": ["t2"],
    "parties": [{"ref": "A", "party_ids": ["1", "2"], "role": "smuggler"}],
    "expect": {"report": True, "detectors": ["TS-F01"], "subjects": ["1"], "protect": ["2"], "must_not_subject": ["2", "3"]},
    "first_knowable_at": "2024-03-01T03:00:00+00:00",
}
PATTERN: dict[str, Any] = {
    "pattern": "fan_in",
    "pattern_id": "7",
    "members": ["A-1", "A-2"],
    "start": "2024-03-01T00:00:00Z",
    "end": "2024-03-02T00:00:00Z",
}


def written(folder: Path, document: object) -> Path:
    path = folder / "truth.json"
    path.write_text(json.dumps(document), "utf-8")
    return path


def cases(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"schema": "strgw.truth/1", "cases": list(rows)}


def refused(folder: Path, document: object) -> TruthError:
    with pytest.raises(TruthError) as caught:
        read_truth(written(folder, document))
    return caught.value


def test_a_case_file_gives_its_cases(tmp_path: Path) -> None:
    (case,) = read_truth(written(tmp_path, cases(CASE))).planted
    assert (case.id, case.transfers, case.subject_transfers, case.subjects) == ("X1", ("t1", "t2"), ("t2",), ("1",))
    assert (case.protect, case.bystanders, case.parties) == (("2",), ("3",), ("1", "2"))
    assert case.knowable_ms == 1_709_262_000_000
    assert case.must_report


def test_a_negative_control_is_never_demanded(tmp_path: Path) -> None:
    control = CASE | {"negative_control": True, "subject_transfers": [], "expect": CASE["expect"] | {"report": False}}
    (case,) = read_truth(written(tmp_path, cases(control))).planted
    assert (case.is_control, case.must_report) == (True, False)


def test_a_list_of_patterns_gives_accounts_and_time(tmp_path: Path) -> None:
    truth = read_truth(written(tmp_path, [PATTERN]))
    (pattern,) = truth.planted
    assert not truth.has_reports
    assert (pattern.id, pattern.group, pattern.parties) == ("fan_in-7", "fan_in", ("A-1", "A-2"))
    assert pattern.window == (1_709_251_200_000, 1_709_337_600_000)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"schema": "strgw.truth/9", "cases": [CASE]}, 'neither of schema "strgw.truth/1" nor a list'),
        ("truth", "neither of schema"),
        (cases(), 'has no "cases"'),
        (cases(CASE, CASE), "two cases X1"),
        (cases({k: v for k, v in CASE.items() if k != "expect"}), "case 1: Object missing required field `expect`"),
        (cases(CASE | {"transfers": []}), "case 1: Expected `array` of length >= 1"),
        (cases(CASE | {"transfers": "t1"}), "case 1: Expected `array`, got `str`"),
        (cases(CASE | {"subject_transfers": ["t9"]}), "case X1: subject_transfers holds what transfers does not: t9"),
        (cases(CASE | {"subject_transfers": []}), "case X1: a report is expected"),
        (cases(CASE | {"negative_control": True}), "case X1: a report is expected, but it is a negative control"),
        (cases(CASE | {"first_knowable_at": "2024-03-01T03:00:00"}), "case X1: first_knowable_at is not a time with its offset"),
        (cases(CASE | {"first_knowable_at": "soon"}), "case X1: first_knowable_at is not a time"),
        (cases(CASE | {"expect": CASE["expect"] | {"detectors": ["F01"]}}), "case 1: Expected `str` matching regex"),
        (
            cases(CASE | {"expect": CASE["expect"] | {"protect": ["1"]}}),
            "case X1: expected as subject and to be spared at once: 1",
        ),
        ([], "empty list"),
        ([PATTERN, PATTERN], "two cases fan_in-7"),
        ([PATTERN | {"members": ["A-1"]}], "pattern 1: Expected `array` of length >= 2"),
        ([PATTERN | {"start": "2024-03-01T00:00:00"}], "pattern 1: give start and end with their offset"),
        ([PATTERN | {"start": "2024-03-03T00:00:00Z"}], "pattern 1: it ends before it starts"),
        ([["fan_in"]], "pattern 1: Expected `object`"),
    ],
)
def test_a_malformed_truth_is_one_sentence_that_says_where(tmp_path: Path, document: object, says: str) -> None:
    error = refused(tmp_path, document)
    assert error.code == "truth_malformed"
    assert says in error.text
    assert str(tmp_path / "truth.json") in error.text


@pytest.mark.parametrize("raw", [b"", b"{", b"\x1f\x8b\x08\x00", b"\xff\xfe", b"[" * 100_000])
def test_what_is_not_json_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "truth.json"
    path.write_bytes(raw)
    with pytest.raises(TruthError, match="is not JSON") as caught:
        read_truth(path)
    assert caught.value.code == "truth_malformed"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TruthError, match="cannot be read") as caught:
        read_truth(tmp_path / "none.json")
    assert caught.value.code == "truth_unreadable"


def event(transfer_id: str, sender: str = "1", receiver: str = "2") -> bytes:
    return json.dumps({"transfer_id": transfer_id, "sender": {"party_id": sender}, "receiver": {"party_id": receiver}}).encode()


def test_unknown_transfers_are_named_up_to_ten(tmp_path: Path) -> None:
    strangers = [f"u{n}" for n in range(12)]
    truth = read_truth(written(tmp_path, cases(CASE | {"transfers": ["t1", "t2", *strangers]})))
    with pytest.raises(TruthError) as caught:
        refuse_unknown(truth, [event("t1"), b"no json", event("t2")])
    assert caught.value.code == "truth_unknown"
    assert (
        "names 12 transfers that the events do not hold: u0, u1, u2, u3, u4, u5, u6, u7, u8, u9 and 2 more;" in caught.value.text
    )


def test_unknown_accounts_of_patterns_are_named(tmp_path: Path) -> None:
    truth = read_truth(written(tmp_path, [PATTERN]))
    with pytest.raises(TruthError, match="names 1 accounts that the events do not hold: A-2;"):
        refuse_unknown(truth, [event("e1", "A-1", "B")])
    refuse_unknown(truth, [event("e1", "A-1", "A-2")])


def test_events_are_read_no_further_than_needed(tmp_path: Path) -> None:
    truth = read_truth(written(tmp_path, cases(CASE)))
    events = iter([event("t1"), event("t2"), event("t3"), event("t4")])
    refuse_unknown(truth, events)
    assert next(events) == event("t4")
