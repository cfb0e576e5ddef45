"""JSON and the fields of Avro: keys as they are, values by key."""

import json
import re
from typing import Any

from connectors.partners.formats.json_record import Number
from connectors.partners.masking.shape import Kind, shape, shown

# Keys of all JSON formats whose values say nothing of a person; "amount.value" only inside `amount`: elsewhere `value` is a telephone number.
_SHOWN: dict[str, Kind] = {
    **dict.fromkeys(
        (
            "status", "channel", "kind", "type", "scenario", "subScenario", "initiator", "initiatorType", "partyIdType", "transferState",
            "transactionStatus", "subType", "deliveryMethod", "key", "idType", "naturalPersonNameIdentifierType", "amountType",
            "legalPersonNameIdentifierType", "nameIdentifierType", "addressType", "nationalIdentifierType", "ChrgBr", "SttlmMtd",
        ),
        "word",
    ),
    **dict.fromkeys(
        (
            "schema", "transfer_id", "country", "currency", "Ccy", "merchant_category", "merchantClassificationCode", "transferId", "quoteId",
            "transactionId", "payerFsp", "payeeFsp", "fspId", "transactionReference", "requestingOrganisationTransactionReference",
            "originCountry", "receivingCountry", "issuerCountry", "countryOfIssue", "countryOfRegistration", "txid", "specversion", "code",
            "datacontenttype", "MsgId", "EndToEndId", "TxId", "UETR", "BICFI", "Cd", "agent_id",
        ),
        "code",
    ),
    **dict.fromkeys(("amount", "amount.value", "IntrBkSttlmAmt", "NbOfTxs", "ActiveCurrencyAndAmount"), "number"),
    **dict.fromkeys(
        (
            "occurred_at", "completedTimestamp", "creationDate", "requestDate", "modificationDate", "timestamp", "time", "expiration", "CreDtTm",
            "AccptncDtTm", "IntrBkSttlmDt",
        ),
        "time",
    ),
}  # fmt: skip
_KEY = re.compile(r"[A-Za-z_@$][A-Za-z0-9_.-]{0,63}")
_WORDS = re.compile(r'"([A-Za-z_@$][A-Za-z0-9_.-]{0,63})"')


def masked_json(text: str) -> str:
    """The JSON with its values masked, indented; what is no JSON as its shape, in which keys we know can be read."""
    try:
        found = json.loads(text, object_pairs_hook=_Pairs, parse_int=Number, parse_float=Number, parse_constant=Number)
    except (ValueError, RecursionError):
        return _broken(text)
    return "\n".join(_lines(found, "", "", ""))


def masked_fields(fields: dict[str, Any]) -> str:
    """The same for fields that were read already; absent ones left out."""
    return masked_json(json.dumps(_present(fields), default=str))


def _present(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _present(inner) for key, inner in value.items() if inner is not None}
    return [_present(inner) for inner in value] if isinstance(value, list) else value


class _Pairs(list[tuple[str, Any]]):
    """An object as it was written, so that a key given twice is seen twice."""


def _lines(value: Any, indent: str, path: str, label: str) -> list[str]:
    """`path`: the key that leads here, behind the one before it."""
    deeper = f"{indent}  "
    if isinstance(value, _Pairs):
        inner = [
            line for key, found in value for line in _lines(found, deeper, f"{path.rpartition('.')[2]}.{key}", f'"{_key(key)}": ')
        ]
        return [f"{indent}{label}{{", *inner, f"{indent}}}"] if inner else [f"{indent}{label}{{}}"]
    if isinstance(value, list):
        inner = [line for found in value for line in _lines(found, deeper, path, "")]
        return [f"{indent}{label}[", *inner, f"{indent}]"] if inner else [f"{indent}{label}[]"]
    return [f"{indent}{label}{_scalar(value, path)}"]


def _scalar(value: Any, path: str) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    kind = _SHOWN.get(path) or _SHOWN.get(path.rpartition(".")[2])
    seen = shown(kind, str(value))
    return seen if isinstance(value, Number) else json.dumps(seen, ensure_ascii=False)


def _key(key: str) -> str:
    return key if _KEY.fullmatch(key) else shape(key)


def _broken(text: str) -> str:
    """The shape of the whole text but for the keys of our table."""
    parts = _WORDS.split(text)
    seen = [
        f'"{part}"' if number % 2 and part in _SHOWN else shape(f'"{part}"' if number % 2 else part, len(part) + 2)
        for number, part in enumerate(parts)
    ]
    return "".join(seen)
