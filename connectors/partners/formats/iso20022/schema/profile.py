"""ISO 20022 message schemas as facts: which elements stand where, in what order, how often, and which values they take.

One JSON file (messages.json beside this one) holds every version that is known, made by compiler.py from the XSDs that iso20022.org
publishes; those stay there. Messages share most of their types, so that each type stands in it once; a name that means two things has a
number behind it.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

FORMAT = "strgw.iso20022-schemas/1"
UNBOUNDED = -1
_FILE = Path(__file__).parent / "messages.json"


class Child(msgspec.Struct, frozen=True, array_like=True):
    """An element inside another; `type` names a kind, a simple type, or an XSD built-in ("xs:date"). max: UNBOUNDED where there is no limit."""

    name: str
    type: str
    min: int = 1
    max: int = 1


class Kind(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What an element holds: `children` in this order, or one of them (`is_choice`); or text of the type `text`; or anything at all.

    attributes  name -> type of those that must be there; only an element with text has any
    """

    children: tuple[Child, ...] = ()
    is_choice: bool = False
    text: str = ""
    attributes: dict[str, str] = {}
    is_open: bool = False


class Simple(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A value: an XSD built-in, narrowed by XSD facets (name -> values; several patterns or enumerations are alternatives)."""

    base: str
    facets: dict[str, tuple[str, ...]] = {}


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version of a message: the kind of its element `Document`, and the SHA-256 of the XSD it was compiled from."""

    document: str
    source_sha256: str


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every known message by its id ("pacs.008.001.08"), with the types they share."""

    format: str
    messages: dict[str, Message]
    kinds: dict[str, Kind]
    simples: dict[str, Simple]

    def reached(self, message: str) -> Iterator[tuple[str, Kind | Simple]]:
        """The types of one message, each once."""
        waiting, seen = [self.messages[message].document], set[str]()
        while waiting:
            name = waiting.pop()
            if name in seen or name.startswith("xs:"):
                continue
            seen.add(name)
            found = self.kinds.get(name) or self.simples[name]
            yield name, found
            if isinstance(found, Kind):
                waiting += [child.type for child in found.children] + [*found.attributes.values(), *filter(None, [found.text])]


def encode(profile: Profile) -> bytes:
    """The profile as one JSON document, one definition a line, the same bytes for the same profile."""
    parts = [f' "format": "{profile.format}"']
    for table in ("messages", "kinds", "simples"):
        rows = (f'  "{name}": {msgspec.json.encode(item).decode()}' for name, item in sorted(getattr(profile, table).items()))
        parts.append(f' "{table}": {{\n' + ",\n".join(rows) + "\n }")
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


@cache
def known() -> Profile:
    """The profile that comes with the gateway, read once a process."""
    profile = msgspec.json.decode(_FILE.read_bytes(), type=Profile)
    assert profile.format == FORMAT, "messages.json is part of the package"
    return profile
