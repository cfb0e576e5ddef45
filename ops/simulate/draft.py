"""A transfer before it is written out, and the sums people send."""

import math
from random import Random
from typing import NamedTuple

from ops.simulate.people import Known
from ops.simulate.places import Place, local, minor_text
from ops.simulate.population import Ref

AgentRef = tuple[Place, int]

# Which sides of a channel pass an agent's counter (or a bank's branch), by channel: sender's, receiver's.
COUNTERS = {
    "cash_to_cash": (True, True),
    "cash_to_wallet": (True, False),
    "wallet_to_cash": (False, True),
    "wallet_to_wallet": (False, False),
    "account_to_cash": (False, True),
    "bank_transfer": (True, True),
    "card": (False, False),
    "payroll": (True, True),
    "cash_in": (True, False),
    "cash_out": (False, True),
    "merchant": (False, True),
    "virtual_asset": (False, False),
}


class Draft(NamedTuple):
    """One transfer to come. Drafts sort by time, then by number; no two have one number.

    at        seconds since 1970, UTC
    number    makes the transfer id
    value     decimal text in `currency`
    offset    minutes the local clock is ahead of UTC
    left_out  per cent of the optional fields that are missing: 0 to 100
    """

    at: int
    number: int
    sender: Ref | Known
    receiver: Ref | Known | None
    value: str
    currency: str
    channel: str
    offset: int
    purpose: str = ""
    relationship: str = ""
    category: str = ""
    send_agent: AgentRef | None = None
    pay_agent: AgentRef | None = None
    status: str = "paid"
    left_out: int = 12


def round_sum(rng: Random, usd: float, currency: str) -> str:
    """About `usd` as people send it: two significant digits, the second often a five or a zero."""
    value = local(usd, currency)
    step = 10.0 ** math.floor(math.log10(value))
    step *= 0.5 if rng.random() < 0.6 else 0.1
    return minor_text(max(round(value / step), 1) * step, currency)


def odd_sum(usd: float, currency: str) -> str:
    """Exactly `usd`, to the minor unit: wages, purchases, bills."""
    return minor_text(local(usd, currency), currency)
