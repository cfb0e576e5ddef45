"""What a target is, and the partner and acceptor that all of them share."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from connectors.partners.accept import Acceptor
from connectors.sealing.seal import Seal
from schemas.registry import Partner
from schemas.transfer import Coordinate
from streams.domain.identity import Keyring
from tests.fuzz import samples
from tests.fuzz.oracle import NOW_MS

RECEIVED_MS = 1_777_000_000_000
SOURCE = Coordinate("partner.demo.transfers", 0, 7)


class Target(NamedTuple):
    """One decoder. `work` is timed, `judge` says what came of it in a word or two and raises Broken; `size` is the number of transfers in it."""

    samples: Sequence[bytes]
    work: Callable[[bytes], Any]
    judge: Callable[[bytes, Any], str]
    size: Callable[[Any], int] = lambda found: 1


def partner_of(format_: str) -> Partner:
    """A partner that sends this format."""
    mapping = str(samples.GOLDEN / "csv" / "mapping.yaml") if format_ == "csv/1" else ""
    return Partner("demo", "Demo", "mto", format_, "KZ", (), timezone="Asia/Almaty", mapping=mapping)


def acceptor_of(format_: str) -> Acceptor:
    """As intake makes it."""
    return Acceptor(partner_of(format_), Keyring(b"f" * 32), lambda: NOW_MS)


class _NoKeys:
    """A Kms with nothing to keep."""

    def current(self) -> str:
        return "k0"

    def wrap(self, key_id: str, data_key: bytes) -> bytes:
        return b""

    def unwrap(self, key_id: str, wrapped: bytes) -> bytes:
        raise AssertionError("nothing is sealed")


class ClearSeal(Seal):
    """Lets through in clear what a seal would encrypt, behind what it would be bound to: no nonce makes two of one transfer differ."""

    def __init__(self) -> None:
        super().__init__(_NoKeys())
        self.begin()

    def _sealed(self, bound: bytes, clear: bytes) -> bytes:
        return bound + clear
