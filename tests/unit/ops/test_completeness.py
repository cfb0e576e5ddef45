"""Shares of filled fields in the last day and in the week before it."""

from ops.completeness import DAY_MS, GROUPS, lines
from ops.needs import FIELDS as NEEDED
from schemas.quality import FIELDS, Counts, QualityRecord, no_counts

NOW = 100 * DAY_MS
TOWN = FIELDS.index("send_town")


def record(said: int, asked: int = 10, unknown: int = 0, partner: str = "demo") -> QualityRecord:
    found: Counts = no_counts()
    found.transfers, found.asked[TOWN], found.said[TOWN], found.unknown[TOWN] = asked, asked, said, unknown
    return QualityRecord({partner: found})


def test_the_last_day_is_held_against_the_seven_days_before_it() -> None:
    records = [(NOW - 1, record(1)), (NOW - DAY_MS + 1, record(2, unknown=1)), (NOW - DAY_MS, record(9)), (NOW - 8 * DAY_MS + 1, record(8)),
               (NOW - 8 * DAY_MS, record(0))]  # fmt: skip
    (line,) = lines(records, NOW)
    assert (line.partner, line.transfers_day, line.transfers_week) == ("demo", 20, 20)
    (field,) = line.fields
    assert (field.field, field.day, field.week, field.change, field.unknown) == ("send_town", 0.15, 0.85, -0.7, 0.3333)
    assert field.has_fallen


def test_a_partner_that_is_new_has_no_change_and_one_that_is_silent_no_day() -> None:
    new, silent = lines([(NOW, record(5, partner="new")), (NOW - 2 * DAY_MS, record(5, partner="silent"))], NOW)
    assert [(field.day, field.week, field.change, field.has_fallen) for line in (new, silent) for field in line.fields] == [
        (0.5, None, None, False), (None, 0.5, None, False),
    ]  # fmt: skip


def test_a_share_that_fell_by_less_than_ten_points_is_not_marked() -> None:
    (line,) = lines([(NOW, record(91, 100)), (NOW - 2 * DAY_MS, record(100, 100))], NOW)
    assert not line.fields[0].has_fallen


def test_what_suffers_without_a_town_is_said_by_the_loss() -> None:
    (line,) = lines([(NOW, record(0))], NOW)
    assert "TS-S04" in line.fields[0].typologies["blind"]
    assert line.fields[0].report == "transfers.send_town"


def test_what_one_field_says_no_typology_misses_in_another() -> None:
    """By ops/needs.py: any identifier of a party, the agent or the occupation of either side."""
    found = no_counts()
    found.transfers = 10
    for name in FIELDS:
        found.asked[FIELDS.index(name)] = 10
    for name in ("sender.phones", "pay_agent", "receiver.occupation"):
        found.said[FIELDS.index(name)] = 6
    (line,) = lines([(NOW, QualityRecord({"demo": found}))], NOW)
    told = {field.field for field in line.fields if field.typologies}
    assert {"sender.phones", "pay_agent", "receiver.occupation", "purpose", "send_town", "pay_town"} <= told
    assert not told & {"sender.documents", "sender.online", "send_agent", "sender.occupation"}
    assert len([name for name in told if name.startswith("receiver.") and GROUPS[name[9:]] == "identifiers"]) == 1


def test_each_field_is_of_a_thing_that_the_typologies_examples_are_stripped_of() -> None:
    assert set(GROUPS) <= {name.rpartition(".")[2] for name in FIELDS}
    assert set(GROUPS.values()) == {field.name for field in NEEDED} - {"countries"}  # which follow from agents and addresses
