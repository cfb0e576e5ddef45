"""Every place where bytes of others are read: how it is called, as in production, and what must hold of what came out."""

import gzip
import io
import zlib
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from connectors.partners.accept import Rejection, items_of
from connectors.partners.cutting import Records
from connectors.partners.entry import entry_of
from connectors.partners.formats import FORMATS, Line, accounts_csv, read_lines
from connectors.partners.formats.contract import FormatError, Incoming
from schemas.native import NATIVE, InvalidTransfer
from schemas.native_reading import MAX_BYTES, Reading
from schemas.transfer import Transfer
from tests.fuzz import edges, samples
from tests.fuzz.contract import RECEIVED_MS, SOURCE, ClearSeal, Target, acceptor_of
from tests.fuzz.oracle import check_canonical, check_results, demand, published_codes
from tests.fuzz.rewriting import REWRITERS

# One of so many accepted records is held against the JSON Schema, and read again by an acceptor that has seen nothing else.
_LOOKED_AT = 32
CARD = b"4111111111111111"


def _is_looked_at(raw: bytes) -> bool:
    return zlib.crc32(raw) % _LOOKED_AT == 0


def _record(format_: str, documents: Sequence[bytes], split: Callable[[bytes], Incoming]) -> Target:
    acceptor = acceptor_of(format_)
    read = FORMATS[format_].reader(acceptor.partner)

    def judge(raw: bytes, results: Sequence[Transfer | Rejection]) -> str:
        said = check_results(results, "demo")
        if format_ == "iso8583/1":
            _check_card(raw, results)
        if _is_looked_at(raw):
            incoming = split(raw)
            demand(acceptor_of(format_).take_in(incoming, SOURCE) == results, "a fresh acceptor reads it otherwise")
            _, taken = items_of(read, incoming)
            demand(len(taken) == len(results), "another number of transfers")
            for item, result in zip(taken, results, strict=True):
                if isinstance(result, Transfer):
                    demand(isinstance(item.result, Reading), "a transfer without a reading")
                    check_canonical(item.result.canonical)  # type: ignore[union-attr]
        return said

    return Target(documents, lambda raw: acceptor.take_in(split(raw), SOURCE), judge, len)


def _check_card(raw: bytes, results: Sequence[Transfer | Rejection]) -> None:
    """That the number of a card where it belongs is in nothing that is kept."""
    if CARD in raw or CARD.hex().encode() in raw:
        for result in results:
            demand(CARD not in msgspec.msgpack.encode(result), "the number of a card is kept")


def _plain(raw: bytes) -> Incoming:
    return Incoming(raw, (), RECEIVED_MS)


def _with_headers(raw: bytes) -> Incoming:
    """Header lines, an empty line, the record."""
    head, _, body = raw.partition(b"\n\n")
    headers = [line.partition(b": ") for line in head.split(b"\n")]
    return Incoming(body, [(name.decode("utf-8", "replace"), value) for name, _, value in headers], RECEIVED_MS)


def _cloud_events(shared: Path) -> list[bytes]:
    structured, binary = [], []
    for raw in samples.documents(NATIVE, shared)[:6]:
        quoted = msgspec.json.encode(raw.decode())
        for data in (b'"data": ' + raw, b'"data": ' + quoted, b'"data_base64": "' + msgspec.json.encode(raw)[1:-1] + b'"'):
            head = b'{"specversion": "1.0", "id": "1", "source": "/a", "type": "t", "datacontenttype": "application/json", '
            structured.append(b"content-type: application/cloudevents+json\n\n" + head + data + b"}")
        binary.append(b"content-type: application/json\nce_specversion: 1.0\nce_id: 1\nce_source: /a\nce_type: t\n\n" + raw)
    return structured + binary


def _same(format_: str, documents: Sequence[bytes]) -> Target:
    """A record and the same record written otherwise."""
    one, other = acceptor_of(format_), acceptor_of(format_)

    def work(raw: bytes) -> tuple[Any, Any]:
        otherwise = REWRITERS[format_](raw, Random(raw))
        if otherwise is None or len(otherwise) > MAX_BYTES:
            return None, None
        return one.take_in(_plain(raw), SOURCE), other.take_in(_plain(otherwise), SOURCE)

    def judge(raw: bytes, results: tuple[Any, Any]) -> str:
        first, second = results
        if first is None:
            return "not written otherwise"
        taken = [one for one in first if isinstance(one, Transfer)]
        demand(taken == [one for one in second if isinstance(one, Transfer)], "written otherwise, it means another transfer")
        demand(len(first) == len(second), "written otherwise, it holds another number of transfers")
        return check_results(first, "demo")

    return Target(documents, work, judge, lambda found: 2 * len(found[0] or ()))


