"""Damages documents: bytes flipped, cut out, doubled, moved and spliced, nasty words put in, values of JSON and XML exchanged. All by chance that is given."""

import json
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

LONGEST = 256 * 1024  # bytes; repetition would else make every input as large as may be
_SPLICED, _IN_VALUES = 0.1, 0.6  # DEF how often a document is spliced with another, and how often its values alone are changed

_TEXTS = (
    "1e999", "-1e999", "1e-999", "NaN", "Infinity", "-0", "0.0000000000000000001", "9" * 400, "99999999999999999999", "1" * 5000, "0x10", "1_000", "１２３", "١٢٣", "²",
    "\0", "\0" * 8, "\ufeff", "\ufffe", "\u202e", "\u202d\u202c", "\u2066\u2069", "\u200b", "\u200d", "\u0000", "\u001f", "\x7f", "\x85", "\u2028", "\ud800", "\udfff",
    "а", "ο", "Ａ", "е\u0301", "é", "ß", "İ", "ǆ", "🙂", "a\u0300" * 40, "null", "true", "[]", "{}", '""', "\\u0000", "\\ud800", "\\udc00\\ud800", "\\u202e", '\\"', "\\", '"',
    "'", ",", ":", ";", "\n", "\r", "\r\n", "\t", " ", "  ", "\u00a0", "\u3000", "-", "+", "/", "//", "..", "../..", "%00", "%s", "{0}", "$", "`", "=", "=1+1", "@", "#", "&", "<", ">",
    "<!--", "-->", "<![CDATA[", "]]>", "<?x ?>", "</", "/>", "&amp;", "&#0;", "&#xD800;", "&#x202e;", "&x;", "&lt;", '<!DOCTYPE a [<!ENTITY x "y">]>', '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>', 'xmlns="urn:x"', 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
    '<?xml version="1.0" encoding="UTF-16"?>', '<?xml version="1.1"?>', '<?xml version="1.0" encoding="windows-1251"?>', '<?xml version="1.0" encoding="nonsense"?>', "NOTPROVIDED",
    "{1:F01AAAABBBBAXXX0000000000}", "{2:I103AAAABBBBXXXXN}", "{2:O103}", "{4:", "-}", ":20:", ":32A:", ":50F:", ":50K:", ":59:", "/1/", "8/", "$",
    "0200", "0400", "F" * 16, "0" * 16, "SN=;RN=", "9999-12-31", "0000-00-00", "2024-02-30", "2024-05-17T24:00:00Z", "2024-05-17T23:59:60Z", "+99:99", "USD", "XXX", "JPY", "ZZ", "UZ", "cash_out",
    "application/cloudevents+json", "1.0", "ce_specversion: 1.0", "content-encoding: gzip", "transfer_id", "schema", "strgw.transfer/1", "data_base64", "A" * 65, "A" * 201, "x" * 3000,
    "[" * 1500, '{"a":' * 1500, "<a>" * 1500, "(" * 200, "\\" * 301, "=" * 301, ".1" * 200, "1," * 300, " \t" * 500,
)  # fmt: skip
WORDS = (
    *(text.encode("utf-8", "surrogatepass") for text in _TEXTS), b"\xff", b"\xfe\xff", b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80", b"\x1f\x8b", b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\x00\x00\x00\x00\x01",
)  # fmt: skip
Change = Callable[[bytes, Random], bytes]
_NUMBERS = re.compile(rb"[0-9]+")
_WORDS = re.compile(rb"[A-Za-z]{2,}")
_LINES, _CONTENTS = re.compile(rb"[^\n;:]+"), re.compile(rb"(?<=>)[^<>]+(?=<)")
_TAGS = re.compile(rb"<[^<>]{1,200}>")


def mutated(samples: Sequence[bytes], chance: Random) -> bytes:
    """One of the samples with one to six things wrong; now and then none. Equal for an equal state of `chance`."""
    raw = chance.choice(samples)
    if chance.random() < _SPLICED:
        raw = _spliced(raw, chance.choice(samples), chance)
    if chance.random() < _IN_VALUES:
        if raw[:1] in (b"{", b"["):
            return _in_json(raw, chance)[:LONGEST]
        changes: Sequence[Change] = _CHANGES_OF_VALUES
    else:
        changes = _CHANGES
    for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3, 6))):
        raw = chance.choice(changes)(raw, chance)
    return raw[:LONGEST]


def _span(raw: bytes, chance: Random, most: int = 64) -> tuple[int, int]:
    start = chance.randrange(len(raw) + 1)
    return start, min(len(raw), start + chance.randrange(1, most + 1))


def _spliced(raw: bytes, other: bytes, chance: Random) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)] + other[chance.randrange(len(other) + 1) :]


