"""What an FIU's form means in our words: code maps, placeholder rules, texts, business rules and limits (profiles/<cc>/map.yaml)."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from connectors.fius.goaml.map_rows import Field, Limits, Packaging, Placeholder, Rule, SideNodes
from connectors.fius.goaml.profile import ProfileError, Schema, SchemaProfile, decode, elements
from connectors.fius.goaml.texts import SAMPLE, Texts
from schemas.codes import COUNTRY_CURRENCY
from schemas.indicators import LocalCodes
from schemas.yaml_rows import Document, RegistryError

T = TypeVar("T")
MAP_SCHEMA = "strgw.goaml-map/1"
ANY = "*"
NO_CODE = "The FIU's list has no code for this pattern."


class FormMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One FIU's map.

    indicators       typology, or offence (TIP, SOM) -> the FIU's codes; [] or none: only the general ones under "*" stand for it, and `unmapped` says why
    codes            code set -> our word -> the FIU's code; "*" for every other word. "word@variant" where more matters: the country of a
                     document, the direction of a transfer (out, in, home), or whether a contact is a phone or an address
    nodes            channel -> what stands on each side
    cash_out         rule that shows the account holder as the one who took the cash, since nobody else is named; None: such a side is missing
    entity_accounts  whether an entity's account may be shown as account (needs its signatories in some schemas)
    other_accounts   whether accounts at other institutions are shown as accounts
    fields           fields this FIU uses for something else than their names say
    without_my_client  "activity": a report in which no side is a customer of the reporting entity goes as an activity report, under the
                     report code `activity`; "": it stays as it is (and a rule of the FIU may hold it)
    head             "web_form": the schema has no head (root `reportdata`); the rest of the report is typed in the FIU's web form
    to_map, missing  what a person must still decide: code set -> our words that have no code yet; elements the form demands and nothing fills.
                     Nothing reads them but people and `strgw profile import`
    prefer           which branch of a choice to take when both could be filled, best first; else the schema's first
    rename           our element name -> the FIU's, where a schema departs from the common vocabulary
    transliterate    elements written in the FIU's alphabet; `ascii`: elements the FIU reads as ASCII only
    caps             element -> most characters, where the FIU's guide allows fewer than its schema
    must_carry       optional elements that may not be left out when their content does not fit: the report is held instead
    """

    fiu: str
    currency: str
    languages: tuple[str, ...]
    report_codes: dict[str, str]
    shape: Literal["bi_party", "multi_party", "activity"]
    file_name: str
    limits: Limits
    codes: dict[str, dict[str, str]]
    indicators: dict[str, tuple[str, ...]]
    nodes: dict[str, SideNodes]
    texts: Texts = Texts()
    fields: tuple[Field, ...] = ()
    placeholders: tuple[Placeholder, ...] = ()
    rules: tuple[Rule, ...] = ()
    prefer: tuple[str, ...] = ()
    rename: dict[str, str] = {}
    transliterate: tuple[str, ...] = ()
    ascii: tuple[str, ...] = ()
    caps: dict[str, int] = {}
    must_carry: tuple[str, ...] = ()
    cash_out: Placeholder | None = None
    unmapped: str = ""
    entity_accounts: bool = True
    other_accounts: bool = True
    without_my_client: Literal["", "activity"] = ""
    head: Literal["file", "web_form"] = "file"
    packaging: Packaging = Packaging()
    to_map: dict[str, tuple[str, ...]] = {}
    missing: tuple[str, ...] = ()

    def code(self, code_set: str, word: str, variant: str = "") -> str | None:
        """The FIU's code for our `word`; the word itself where the set has no map; None where the map has no code for it."""
        known = self.codes.get(code_set)
        if known is None:
            return word
        for key in (f"{word}@{variant}", word, ANY):
            if key in known:
                return known[key]
        return None


