"""Records that are well formed and say anything: they become transfers of the published schema or get a published code, never anything else."""

import csv
import io
import json
from functools import lru_cache
from typing import Any

import iso8583
import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from iso8583.specs import default_ascii
from lxml import etree

from connectors.fius.fincen.document import local
from tests.fuzz.contract import Target
from tests.fuzz.samples import documents
from tests.fuzz.targets import makers

ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
LETTERS = st.text(st.characters(codec="ascii", exclude_categories=["Cc", "Cs"]), max_size=40)
WORDS = st.one_of(
    ANY,
    LETTERS,
    st.sampled_from(
        "UZ KG XX USD KGS JPY XAU 0 -1 0.001 1e999 250.00 1000, 9999999999999999 2026-02-11 2026-02-30 2026-02-11T10:00:00+05:00 20260211 260211 99:99 "
        "+998901234567 KZ86125KZT5004100100 AAAAKZKA /1 1/KARIMOV 3/UZ/OSH 4/19850917 CCPT/UZ/AA1 CUST/UZ/1 NOTPROVIDED sent PAID DEPOSIT COMMITTED msisdn iban".split()
    ),
    st.sampled_from(
        [
            "A\nB",
            "A\r\nB C",
            "x" * 65,
            "x" * 201,
            "\u202eabc",
            "а",
            "Ａ",
            "1\u0301",
            " ",
            "\u00a0",
            "\x7f",
            "\x85",
            "\ufffe",
            "=1+1",
        ]
    ),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=4,
)


@lru_cache
def target(name: str) -> Target:
    return makers()[name]()


def holds(format_: str, raw: bytes) -> None:
    """Through the reader as a record, as a record written otherwise, and as a file."""
    for kind in ("record", "same", "file"):
        under_test = target(f"{kind} {format_}")
        assert under_test.judge(raw, under_test.work(raw))


def changed(draw: st.DrawFn, value: Any, chances: int) -> Any:
    """The same tree with some of its values exchanged for any others, or left out."""
    if draw(st.integers(0, chances)) == 0:
        return draw(VALUES)
    if isinstance(value, dict):
        kept = {key: inner for key, inner in value.items() if draw(st.integers(0, chances)) > 0}
        return {key: changed(draw, inner, chances) for key, inner in kept.items()}
    return [changed(draw, inner, chances) for inner in value] if isinstance(value, list) else value


JSON_FORMATS = ("strgw.transfer/1", "mojaloop.fspiop/1", "gsma.mm/1.2", "ivms101/1")


def tree(raw: bytes) -> Any:
    """The object in a document, None where it holds none: some of the samples are broken on purpose."""
    try:
        found = json.loads(raw)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


TREES = {format_: [found for raw in documents(format_) if (found := tree(raw))] for format_ in JSON_FORMATS}


@st.composite
def trees(draw: st.DrawFn) -> tuple[str, Any]:
    format_ = draw(st.sampled_from(JSON_FORMATS))
    said = draw(st.sampled_from(TREES[format_]))
    return format_, {key: changed(draw, inner, draw(st.sampled_from([3, 20, 100]))) for key, inner in said.items()}


@settings(max_examples=400)
@given(drawn=trees())
def test_json_of_any_content(drawn: tuple[str, Any]) -> None:
    format_, said = drawn
    holds(format_, json.dumps(said).encode())


TAGS = st.sampled_from("20 23B 32A 33B 50A 50F 50K 52A 52D 57A 57C 57D 59 59A 59F 70 71A 72 77B".split())
DEMANDED = {"20": "R-1", "23B": "CRED", "32A": "260211USD12,5", "50K": "/1\nIVANOV", "59": "/2\nLOLA", "71A": "SHA"}


