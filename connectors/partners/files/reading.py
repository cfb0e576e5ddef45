"""The records of a file in the spool, as long as the file as a whole can be taken in; and what tells one cutting of it from another."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from connectors.partners.cutting import opened
from connectors.partners.files.spool import FileRefused
from connectors.partners.formats.file_record import FileRecord
from schemas.native import InvalidTransfer
from schemas.registry import Partner

MOST_RECORDS = 1_000_000  # DEF of a file, CSV rows each: what is kept of them for the receipt stays under some 60 MB
_CODES = {"empty": "file_empty", "too_large": "file_too_large"}


def records_of(path: Path, partner: Partner) -> Iterator[FileRecord]:
    """The records in the order of the file, in one reading. Raises FileRefused, also behind the last record; OSError."""
    total = 0
    with opened(path, partner) as found:
        try:
            for record in found.located():
                total += len(record.lines)
                if total > MOST_RECORDS:
                    raise FileRefused("file_too_many", f"A file holds at most {MOST_RECORDS:,} records; leave several.")
                yield record
        except InvalidTransfer as fault:
            raise FileRefused(_CODES.get(fault.code, "file_not_in_format"), fault.reason) from fault


def cut_of(path: Path, partner: Partner) -> tuple[int, str]:
    """How many records the file holds, and a digest of them: the n-th of two cuttings is the same record where the digests are equal.

    Raises  FileRefused, OSError
    """
    total, digest = 0, hashlib.blake2b(digest_size=16)
    for record in records_of(path, partner):
        total += 1
        digest.update(b"%d\n" % len(record.raw) + record.raw)
    return total, digest.hexdigest()
