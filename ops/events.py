"""What the event files of a backtest hold: each transfer taken in, whatever the format, without a broker."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from connectors.partners.accept import Acceptor, Rejection, items_of
from connectors.partners.cutting import is_lines, records
from connectors.partners.formats import FORMATS, Line, read_lines
from connectors.partners.formats.contract import Incoming
from ops.errors import CommandError
from schemas.native import InvalidTransfer
from schemas.native_reading import Reading
from schemas.registry import Partner
from schemas.transfer import Coordinate, Transfer


class Files(NamedTuple):
    """Event files in the partner's format; or all in `line_format`, a key of connectors.partners.formats.FILE_FORMATS."""

    paths: tuple[Path, ...]
    partner: Partner
    line_format: str = ""


def taken_in(files: Files, acceptor: Acceptor) -> Iterator[tuple[Line, Transfer | Rejection]]:
    """What became of each transfer, in the order of the files. Raises CommandError where a file cannot be used."""
    for path in files.paths:
        if _is_lines(path, files):
            for line in _lines(path, files.line_format):
                yield line, acceptor.accept(line.event, Coordinate(line.source, 0, line.number))
        else:
            for number, incoming in _records(path, files.partner):
                for result in acceptor.take_in(incoming, Coordinate(path.name, 0, number)):
                    raw = result.raw if isinstance(result, Rejection) else b""
                    yield Line(path.name, number, raw, raw), result


def native_events(files: Files) -> Iterator[bytes]:
    """Each event in our own format (JSON), as far as it can be read. Raises CommandError where a file cannot be used."""
    for path in files.paths:
        if _is_lines(path, files):
            yield from (line.event for line in _lines(path, files.line_format))
        else:
            read = FORMATS[files.partner.format].reader(files.partner)
            for _, incoming in _records(path, files.partner):
                results = (item.result for item in items_of(read, incoming)[1])
                yield from (result.canonical for result in results if isinstance(result, Reading))


def rejected_line(line: Line, rejection: Rejection) -> dict[str, object]:
    """A line of quarantine.jsonl; `line` counts records where a file is not one of lines, `index` the transfers of a record."""
    return {
        "source": line.source,
        "line": line.number,
        **({"index": rejection.source.index} if rejection.source.index else {}),
        "reason_code": rejection.reason_code,
        "reason": rejection.reason,
        "raw_sha256": sha256(line.raw).hexdigest(),
    }


def _is_lines(path: Path, files: Files) -> bool:
    with _readable(path):
        return bool(files.line_format) or is_lines(path, files.partner)


def _lines(path: Path, line_format: str) -> Iterator[Line]:
    lines = _numbered(path)
    if line_format:
        return read_lines(line_format, lines)
    return (Line(source, number, raw, raw) for source, number, raw in lines)


def _numbered(path: Path) -> Iterator[tuple[str, int, bytes]]:
    """(file name, line number from 1, bytes without the line end) of every line that is not blank."""
    with _readable(path), path.open("rb") as plain, gzip.open(plain) if path.suffix == ".gz" else nullcontext(plain) as stream:
        for number, line in enumerate(stream, 1):
            raw = line.rstrip(b"\r\n")
            if raw.strip():
                yield path.name, number, raw


def _records(path: Path, partner: Partner) -> Iterator[tuple[int, Incoming]]:
    """Number (from 1) and content of each record; it arrived when the file was written, so that a second run reads the same."""
    with _readable(path):
        written_ms = path.stat().st_mtime_ns // 1_000_000
        for number, raw in enumerate(records(path, partner), 1):
            yield number, Incoming(raw, (), written_ms)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        sentence = f"{path} cannot be read ({error.strerror or error}); give a file of events, plain or gzipped."
        raise CommandError(sentence, "events_unreadable") from error
    except (EOFError, zlib.error) as error:
        raise CommandError(f"{path} is packed and cut off or damaged; give it whole.", "events_unreadable") from error
    except InvalidTransfer as fault:
        raise CommandError(f"{path}: {fault.reason}", fault.code) from fault
