"""Reads the reports in a ZIP archive without trusting it: what it unpacks to is counted as it is read, and nothing is written anywhere."""

import io
import zipfile
import zlib
from collections.abc import Iterator

from connectors.fius.checked import Located
from schemas.filing import FilingError

SIGNATURE = b"PK\x03\x04"
# DEF, all three: an upload is a report of some megabytes and a few scans.
MOST_ENTRIES = 500
MOST_BYTES = 200_000_000
MOST_RATIO = 200  # beyond the first megabyte; XML packs 10 to 40 times
_FREE = 1_000_000


class ArchiveRefused(Exception):
    """An archive that is not opened. `found` says why."""

    def __init__(self, code: str, text: str, entry: str = "") -> None:
        super().__init__(text)
        self.found = Located(FilingError(code, text, "", ""), 0, entry)


def reports_in(payload: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every XML file in the archive, in its order; attachments are counted but not opened.

    Raises  ArchiveRefused
    """
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as source:
            yield from _reports(source)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, IndexError) as error:
        raise ArchiveRefused("zip_unreadable", f"The archive cannot be read ({error}).") from error


def _reports(source: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    entries = [entry for entry in source.infolist() if not entry.is_dir()]
    if len(entries) > MOST_ENTRIES:
        raise ArchiveRefused("zip_too_large", f"The archive holds {len(entries)} files; at most {MOST_ENTRIES} are looked at.")
    found = [entry for entry in entries if entry.filename.lower().endswith(".xml")]
    if not found:
        raise ArchiveRefused("zip_without_report", "The archive holds no XML file.")
    room = MOST_BYTES
    for entry in found:
        raw = _bytes(source, entry, room)
        room -= len(raw)
        yield entry.filename, raw


def _bytes(source: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> bytes:
    """The file's bytes; what its header says of its size is not believed."""
    name = entry.filename
    if entry.flag_bits & 1:
        raise ArchiveRefused("zip_encrypted", "The file is encrypted.", name)
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or name[1:2] == ":":
        raise ArchiveRefused("zip_entry_name", "The name of the file leads out of the archive.", name)
    most = min(room, max(_FREE, entry.compress_size * MOST_RATIO))
    with source.open(entry) as stream:
        raw = stream.read(most + 1)
    if len(raw) > most:
        raise ArchiveRefused(
            "zip_too_large", "The file unpacks to far more than it takes up packed, or than a report may have.", name
        )
    return raw
