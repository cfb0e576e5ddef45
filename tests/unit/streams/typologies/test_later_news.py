"""What came later changes what had held before: such typologies judge everything anew (looks_ahead), others only what is new."""

from collections.abc import Callable

import pytest

from schemas.observation import RECEIVER, SENDER, TransferFacts
from streams.domain.event import event_of
from streams.domain.memory import remember, upsert
from streams.domain.view import View
from streams.episodes import Episode
from streams.judge import _episodes
from streams.memo import Memo
from streams.typologies.base import Typology
from streams.typologies.build import pay, view_of
from streams.typologies.ts_p01_staged_route_payments import TYPOLOGY as P01
from streams.typologies.ts_p02_deposit_then_balance import TYPOLOGY as P02
from streams.typologies.ts_p07_cse_micro_remittance import TYPOLOGY as P07
from streams.typologies.ts_w01_wage_skim import TYPOLOGY as W01
from streams.typologies.ts_w02_escorted_or_proxy_remitter import TYPOLOGY as W02
from streams.typologies.ts_w04_payroll_gap import TYPOLOGY as W04

AHEAD = (P01, P02, P07, W01, W02, W04)
EXAMPLES = [pytest.param(t, e.build, id=f"{t.id}: {e.what}") for t in AHEAD for e in t.examples if e.fires]


@pytest.mark.parametrize(("typology", "build"), EXAMPLES)
def test_who_is_judged_twice_has_the_same_hits(typology: Typology, build: Callable[[], View]) -> None:
    view = build()
    memo = Memo(view)
    once = [list(e.hits) for e in _episodes(view, typology, memo)]
    assert once
    assert [list(e.hits) for e in _episodes(view, typology, memo)] == once


def test_a_fourth_payment_takes_back_what_three_had_shown() -> None:
    def grown(rows: list[TransferFacts], *later: TransferFacts) -> list[Episode]:
        view = view_of("agent", rows)
        memo = Memo(view)
        assert _episodes(view, P02, memo)
        for facts in later:
            remember(view.state, facts)
            upsert(view.state, event_of(facts, RECEIVER if facts.receiver and facts.receiver.key == view.key else SENDER), True)
        assert view.grow(view.state.events[len(view.events) :])
        return _episodes(view, P02, memo)

    shape = [pay(f"p{i}", "agent", day + i, usd, pay="TR:Van") for day, usd in ((0, 500), (20, 1_500)) for i in range(3)]
    assert grown(shape, pay("p0", "agent", 30, 500, pay="TR:Van"))
    assert grown(shape, *(pay("p0", "agent", 30 + i, 500, pay="TR:Van") for i in range(2))) == []
