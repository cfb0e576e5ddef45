"""The samples of the native format in the shared references: two good ones, and broken ones with their reasons."""

from pathlib import Path

import pytest

from schemas.native import InvalidTransfer
from schemas.native_reading import read_json
from schemas.native_rules import check

NATIVE = Path(__file__).parents[4] / "shared" / "reference" / "formats" / "native"
NOW_MS = 1_800_000_000_000
CODES = {
    1: "schema_unknown", 2: "field_missing", 3: "field_value", 4: "field_value", 5: "time_without_offset", 6: "field_type", 7: "field_type",
    8: "amount_not_positive", 9: "amount_not_positive", 10: "amount_invalid", 11: "currency_unknown", 12: "field_missing", 13: "field_value",
    14: "receiver_missing", 15: "receiver_not_allowed", 16: "field_type", 17: "field_missing", 18: "field_value", 19: "country_unknown",
    20: "date_invalid", 21: "date_invalid", 22: "field_missing", 23: "field_type", 24: "field_value", 25: "field_value", 26: "field_value",
    27: "field_missing", 28: "field_value", 29: "agent_position_incomplete", 30: "field_value", 31: "unknown_field", 32: "field_type",
    33: "not_an_object", 34: "not_json",
}  # fmt: skip

pytestmark = pytest.mark.skipif(not NATIVE.is_dir(), reason="the shared reference formats are not beside this repository")


@pytest.mark.parametrize("name", ["ok.json", "minimal.json"])
def test_the_good_samples_are_read(name: str) -> None:
    check(read_json((NATIVE / name).read_bytes()).event, NOW_MS)


@pytest.mark.parametrize("line", CODES)
def test_each_broken_sample_is_refused_for_its_reason(line: int) -> None:
    raw = (NATIVE / "invalid.jsonl").read_bytes().splitlines()[line - 1]
    reasons = (NATIVE / "invalid.reasons.txt").read_text(encoding="utf-8").splitlines()
    with pytest.raises(InvalidTransfer) as refused:
        check(read_json(raw).event, NOW_MS)
    assert refused.value.code == CODES[line]
    assert not refused.value.path or refused.value.path.split(".")[-1].split("[")[0] in reasons[line - 1]


def test_no_broken_sample_is_left_out() -> None:
    assert len((NATIVE / "invalid.jsonl").read_bytes().splitlines()) == len(CODES) == 34
