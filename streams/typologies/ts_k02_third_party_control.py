"""Third-party control: one device works the accounts of several people who are not kin, and their money goes to one receiver.

Question    Did at least `min_accounts` people who share one device, and no name, pay one receiver within `window_d` days?
Source      FATF 2018 and FinCEN FIN-2020-A008 (third parties open and use the accounts); UAE FIU goAML reasons ORGC3, AFQSC
Subject     the common receiver; the account holders are victims or mules, which is not known
Looks back  14 days of event time, on a device's users of 400 days
Not a hit   a helper in the family (those who share a name count once, payments to kin do not count); an agent's tablet (over
            `max_users` users); wallets on one device that pay different people; shops
"""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from schemas.transfer import DEVICE, PHONE
from streams.domain.event import DAY_MS, Event
from streams.domain.glance import ANYTHING, Glance
from streams.domain.score import strength
from streams.domain.view import View
from streams.typologies.base import Example, Explanation, Hit, Line, Typology, number, window
from streams.typologies.build import pay
from streams.typologies.ts_k01_shared_identifier import SharedView, pooled


class Parameters(msgspec.Struct, frozen=True):
    """Lines of TS-K02."""

    window_d: Annotated[int, Line("days", "DEF", "typologies A4")] = 14
    min_accounts: Annotated[int, Line("account holders who share no name", "DEF", "typologies A4")] = 3
    max_users: Annotated[int, Line("users of the device", "DEF", "more are an agent's customers")] = 12


PARAMETERS = Parameters()


def may(glance: Glance, p: Parameters) -> bool:
    """A device with enough users?"""
    return glance.kind == DEVICE and p.min_accounts <= len(glance.users) <= p.max_users


def gate(view: View, p: Parameters) -> bool:
    """A device with enough users, and not an agent's?"""
    if not isinstance(view, SharedView) or view.kind != DEVICE or not p.min_accounts <= len(view.users) <= p.max_users:
        return False
    return view.families(view.users) >= p.min_accounts


def asks(view: View, p: Parameters) -> set[bytes]:
    """The users: what they paid."""
    assert isinstance(view, SharedView)
    return set(view.users)


def hits(view: View, p: Parameters) -> Iterator[Hit]:
    """One hit for every payment by which enough accounts had paid one receiver within the window."""
    assert isinstance(view, SharedView)
    flow = view.flow("TS-K02", view.debits, view.is_unrelated)
    by_receiver: dict[bytes, list[Event]] = {}
    for event in flow:
        if event.mine in view.users:
            by_receiver.setdefault(event.other, []).append(event)
    for receiver in sorted(by_receiver):
        paid = by_receiver[receiver]
        for end in range(p.min_accounts - 1, len(paid)):
            inside = window(paid, end, p.window_d * DAY_MS)
            accounts = view.families({e.mine for e in inside})
            if accounts >= p.min_accounts:
                measures = {"accounts": accounts, "users": len(view.users)}
                yield Hit(paid[end].at_ms, strength(accounts / p.min_accounts), tuple(inside), ("identity",), measures)


def explain(view: View, p: Parameters, best: Hit, events: tuple[Event, ...]) -> Explanation:
    """How many accounts one device works, and where the money goes."""
    accounts = best.measures["accounts"]
    reason = (
        f"{accounts:.0f} account holders who share no name used one device and paid one receiver within {p.window_d} days. Somebody else may "
        f"operate their accounts."
    )
    parts = {e.other: "collector" for e in events} | {e.mine: "controlled" for e in events}
    return Explanation(reason, (number(p, "min_accounts", accounts, best.events),), parts, ("who held the device",))


def _device(holders: int, gap_d: float = 3, kind: int = DEVICE, to: str = "boss", channel: str = "wallet_to_wallet") -> View:
    rows = [
        pay(f"h{i}", to or f"r{i}", gap_d * i, 150, send="KZ:Almaty", pay="KZ:Almaty", channel=channel, device="one")
        for i in range(holders)
    ]
    return pooled(kind, rows)


TYPOLOGY = Typology(
    id="TS-K02",
    name="Third-party control",
    version=1,
    weight=0.5,  # DEF, typologies A7
    window_ms=PARAMETERS.window_d * DAY_MS,
    parameters=PARAMETERS,
    may=may,
    on=ANYTHING,
    gate=gate,
    hits=hits,
    explain=explain,
    asks=asks,
    doc=__doc__,
    looks_ahead=True,  # a user who is heard of late counts from the start
    at_identifiers=True,
    flag_raise=0.3,
    examples=(
        Example("three wallets on one device pay one man within six days", True, lambda: _device(3)),
        Example("five wallets in the fourteen days", True, lambda: _device(5, gap_d=3.5)),
        Example("two wallets", False, lambda: _device(2)),
        Example("three wallets over fifteen days", False, lambda: _device(3, gap_d=7.5)),
        Example("three wallets pay three people", False, lambda: _device(3, to="")),
        Example("three wallets at one shop", False, lambda: _device(3, channel="merchant")),
        Example("three wallets with one phone: a household", False, lambda: _device(3, kind=PHONE)),
        Example("thirteen users: an agent's tablet", False, lambda: _device(13, gap_d=0.5)),
    ),
)
