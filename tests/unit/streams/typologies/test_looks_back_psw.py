"""How far back TS-P, TS-S and TS-W look, as their docstrings say it, the counts under which nobody is looked at, and what stays as it is."""

import re
from hashlib import sha256

import pytest

from streams.episodes import finding_id
from streams.typologies.base import Least, Typology
from streams.typologies.ts_p01_staged_route_payments import TYPOLOGY as P01
from streams.typologies.ts_p02_deposit_then_balance import TYPOLOGY as P02
from streams.typologies.ts_p03_ransom_burst import TYPOLOGY as P03
from streams.typologies.ts_p04_debt_bondage import TYPOLOGY as P04
from streams.typologies.ts_p05_night_small_deposits import TYPOLOGY as P05
from streams.typologies.ts_p06_ad_and_logistics_micro import TYPOLOGY as P06
from streams.typologies.ts_p07_cse_micro_remittance import TYPOLOGY as P07
from streams.typologies.ts_s01_structuring import TYPOLOGY as S01
from streams.typologies.ts_s02_multi_branch_same_day import TYPOLOGY as S02
from streams.typologies.ts_s03_agent_collusion import TYPOLOGY as S03
from streams.typologies.ts_s04_moving_receiver import TYPOLOGY as S04
from streams.typologies.ts_s05_fee_band_match import TYPOLOGY as S05
from streams.typologies.ts_w01_wage_skim import TYPOLOGY as W01
from streams.typologies.ts_w02_escorted_or_proxy_remitter import TYPOLOGY as W02
from streams.typologies.ts_w03_recruiter_visa_travel_payer import TYPOLOGY as W03
from streams.typologies.ts_w04_payroll_gap import TYPOLOGY as W04
from streams.typologies.ts_w05_group_travel_logistics import TYPOLOGY as W05

HOURS = {"hours": 1, "days": 24}
LEAST = (
    (P01, Least()),
    (P02, Least(payers=3)),
    (P03, Least(credits=2)),
    (P04, Least(payers=3)),
    (P05, Least(credits=8, debits=1, payers=5)),
    (P06, Least(debits=3, payees=3)),
    (P07, Least()),
    (S01, Least()),
    (S02, Least(debits=2)),
    (S03, Least(credits=20, payers=10)),
    (S04, Least(credits=3)),
    (S05, Least(payers=3)),
    (W01, Least(credits=6)),  # three workers, two pay-days
    (W02, Least()),
    (W03, Least(credits=5, payers=5)),
    (W04, Least(credits=3, debits=3, payers=3)),
    (W05, Least(debits=4)),
)


@pytest.mark.parametrize(("typology", "least"), [pytest.param(t, least, id=t.id) for t, least in LEAST])
def test_episodes_are_as_long_as_the_docstring_says_and_few_transfers_are_not_looked_at(typology: Typology, least: Least) -> None:
    said = re.search(r"Looks back +(\d+) (hours|days)", typology.doc)
    assert said
    assert typology.window_ms == int(said[1]) * HOURS[said[2]] * 3_600_000
    assert typology.least == least


@pytest.mark.parametrize("typology", [t for t, _ in LEAST], ids=lambda t: t.id)
def test_nobody_changes_a_parameter_in_place(typology: Typology) -> None:
    for name in typology.parameters.__struct_fields__:
        with pytest.raises(AttributeError):
            setattr(typology.parameters, name, 1)


@pytest.mark.parametrize("typology", [t for t, _ in LEAST], ids=lambda t: t.id)
def test_findings_keep_their_ids_until_a_version_is_raised_on_purpose(typology: Typology) -> None:
    told = sha256(f"{typology.id}/1/{b'key'.hex()}/0".encode()).hexdigest()[:32]  # all rules are at their first version
    assert finding_id(typology, b"key", 0) == told
