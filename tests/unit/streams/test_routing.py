from datetime import UTC, datetime
from itertools import permutations

import holidays
import msgspec
import pytest

from schemas.finding import Evidence
from schemas.fius import load_fius, load_sharing
from schemas.registry import Licence, Partner
from schemas.report import Considered, FilingPlan
from streams.routing import HOLD_CODES, Jurisdictions, Matter, licence_in, route, sides

FIUS, SHARING = load_fius(), load_sharing()
FORMED_MS = int(datetime(2024, 6, 3, 9, tzinfo=UTC).timestamp() * 1000)  # a Monday
GATED = {"AF": "no_channel", "IR": "legal_approval", "RU": "legal_approval"}


def partner(*countries: str, name: str = "demo", release: str = "automatic") -> Partner:
    licences = tuple(Licence(country, f"{name}-{country}") for country in countries)
    return Partner(name, name, "mto", "strgw.transfer/1", countries[0] if countries else "DE", licences, release=release)


def moved(
    send: str, pay: str, channel: str = "cash_to_cash", number: int = 0, name: str = "demo", usd_minor: int = 50_000
) -> Evidence:
    uid = f"{send}{pay}{channel}{number}".encode().ljust(16, b".")[:16]
    return Evidence(uid, 0, number, 0, FORMED_MS, name, b"s", b"r", usd_minor, "USD", usd_minor, channel, send, pay, "", "")


def routed(
    *evidence: Evidence, partners: tuple[Partner, ...] = (partner("DE"),), urgent: bool = False
) -> tuple[tuple[FilingPlan, ...], dict[str, Considered]]:
    jurisdictions = Jurisdictions({p.id: p for p in partners}, FIUS, SHARING)
    plans, considered = route(Matter(evidence, FORMED_MS, urgent), jurisdictions)
    assert len(considered) == len({c.country for c in considered})
    return plans, {c.country: c for c in considered}


def outline(plans: tuple[FilingPlan, ...]) -> list[tuple[str, str, str]]:
    return [(plan.country, plan.obligation, plan.hold_code) for plan in plans]


@pytest.mark.parametrize("country", sorted(FIUS))
def test_a_partner_licensed_only_there_files_there_and_nowhere_else(country: str) -> None:
    plans, considered = routed(moved(country, country), partners=(partner(country),))
    (plan,) = plans
    assert (plan.fiu, plan.country, plan.reporting_entity) == (country, country, f"demo-{country}")
    if country in GATED:
        assert (plan.obligation, plan.status, plan.hold_code) == ("hold", "held", GATED[country])
    else:
        assert (plan.obligation, plan.status, plan.hold_code) == ("file", "ready", "")
    assert list(considered) == [country]
    assert plan.clock.due_ms == expected_due_ms(country)


def expected_due_ms(country: str) -> int:
    """The due date counted by another route: python-holidays' own business days, and the local wall clock."""
    fiu = FIUS[country]
    text = fiu.deadline
    if text.startswith("PT"):
        return FORMED_MS + int(text[2:-1]) * 3_600_000
    import datetime as dt
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(fiu.timezone)
    day = dt.datetime.fromtimestamp(FORMED_MS / 1000, zone).date()
    if text.endswith("BD"):
        public = holidays.country_holidays(country)
        public.weekend = set(fiu.weekend)
        day = public.get_nth_working_day(day, int(text[1:-2]))
    else:
        day += dt.timedelta(days=int(text[1:-1]))
    return int(dt.datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=zone).timestamp() * 1000)


def test_the_sending_side_comes_first_and_the_paying_side_files_too() -> None:
    plans, _ = routed(moved("DE", "TR"), partners=(partner("DE", "TR"),))
    assert outline(plans) == [("DE", "file", ""), ("TR", "file", "")]
    assert "FATF R.20" in {step.rule for step in plans[0].basis}
    assert "FATF INR.16" in {step.rule for step in plans[1].basis}
    assert "FATF INR.16" not in {step.rule for step in plans[0].basis}


