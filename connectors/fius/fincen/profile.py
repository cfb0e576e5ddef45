"""FinCEN's batch schema in our own format: a namespace, attributes, sequences of elements, and what must be unique.

One JSON file (connectors/fius/profiles/us/schema.json), compiled from the XSD by compiler.py. The XSD itself stays with FinCEN; the
facts in it are enough to render, and to generate an equivalent XSD (xsd.py).
"""

import msgspec

from connectors.fius.goaml.profile import ProfileError, Simple, printed

FORMAT = "strgw.fincen-profile/1"
UNBOUNDED = -1


class Unique(msgspec.Struct, frozen=True):
    """No two elements that `selector` finds below this one may have the same `field`; XPaths without prefixes."""

    name: str
    selector: str
    field: str


class Child(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An element inside another: `type` names a kind (it has elements) or a simple type or XSD built-in (it has text)."""

    name: str
    type: str
    min: int = 1
    max: int = 1
    fixed: str | None = None
    unique: tuple[Unique, ...] = ()


class Kind(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What stands inside an element, in this order, and the attributes it must carry (name -> XSD built-in)."""

    children: tuple[Child, ...]
    attributes: dict[str, str] = {}


class SchemaProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The compiled schema. `source_sha256`: of the XSD it was compiled from; `root`: the document element."""

    format: str
    fiu: str
    schema_id: str
    schema_version: str
    source_sha256: str
    namespace: str
    root: Child
    kinds: dict[str, Kind]
    simples: dict[str, Simple]


def encode(profile: SchemaProfile) -> bytes:
    """The profile as one JSON document, one definition a line, the same bytes for the same profile."""
    return printed(msgspec.to_builtins(profile), ("kinds", "simples"))


def decode(raw: bytes) -> SchemaProfile:
    """The profile in `raw`. Raises ProfileError("profile_not_readable" | "profile_format")."""
    try:
        profile = msgspec.json.decode(raw, type=SchemaProfile)
    except msgspec.MsgspecError as error:
        said = f"FinCEN's schema profile cannot be read ({error}); compile the XSD again."
        raise ProfileError("profile_not_readable", said) from error
    if profile.format != FORMAT:
        said = f"FinCEN's schema profile is in format {profile.format!r}, not {FORMAT}; compile the XSD again."
        raise ProfileError("profile_format", said)
    return profile


class Schema:
    """A profile with its look-ups."""

    def __init__(self, profile: SchemaProfile) -> None:
        self.profile = profile
        self._caps: dict[str, int | None] = {}

    def kind(self, child: Child) -> Kind | None:
        """What stands inside the element; None for one that holds text."""
        return self.profile.kinds.get(child.type)

    def cap(self, child: Child) -> int | None:
        """Most characters the element's text may have; None where the schema sets no limit."""
        if child.type not in self._caps:
            simple = self.profile.simples.get(child.type)
            self._caps[child.type] = simple.max_length if simple else None
        return self._caps[child.type]
