"""A transfer on its way out of intake: as it is stored, and what is counted of it."""

from typing import NamedTuple

import msgspec

from connectors.partners.completeness import marks_of
from connectors.sealing.seal import Seal
from schemas.transfer import Coordinate, Transfer


class Entry(NamedTuple):
    """One entry of a batch on `transfers`.

    stored  the transfer without its personal values, which are sealed in it; encoded
    marks   which fields it carries (connectors.partners.completeness)
    """

    uid: bytes
    partner: str
    transfer_id: str
    occurred_ms: int
    source: Coordinate
    marks: int
    stored: msgspec.Raw


def entry_of(transfer: Transfer, seal: Seal) -> Entry:
    """The transfer as an entry, sealed under the data key of the transaction that `seal` began."""
    t = transfer
    return Entry(t.uid, t.partner, t.transfer_id, t.occurred_ms, t.source, marks_of(t), seal.transfer(t))
