"""The receipt that lies beside a file: what became of each transfer. Made before anything is judged, so it never depends on suspicion.

{"schema": "strgw.file-receipt/1", "file": "a.csv", "sha256": "...", "bytes": 1234,
 "status": "taken" | "known" | "refused", "code": "", "detail": "...", "records": 3, "accepted": 2, "refused": 1,
 "reasons": {"field_missing": 1},
 "transfers": [{"record": 1, "line": 2, "status": "accepted", "transfer_id": "T-1"},
               {"record": 2, "line": 3, "status": "refused", "code": "...", "detail": "...", "field": "..."}]}
"""

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from connectors.partners.files.progress import Outcome

SCHEMA = "strgw.file-receipt/1"
Status = Literal["taken", "known", "refused"]


class Head(msgspec.Struct, frozen=True):
    """What a receipt says of the file as a whole. records: of this round; accepted, refused: transfers; code "": none."""

    file: str
    sha256: str
    bytes: int
    status: Status
    detail: str
    code: str = ""
    records: int = 0
    accepted: int = 0
    refused: int = 0


class _Line(msgspec.Struct, omit_defaults=True):
    record: int
    line: int
    status: str
    index: int = 0
    transfer_id: str | None = None
    code: str = ""
    detail: str = ""
    field: str = ""


def write_receipt(path: Path, head: Head, outcomes: Iterable[Outcome]) -> None:
    """Writes the receipt, one transfer a line, holding one at a time; `reasons` stands at the end for that."""
    reasons: Counter[str] = Counter()
    with os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
        file.write(b'{"schema":"%s",' % SCHEMA.encode() + msgspec.json.encode(head)[1:-1] + b',"transfers":[')
        before = b"\n"
        for outcome in outcomes:
            file.write(before + msgspec.json.encode(_line(outcome)))
            before = b",\n"
            if outcome.code:
                reasons[outcome.code] += 1
        file.write(b'\n],"reasons":' + msgspec.json.encode(dict(sorted(reasons.items()))) + b"}\n")


def _line(outcome: Outcome) -> _Line:
    status = "refused" if outcome.code else "accepted"
    return _Line(
        outcome.record, outcome.line, status, outcome.index, outcome.transfer_id, outcome.code, outcome.detail, outcome.field
    )
