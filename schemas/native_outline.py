"""A native event whose parties are left as they were written, for who has seen the same bytes before."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from schemas.native import Channel, Flags, NativeAgent, NativeAmount, Purpose, Short, Status


class NativeOutline(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """schemas.native.NativeTransfer, field by field, with its parties in bytes, which are not known to be parties yet.
    Not frozen, so that other bytes that mean the same can be put in their place."""

    schema: Literal["strgw.transfer/1"]
    transfer_id: Short
    status: Status
    occurred_at: str
    amount: NativeAmount
    channel: Channel
    sender: msgspec.Raw
    receiver: msgspec.Raw | UnsetType = UNSET
    purpose: Purpose | UnsetType = UNSET
    relationship: Short | UnsetType = UNSET
    merchant_category: str | UnsetType = UNSET
    send_agent: NativeAgent | UnsetType = UNSET
    pay_agent: NativeAgent | UnsetType = UNSET
    flags: Flags = ()