def _familiar(documents: Sequence[bytes]) -> Target:
    """A native event by both short ways, which know parties by their bytes, and by the long one."""
    short, long, seal = acceptor_of(NATIVE), acceptor_of(NATIVE), ClearSeal()

    def work(raw: bytes) -> tuple[Any, Any, Any]:
        return short.accept(raw, SOURCE), long.read_whole(raw, SOURCE), short.entry(Incoming(raw), SOURCE, seal)

    def judge(_: bytes, results: tuple[Any, Any, Any]) -> str:
        found, long_way, entry = results
        demand(found == long_way, "the short way gives something else than the long one")
        if entry is not None:
            demand(
                isinstance(found, Transfer) and entry == entry_of(found, seal),
                "the entry is of another transfer than the long way's",
            )
        return check_results([found], "demo")

    return Target(documents, work, judge)


def _file(format_: str, documents: Sequence[bytes]) -> Target:
    """A file cut into records, packed or not; each record is then read."""
    acceptor = acceptor_of(format_)

    def work(raw: bytes) -> tuple[list[bytes], str, list[Any]]:
        records: list[bytes] = []
        try:
            records.extend(islice(Records(io.BytesIO(raw), acceptor.partner, len(raw)), 2_000))
        except InvalidTransfer as fault:
            return records, fault.code, []
        return records, "", [acceptor.take_in(_plain(record), SOURCE) for record in records]

    def judge(raw: bytes, found: tuple[list[bytes], str, list[Any]]) -> str:
        records, code, results = found
        demand(bool(records) != bool(code), "a file gives records or a fault, never both and never neither")
        demand(not code or code in published_codes(), f"the code {code} is not in docs/partners.md")
        demand(all(0 < len(record) <= MAX_BYTES for record in records), "a record is empty or too long")
        said = [check_results(one, "demo") for one in results]
        return f"refused {code}" if code else "cut: " + ("accepted" if "accepted" in said else "refused")

    packed = [gzip.compress(raw, mtime=0) for raw in documents[:2]]
    joined = [b"\n".join(documents[:3]), b"[" + b",\n".join(documents[:3]) + b"]"] if documents[0].startswith(b"{") else []
    return Target((*documents, *joined, *packed), work, judge, lambda found: sum(map(len, found[2])))


def _accounts() -> Target:
    acceptor = acceptor_of(NATIVE)
    head = b"event_id,ts,sender_id,receiver_id,amount,currency,channel,receiver_bank,label\n"
    rows = b"e1,2024-05-17T18:42:10Z,A-17,B-9,12.50,USD,mobile_p2p,b1,0\ne2,2024-05-18T08:00:00Z,A-17,s,400,USD,cash,sink,1\n"

    def work(raw: bytes) -> list[tuple[Line, Any]]:
        lines = [("f", number, line) for number, line in enumerate(raw.split(b"\n"), 1)]
        try:
            return [(line, acceptor.accept(line.event, SOURCE)) for line in islice(read_lines(accounts_csv.FORMAT, lines), 500)]
        except FormatError:
            return []

    def judge(_: bytes, found: list[tuple[Line, Any]]) -> str:
        said = [check_results([result], "demo") for _, result in found]
        return said[0] if said else "no line"

    return Target((head + rows, b"\xef\xbb\xbf" + head + rows * 3), work, judge, len)


def makers(shared: Path = samples.SHARED) -> dict[str, Callable[[], Target]]:
    """Every target by name, each made when it is asked for."""
    found: dict[str, Callable[[], Target]] = {}
    for format_ in FORMATS:
        documents = samples.documents(format_, shared)
        found[f"record {format_}"] = lambda f=format_, d=documents: _record(f, d, _plain)  # type: ignore[misc]
        found[f"file {format_}"] = lambda f=format_, d=documents: _file(f, d)  # type: ignore[misc]
        found[f"same {format_}"] = lambda f=format_, d=documents: _same(f, d)  # type: ignore[misc]
    found |= {
        "same familiar": lambda: _familiar(samples.documents(NATIVE, shared)),
        "record avro": lambda: _record(NATIVE, samples.avro(), _plain),
        "record cloudevents": lambda: _record(NATIVE, _cloud_events(shared), _with_headers),
        "file accounts.csv/1": _accounts,
        "http body": edges.bodies,
        "http request": lambda: edges.requests(samples.documents(NATIVE, shared)),
        "fiu answer": edges.answers,
        "fiu acknowledgement": edges.acknowledgements,
        "fiu archive": edges.archives,
        "fiu feedback": edges.feedback,
    }
    return found
