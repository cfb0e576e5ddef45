"""What every channel to an FIU offers, and the ways in which it says no.

A filing goes in two acts, so that a process killed at any moment can find out by itself how far it came:

1. stage    everything but the last act: the bytes lie beside their destination, complete and durable. May be done again.
2. release  the last act, after which the FIU has it: a rename, a request. Done again only where `check` has not found the filing.

Between the two the ledger is told (connectors.fius.transports.carry). Whatever a channel raises leaves the filing where it is.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

LARGEST_ANSWER_BYTES = 8 << 20  # DEF an acknowledgement has kilobytes; the largest filing has 5 MB


class Transient(Exception):
    """The FIU could not be reached or asks for patience: try again later. `retry_after_s`: how long it asked to be left alone."""

    def __init__(self, code: str, text: str, retry_after_s: float = 0.0) -> None:
        super().__init__(text)
        self.code, self.text, self.retry_after_s = code, text, retry_after_s


class Unstaged(Transient):
    """What was staged is not there any more, or not whole, and was not released: it is staged anew."""


class Refused(Exception):
    """This filing does not get through, and trying again would change nothing: a person must look. Others may pass."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


class Barred(Exception):
    """Nothing gets through until a person mends the channel: a strange host key, a refused password, a redirect."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


class Outgoing(msgspec.Struct, frozen=True):
    """One filing as it travels.

    reference  by which the FIU knows it: the form's own where it has one, else the filing id
    file_name  a plain name, with neither folder nor leading dot
    payload    the bytes that travel, packed as the FIU wants them
    """

    filing_id: str
    reference: str
    file_name: str
    media_type: str
    payload: bytes

    @property
    def sha256(self) -> str:
        """Digest of the bytes that travel, in hex."""
        return hashlib.sha256(self.payload).hexdigest()


class Answer(msgspec.Struct, frozen=True):
    """What came back from an FIU, unread.

    name       of the file, or of the question that it answers
    filing_id  where the channel knows what it answers, else ""
    problem    code of why `raw` could not be taken (too large): it is then empty or cut off
    """

    name: str
    raw: bytes
    filing_id: str = ""
    problem: str = ""

    @property
    def digest(self) -> str:
        """By which the same answer is known again, in hex. Its name counts only where it is part of what is said."""
        name = self.name if self.problem or self.name.lower().endswith(".txt") else ""
        return hashlib.sha256(f"{name}\0{self.filing_id}\0{self.problem}\0".encode() + self.raw).hexdigest()


class Sent(msgspec.Struct, frozen=True):
    """The FIU has the filing.

    place          where it went, for people
    fiu_reference  the FIU's own number for it, where it gave one
    answer         what the FIU said to it at once
    """

    place: str
    fiu_reference: str = ""
    answer: Answer | None = None


class Awaited(msgspec.Struct, frozen=True):
    """A filing that the FIU has and has not judged yet."""

    filing_id: str
    reference: str
    fiu_reference: str


class Channel(Protocol):
    """One FIU's channel. Every method may raise Transient or Barred, the first three Refused. Used by one thread.

    settle_s  how long after a release that was cut off its effect may still show: `check` is not to be believed before
    """

    settle_s: float

    def stage(self, outgoing: Outgoing) -> Sent | None:
        """Makes everything ready; Sent where the FIU turns out to have exactly this filing already."""

    def check(self, outgoing: Outgoing) -> Sent | None:
        """After a release whose outcome is not known: Sent where it took place, None where it certainly did not."""

    def release(self, outgoing: Outgoing) -> Sent:
        """The last act."""

    def answers(self, awaited: Sequence[Awaited]) -> Iterator[Answer]:
        """What the FIU has said. The same answer may come again; a half-written one does not come."""

    def close(self) -> None:
        """Ends the connection."""


def plain_name(name: str) -> str:
    """`name`, if it is a plain file name. Raises Refused: a name that leads elsewhere is never written."""
    if not name or name.startswith(".") or "/" in name or "\\" in name or any(ord(letter) < 32 for letter in name):
        raise Refused(
            "file_name", f"The file name {name!r} is not a plain name; correct `file_name` in the map of the FIU's form."
        )
    return name
