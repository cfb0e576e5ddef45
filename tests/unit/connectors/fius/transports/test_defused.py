"""XML and ZIP files from outside are opened within bounds, or not at all."""

import io
import zipfile

import pytest

from connectors.fius.transports.defused import DEEPEST, MOST_MEMBERS, BadAnswer, parsed, unpacked

LAUGHS = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
TRICKS = {
    "billion laughs": b'<!DOCTYPE r [<!ENTITY a0 "ha">' + LAUGHS + b"]><r>&a9;</r>",
    "entity in an attribute": b'<!DOCTYPE r [<!ENTITY a "x">]><r b="&a;"/>',
    "file of ours": b'<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]><r>&f;</r>',
    "address of ours": b'<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd"><r/>',
    "parameter entity": b'<!DOCTYPE r [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><r/>',
    "empty DTD": b"<!DOCTYPE r><r/>",
    "UTF-16": '<!DOCTYPE r [<!ENTITY f "x">]><r>&f;</r>'.encode("utf-16"),
    "behind a long comment": b"<!--" + b"x" * 10_000 + b"--><!DOCTYPE r><r/>",
}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_dtd_is_refused_wherever_and_however_it_is_written(trick: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        parsed(TRICKS[trick])
    assert caught.value.code == "dtd"
    assert "passwd" not in caught.value.text


def nested(depth: int) -> bytes:
    return b"<a>" * depth + b"</a>" * depth


def test_depth_is_bounded_and_the_bound_itself_passes() -> None:
    assert parsed(nested(DEEPEST)).tag == "a"
    with pytest.raises(BadAnswer) as caught:
        parsed(nested(DEEPEST + 1))
    assert caught.value.code == "too_deep"


def test_siblings_are_not_depth() -> None:
    assert len(parsed(b"<r>" + b"<a/>" * 1000 + b"</r>")) == 1000


def test_size_is_bounded() -> None:
    with pytest.raises(BadAnswer) as caught:
        parsed(b"<r>" + b" " * 100 + b"</r>", most=100)
    assert caught.value.code == "answer_too_large"


@pytest.mark.parametrize(
    "raw",
    [b"", b"no xml", b"<r>", b"<r></s>", b"\x00\xff", b"<?xml version='1.0' encoding='none-such'?><r/>", b"<r>&undefined;</r>"],
)
def test_what_is_no_xml_is_one_coded_sentence(raw: bytes) -> None:
    with pytest.raises(BadAnswer) as caught:
        parsed(raw)
    assert caught.value.code == "not_xml"


def test_text_comments_and_instructions_do_not_disturb_the_content() -> None:
    root = parsed(b"<?xml version='1.0'?><!-- c --><r><?pi x?><a>one<!-- c -->two</a></r>")
    assert root.findtext("a") == "onetwo"


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def code_of(raw: bytes) -> str:
    with pytest.raises(BadAnswer) as caught:
        list(unpacked(raw))
    return caught.value.code


def test_members_come_with_their_names() -> None:
    assert list(unpacked(zipped(("a.xml", b"<a/>"), ("b.txt", b"x")))) == [("a.xml", b"<a/>"), ("b.txt", b"x")]


def test_bombs_are_refused_by_ratio_by_number_and_by_nesting() -> None:
    assert code_of(zipped(("zeros", b"\0" * 40_000_000))) == "zip_bomb"
    assert code_of(zipped(*[(str(n), b"") for n in range(MOST_MEMBERS + 1)])) == "zip_bomb"
    assert code_of(zipped(("inner.zip", zipped(("a", b"x"))))) == "zip_bomb"
    assert code_of(zipped(("hidden.xml", zipped(("a", b"x"))))) == "zip_bomb"


def test_many_members_that_are_small_each_and_huge_together_are_a_bomb() -> None:
    assert code_of(zipped(*[(str(n), b"\0" * 1_000_000) for n in range(10)])) == "zip_bomb"


def test_a_size_that_the_directory_lies_about_does_not_help() -> None:
    raw = bytearray(zipped(("zeros", b"\0" * 50_000_000)))
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (10).to_bytes(4, "little")
    assert code_of(bytes(raw)) in ("zip_bomb", "not_zip")


def test_an_encrypted_member_is_asked_for_in_the_clear() -> None:
    raw = bytearray(zipped(("a", b"x"), method=zipfile.ZIP_STORED))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + at] |= 1
    assert code_of(bytes(raw)) == "zip_encrypted"


def test_a_broken_zip_is_one_coded_sentence() -> None:
    whole = zipped(("a", b"x" * 1000))
    changed = bytearray(whole)
    changed[whole.index(b"\xab")] ^= 0xFF  # the first byte of what is deflated
    nameless = zipped(("~", b"x")).replace(b"~", b"\0")
    for raw in (b"PK\x03\x04junk", whole[:-10], bytes(changed), nameless):
        assert code_of(raw) == "not_zip"
