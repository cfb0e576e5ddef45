"""The native transfer format `strgw.transfer/1` as a partner sends it: one JSON object, or the same fields in Avro.

Shape and limits only (what a JSON Schema can say); schemas/native_reading.py reads it from bytes, schemas/native_rules.py
checks what the values mean.
An absent field is UNSET, never null; an absent list means the same as an empty one and is left out again (`omit_defaults`).
"""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

NATIVE = "strgw.transfer/1"

Code = Literal[
    "empty", "too_large", "not_utf8", "not_json", "not_an_object", "duplicate_key", "schema_unknown", "field_missing", "field_type",
    "field_value", "unknown_field", "receiver_missing", "receiver_not_allowed", "currency_unknown", "country_unknown",
    "date_invalid", "time_invalid", "time_without_offset", "time_in_future", "time_too_early", "amount_invalid",
    "amount_not_positive", "amount_too_large", "amount_decimals", "agent_position_incomplete", "avro_schema_unknown",
    "avro_not_decodable", "avro_wrong_subject", "not_in_format", "message_unsupported", "not_xml", "xml_forbidden", "count_differs",
    "partner_disabled", "avro_schema_incompatible", "avro_schema_ambiguous", "not_in_schema", "too_many", "answer_unfit",
]  # fmt: skip

Short = Annotated[str, Meta(min_length=1, max_length=64)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Town = Annotated[str, Meta(min_length=1, max_length=80)]
MAX_ITEMS = 16


class InvalidTransfer(Exception):
    """A partner's record cannot be taken in. `code` is closed; `reason` is one sentence without any value of the record.

    path         of the field at fault ("" where the record as a whole is)
    transfer_id  where the record was read that far
    """

    def __init__(self, code: Code, reason: str, path: str = "") -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.path = path
        self.transfer_id: str | None = None


class NativeAmount(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A decimal number above zero as a string, and an ISO 4217 code."""

    value: str
    currency: str


class NativeDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """An identity or registration document; `country` issued it."""

    type: str
    number: Short
    country: str


class NativeAddress(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A postal address."""

    line: Name
    city: Town
    country: str


class NativeAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """An account, by the scheme of its number."""

    type: Literal["iban", "account", "wallet", "card"]
    number: Short


Documents = Annotated[tuple[NativeDocument, ...], Meta(max_length=MAX_ITEMS)]
Addresses = Annotated[tuple[NativeAddress, ...], Meta(max_length=MAX_ITEMS)]
Accounts = Annotated[tuple[NativeAccount, ...], Meta(max_length=MAX_ITEMS)]
Texts = Annotated[tuple[str, ...], Meta(max_length=MAX_ITEMS)]
ShortTexts = Annotated[tuple[Short, ...], Meta(max_length=MAX_ITEMS)]
Mails = Annotated[tuple[Annotated[str, Meta(max_length=254)], ...], Meta(max_length=MAX_ITEMS)]


class NativeParty(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """Sender or receiver in the partner's words."""

    kind: Literal["person", "entity"]
    name: Name
    party_id: Short | UnsetType = UNSET
    date_of_birth: str | UnsetType = UNSET
    nationality: str | UnsetType = UNSET
    occupation: Town | UnsetType = UNSET
    documents: Documents = ()
    phones: Texts = ()
    emails: Mails = ()
    devices: ShortTexts = ()
    ip: str | UnsetType = UNSET
    addresses: Addresses = ()
    accounts: Accounts = ()
    customer_since: str | UnsetType = UNSET


class NativeAgent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A pay-in or pay-out point; latitude and longitude in degrees, both or neither."""

    agent_id: Short
    name: Name
    country: str
    city: Town
    lat: Annotated[float, Meta(ge=-90, le=90)] | UnsetType = UNSET
    lon: Annotated[float, Meta(ge=-180, le=180)] | UnsetType = UNSET


class NativeFlag(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """What the front line saw: a lower-case code and a note."""

    code: str
    note: Annotated[str, Meta(min_length=1, max_length=1000)] | UnsetType = UNSET


Status = Literal["sent", "paid", "refunded", "changed", "cancelled"]
Channel = Literal[
    "cash_to_cash", "cash_to_wallet", "wallet_to_cash", "wallet_to_wallet", "account_to_cash", "bank_transfer", "card", "payroll",
    "cash_in", "cash_out", "merchant", "virtual_asset",
]  # fmt: skip
Purpose = Annotated[str, Meta(min_length=1, max_length=140)]
Flags = Annotated[tuple[NativeFlag, ...], Meta(max_length=MAX_ITEMS)]


class NativeTransfer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """One event of the native format, well formed; its values are not yet checked."""

    schema: Literal["strgw.transfer/1"]
    transfer_id: Short
    status: Status
    occurred_at: str
    amount: NativeAmount
    channel: Channel
    sender: NativeParty
    receiver: NativeParty | UnsetType = UNSET
    purpose: Purpose | UnsetType = UNSET
    relationship: Short | UnsetType = UNSET
    merchant_category: str | UnsetType = UNSET
    send_agent: NativeAgent | UnsetType = UNSET
    pay_agent: NativeAgent | UnsetType = UNSET
    flags: Flags = ()
