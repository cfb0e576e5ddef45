"""Where the money of a report went: towns as source, transit or destination, and what links them. No person is named (victim rule V6)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from connectors.fius.portal.document import Flow, FlowLink, FlowPart, FlowPlace
from schemas.money import Money, decimals, to_decimal
from schemas.transfer import Transfer
from streams.domain.languages import EN, town

_ORDER: tuple[FlowPart, ...] = ("source", "transit", "destination")
Key = tuple[str, str]  # country, town id; both "" where nothing was said


def money_flow(transfers: Sequence[Transfer]) -> Flow:
    """The flow of all transfers.

    Shape   a withdrawal or a payment into the same town is a link from the town to itself; places by part, then the largest sum first
    """
    links: dict[tuple[Key, Key], list[Transfer]] = {}
    for transfer in transfers:
        paid_out = (transfer.pay_place.country, transfer.pay_place.town)
        paid_in = paid_out if transfer.channel == "cash_out" else (transfer.send_place.country, transfer.send_place.town)
        links.setdefault((paid_in, paid_out), []).append(transfer)
    sums: dict[Key, int] = {}
    for ends, moved in links.items():
        for key in set(ends):
            sums[key] = sums.get(key, 0) + sum(t.usd_minor for t in moved)
    parts = {key: _part(key, links) for key in sums}
    places = sorted(sums, key=lambda key: (_ORDER.index(parts[key]), -sums[key], key))
    position = {key: number for number, key in enumerate(places)}
    return Flow(
        tuple(FlowPlace(country, town(country, name, EN), parts[country, name]) for country, name in places),
        tuple(
            _link(position[origin], position[target], moved)
            for (origin, target), moved in sorted(links.items(), key=lambda item: (position[item[0][0]], position[item[0][1]]))
        ),
    )


def _part(key: Key, links: dict[tuple[Key, Key], list[Transfer]]) -> FlowPart:
    pays_in = any(origin == key for origin, _ in links)
    pays_out = any(target == key for _, target in links)
    return "transit" if pays_in and pays_out else "source" if pays_in else "destination"


def _link(origin: int, target: int, moved: Sequence[Transfer]) -> FlowLink:
    total = to_decimal(Money(sum(t.usd_minor for t in moved), "USD"))
    times = [t.occurred_ms for t in moved]
    return FlowLink(origin, target, len(moved), f"{total:.{decimals('USD')}f}", _day(min(times)), _day(max(times)))


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).date().isoformat()
