"""A parameter file puts its numbers in the typologies' place, or is refused with its line and what is allowed."""

import itertools
import re
from typing import Any

import pytest

from schemas.parameters import read_parameters
from schemas.yaml_rows import RegistryError
from streams.sieve import Sieve
from streams.typologies import CATALOGUE
from streams.typologies.base import Typology, lines
from streams.typologies.calibration import (
    DECLARED,
    WEIGHTS,
    Calibration,
    calibrated,
    digest,
    settable,
    window_parameter,
)
from streams.typologies.ranges import Range

HEAD = "schema: strgw.parameters/1\nversion: pilot 3\neffective: 2026-11-24\ntypologies:\n"
DAY_MS = 86_400_000


def read(body: str, head: str = HEAD) -> Calibration:
    return calibrated(read_parameters(head + body, "parameters.yaml"))


def one(typology: str, name: str, value: str, unit: str) -> str:
    return f'  {typology}:\n    {name}: {{value: {value}, unit: "{unit}"}}\n'


def refusal(body: str, head: str = HEAD) -> str:
    with pytest.raises(RegistryError) as caught:
        read(body, head)
    return str(caught.value)


def of(calibration: Calibration, identity: str) -> Typology:
    return next(t for t in calibration.catalogue if t.id == identity)


def everything(typology: Typology, choose: Any) -> str:
    rows = [
        f'    {name}: {{value: {choose(name, value, span)}, unit: "{line.unit}"}}\n'
        for name, (value, line, span) in settable(typology).items()
    ]
    return f"  {typology.id}:\n{''.join(rows)}"


def test_a_number_of_the_file_takes_the_place_of_the_declared_one_and_leaves_the_others() -> None:
    made = read(one("TS-P03", "min_usd", "700", "US dollars in the window"))
    assert of(made, "TS-P03").parameters.min_usd == 700
    assert of(made, "TS-P03").parameters.window_h == 72
    assert [t for t in made.catalogue if t.id != "TS-P03"] == [t for t in CATALOGUE if t.id != "TS-P03"]
    assert made.changed == {("TS-P03", "min_usd")}
    assert made.used.version == "pilot 3"
    assert made.effective == "2026-11-24"


def test_weight_and_what_a_flag_adds_can_be_set_of_every_typology() -> None:
    body = "".join(
        f'  {t.id}:\n    weight: {{value: 0.33, unit: "0 to 1"}}\n    flag_raise: {{value: 0.1, unit: "0 to 1"}}\n'
        for t in CATALOGUE
    )
    assert {(t.weight, t.flag_raise) for t in read(body).catalogue} == {(0.33, 0.1)}


def test_a_file_without_a_number_judges_as_none() -> None:
    for body in ("", "  TS-P03:\n"):
        made = read(body)
        assert made.catalogue == CATALOGUE
        assert (made.changed, made.sees_quiet, made.used.sha256) == (frozenset(), False, DECLARED.used.sha256)