class Form:
    """An FIU's form ready to render: compiled schema and map."""

    def __init__(self, schema: Schema, fiu_map: FormMap) -> None:
        self.schema = schema
        self.map = fiu_map
        self.placeholders = {placeholder.at: placeholder for placeholder in fiu_map.placeholders}
        self.fields = {field.at: field for field in fiu_map.fields}
        self.root = schema.root("report") or schema.root("reportdata")
        self.root_name = self.root.name if self.root is not None else ""
        self.headless = self.root_name != "report"
        self._local: dict[str, Form] = {}
        self.rooms: tuple[int, int] | None = None  # most characters of reason and comments, worked out by units.py
        self.listed = _listed(schema, fiu_map)
        self.rule_codes = frozenset(rule.id for rule in fiu_map.rules) | {"file_too_big", "too_many_transactions"}

    def for_fiu(self, fiu: str, country: str) -> "Form":
        """The form as this FIU takes it: a generic one gets the FIU's name and its country's currency, any other is its FIU's already."""
        if self.schema.profile.provenance != "generic" or self.map.currency:
            return self
        if fiu not in self._local:
            local = msgspec.structs.replace(self.map, fiu=fiu, currency=COUNTRY_CURRENCY.get(country, ""))
            self._local[fiu] = Form(self.schema, local)
        return self._local[fiu]

    def indicators(self, typology: str) -> LocalCodes:
        """The FIU's codes for a typology, none of them outside its own list; the general ones where it has none of its own."""
        own = self._known(self.map.indicators.get(typology, ()))
        if own:
            return LocalCodes(own, "")
        return LocalCodes(self._known(self.map.indicators.get(ANY, ())), self.map.unmapped or NO_CODE)

    def offence(self, offence: str) -> tuple[tuple[str, str], ...]:
        """The FIU's codes for an offence as such (TIP, SOM), beside those of the typologies; most lists have none."""
        return self._known(self.map.indicators.get(offence, ()))

    def _known(self, codes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        if self.listed is None:
            return tuple((code, "") for code in codes)
        return tuple((code, self.listed[code]) for code in codes if code in self.listed)

    def placeholder(self, path: str) -> Placeholder | None:
        """The rule that fills the element at `path` ("report/…/birthdate"), the most specific one; None where there is none."""
        return longest(self.placeholders, path)

    def field(self, path: str) -> Field | None:
        """What the FIU uses the element at `path` for, where that is not what its name says."""
        return longest(self.fields, path)


def longest(rules: Mapping[str, T], path: str) -> T | None:
    """The rule with the longest of the ends of `path`."""
    steps = path.split("/")
    for length in range(min(len(steps), 4), 0, -1):
        found = rules.get("/".join(steps[-length:]))
        if found is not None:
            return found
    return None


def _listed(schema: Schema, fiu_map: FormMap) -> dict[str, str] | None:
    """The FIU's list of indicators with their labels; None where its schema takes any text."""
    element = schema.root("report")
    for name in ("report_indicators", "indicator"):
        name = fiu_map.rename.get(name, name)
        inside = [e for group in schema.content(element) for e in elements(group)] if element is not None else []
        element = next((e for e in inside if e.name == name), None)
    if element is None or not schema.is_simple(element):
        return None
    return next((simple.codes for simple in schema.facets(element) if simple.codes is not None), None)


def _check_indicators(form: Form, text: str, source: str) -> None:
    """Refuses a code that is not on the FIU's own list, with its line."""
    document = Document(text, source, MAP_SCHEMA)
    told = next(named.node for named in document.named("form") if named.name == "indicators")
    for line, name, _ in document.inside(told):
        wrong = [code for code in form.map.indicators[name] if form.listed is not None and code not in form.listed]
        if wrong:
            said = f"{wrong[0]} (for {name}) is not on the FIU's list of indicators; the list is in its schema.json"
            raise RegistryError(source, line, said)


def read_map(text: str, source: str) -> FormMap:
    """The map in `text`. Raises schemas.yaml_rows.RegistryError with the line."""
    form_map = Document(text, source, MAP_SCHEMA).value("form", FormMap)
    if ANY not in form_map.nodes:
        raise RegistryError(source, 1, 'under "nodes:", say what "*" (every other channel) shows')
    try:
        for name in Texts.__struct_fields__:
            getattr(form_map.texts, name).format(**SAMPLE)
        form_map.file_name.format(code="", reference="")
    except (KeyError, IndexError, ValueError) as error:
        raise RegistryError(source, 1, f"a text or the file_name asks for {error}, which there is not") from error
    return form_map


def load_schema(code: str) -> SchemaProfile:
    """The compiled schema of a profile that comes with the gateway. Raises ProfileError."""
    path = files("connectors.fius.profiles") / code.lower() / "schema.json"
    if not path.is_file():
        raise ProfileError("profile_missing", f"There is no goAML profile {code!r} with the gateway.")
    return decode(path.read_bytes())


@lru_cache(maxsize=64)
def load_form(code: str, directory: Path | None = None) -> Form:
    """The form of the FIU whose profile folder is `code` ("ae"), shipped or, where given, in `directory`.

    Raises  ProfileError("profile_missing" …), schemas.yaml_rows.RegistryError
    """
    folder = (directory or files("connectors.fius.profiles")) / code.lower()
    schema, fiu_map = folder / "schema.json", folder / "map.yaml"
    if not schema.is_file() or not fiu_map.is_file():
        raise ProfileError(
            "profile_missing",
            f"There is no goAML profile {code!r}; import the FIU's XSD with `strgw profile import` and write its map.yaml.",
        )
    text, source = fiu_map.read_text("utf-8"), f"{code.lower()}/map.yaml"
    form = Form(Schema(decode(schema.read_bytes())), read_map(text, source))
    _check_indicators(form, text, source)
    return form
