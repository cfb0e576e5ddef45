"""How rendered reports leave for an FIU: as XML files, or in ZIP archives with what is attached to them."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence

from connectors.fius.goaml.mapping import Form
from connectors.fius.resolved import Rendered, ResolvedReport
from schemas.money import to_decimal

MEDIA_TYPE = "application/zip"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP entry can say: the same report, the same bytes


def packed(files: Sequence[Rendered], resolved: ResolvedReport, form: Form) -> tuple[Rendered, ...]:
    """The files as the FIU takes them; ledger and errors of an archive are those of all its reports."""
    packaging = form.map.packaging
    if packaging.kind == "xml":
        return tuple(files)
    size = max(1, packaging.reports)
    return tuple(_archive(files[start : start + size], resolved, form) for start in range(0, len(files), size))


def _archive(files: Sequence[Rendered], resolved: ResolvedReport, form: Form) -> Rendered:
    first = files[0]
    stem = first.file_name.rpartition(".")[0] or first.file_name
    inside = [(file.file_name, file.payload) for file in files]
    inside += [entry for name in form.map.packaging.attach for entry in _ATTACHED[name](resolved)]
    return Rendered(
        media_type=MEDIA_TYPE,
        schema_id=first.schema_id,
        schema_version=first.schema_version,
        file_name=f"{stem}.zip",
        payload=archive(inside),
        ledger=tuple(row for file in files for row in file.ledger),
        errors=tuple(error for file in files for error in file.errors),
    )


def archive(entries: Sequence[tuple[str, bytes]]) -> bytes:
    """A ZIP archive of named entries, the same bytes for the same entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, payload in entries:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, payload)
    return buffer.getvalue()


def _narratives(resolved: ResolvedReport) -> Iterator[tuple[str, bytes]]:
    for language, text in sorted(resolved.report.narrative.items()):
        yield f"narrative_{language}.txt", text.encode("utf-8", "replace")


def _transfers(resolved: ResolvedReport) -> Iterator[tuple[str, bytes]]:
    labels = {party.key: party.label for party in resolved.parties}
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(("transfer_id", "occurred_ms_utc", "amount", "currency", "channel", "status", "sender", "receiver"))
    for transfer in resolved.transfers.values():
        receiver = labels.get(transfer.receiver.key, "") if transfer.receiver is not None else ""
        writer.writerow(
            (_plain(transfer.transfer_id), transfer.occurred_ms, f"{to_decimal(transfer.amount):f}", transfer.amount.currency,
             transfer.channel, transfer.status, labels.get(transfer.sender.key, ""), receiver)
        )  # fmt: skip
    yield "transfers.csv", table.getvalue().encode("utf-8", "replace")


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


_ATTACHED = {"narrative": _narratives, "transfers": _transfers}