def test_a_domestic_transfer_counts_for_its_branch_once() -> None:
    (plan,), _ = routed(moved("DE", "DE"))
    assert {step.rule for step in plan.basis} == {"licence", "FATF R.20", "national law, DE"}


def test_where_only_the_paying_side_is_licensed_that_side_files() -> None:
    plans, considered = routed(moved("DE", "TR"), partners=(partner("TR"),))
    assert outline(plans) == [("TR", "file", ""), ("DE", "spontaneous", "")]
    assert considered["DE"].outcome == "spontaneous"


def test_the_paying_side_reports_a_cash_withdrawal() -> None:
    assert sides(moved("DE", "TR", "cash_out")) == ("TR", "")
    plans, _ = routed(moved("DE", "TR", "cash_out"), partners=(partner("DE", "TR"),))
    assert outline(plans)[0] == ("TR", "file", "")
    assert "file" not in {plan.obligation for plan in plans if plan.country == "DE"}


def test_a_country_without_a_licence_is_only_proposed_for_sharing() -> None:
    plans, considered = routed(moved("DE", "TR"))
    assert outline(plans) == [("DE", "file", ""), ("TR", "spontaneous", "")]
    proposal = plans[1]
    assert (proposal.status, proposal.reporting_entity) == ("proposed", "")
    assert proposal.clock.due_ms == plans[0].clock.due_ms
    assert considered["TR"].why.startswith("EGMONT covers DE and TR")


@pytest.mark.parametrize("country", ["AF", "IR", "RU"])
def test_nothing_is_proposed_to_a_gated_country(country: str) -> None:
    plans, considered = routed(moved("DE", country))
    assert outline(plans) == [("DE", "file", "")]
    assert considered[country].outcome == "none"


def test_the_own_branch_behind_a_gate_gets_a_held_filing_beside_the_primary_one() -> None:
    plans, considered = routed(moved("DE", "AF"), moved("DE", "IR"), partners=(partner("DE", "AF", "IR"),))
    assert outline(plans) == [("DE", "file", ""), ("AF", "hold", "no_channel"), ("IR", "hold", "legal_approval")]
    assert {considered["AF"].outcome, considered["IR"].outcome} == {"hold"}
    assert "approval" in plans[1].hold_reason


def test_a_gated_unit_is_never_the_primary_one_even_if_it_leads_by_number() -> None:
    evidence = [moved("RU", "KG", number=n) for n in range(9)] + [moved("KZ", "KG")]
    plans, _ = routed(*evidence, partners=(partner("RU", "KZ"),))
    assert outline(plans) == [("KZ", "file", ""), ("RU", "hold", "legal_approval"), ("KG", "spontaneous", "")]


def test_with_only_gated_filings_nothing_is_proposed() -> None:
    plans, considered = routed(moved("RU", "KG"), partners=(partner("RU"),))
    assert outline(plans) == [("RU", "hold", "legal_approval")]
    assert considered["KG"].outcome == "none"


def test_countries_without_a_unit_in_the_registry_are_considered_and_not_proposed() -> None:
    plans, considered = routed(moved("DE", "GR"), moved("DE", "LY"))
    assert outline(plans) == [("DE", "file", "")]
    assert considered["GR"] == Considered(
        "GR", "none", "no licensed branch on a side there; not proposed for sharing: the FIU registry has no unit for GR"
    )
    assert considered["LY"].outcome == "none"


def test_a_licence_where_no_unit_is_known_waits_for_a_person() -> None:
    plans, _ = routed(moved("GR", "DE"), partners=(partner("GR", "DE"),))
    assert outline(plans) == [("DE", "file", ""), ("GR", "hold", "fiu_unknown")]
    assert plans[1].fiu == ""


def test_without_any_licence_the_case_is_held_not_dropped() -> None:
    plans, considered = routed(moved("UZ", "TJ"))
    assert outline(plans) == [("", "hold", "no_route")]
    assert plans[0].clock.due_ms == FORMED_MS + 86_400_000
    assert "demo has no licence in TJ, UZ" in plans[0].hold_reason
    assert {c.outcome for c in considered.values()} == {"none"}
    assert set(considered) == {"TJ", "UZ"}


