"""From a place in an FIU's form to our field, by the completeness ledger of the filing that carried it."""

import re
from collections.abc import Iterable

from schemas.filing import LedgerRow

_INDEX = re.compile(r"\[[^\]]*\]")
_PREFIX = re.compile(r"(^|/)[A-Za-z_][\w.-]*:")  # of an XML namespace


def canonical_path(target: str, ledger: Iterable[LedgerRow]) -> str:
    """Our field behind `target` as the FIU wrote it, "" where the ledger does not know it.

    1. The same path, whatever the case of its letters, its positions ([2]), namespaces and leading slash.
    2. The end of one path (an FIU may write only `birthdate`), if all paths that end so come from one field of ours.
    3. The nearest element around it that the ledger knows.
    """
    wanted = _plain(target)
    if not wanted:
        return ""
    known: dict[str, str] = {}
    for row in ledger:
        if row.canonical_path:
            known.setdefault(_plain(row.target_path), _INDEX.sub("", row.canonical_path))
    if wanted in known:
        return known[wanted]
    ends = {path for place, path in known.items() if place.endswith("/" + wanted)}
    if len(ends) == 1:
        return ends.pop()
    while "/" in wanted:
        wanted = wanted.rpartition("/")[0]
        if wanted in known:
            return known[wanted]
    return ""


def _plain(path: str) -> str:
    return _PREFIX.sub(r"\1", _INDEX.sub("", path)).strip().strip("/").lower()
