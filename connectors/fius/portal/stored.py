"""ZIP files whose bytes depend on their content alone: entries are stored, times and modes fixed.

The output of zlib differs between its builds, and a digest must not.
"""

import io
import zipfile
from collections.abc import Iterable

Entries = list[tuple[str, bytes]]
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a ZIP entry can carry


def pack(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """The file with these entries in this order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:
        for name, body in entries:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            package.writestr(entry, body)
    return buffer.getvalue()


def read(packed: bytes) -> Entries:
    """Every entry of a file of our own, in order."""
    with zipfile.ZipFile(io.BytesIO(packed)) as package:
        return [(entry.filename, package.read(entry)) for entry in package.infolist()]
