"""The rows of an FIU's map (map.yaml): placeholder rules, business rules, fields of the FIU's own use, limits, packaging."""

from typing import Literal

import msgspec


class Placeholder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule that fills a mandatory field nobody told us. It never fills an optional one.

    at     element path this is for, from its end: "birthdate", or "director_id/first_name"; the longest match wins
    value  what is written; `fact` instead names a known value of the surroundings; `node` opens an element and asks for its parts
    basis  SRC: the FIU's guide or list says so; DEF: our choice
    """

    id: str
    at: str
    why: str
    basis: Literal["SRC", "DEF"]
    value: str = ""
    fact: str = ""
    node: bool = False


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A business rule of the FIU beyond its schema. `kind` decides what `at`, `value` and `report_codes` mean (rules.py)."""

    id: str
    kind: Literal["required", "my_client", "local_currency", "bi_party", "max_characters", "required_with"]
    text: str
    at: str = ""
    value: str = ""
    report_codes: tuple[str, ...] = ()
    needs: str = ""


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field that this FIU uses for something else than its name says.

    at    element path, from its end, as in a Placeholder
    take  the fact that stands in it (facts of offer_party.py and offer_transfer.py: "document.national_id", "father_name", "address.city" …);
          a fact that transfers never carry leaves the field empty, and where the form demands it, holds the report under that name
    codes code set that translates the fact
    """

    id: str
    at: str
    take: str
    why: str
    basis: Literal["SRC", "DEF"]
    codes: str = ""


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Most bytes in a file, most transactions in a report, most different parties in a report (0: as many as there are)."""

    file_bytes: int
    transactions: int
    parties: int = 0


class Packaging(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How files leave: plain XML, or ZIP archives with at most `reports` XML files each.

    attach  beside the XML in the archive: "narrative" (the whole text in every language), "transfers" (a table, CSV)
    """

    kind: Literal["xml", "zip"] = "xml"
    reports: int = 1
    attach: tuple[Literal["narrative", "transfers"], ...] = ()


class SideNodes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands on each side of a transfer: `person` (or the entity) itself, or its `account`."""

    sender: Literal["person", "account"] = "person"
    receiver: Literal["person", "account"] = "person"
