"""A folder on this machine, or a mounted share, as the place where files are left."""

import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from connectors.files.complete import is_finished
from connectors.files.durable import make_durable
from connectors.partners.files.place import LONGEST_NAME_BYTES, Away, Ending, Unreadable, receipt_name, variant
from connectors.partners.files.spool import PIECE_BYTES


class FolderPlace:
    """One folder of the file system."""

    def __init__(self, inbox: Path) -> None:
        self._inbox = inbox

    def listed(self) -> Mapping[str, tuple[int, int]]:
        """Links are not followed: they could lead to what the partner may not read itself."""
        with _reachable():
            found = {
                entry.name: entry.stat(follow_symlinks=False) for entry in os.scandir(self._inbox) if is_finished(entry.name)
            }
        return {
            name: (seen.st_size, seen.st_mtime_ns)
            for name, seen in found.items()
            if stat.S_ISREG(seen.st_mode) and len(os.fsencode(name)) <= LONGEST_NAME_BYTES
        }

    def chunks(self, name: str) -> Iterator[bytes]:
        """The file's bytes; it is opened only as an ordinary file, whatever stands under the name by now."""
        try:
            descriptor = os.open(self._inbox / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError as error:
            raise Away(f"A file was taken away from {self._inbox} before it was read.") from error
        except OSError as error:
            raise Unreadable(str(error.strerror)) from error
        with _reachable(), os.fdopen(descriptor, "rb") as file:
            while chunk := file.read(PIECE_BYTES):
                yield chunk

    def settle(self, name: str, ending: Ending, receipt: Path) -> None:
        """Receipt first: a file that is put away always has one."""
        folder = self._inbox / ending
        with _reachable():
            folder.mkdir(exist_ok=True)
            target = _free(folder, name)
            beside = folder / f".{receipt_name(target.name)}.part"
            with receipt.open("rb") as source, beside.open("wb") as file:
                shutil.copyfileobj(source, file)
                file.flush()
                os.fsync(file.fileno())
            beside.rename(folder / receipt_name(target.name))
            (self._inbox / name).rename(target)
            make_durable(folder)
            make_durable(self._inbox)

    def close(self) -> None:
        """Nothing is open."""


def _free(folder: Path, name: str) -> Path:
    number = 1
    while os.path.lexists(folder / variant(name, number)):
        number += 1
    return folder / variant(name, number)


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Away(
            f"{error.filename or 'The folder'} cannot be read or written ({error.strerror or error}); look at the folder."
        ) from error
