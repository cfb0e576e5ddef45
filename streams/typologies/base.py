"""What a typology is: typed parameters, a cheap gate, a judgement over one entity's view, and an explanation.

`hits` looks at the entity at every event time (the event as the end of its window) and reports each time at which the
rule holds. `streams.detect` joins hits into episodes and asks `explain` once per episode.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, get_type_hints

import msgspec

from schemas.finding import Number, Suppressor
from streams.domain.event import Event
from streams.domain.glance import PAID_IN, PAID_OUT, Glance
from streams.domain.view import View


class Hit(NamedTuple):
    """The rule holds at `at_ms` over `events`, this strongly, for these facets; `measures` are the numbers behind it."""

    at_ms: int
    strength: float
    events: tuple[Event, ...]
    facets: tuple[str, ...]
    measures: Mapping[str, float]


class Explanation(NamedTuple):
    """Why the episode matters: the sentence, the numbers held against their lines, and what each party does in it."""

    reason: str
    numbers: tuple[Number, ...]
    parts: dict[bytes, str]
    absent: tuple[str, ...] = ()
    suppressors: tuple[Suppressor, ...] = ()
    do_not_block: bool = False


class Example(NamedTuple):
    """A short stream and whether the typology must fire on it; `build` returns a View."""

    what: str
    fires: bool
    build: Callable[[], View]


class Least(NamedTuple):
    """Counts without which the gate would say no, so that it need not be asked: most entities have none of them."""

    credits: int = 0
    debits: int = 0
    payers: int = 0
    payees: int = 0


def always(glance: Glance, parameters: Any) -> bool:
    """The entity is judged whatever the new events are."""
    return True


class Typology(NamedTuple):
    """One typology. `on` says by which new events it can come to hold, `may` looks at them and may only say no; only if it does not is
    the entity's past decoded. `gate` is cheap and may only say no; `least` are counts under which it always does; `asks` names the
    parties whose own story is needed to judge."""

    id: str
    name: str
    version: int
    weight: float
    window_ms: int
    parameters: Any
    gate: Callable[[View, Any], bool]
    hits: Callable[[View, Any], Iterator[Hit]]
    explain: Callable[[View, Any, Hit, tuple[Event, ...]], Explanation]
    examples: tuple[Example, ...]
    doc: str
    asks: Callable[[View, Any], set[bytes]] | None = None
    looks_ahead: bool = False  # later events change what held at earlier ones: everything is judged anew each time
    hindsight: bool = False  # the same at a bare party (streams.domain.strangers)
    least: Least = Least()
    flag_raise: float = 0.0  # what the weight rises by where the front line flagged one of the transfers
    on: int = PAID_IN | PAID_OUT  # of streams.domain.glance
    may: Callable[[Glance, Any], bool] = always
    at_identifiers: bool = False  # judges devices, addresses, e-mails and IPs too, whose users it asks for their transfers


class Line(NamedTuple):
    """Where a parameter comes from: its unit, SRC (a source gives the number) or DEF (our default), and which source.

    `least` and `most` bound what a deployment may set instead, where the unit alone (streams.typologies.ranges) says too little.
    """

    unit: str
    basis: str
    source: str
    least: float | None = None
    most: float | None = None


_LINES: dict[type[Any], dict[str, Line]] = {}


def lines(parameters: type[Any]) -> dict[str, Line]:
    """Field -> Line of every parameter of a typology; a parameter without one is a programming error."""
    if parameters not in _LINES:
        hints = get_type_hints(parameters, include_extras=True)
        _LINES[parameters] = {name: next(m for m in hint.__metadata__ if isinstance(m, Line)) for name, hint in hints.items()}
    return _LINES[parameters]


def number(parameters: msgspec.Struct, field: str, observed: float, events: tuple[Event, ...] = ()) -> Number:
    """A measured number held against the parameter `field`, with that parameter's unit, basis and source."""
    line = lines(type(parameters))[field]
    value = float(getattr(parameters, field))
    return Number(field, round(float(observed), 4), value, line.unit, line.basis, line.source, tuple(e.uid for e in events))


def usd(minor: float) -> str:
    """US cents as people write them: "USD 1,234"."""
    return f"USD {minor / 100:,.0f}"


def window(events: list[Event], end: int, width_ms: int) -> list[Event]:
    """The events of the window that ends with events[end], oldest first."""
    edge = events[end].at_ms - width_ms
    start = end
    while start > 0 and events[start - 1].at_ms >= edge:
        start -= 1
    return events[start : end + 1]


def counted(count: float, one: str, many: str = "") -> str:
    """A number with its noun: "1 country", "3 countries"."""
    return f"{count:.0f} {one if count == 1 else many or one + 's'}"
