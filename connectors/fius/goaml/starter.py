"""A first map for an FIU whose schema has just been imported: codes found by their labels, for a person to confirm.

What the schema's lists do not show is left out and listed, so that a report which needs it is held by a coded error. No dates are
invented: rules for them need the FIU's guide.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import yaml

from connectors.fius.goaml.lookups import Codes, code_for, countries, every_element, list_of, unknown_code, words
from connectors.fius.goaml.map_rows import Placeholder, Rule
from connectors.fius.goaml.mapping import ANY, MAP_SCHEMA, FormMap
from connectors.fius.goaml.profile import Element, Schema, SchemaProfile
from schemas.codes import COUNTRY_NAMES

SHOWN = 12  # codes of a list shown beside a word a person must map; the whole list is in schema.json. DEF


class Unmapped(NamedTuple):
    """A word of ours for which the FIU's list shows no code.

    falls_to  the code that stands for it until a person decides: the FIU's own "unknown" or "other"; "" where a report that needs it is held
    choices   the first codes of the list with their labels
    """

    code_set: str
    element: str
    word: str
    falls_to: str
    choices: dict[str, str]


def generation(profile: SchemaProfile) -> str:
    """The schema's generation: "5" where it has what came with goAML 5, else "4"."""
    schema = Schema(profile)
    names = {element.name for root in profile.roots for _, element in every_element(root, schema, set())}
    return "5" if names & {"report_date", "transaction_status", "from_is_suspected", "related_persons", "full_name_frn"} else "4"


def starter_map(profile: SchemaProfile, currency: str, like: FormMap) -> FormMap:
    """A map for `profile`, with shape and rules of `like`, and codes from the FIU's own lists; `to_map` names the words without one."""
    schema = Schema(profile)
    lists = {name: _list(schema, known.elements) for name, known in words().sets.items()}
    codes = {
        name: _translated(found, words().sets[name].words) if found else like.codes.get(name, {}) for name, found in lists.items()
    }
    in_codes = countries(list_of(schema, "country_code") or list_of(schema, "from_country"))
    if in_codes is not None:
        unknown = unknown_code(list_of(schema, "from_country"))
        codes["country"] = {**in_codes, **({ANY: unknown} if unknown else {})}
    reports = list_of(schema, "report_code")
    filed = "STR" if "STR" in reports else code_for(reports, "suspicious_transaction")
    activity = "SAR" if "SAR" in reports else code_for(reports, "suspicious_activity")
    told = {"file": filed, "hold": filed, "activity": activity} if reports else dict(like.report_codes)
    headless = schema.root("report") is None
    return msgspec.structs.replace(
        like,
        fiu=profile.fiu,
        currency=currency,
        report_codes={kind: code for kind, code in told.items() if code},
        codes={name: table for name, table in codes.items() if table},
        unmapped="",
        indicators=_indicators(list_of(schema, "indicator"), like),
        fields=(),
        placeholders=tuple(_placeholders(schema, like, f"{profile.fiu}-S")),
        rules=tuple(_rules(like, currency, {"STR": filed, "SAR": activity})),
        cash_out=msgspec.structs.replace(like.cash_out, id=f"{profile.fiu}-S00") if like.cash_out else None,
        rename={},
        head="web_form" if headless else "file",
        to_map=_to_map(lists, codes, reports, filed, in_codes),
        missing=(),
    )


def _rules(like: FormMap, currency: str, named: dict[str, str | None]) -> Iterator[Rule]:
    """The rules of `like` that hold for any FIU, under the FIU's own report codes; `named`: our names of them, "STR" and "SAR"."""
    for rule in like.rules:
        if rule.kind == "local_currency":
            yield msgspec.structs.replace(rule, text=f"The local currency of reports to this FIU is {currency}.")
        elif rule.kind == "required":
            yield msgspec.structs.replace(rule, report_codes=())  # all we file is about suspicion, whatever the FIU calls it
        elif rule.kind == "my_client":
            yield msgspec.structs.replace(rule, report_codes=tuple(named.get(code) or code for code in rule.report_codes))