@settings(max_examples=300)
@given(
    fields=st.dictionaries(TAGS, st.lists(WORDS, max_size=4).map("\n".join)),
    keep=st.booleans(),
    header=st.sampled_from(["I103BBBBKZKXXXXXN", "O1030912260211ALFARUMMAXXX01613135552602110913N", "O103", "I103B"]),
)
def test_an_mt103_of_any_fields(fields: dict[str, str], keep: bool, header: str) -> None:
    body = "".join(f":{tag}:{text}\n" for tag, text in ({**DEMANDED, **fields} if keep else fields).items())
    holds("mt103/1", f"{{1:F01AAAARUMMAXXX0000000001}}{{2:{header}}}{{4:\n{body}-}}".encode())


@st.composite
def card_messages(draw: st.DrawFn) -> bytes:
    message = {"t": draw(st.sampled_from(["0200", "0210", "0220", "0400", "0420", "0800"]))}
    for number in draw(st.sets(st.sampled_from("2 3 4 7 11 18 19 32 37 39 41 42 43 48 49 102 103".split()))):
        rule = default_ascii[number]
        digits = st.text("0123456789", min_size=rule["max_len"], max_size=rule["max_len"])
        text = st.text(st.characters(codec="ascii"), min_size=rule["max_len"], max_size=rule["max_len"])
        message[number] = (
            draw(digits | text)
            if rule["len_type"] == 0
            else draw(st.text("0123456789", max_size=19) | LETTERS)[: rule["max_len"]]
        )
    known = {"3": "260000", "4": "000000012500", "7": "0423101530", "49": "398", "37": "REF000000001"}
    message |= {number: known[number] for number in draw(st.sets(st.sampled_from(sorted(known))))}
    return bytes(iso8583.encode(message, default_ascii)[0])


@settings(max_examples=300)
@given(raw=card_messages())
def test_a_card_message_of_any_fields(raw: bytes) -> None:
    holds("iso8583/1", raw)


@settings(max_examples=200)
@given(raw=card_messages(), card=st.text("123456789", min_size=13, max_size=19))
def test_the_number_of_a_card_is_kept_nowhere(raw: bytes, card: str) -> None:
    message = {key: value for key, value in iso8583.decode(raw, default_ascii)[0].items() if key not in ("p", "1")} | {"2": card}
    with_card = bytes(iso8583.encode(message, default_ascii)[0])
    if with_card.count(card.encode()) == 1:
        for result in target("record iso8583/1").work(with_card):
            assert card.encode() not in msgspec.msgpack.encode(result)


@settings(max_examples=200)
@given(rows=st.lists(st.lists(WORDS, min_size=20, max_size=20), max_size=3), keep=st.integers(0, 2**20))
def test_a_csv_of_any_cells(rows: list[list[str]], keep: int) -> None:
    head, *known = csv.reader(io.StringIO(documents("csv/1")[0].decode("cp1251")), delimiter=";")
    mixed = [[known[0][at] if keep >> at & 1 else cell for at, cell in enumerate(row[: len(head)])] for row in rows]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows([head, *mixed])
    holds("csv/1", out.getvalue().encode("cp1251", "replace"))


XML = [raw for raw in documents("iso20022/1") if raw.lstrip()[:1] == b"<"]


@st.composite
def xml_documents(draw: st.DrawFn) -> bytes:
    root = etree.fromstring(draw(st.sampled_from(XML)).lstrip())
    elements = [one for one in root.iter() if local(one)]
    for element in draw(st.lists(st.sampled_from(elements), max_size=5)):
        parent, kind = element.getparent(), draw(st.integers(0, 3))
        if kind == 0 and parent is not None:
            parent.remove(element)
        elif kind == 1 and parent is not None:
            element.addnext(etree.fromstring(etree.tostring(element, with_tail=False)))
        elif not len(element):
            element.text = "".join(letter for letter in draw(WORDS) if letter in "\t\n\r" or " " <= letter < "\ufffe")
    return bytes(etree.tostring(root, encoding="UTF-8"))


@settings(max_examples=200)
@given(raw=xml_documents())
def test_an_iso_document_of_any_content(raw: bytes) -> None:
    holds("iso20022/1", raw)