def test_a_partner_that_the_registry_does_not_know_is_held_and_named() -> None:
    plans, _ = routed(moved("DE", "TR", name="stranger"))
    assert outline(plans) == [("", "hold", "no_route")]
    assert "does not know stranger" in plans[0].hold_reason


def test_a_transfer_without_known_countries_is_held() -> None:
    assert outline(routed(moved("", ""))[0]) == [("", "hold", "no_route")]


def test_primary_is_the_sending_country_with_most_transfers() -> None:
    evidence = (
        [moved("SE", "SD", number=n) for n in range(3)] + [moved("US", "SD", number=n) for n in range(2)] + [moved("SA", "AE")]
    )
    plans, considered = routed(*evidence, partners=(partner("AE", "SA", "SE", "US"),))
    assert outline(plans) == [("SE", "file", ""), ("US", "file", ""), ("SA", "file", ""), ("AE", "file", "")]
    assert considered["SD"].outcome == "none"


def test_the_order_of_the_transfers_does_not_matter() -> None:
    evidence = (moved("SE", "SD"), moved("US", "TR", usd_minor=70_000), moved("AE", "PK"), moved("DE", "DE", "cash_out"))
    answers = {repr(routed(*order, partners=(partner("SE", "US", "DE"),))) for order in permutations(evidence)}
    assert len(answers) == 1


def test_two_partners_of_one_case_file_each_under_its_own_registration() -> None:
    plans, _ = routed(
        moved("DE", "TR"), moved("DE", "TR", name="other", number=1), partners=(partner("DE"), partner("DE", "TR", name="other"))
    )
    assert [(plan.country, plan.reporting_entity) for plan in plans] == [
        ("DE", "demo-DE"),
        ("DE", "other-DE"),
        ("TR", "other-TR"),
    ]


def test_a_partner_that_wants_a_person_to_release_gets_a_held_filing() -> None:
    plans, _ = routed(moved("DE", "TR"), partners=(partner("DE", release="one_reviewer"),))
    assert (plans[0].obligation, plans[0].status, plans[0].hold_code) == ("file", "held", "awaiting_release")


def test_an_urgent_case_is_due_by_the_urgent_rule() -> None:
    plans, _ = routed(moved("TR", "DE"), partners=(partner("TR"),), urgent=True)
    assert plans[0].clock.due_ms == FORMED_MS + 86_400_000


def test_a_licence_that_covers_all_agents_comes_before_one_that_names_some() -> None:
    some, all_agents = Licence("DE", "A", agents=("a1",)), Licence("DE", "B")
    both = msgspec.structs.replace(partner("DE"), licences=(some, all_agents))
    assert licence_in(both, "DE") == all_agents
    plans, _ = routed(moved("DE", "TR"), partners=(msgspec.structs.replace(both, licences=(some,)),))
    assert plans[0].basis[0].confidence == "M"


def test_the_national_rule_and_its_confidence_are_part_of_the_basis() -> None:
    (plan, *_rest), _ = routed(moved("AU", "TH"), partners=(partner("AU"),))
    assert ("national law, AU", "3 business days (24h for TF)", "H") in [(s.rule, s.says, s.confidence) for s in plan.basis]


def test_the_thresholds_of_the_united_states_are_noted_and_drop_nothing() -> None:
    plans, _ = routed(moved("US", "MX", usd_minor=1_000), partners=(partner("US"),))
    assert plans[0].obligation == "file"
    assert any("USD 10.00" in step.says for step in plans[0].basis)


def test_every_hold_has_a_code_of_the_closed_list_and_a_reason() -> None:
    plans, _ = routed(moved("AF", "IR"), moved("GR", "RU"), partners=(partner("AF", "IR", "GR", "RU"),))
    assert len(plans) == 4
    assert all(plan.hold_code in HOLD_CODES and plan.hold_reason and plan.status == "held" for plan in plans)
