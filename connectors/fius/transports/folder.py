"""A folder as the channel: a mounted share from which the FIU takes what is complete, and into which it puts its answers.

A filing is written beside its place under a name that nobody takes, made durable, and renamed: the FIU sees all of it or nothing.
Once staged, the part file is what tells whether the rename took place: it goes only by being renamed. So an FIU may take the
filing away at once, and a killed sender still knows that it was there.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from connectors.files.complete import Settled, is_finished, shown
from connectors.files.durable import digest_of, make_durable
from connectors.fius.transports.channel import (
    LARGEST_ANSWER_BYTES,
    Answer,
    Awaited,
    Outgoing,
    Refused,
    Sent,
    Transient,
    Unstaged,
    plain_name,
)


class FolderChannel:
    """Two folders on this machine. `inbox` None: the FIU answers by other means."""

    settle_s = 0.0

    def __init__(self, outbox: Path, inbox: Path | None) -> None:
        self._outbox, self._inbox = outbox, inbox
        self._settled = Settled()

    def stage(self, outgoing: Outgoing) -> Sent | None:
        """Writes the part file, complete and durable."""
        final, part = self._names(outgoing)
        try:
            if final.exists():
                return self._there(final, outgoing)
            with part.open("wb") as file:
                file.write(outgoing.payload)
                file.flush()
                os.fsync(file.fileno())
            make_durable(self._outbox)
        except OSError as error:
            raise _transient(error) from error
        return None

    def check(self, outgoing: Outgoing) -> Sent | None:
        """A part file that is gone was renamed, whether the FIU has taken it since or not."""
        final, part = self._names(outgoing)
        try:
            if final.exists():
                return self._there(final, outgoing)
            return None if part.exists() else Sent(str(final))
        except OSError as error:
            raise _transient(error) from error

    def release(self, outgoing: Outgoing) -> Sent:
        """Renames the part file, never onto another file."""
        final, part = self._names(outgoing)
        try:
            if final.exists():
                return self._there(final, outgoing)
            if not part.exists() or digest_of(part) != outgoing.sha256:
                raise Unstaged("staged_differs", f"{part} is not what was written there; the filing is staged anew.")
            part.rename(final)
            make_durable(self._outbox)
        except OSError as error:
            raise _transient(error) from error
        return Sent(str(final))

    def answers(self, awaited: Sequence[Awaited]) -> Iterator[Answer]:
        """Files of the inbox that are complete; they stay where they are, for they are the FIU's."""
        if self._inbox is None:
            return
        try:
            found = {entry.name: entry.stat() for entry in os.scandir(self._inbox) if entry.is_file(follow_symlinks=False)}
        except OSError as error:
            raise _transient(error) from error
        listed = {name: (stat.st_size, stat.st_mtime_ns) for name, stat in found.items() if is_finished(name)}
        for name in self._settled.fresh(listed):
            if listed[name][0] > LARGEST_ANSWER_BYTES:
                yield Answer(shown(name), b"", problem="answer_too_large")
                continue
            try:
                raw = (self._inbox / name).read_bytes()
            except OSError:
                self._settled.again(name)
            else:
                yield Answer(shown(name), raw)

    def close(self) -> None:
        """Nothing is open."""

    def _names(self, outgoing: Outgoing) -> tuple[Path, Path]:
        name = plain_name(outgoing.file_name)
        return self._outbox / name, self._outbox / f".{name}.part"

    def _there(self, final: Path, outgoing: Outgoing) -> Sent:
        if digest_of(final) != outgoing.sha256:
            raise Refused(
                "name_taken",
                f"{final} exists with another content and is not overwritten; find out whose it is and move it away.",
            )
        part = final.with_name(f".{final.name}.part")
        with suppress(FileNotFoundError):
            part.unlink()
        return Sent(str(final))


def _transient(error: OSError) -> Transient:
    return Transient(
        "folder", f"{error.filename or 'The folder'} cannot be written or read ({error.strerror or error}); look at the share."
    )
