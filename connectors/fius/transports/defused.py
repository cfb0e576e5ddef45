"""XML and ZIP files from outside, opened so that they can do no harm: no DTD, no entity, nothing fetched, bounded in every direction."""

import io
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree

from connectors.fius.transports.channel import LARGEST_ANSWER_BYTES

# DEF all four: real acknowledgements have a depth of six, one file, and shrink ten-fold
DEEPEST = 64
MOST_MEMBERS = 200
MOST_RATIO = 100
MOST_UNPACKED_BYTES = 4 * LARGEST_ANSWER_BYTES
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED = 0x1


class BadAnswer(Exception):
    """Bytes that are not taken. `code` is a closed word; the sentence says what to ask the FIU for and never quotes content."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


class _Bounded:
    """Builds the tree and stops at the first thing that no acknowledgement has. Comments and instructions are left out."""

    def __init__(self) -> None:
        self._tree = etree.TreeBuilder()
        self._depth = 0
        self.refused: BadAnswer | None = None

    def doctype(self, *_: object) -> None:
        """Called before anything of the DTD is read."""
        self.refused = BadAnswer("dtd", "The XML carries a DTD, which is never read; ask the FIU for the file without it.")
        raise self.refused

    def start(self, tag: str | bytes, attrib: dict[str | bytes, str | bytes]) -> None:
        """Counts the way down."""
        self._depth += 1
        if self._depth > DEEPEST:
            self.refused = BadAnswer("too_deep", f"The XML is nested more than {DEEPEST} deep; ask the FIU what the file is.")
            raise self.refused
        self._tree.start(tag, attrib)

    def end(self, tag: str | bytes) -> None:
        """Counts the way back."""
        self._depth -= 1
        self._tree.end(tag)

    def data(self, data: str | bytes) -> None:
        """Text is kept."""
        self._tree.data(data)

    def comment(self, text: str | bytes) -> None:
        """Left out."""

    def close(self) -> etree._Element:
        """The root."""
        return self._tree.close()


def parsed(raw: bytes, most: int = LARGEST_ANSWER_BYTES) -> etree._Element:
    """The root of an XML document of at most `most` bytes. Raises BadAnswer."""
    if len(raw) > most:
        raise BadAnswer("answer_too_large", f"The XML has more than {most} bytes; ask the FIU what the file is.")
    builder = _Bounded()
    parser = etree.XMLParser(target=builder, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError, BadAnswer) as error:
        if builder.refused is not None:  # libxml2's own complaint about the end that is missing then comes on top
            raise builder.refused from error
        raise BadAnswer("not_xml", "The file is no well-formed XML; ask the FIU to send it again.") from error
    assert isinstance(root, etree._Element)
    return root


def is_zip(raw: bytes) -> bool:
    """Whether the bytes begin as a ZIP does."""
    return raw.startswith(_ZIP_MAGIC)


def unpacked(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each member of a ZIP; nothing is written anywhere. Raises BadAnswer before more than the bounds is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > MOST_MEMBERS:
                raise _bomb(f"{len(members)} files")
            left = min(MOST_UNPACKED_BYTES, max(len(raw) * MOST_RATIO, 1 << 20))
            for member in members:
                if member.flag_bits & _ENCRYPTED:
                    raise BadAnswer("zip_encrypted", "A file in the ZIP is encrypted; ask the FIU to send it in the clear.")
                with archive.open(member) as file:
                    content = file.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise _bomb("content out of all proportion")
                if is_zip(content):
                    raise _bomb("a ZIP inside")
                yield member.filename, content
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, IndexError) as error:
        raise BadAnswer("not_zip", "The file is no ZIP that can be unpacked; ask the FIU to send it again.") from error


def _bomb(what: str) -> BadAnswer:
    return BadAnswer("zip_bomb", f"The ZIP has {what} and was not unpacked; ask the FIU what it is.")
