"""A first map for an FIU whose schema has just been imported: codes found by their labels, for a person to confirm.

What the schema's lists do not show is left out, so that a report which needs it is held by a coded error. No dates are invented:
rules for them need the FIU's guide.
"""

import re
from collections.abc import Iterator

import msgspec
import yaml

from connectors.fius.goaml.mapping import ANY, MAP_SCHEMA, FormMap, Placeholder
from connectors.fius.goaml.profile import Element, Group, Schema, SchemaProfile

_CASH, _WALLET, _BANK = (
    "counter|teller|branch|office|agent|remittance",
    "mobile|wallet",
    "electronic|wire|transfer|online|internet",
)
_FUNDS_CASH, _FUNDS_BANK, _FUNDS_WALLET = "^cash$|cash", "^account|electronic|transfer|deposit", "mobile|wallet|^MOBL$|electronic"
# code set -> the element whose list it translates into, and for each of our words what the label (or else the code) looks like.
_SETS: dict[str, tuple[str, dict[str, str]]] = {
    "submission": ("submission_code", {"electronic": "electronic|^E$"}),
    "transmode": (
        "transmode_code",
        {
            "cash_to_cash": _CASH, "cash_to_wallet": _CASH, "cash_in": _CASH, "cash_out": _CASH, "wallet_to_cash": _WALLET,
            "wallet_to_wallet": _WALLET, "bank_transfer": _BANK, "account_to_cash": _BANK, "payroll": _BANK,
            "virtual_asset": "virtual|crypto|digital asset", "merchant": "point of sale|^POS$", "card": "card",
        },
    ),
    "funds_from": (
        "from_funds_code",
        {
            "cash_to_cash": _FUNDS_CASH, "cash_to_wallet": _FUNDS_CASH, "cash_in": _FUNDS_CASH, "wallet_to_cash": _FUNDS_WALLET, "wallet_to_wallet": _FUNDS_WALLET,
            "bank_transfer": _FUNDS_BANK, "account_to_cash": _FUNDS_BANK, "cash_out": _FUNDS_BANK, "payroll": _FUNDS_BANK, "card": "card",
            "virtual_asset": "virtual|crypto", "merchant": "card|electronic",
        },
    ),
    "funds_to": (
        "to_funds_code",
        {
            "cash_to_cash": _FUNDS_CASH, "wallet_to_cash": _FUNDS_CASH, "account_to_cash": _FUNDS_CASH, "cash_out": _FUNDS_CASH, "cash_in": _FUNDS_BANK,
            "cash_to_wallet": _FUNDS_WALLET, "wallet_to_wallet": _FUNDS_WALLET, "bank_transfer": _FUNDS_BANK, "payroll": _FUNDS_BANK, "card": "card|electronic",
            "virtual_asset": "virtual|crypto", "merchant": "card|electronic",
        },
    ),
    "identifier": ("identification/type", {"passport": "passport|^PPT$", "national_id": "national id|identity card|^ID|^NIC$", "driving_licence": "driv|^DL$", "registration": "incorporation|trade|registration"}),
    "contact": ("tph_contact_type", {"person": "private|personal|home|residen|^PRVT$", "entity": "business|office|^BUSN$"}),
    "communication": ("tph_communication_type", {"mobile": "mobile|cell|^MOPH$", "fixed": "landline|fixed|telephone|^LNPH$"}),
    "account_type": ("personal_account_type", {"wallet": "fiat|e-money|mobile wallet|^DIGW$|wallet"}),
    "account_role": ("signatory/role", {"holder": "primary account holder|account holder|^ACHLD$|owner"}),
    "transaction_status": ("transaction_status", {"paid": "^complete", "sent": "incomplete|pending"}),
}  # fmt: skip
_UNKNOWN = re.compile("unknown|not known|unspecified|not specified|^n/?a$|^-$", re.IGNORECASE)
_OTHER = re.compile("^other", re.IGNORECASE)
_SUSPICION = re.compile(
    r"human traffick|traffick\w* (in|of) (persons|humans?|people)|(migrant|human) smuggl|smuggl\w* of (migrants|persons|people)",
    re.IGNORECASE,
)


