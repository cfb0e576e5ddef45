"""Files of lines and of JSON, cut into records without reading the whole: one object a line, a list of objects, or objects over several lines."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import IO

from connectors.partners.formats.file_record import FileRecord
from schemas.native import InvalidTransfer
from schemas.native_reading import MAX_BYTES
from schemas.registry import Partner

CHUNK = 65_536
_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")
_BOM = b"\xef\xbb\xbf"


def cut_lines(file: IO[bytes], _: Partner) -> Iterator[FileRecord]:
    """Each line that is not blank as a record, without its end. Raises InvalidTransfer where one is longer than a record may be."""
    number = 0
    while line := file.readline(MAX_BYTES + 2):
        number += 1
        if len(line) > MAX_BYTES and not line.endswith(b"\n"):
            raise InvalidTransfer("too_large", f"Line {number:,} is longer than {MAX_BYTES:,} bytes; send one transfer a line.")
        if line.strip():
            yield FileRecord(line.rstrip(b"\r\n"), (number,))


def cut_json(file: IO[bytes], partner: Partner) -> Iterator[FileRecord]:
    """Each JSON object of the file as a record, as it is written there.

    A line that is no JSON is a record too, which is then refused alone; in a list, where nothing tells where the next object begins, the
    file is refused.
    Raises  InvalidTransfer
    """
    head = file.read(CHUNK)
    file.seek(0)
    start = head.removeprefix(_BOM).lstrip()
    if start.startswith(b"\0"):
        raise InvalidTransfer("not_in_format", "A file holds JSON, one object a line; send Avro as records on the topic.")
    if start.startswith(b"["):
        yield from _Objects(file, is_list=True)
    elif start.startswith(b"{") and not _is_json(start.split(b"\n", 1)[0]) and _begins_with_object(start):
        yield from _Objects(file, is_list=False)
    else:
        first = True
        for record in cut_lines(file, partner):
            raw = record.raw.removeprefix(_BOM) if first else record.raw
            if raw:
                yield record._replace(raw=raw)
            first = False


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _begins_with_object(text: bytes) -> bool:
    """Whether an object that spans several lines comes first, so that lines are no records."""
    try:
        _DECODER.raw_decode(text.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return False
    return True


class _Objects:
    """The objects of a list, or one after another, as they are written."""

    def __init__(self, file: IO[bytes], is_list: bool) -> None:
        self._text, self._at = "", 0
        self._line, self._counted = 1, 0  # the line of the character at `_counted`
        self._is_list = is_list
        self._read = codecs.getreader("utf-8-sig")(file).read
        self._is_read = False
        self._number = 0

    def __iter__(self) -> Iterator[FileRecord]:
        if self._is_list and self._next() == "[":
            self._at += 1
        while (mark := self._next()) not in ("", "]"):
            if self._is_list and self._number:
                if mark != ",":
                    raise self._broken("no comma stands behind it")
                self._at += 1
                self._next()
            yield self._object()
        if self._is_list:
            if mark != "]":
                raise self._broken("the list has no end")
            self._at += 1
        if self._next():
            raise self._broken("something stands behind the end")

    def _next(self) -> str:
        """The next character that is no white space; "" at the end."""
        while True:
            self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]  # it matches nothing, too
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def _object(self) -> FileRecord:
        self._number += 1
        line = self._reached()
        while True:
            try:
                end = _DECODER.raw_decode(self._text, self._at)[1]
            except RecursionError as error:
                raise self._broken("it is nested too deeply") from error
            except ValueError as error:
                if len(self._text) - self._at > MAX_BYTES:
                    raise self._broken(f"it is no JSON, or longer than {MAX_BYTES:,} bytes") from error
                if not self._more():
                    raise self._broken("it is no JSON, or it is cut off") from error
                continue
            found, self._at = self._text[self._at : end].encode(), end
            if len(found) > MAX_BYTES:
                raise InvalidTransfer("too_large", f"Object {self._number:,} has more than {MAX_BYTES:,} bytes; split it.")
            return FileRecord(found, (line,))

    def _reached(self) -> int:
        """The line of the character that comes next."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _more(self) -> bool:
        """Reads on; whether there was anything."""
        if self._is_read:
            return False
        try:
            chunk = self._read(CHUNK, CHUNK)
        except UnicodeDecodeError as error:
            raise InvalidTransfer(
                "not_utf8", f"The file is not UTF-8 near object {self._number + 1:,}; encode it as UTF-8."
            ) from error
        self._is_read = not chunk
        self._reached()
        self._text, self._at, self._counted = self._text[self._at :] + chunk, 0, 0
        return bool(chunk)

    def _broken(self, why: str) -> InvalidTransfer:
        return InvalidTransfer("not_json", f"Object {self._number:,} of the file cannot be read: {why}; mend the file.")
