"""A partner's CSV by its mapping: what the mapping may say, and what a bad line costs."""

from pathlib import Path

import pytest

from connectors.partners.formats.contract import FormatError, Incoming, Item
from connectors.partners.formats.csv_mapped import FORMAT
from schemas.native import InvalidTransfer
from schemas.native_reading import Reading
from schemas.registry import Partner

MAPPING = """schema: strgw.csv-mapping/1
fields:
- {to: transfer_id, columns: [id]}
- {to: status, columns: [state], words: {done: paid}}
- {to: occurred_at, columns: [at]}
- {to: amount.value, columns: [sum]}
- {to: amount.currency, value: USD}
- {to: channel, value: cash_to_cash}
- {to: sender.kind, value: person}
- {to: sender.name, columns: [from]}
- {to: receiver.kind, value: person}
- {to: receiver.name, columns: [to]}
- {to: "receiver.documents[0].number", columns: [paper]}
- {to: "receiver.documents[0].type", value: passport}
- {to: "receiver.documents[0].country", value: KG}
"""
HEAD = "id,state,at,sum,from,to,paper\n"
LINE = "1,done,2026-02-03T10:00:00Z,5,Ann,Lola,AB1\n"


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "mapping.yaml"
    path.write_text(MAPPING, encoding="utf-8")
    return path


def items(mapping: Path, text: str | bytes) -> list[Item]:
    partner = Partner("demo", "Demo", "mto", FORMAT.id, "KZ", (), mapping=str(mapping))
    return list(FORMAT.reader(partner)(Incoming(text.encode() if isinstance(text, str) else text)))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("a,b\n1,2\n", "not_in_format"),
        (HEAD.replace("at", "id") + LINE, "not_in_format"),
        (HEAD + '1,"done\n', "not_in_format"),
        (HEAD.encode() + b"\xff", "not_utf8"),
        (HEAD + "1,done\n", "not_in_format"),
        (HEAD + LINE.replace("done", "lost"), "field_value"),
        (HEAD + LINE.replace("Lola", ""), "field_missing"),
    ],
)
def test_each_kind_of_bad_record_has_its_code(mapping: Path, text: str | bytes, code: str) -> None:
    (item,) = items(mapping, text)
    assert isinstance(item.result, InvalidTransfer)
    assert item.result.code == code


@pytest.mark.parametrize(("old", "new", "known"), [("done", "lost", "1"), ("Lola", "", "1"), ("1,", "x" * 99 + ",", None)])
def test_a_bad_line_is_told_by_its_transfer_where_that_can_be_read(mapping: Path, old: str, new: str, known: str | None) -> None:
    (item,) = items(mapping, HEAD + LINE.replace(old, new, 1).replace("done", "lost"))
    assert isinstance(item.result, InvalidTransfer)
    assert item.result.transfer_id == known


def test_a_bad_line_is_kept_with_the_columns_names_and_delays_no_other(mapping: Path) -> None:
    first, bad, last = items(mapping, HEAD + LINE + LINE.replace("Lola", "") + LINE)
    assert isinstance(first.result, Reading)
    assert isinstance(last.result, Reading)
    (again,) = items(mapping, bad.part().replace(b"Ann,", b"Ann,Lola"))
    assert isinstance(again.result, Reading)


def test_a_document_without_a_number_is_none(mapping: Path) -> None:
    (item,) = items(mapping, HEAD + LINE.replace("AB1", ""))
    assert isinstance(item.result, Reading)
    assert item.result.event.receiver
    assert item.result.event.receiver.documents == ()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("schema: strgw.csv-mapping/1", "schema: other", "must say"),
        ("{to: transfer_id, columns: [id]}", "{to: transfer_nr, columns: [id]}", "line 3: to: strgw.transfer/1 has no field"),
        ("sender.name", "sender.nom", "line 10"),
        ('"receiver.documents[0].type"', '"receiver.documents.type"', "line 14"),
        ('"receiver.documents[0].type"', '"receiver.documents[0]"', "line 14"),
        ("value: USD}", "value: USD, columns: [x]}", "line 7: amount.currency: give either"),
        ("{to: receiver.kind, value: person}", "{to: sender.kind, value: person}", "line 11: sender.kind has a line already"),
        ("fields:", "layout: {encoding: klingon}\nfields:", "no encoding"),
        ("fields:", "layout: {decimal: ';'}\nfields:", "layout.decimal"),
        ("fields:", "layout: {quote: x}\nfields:", "quote"),
    ],
)
def test_a_mapping_that_says_what_it_may_not_is_refused_with_its_line(mapping: Path, old: str, new: str, says: str) -> None:
    mapping.write_text(MAPPING.replace(old, new), encoding="utf-8")
    with pytest.raises(FormatError, match=says.replace("/", ".")):
        items(mapping, HEAD)


def test_a_partner_without_a_mapping_is_told_to_name_one() -> None:
    with pytest.raises(FormatError, match="mapping"):
        FORMAT.reader(Partner("demo", "Demo", "mto", FORMAT.id, "KZ", ()))
