"""The typologies: one published pattern, one file; CATALOGUE is the explicit list that detection runs."""

from streams.typologies import (
    ts_f01_funnel_corridor,
    ts_f02_hub_fan_out,
    ts_f03_rapid_pass_through,
    ts_f04_multi_corridor_beneficiary,
    ts_f05_linked_senders,
    ts_f07_hawala_settlement,
    ts_k01_shared_identifier,
    ts_p01_staged_route_payments,
    ts_p02_deposit_then_balance,
    ts_p03_ransom_burst,
    ts_p04_debt_bondage,
    ts_p05_night_small_deposits,
    ts_s01_structuring,
    ts_s04_moving_receiver,
    ts_s05_fee_band_match,
)
from streams.typologies.base import Typology

CATALOGUE: tuple[Typology, ...] = (
    ts_f01_funnel_corridor.TYPOLOGY,
    ts_f02_hub_fan_out.TYPOLOGY,
    ts_f03_rapid_pass_through.TYPOLOGY,
    ts_f04_multi_corridor_beneficiary.TYPOLOGY,
    ts_f05_linked_senders.TYPOLOGY,
    ts_f07_hawala_settlement.TYPOLOGY,
    ts_k01_shared_identifier.TYPOLOGY,
    ts_p01_staged_route_payments.TYPOLOGY,
    ts_p02_deposit_then_balance.TYPOLOGY,
    ts_p03_ransom_burst.TYPOLOGY,
    ts_p04_debt_bondage.TYPOLOGY,
    ts_p05_night_small_deposits.TYPOLOGY,
    ts_s01_structuring.TYPOLOGY,
    ts_s04_moving_receiver.TYPOLOGY,
    ts_s05_fee_band_match.TYPOLOGY,
)
