"""Writes filings as files, through the same `prepare` as the live delivery: what the backtest leaves under `filings/`."""

from collections.abc import Container, Iterable
from pathlib import Path
from typing import NamedTuple

from connectors.fius.delivered import NOTHING_SENT, Line
from connectors.fius.dispatch import before_of, plan_key, with_sent
from connectors.fius.document import encode as encode_document
from connectors.fius.prepare import Prepared, Registries, is_sent, prepare
from connectors.fius.resolve import Joined
from connectors.kafka.archive import Archive
from schemas.filing import Filing
from schemas.held import Held
from schemas.report import Report

EXTENSIONS = {"application/zip": "zip", "application/xml": "xml", "text/xml": "xml", "application/json": "json"}


class Exported(NamedTuple):
    """The files written, in order, and every plan that was not, with the reason."""

    filings: tuple[Path, ...]
    held: tuple[Held, ...]


def write_filings(reports: Iterable[Report], archive: Archive, registries: Registries, out_dir: Path) -> Exported:
    """Writes `filings/<cc>/<report_id>.v<version>.<ext>` under `out_dir` for every plan that would be sent.

    reports  versions of one report in their order: each says what it is to the one before, which nobody has answered
    Shape   every version given; withdrawn reports have no filing; a second file of the same report for the same FIU
            (a form split at its limits, a second licensed partner) is `.v<version>.2.<ext>`
    """
    written: dict[Path, None] = {}  # what is in the files is as large as everything else a backtest keeps
    sent: dict[tuple[str, str], Line] = {}
    held: list[Held] = []
    for report in reports:
        if report.state != "open":
            continue
        joined = Joined(report, archive)
        for plan in report.filings:
            key = report.report_id, plan_key(plan)
            before = sent.get(key, NOTHING_SENT)
            result = prepare(joined, plan, registries, before_of(before))
            if isinstance(result, Prepared):
                sent[key] = with_sent(before, report, result)
                for filing in result.filings:
                    written[_write(out_dir, filing, written)] = None
            elif is_sent(plan) or plan.obligation != "spontaneous":
                held.append(result)
    return Exported(tuple(written), tuple(held))


def write_documents(reports: Iterable[Report], archive: Archive, registries: Registries, out_dir: Path) -> tuple[Path, ...]:
    """Writes `documents/<report_id>.v<version>.json` for every open version: the report with its transfers (document.py).

    Shape   one document a reporting partner; that of a second partner is `.v<version>.<partner>.json`
    Raises  connectors.kafka.archive.ArchiveError
    """
    written: list[Path] = []
    folder = out_dir / "documents"
    for report in reports:
        if report.state != "open":
            continue
        transfers = archive.fetch(report.transfers)
        involved = sorted({transfer.partner for transfer in transfers.values()} & set(registries.partners))
        for number, name in enumerate(involved):
            folder.mkdir(parents=True, exist_ok=True)
            middle = f".{name}" if number else ""
            path = folder / f"{report.report_id}.v{report.version}{middle}.json"
            path.write_bytes(encode_document(report, registries.partners[name], transfers.values()))
            written.append(path)
    return tuple(written)


def _write(out_dir: Path, filing: Filing, taken: Container[Path]) -> Path:
    folder = out_dir / "filings" / filing.fiu.lower()
    folder.mkdir(parents=True, exist_ok=True)
    stem, extension = f"{filing.report_id}.v{filing.version}", EXTENSIONS.get(filing.media_type, "bin")
    path, number = folder / f"{stem}.{extension}", 1
    while path in taken:
        number += 1
        path = folder / f"{stem}.{number}.{extension}"
    path.write_bytes(filing.payload)
    return path