def test_what_a_file_says_again_of_the_declared_numbers_changes_nothing() -> None:
    made = read("".join(everything(t, lambda name, value, span: f"{value!r}") for t in CATALOGUE))
    assert made.catalogue == CATALOGUE
    assert made.used.sha256 == DECLARED.used.sha256


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        ("  TS-P3:\n    weight: {value: 1, unit: x}\n", 5, "no typology is called TS-P3; did you mean TS-P03?"),
        (one("TS-P03", "min_us", "700", "US dollars"), 6, "TS-P03 has no parameter min_us; did you mean min_usd?"),
        (one("TS-P03", "window_h", "3", "days"), 6, '"hours", not in "days"; write a whole number from 1 to 9600'),
        (one("TS-P03", "window_h", "0", "hours"), 6, "a whole number from 1 to 9600 (hours), not 0"),
        (one("TS-P03", "window_h", "-3", "hours"), 6, "not -3"),
        (one("TS-P03", "window_h", "9601", "hours"), 6, "a whole number from 1 to 9600 (hours), not 9601"),
        (one("TS-P03", "window_h", "72.5", "hours"), 6, "a whole number from 1 to 9600 (hours), not 72.5"),
        (one("TS-P03", "window_h", "three", "hours"), 6, "not three"),
        (one("TS-P03", "window_h", '"72"', "hours"), 6, 'not "72" in quotes'),
        (one("TS-P03", "window_h", "true", "hours"), 6, "not true"),
        (one("TS-P03", "window_h", "٧٢", "hours"), 6, "not ٧٢"),
        (one("TS-P03", "window_h", "[72]", "hours"), 6, "must be one number and one text"),
        (one("TS-P03", "many", "9" * 5000, "payments in the window"), 6, "a whole number from 1 to 640"),
        (one("TS-P03", "many", "641", "payments in the window"), 6, "a whole number from 1 to 640"),
        (one("TS-P03", "min_usd", "-1", "US dollars in the window"), 6, "a whole number from 0 on"),
        (one("TS-P03", "weight", "1.01", "0 to 1"), 6, "a number from 0 to 1 (0 to 1), not 1.01"),
        (one("TS-P03", "weight", ".nan", "0 to 1"), 6, "not .nan"),
        (one("TS-P03", "weight", "1e999", "0 to 1"), 6, "not 1e999"),
        (one("TS-P03", "times_former", "0", "times the payer's former maximum"), 6, "a number above 0"),
        (one("TS-P02", "min_gap_d", "0", "days"), 6, "a number above 0, to 400"),
        (one("TS-P02", "min_gap_d", "61", "days"), 6, "TS-P02 min_gap_d must be at most 60 (max_gap_d), not 61"),
        (one("TS-F02", "slow_high_usd", "60", "US dollars"), 6, "must be at least 66 (slow_low_usd), not 60"),
        (one("TS-P05", "night_from", "24", "local hour"), 6, "a whole number from 0 to 23"),
        (one("TS-K01", "window_d", "89", "days"), 6, "a whole number from 90 to 400"),
        ("  TS-P03:\n    min_usd: 700\n", 6, "write min_usd as min_usd: {value: …, unit: \"…\"}"),
        ("  TS-P03:\n    min_usd: {value: 700}\n", 6, '"unit" is missing'),
        ("  TS-P03:\n    min_usd:\n      value: 700\n      unit: US dollars\n      why: x\n", 9, 'unknown field "why"'),
        ("  TS-P03:\n    weight: {value: 1, unit: x}\n  TS-P03:\n    weight: {value: 1, unit: x}\n", 7, '"TS-P03" is given twice'),
        ("  TS-P03:\n    weight: {value: 1, unit: 0 to 1}\n    weight: {value: 1, unit: 0 to 1}\n", 7, '"weight" is given twice'),
        ("  TS-P03:\n    weight:\n      value: 1\n      value: 0\n      unit: 0 to 1\n", 8, '"value" is given twice'),
        ("  - TS-P03\n", 5, "expected named fields"),
        ("  TS-P03: [weight]\n", 5, "expected named fields"),
        ("  ? [a, b]\n  : 1\n", 5, "the name of a field must be one word"),
        ("  TS-P03: {weight\n", 6, "not readable as YAML"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_file_line_and_what_is_allowed(body: str, line: int, says: str) -> None:
    text = refusal(body)
    assert text.startswith(f"parameters.yaml, line {line}: ")
    assert says in text


@pytest.mark.parametrize(
    ("head", "line", "says"),
    [
        (HEAD.replace("parameters/1", "parameters/2"), 1, 'must say "schema: strgw.parameters/1"'),
        (HEAD.replace("version: pilot 3\n", ""), 1, '"version:" is missing'),
        (HEAD.replace("pilot 3", ""), 2, "must be a label"),
        (HEAD.replace("pilot 3", "x" * 61), 2, "must be a label"),
        (HEAD.replace("2026-11-24", "24.11.2026"), 3, "must be a date such as 2026-01-31"),
        (HEAD.replace("2026-11-24", "2026-02-30"), 3, "must be a date"),
        (HEAD.replace("effective", "effectiv"), 3, 'unknown field "effectiv"; known:'),
        (HEAD.replace("version:", "version: a\nversion:"), 3, '"version" is given twice'),
        ("", 1, "start the file with"),
        ("schema: \x01", 1, "not readable as YAML"),
    ],
)
def test_a_wrong_head_is_refused_with_its_line(head: str, line: int, says: str) -> None:
    text = refusal("", head)
    assert text.startswith(f"parameters.yaml, line {line}: ")
    assert says in text


def test_the_refusal_of_an_unlike_name_lists_what_there_is() -> None:
    assert "known are TS-F01, " in refusal(one("ransom", "min_usd", "700", "US dollars"))
    assert "known are weight, flag_raise, window_h, min_usd" in refusal(one("TS-P03", "xyzzy", "700", "US dollars"))


def test_the_window_follows_the_parameter_it_is_taken_from() -> None:
    made = read(one("TS-P03", "window_h", "48", "hours") + one("TS-F02", "slow_window_d", "200", "days"))
    assert of(made, "TS-P03").window_ms == 2 * DAY_MS
    assert of(made, "TS-F02").window_ms == 200 * DAY_MS
    assert of(read(one("TS-F02", "window_d", "60", "days")), "TS-F02").window_ms == 365 * DAY_MS


@pytest.mark.parametrize("typology", CATALOGUE, ids=lambda t: t.id)
def test_every_window_is_taken_from_a_parameter_that_can_be_set(typology: Typology) -> None:
    assert window_parameter(typology) in settable(typology)


@pytest.mark.parametrize("typology", CATALOGUE, ids=lambda t: t.id)
def test_every_parameter_can_be_set_and_its_declared_number_lies_in_its_range(typology: Typology) -> None:
    assert set(settable(typology)) == set(lines(type(typology.parameters))) | set(WEIGHTS)
    assert not set(lines(type(typology.parameters))) & set(WEIGHTS)
    for name, (value, _, span) in settable(typology).items():
        assert span.holds(value), (name, value, str(span))


def _extremes(span: Range) -> tuple[float, float]:
    low = span.least + (0.001 if span.above else 0)
    high = span.most if span.most is not None else 1e6
    return (int(low), int(high)) if span.is_whole else (low, float(high))


@pytest.mark.parametrize("typology", CATALOGUE, ids=lambda t: t.id)
def test_a_typology_judges_at_both_ends_of_every_range_and_the_sieve_lets_through_what_its_gate_does(typology: Typology) -> None:
    for name, (_, line, span) in settable(typology).items():
        for value in _extremes(span):
            if any(word in name.split("_") for word in ("min", "max", "low", "high")) and _is_out_of_order(typology, name, value):
                continue
            made = of(read(one(typology.id, name, f"{value!r}", line.unit)), typology.id)
            for view in (e.build() for e in typology.examples):
                if not made.gate(view, made.parameters):
                    continue
                assert made.at_identifiers or made in Sieve((made,)).possible(view), (name, value)
                found = list(itertools.islice(made.hits(view, made.parameters), 5))
                assert all(0 <= h.strength <= 1 for h in found), (name, value)
                for hit in found:
                    made.explain(view, made.parameters, hit, hit.events)


def _is_out_of_order(typology: Typology, name: str, value: float) -> bool:
    own = {n: v for n, (v, _, _) in settable(typology).items()} | {name: value}
    pairs = [("min", "max"), ("low", "high")]
    for low, high in pairs:
        for lower in own:
            upper = "_".join(high if word == low else word for word in lower.split("_"))
            if upper != lower and upper in own and own[lower] > own[upper]:
                return True
    return False


def test_counts_that_keep_entities_out_are_given_up_where_a_rule_asks_for_fewer() -> None:
    lowered = of(read(one("TS-F01", "min_senders", "2", "persons")), "TS-F01")
    assert max(lowered.least) == 0
    raised = of(read(one("TS-F01", "min_senders", "9", "persons")), "TS-F01")
    assert raised.least == of(DECLARED, "TS-F01").least


def test_entities_with_few_transfers_are_judged_only_where_a_rule_asks_for_so_few() -> None:
    assert read(one("TS-F01", "min_senders", "2", "persons")).sees_quiet
    assert not read(one("TS-F01", "min_senders", "4", "persons")).sees_quiet
    assert not read(one("TS-F01", "min_senders", "9", "persons")).sees_quiet


def test_entities_with_few_transfers_are_judged_where_a_rule_looks_further_back() -> None:
    assert read(one("TS-S02", "window_h", "96", "hours")).sees_quiet
    assert not read(one("TS-S02", "window_h", "24", "hours")).sees_quiet


def test_a_lowered_sum_or_window_costs_no_shortcut() -> None:
    for name, value, unit in (("window_d", "2", "days"), ("large_usd", "1", "US dollars"), ("min_share", "0.1", "out / in")):
        made = read(one("TS-F03", name, value, unit))
        assert of(made, "TS-F03").least == of(DECLARED, "TS-F03").least
        assert not made.sees_quiet


def test_the_digest_is_of_the_numbers_and_not_of_how_they_are_written() -> None:
    body = one("TS-P03", "times_former", "4", "times the payer's former maximum")
    same = HEAD.replace("pilot 3", "pilot 4") + "  # a comment\n" + body.replace("4,", "4.0,")
    made = read(body)
    assert re.fullmatch(r"[0-9a-f]{64}", made.used.sha256)
    assert read("", same).used == type(made.used)("pilot 4", made.used.sha256)
    assert read(body.replace("value: 4", "value: 5")).used.sha256 != made.used.sha256
    assert made.used.sha256 != DECLARED.used.sha256


def test_the_digest_changes_with_every_number_and_with_a_typologys_version() -> None:
    seen = {digest(CATALOGUE)}
    changed = 0
    for typology in CATALOGUE:
        rest = tuple(t for t in CATALOGUE if t is not typology)
        seen.add(digest((*rest, typology._replace(version=99))))
        seen.add(digest((*rest, typology._replace(weight=0.123))))
        changed += 2
    assert len(seen) == changed + 1
    assert digest(tuple(reversed(CATALOGUE))) == digest(CATALOGUE)
