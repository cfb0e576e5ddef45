"""The typologies: one published pattern, one file; CATALOGUE is the explicit list that detection runs."""

from streams.typologies import (
    ts_f01_funnel_corridor,
    ts_f03_rapid_pass_through,
    ts_f05_linked_senders,
    ts_k01_shared_identifier,
    ts_k02_third_party_control,
    ts_p01_staged_route_payments,
    ts_p02_deposit_then_balance,
    ts_p03_ransom_burst,
    ts_p04_debt_bondage,
    ts_p07_cse_micro_remittance,
    ts_s01_structuring,
    ts_s05_fee_band_match,
    ts_w01_wage_skim,
    ts_w02_escorted_or_proxy_remitter,
    ts_w03_recruiter_visa_travel_payer,
)
from streams.typologies.base import Typology

CATALOGUE: tuple[Typology, ...] = (
    ts_f01_funnel_corridor.TYPOLOGY,
    ts_f03_rapid_pass_through.TYPOLOGY,
    ts_f05_linked_senders.TYPOLOGY,
    ts_k01_shared_identifier.TYPOLOGY,
    ts_k02_third_party_control.TYPOLOGY,
    ts_p01_staged_route_payments.TYPOLOGY,
    ts_p02_deposit_then_balance.TYPOLOGY,
    ts_p03_ransom_burst.TYPOLOGY,
    ts_p04_debt_bondage.TYPOLOGY,
    ts_p07_cse_micro_remittance.TYPOLOGY,
    ts_s01_structuring.TYPOLOGY,
    ts_s05_fee_band_match.TYPOLOGY,
    ts_w01_wage_skim.TYPOLOGY,
    ts_w02_escorted_or_proxy_remitter.TYPOLOGY,
    ts_w03_recruiter_visa_travel_payer.TYPOLOGY,
)