def _flip(raw: bytes, chance: Random) -> bytes:
    if not raw:
        return b"\0"
    changed = bytearray(raw)
    for _ in range(chance.choice((1, 1, 2, 8))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _overwrite(raw: bytes, chance: Random) -> bytes:
    start, end = _span(raw, chance, 4)
    return raw[:start] + chance.randbytes(end - start) + raw[end:]


def _delete(raw: bytes, chance: Random) -> bytes:
    start, end = _span(raw, chance, chance.choice((1, 4, 64, 1000)))
    return raw[:start] + raw[end:]


def _truncate(raw: bytes, chance: Random) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)]


def _double(raw: bytes, chance: Random) -> bytes:
    start, end = _span(raw, chance, chance.choice((4, 64, 2000)))
    times = chance.choice((1, 1, 1, 2, 20, 300))
    return raw[:end] + raw[start:end] * times + raw[end:]


def _move(raw: bytes, chance: Random) -> bytes:
    start, end = _span(raw, chance)
    piece, rest = raw[start:end], raw[:start] + raw[end:]
    place = chance.randrange(len(rest) + 1)
    return rest[:place] + piece + rest[place:]


def _insert(raw: bytes, chance: Random) -> bytes:
    place = chance.choice((0, len(raw), chance.randrange(len(raw) + 1), chance.randrange(len(raw) + 1)))
    return raw[:place] + chance.choice(WORDS) + raw[place:]


def _replace(found: re.Pattern[bytes], raw: bytes, chance: Random) -> bytes:
    spans = [one.span() for one in found.finditer(raw)]
    if not spans:
        return _flip(raw, chance)
    (start, end), (other_start, other_end) = chance.choice(spans), chance.choice(spans)
    new = chance.choice(WORDS) if chance.random() < 0.6 else raw[other_start:other_end]
    return raw[:start] + new + raw[end:]


def _replace_number(raw: bytes, chance: Random) -> bytes:
    return _replace(_NUMBERS, raw, chance)


def _replace_word(raw: bytes, chance: Random) -> bytes:
    return _replace(_WORDS, raw, chance)


def _replace_tag(raw: bytes, chance: Random) -> bytes:
    return _replace(_TAGS if b"<" in raw else _WORDS, raw, chance)


def _replace_line(raw: bytes, chance: Random) -> bytes:
    return _replace(_LINES, raw, chance)


def _replace_content(raw: bytes, chance: Random) -> bytes:
    """What stands between two tags, or behind a field's mark."""
    return _replace(_CONTENTS if b"<" in raw else _LINES, raw, chance)


def _recode(raw: bytes, chance: Random) -> bytes:
    """The text in another encoding, with or without its mark."""
    text = raw.decode("utf-8", "replace")
    return text.encode(chance.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp1251", "latin-1", "cp037")), "replace")


_CHANGES: tuple[Change, ...] = (
    _flip, _flip, _overwrite, _delete, _delete, _truncate, _double, _double, _move, _insert, _insert, _insert,
    _replace_number, _replace_number, _replace_word, _replace_word, _replace_tag, _recode,
)  # fmt: skip


_CHANGES_OF_VALUES = (_replace_number, _replace_word, _replace_line, _replace_content, _replace_content)


def _in_json(raw: bytes, chance: Random) -> bytes:
    """A value of a JSON document left out, exchanged, repeated or put under another name."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return raw
    for _ in range(chance.choice((1, 1, 2, 4))):
        holders = [found for found in _holders(value) if found]
        if not holders:
            break
        _disturb(chance.choice(holders), chance.choice(holders), chance)
    try:
        return json.dumps(value, ensure_ascii=chance.random() < 0.3).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        return raw


def _holders(value: Any, depth: int = 0) -> list[Any]:
    if depth > 40 or not isinstance(value, dict | list):
        return []
    inner = value.values() if isinstance(value, dict) else value
    return [value, *(found for one in inner for found in _holders(one, depth + 1))]


def _disturb(holder: Any, other: Any, chance: Random) -> None:
    key = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
    kind = chance.randrange(5)
    if kind == 0:
        del holder[key]
    elif kind == 1:
        holder[key] = _odd(chance)
    elif kind == 2:
        holder[key] = json.loads(json.dumps(chance.choice(list(other.values()) if isinstance(other, dict) else other)))
    elif isinstance(holder, list):
        holder.extend(json.loads(json.dumps(holder[:1])) * chance.choice((1, 16, 40)))
    else:
        holder[chance.choice(list(other)) if isinstance(other, dict) else _text(chance)] = (
            holder[key] if kind == 3 else _odd(chance)
        )


def _odd(chance: Random) -> Any:
    return chance.choice(
        (
            None,
            True,
            0,
            -1,
            10**30,
            0.1,
            1e300,
            "",
            [],
            {},
            [None],
            [[]],
            {"": ""},
            [{}] * 17,
            _text(chance),
            _text(chance),
            _text(chance),
        )
    )


def _text(chance: Random) -> str:
    word = chance.choice(WORDS)
    try:
        return word.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return word.decode("latin-1")
