"""How far a deployment may move those numbers of TS-F and TS-K that have bounds of their own."""

import pytest

from streams.typologies.base import Typology
from streams.typologies.calibration import settable
from streams.typologies.ts_f01_funnel_corridor import TYPOLOGY as F01
from streams.typologies.ts_f06_layering_chain import TYPOLOGY as F06
from streams.typologies.ts_k01_shared_identifier import TYPOLOGY as K01
from streams.typologies.ts_k04_profile_mismatch import TYPOLOGY as K04


@pytest.mark.parametrize(
    ("typology", "name", "inside", "outside"),
    [
        (F01, "min_towns", 2, 1),  # every form needs two
        (F06, "bare_hops", 4, 5),  # no more is told
        (K01, "window_d", 90, 89),  # uses are kept by quarters
        (K01, "min_persons", 64, 65),  # an identifier knows no more
        (K01, "min_at_address", 64, 65),
        (K01, "min_at_ip", 64, 65),
        (K04, "income_share", 0.05, 0.049),
        (K04, "usual_pay_usd", 1, 0),  # sums are divided by it
        (K04, "unpaid", 0.1, 0.099),
        (K04, "paid", 0.1, 0.099),
        (K04, "skilled", 0.1, 0.099),
        (K04, "trade", 0.1, 0.099),
    ],
)
def test_a_number_may_be_set_up_to_its_own_bound(typology: Typology, name: str, inside: float, outside: float) -> None:
    _, _, span = settable(typology)[name]
    assert span.holds(inside)
    assert not span.holds(outside)