def unmapped(profile: SchemaProfile, form_map: FormMap) -> tuple[Unmapped, ...]:
    """The words a person must still map, with what the FIU's list offers for them."""
    schema = Schema(profile)
    found = []
    for name, left in form_map.to_map.items():
        known = words().sets.get(name)
        elements = known.elements if known else {"country": ("from_country",)}.get(name, (name,))
        element, codes = next(((e, list_of(schema, e)) for e in elements if list_of(schema, e)), (elements[0], {}))
        falls_to = form_map.codes.get(name, {}).get(ANY, "")
        choices = dict(list(codes.items())[:SHOWN])
        found += [Unmapped(name, element, word, falls_to, choices) for word in left]
    return tuple(found)


def as_yaml(form_map: FormMap) -> str:
    """The map as the text of a map.yaml, with a head that says what to do with it; texts at their defaults are left out."""
    raw = msgspec.to_builtins(form_map)
    defaults = {field.name: field.default for field in msgspec.structs.fields(FormMap)}
    body = {name: value for name, value in raw.items() if getattr(form_map, name) != defaults[name]}
    text = yaml.safe_dump({"form": body}, sort_keys=False, allow_unicode=True, width=140)
    head = (
        f"# {form_map.fiu}: starter map, made from the labels of the FIU's own lists. Check every line against the FIU's guide, add its\n"
        f"# placeholder rules and limits, then name the profile in fius.yaml. What is missing here holds a report; it is never made up.\n"
        f'# to_map: words of ours the lists show no code for; give each one under codes, then strike it out. Where codes has "*", that code\n'
        f"# stands for them until then. missing: elements the form demands and nothing fills; give a placeholder rule or a field for each.\n"
    )
    return f"{head}schema: {MAP_SCHEMA}\n{text}"


def _list(schema: Schema, elements: tuple[str, ...]) -> Codes:
    return next((codes for codes in (list_of(schema, element) for element in elements) if codes), {})


def _translated(codes: Codes, wanted: dict[str, tuple[str, ...]]) -> dict[str, str]:
    found = {word: code_for(codes, *concepts) for word, concepts in wanted.items()}
    table = {word: code for word, code in found.items() if code is not None}
    unknown = unknown_code(codes)
    return {**table, ANY: unknown} if unknown is not None else table


def _to_map(
    lists: dict[str, Codes], codes: dict[str, dict[str, str]], reports: Codes, filed: str | None, in_codes: dict[str, str] | None
) -> dict[str, tuple[str, ...]]:
    left = {
        name: tuple(word for word in words().sets[name].words if word not in codes.get(name, {}))
        for name, found in lists.items()
        if found and name != "gender"  # transfers never say it
    }
    if reports and not filed:
        left["report_code"] = ("file",)
    if in_codes is not None:
        left["country"] = tuple(code for code in COUNTRY_NAMES if code not in in_codes)
    return {name: tuple(still) for name, still in left.items() if still}


def _indicators(codes: Codes, like: FormMap) -> dict[str, tuple[str, ...]]:
    """Codes the FIU shares with `like`, those its labels name for the two offences, and a general one that states no offence."""
    if not codes:
        return like.indicators
    same = {name: tuple(code for code in told if code in codes) for name, told in like.indicators.items()}
    table = {name: told for name, told in same.items() if told and name != ANY}
    for offence, concept in (("TIP", "trafficking"), ("SOM", "smuggling")):
        code = code_for({code: label for code, label in codes.items() if label}, concept)
        table |= {offence: (code,)} if code else {}
    general = (
        *same.get(ANY, ()),
        *(code for code in ("STR", "-") if code in codes),
        *filter(None, [code_for(codes, "unknown", "other")]),
    )
    return {**table, ANY: general[:1]} if general else table


def _placeholders(schema: Schema, like: FormMap, prefix: str) -> Iterator[Placeholder]:
    """Rules of `like` that invent no date; codes become the FIU's own code for unknown, or the rule goes."""
    known: dict[str, Element] = {}  # the first of a name: later ones are of goods, which transfers do not have
    for root in schema.profile.roots:
        for _, element in every_element(root, schema, set()):
            known.setdefault(element.name, element)
    for number, rule in enumerate(like.placeholders, 1):
        found = known.get(rule.at.rpartition("/")[2])
        if found is None or re.match(r"\d{4}-", rule.value):
            continue
        facets = schema.facets(found) if schema.is_simple(found) else ()
        codes = next((simple.codes for simple in facets if simple.codes), None)
        value = (unknown_code(codes) if codes and not rule.fact else rule.value) or ""
        if codes and not (value or rule.fact):
            continue
        yield msgspec.structs.replace(rule, id=f"{prefix}{number:02d}", value=value, basis="SRC" if codes else "DEF")