def starter_map(profile: SchemaProfile, currency: str, like: FormMap) -> FormMap:
    """A map for `profile`, with shape, texts and rules of `like`, and codes from the FIU's own lists."""
    schema = Schema(profile)
    codes = {name: _translated(_list_of(schema, element), words) for name, (element, words) in _SETS.items()}
    reports = _list_of(schema, "report_code")
    report_code = "STR" if "STR" in reports else _first(reports, "suspicious transaction")
    rules = tuple(rule for rule in like.rules if rule.kind in ("required", "my_client", "local_currency"))
    text = f"The local currency of reports to this FIU is {currency}."
    return msgspec.structs.replace(
        like,
        fiu=profile.fiu,
        currency=currency,
        report_codes={"file": report_code, "hold": report_code} if report_code else {},
        codes={name: words for name, words in codes.items() if words},
        unmapped="",
        indicators=_indicators(_list_of(schema, "indicator"), like),
        placeholders=tuple(_placeholders(schema, like, f"{profile.fiu}-S")),
        rules=tuple(msgspec.structs.replace(rule, text=text) if rule.kind == "local_currency" else rule for rule in rules),
        cash_out=None,
        rename={},
    )


def as_yaml(form_map: FormMap) -> str:
    """The map as the text of a map.yaml, with a head that says what to do with it."""
    body = yaml.safe_dump({"form": msgspec.to_builtins(form_map)}, sort_keys=False, allow_unicode=True, width=140)
    head = (
        f"# {form_map.fiu}: starter map, made from the labels of the FIU's own lists. Check every line against the FIU's guide, add its\n"
        f"# placeholder rules and limits, then name the profile in fius.yaml. What is missing here holds a report; it is never made up.\n"
    )
    return f"{head}schema: {MAP_SCHEMA}\n{body}"


def _elements(item: Element | Group, schema: Schema, seen: set[str], parent: str = "") -> Iterator[tuple[str, Element]]:
    """Every element that can stand in a report with the name of its parent, each named type looked into once."""
    if isinstance(item, Group):
        for inner in item.items:
            yield from _elements(inner, schema, seen, parent)
        return
    yield parent, item
    if item.complex is None and item.type in seen:
        return
    seen.add(item.type)
    for group in schema.content(item):
        yield from _elements(group, schema, seen, item.name)


def _list_of(schema: Schema, path: str) -> dict[str, str]:
    """The code list of the element `path` ("role", or "signatory/role"); {} where the schema has no such element or no list for it."""
    parent, _, name = path.rpartition("/")
    for root in schema.profile.roots:
        for above, element in _elements(root, schema, set()):
            if element.name == name and parent in ("", above) and schema.is_simple(element):
                for simple in schema.facets(element):
                    if simple.codes:
                        return simple.codes
    return {}


def _first(codes: dict[str, str], pattern: str) -> str | None:
    """The first code whose label (else the code itself) matches; the alternatives of `pattern` are tried in order, best first."""
    for alternative in pattern.split("|"):
        found = re.compile(alternative, re.IGNORECASE)
        for code, label in codes.items():
            if found.search(label or code):
                return code
    return None


def _unknown(codes: dict[str, str]) -> str | None:
    """The FIU's own code for "unknown", else for "other"."""
    for pattern in (_UNKNOWN, _OTHER):
        for code, label in codes.items():
            if pattern.search(label or code) or (pattern is _UNKNOWN and code == "-"):
                return code
    return None


def _translated(codes: dict[str, str], words: dict[str, str]) -> dict[str, str]:
    found = {word: _first(codes, pattern) for word, pattern in words.items()}
    table = {word: code for word, code in found.items() if code is not None}
    unknown = _unknown(codes)
    return {**table, ANY: unknown} if codes and unknown is not None else table


def _indicators(codes: dict[str, str], like: FormMap) -> dict[str, tuple[str, ...]]:
    same = {name: tuple(code for code in told if code in codes) for name, told in like.indicators.items()}
    table = {name: told for name, told in same.items() if told and name != ANY}
    labelled = [code for code, label in codes.items() if _SUSPICION.search(label)]
    general = (*same.get(ANY, ()), *labelled, *(code for code in ("STR", "-") if code in codes))[:1]
    return {**table, ANY: general} if general else table


def _placeholders(schema: Schema, like: FormMap, prefix: str) -> Iterator[Placeholder]:
    """Rules of `like` that invent no date; codes become the FIU's own code for unknown, or the rule goes."""
    known = {element.name: element for root in schema.profile.roots for _, element in _elements(root, schema, set())}
    for number, rule in enumerate(like.placeholders, 1):
        element = known.get(rule.at.rpartition("/")[2])
        if element is None or re.match(r"\d{4}-", rule.value):
            continue
        codes = (
            next((simple.codes for simple in schema.facets(element) if simple.codes), None) if schema.is_simple(element) else None
        )
        value = (_unknown(codes) if codes else rule.value) or ""
        if codes and not value:
            continue
        yield msgspec.structs.replace(rule, id=f"{prefix}{number:02d}", value=value, basis="SRC" if codes else "DEF")
