"""Every date below was counted by hand on a wall calendar."""

from datetime import UTC, datetime

import msgspec
import pytest

from schemas.fius import holidays_of, load_fius
from streams.domain.calendar import correction_due, due

FIUS = load_fius()


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def due_of(fiu: str, formed: str, deadline: str = "", urgent: bool = False) -> str:
    row = FIUS[fiu] if not deadline else msgspec.structs.replace(FIUS[fiu], deadline=deadline)
    clock = due(ms(formed), row, holidays_of(row.calendar), urgent)
    assert clock.start_ms == ms(formed)
    return datetime.fromtimestamp(clock.due_ms / 1000, UTC).replace(tzinfo=None).isoformat()


@pytest.mark.parametrize(
    ("why", "fiu", "formed", "deadline", "expected"),
    [
        ("hours run through a weekend", "AE", "2024-03-15T22:30", "", "2024-03-16T22:30:00"),
        ("48 hours", "UG", "2024-03-15T22:30", "", "2024-03-17T22:30:00"),
        ("five hours", "KG", "2024-03-15T22:30", "", "2024-03-16T03:30:00"),
        # Wed 13 March: Thu counts, Fri and Sat do not, Sun counts (UTC+3)
        ("Friday and Saturday are the weekend", "SA", "2024-03-13T10:00", "P2BD", "2024-03-17T20:59:59"),
        # the same Wednesday: Thu and Fri count (UTC+4)
        ("Saturday and Sunday are the weekend in AE", "AE", "2024-03-13T10:00", "P2BD", "2024-03-15T19:59:59"),
        # Wed 8 May: Thu and Fri do not count, Sat does (UTC+3:30)
        ("Thursday and Friday are the weekend", "IR", "2024-05-08T10:00", "P1BD", "2024-05-11T20:29:59"),
        # Wed 8 May: Thu, Sat, Sun (UTC+4:30)
        ("three business days in Kabul, Friday off", "AF", "2024-05-08T10:00", "", "2024-05-12T19:29:59"),
        # Thu 22 Feb: Fri, Sat weekend; Sun 25 and Mon 26 are National and Liberation Day; Tue, Wed
        ("public holidays follow a weekend", "KW", "2024-02-22T08:00", "", "2024-02-28T20:59:59"),
        # Wed 22 May: Vesak on Thu and Fri, weekend, Mon, Tue (UTC+5:30)
        ("two moon-dated holidays", "LK", "2024-05-22T06:00", "", "2024-05-28T18:29:59"),
        # Fri 5 April: 8, 9; feast 10-12; 15-19; 22; 23 is a national day; 24, 25
        ("ten business days over the feast", "TR", "2024-04-05T09:00", "", "2024-04-25T20:59:59"),
        # Thu 25 Jan 11:00 in Sydney: Fri is Australia Day; Mon, Tue, Wed (UTC+11)
        ("a holiday in summer time", "AU", "2024-01-25T00:00", "", "2024-01-31T12:59:59"),
        # Fri 20:00 UTC is Sat 06:00 in Sydney; clocks go forward on Sun 6 Oct; Mon, Tue, Wed end at UTC+11
        ("formed on the local weekend, clocks go forward", "AU", "2024-10-04T20:00", "", "2024-10-09T12:59:59"),
        # 20 Feb + 30 days over a leap day; clocks went forward on 10 March (UTC-4)
        ("thirty calendar days over a leap day and summer time", "US", "2024-02-20T12:00", "", "2024-03-22T03:59:59"),
        # Sat 15 June 01:00 in Nairobi, two calendar days
        ("calendar days count a Sunday", "KE", "2024-06-14T22:00", "", "2024-06-17T20:59:59"),
        ("the local day counts, not the UTC day", "KE", "2024-06-14T20:00", "", "2024-06-16T20:59:59"),
        ("the same day ends at local midnight", "MT", "2024-07-01T21:30", "", "2024-07-01T21:59:59"),
        # clocks go back from midnight to 23:00 on Sat 26 Oct: the day's last second is the second 23:59:59 (UTC+2)
        ("a day with 25 hours ends with its second 23:59:59", "LB", "2024-10-25T09:00", "P1D", "2024-10-26T21:59:59"),
        # Kazakhstan moved to UTC+5 on 1 March 2024
        ("Almaty after its change of zone", "KZ", "2024-03-05T09:00", "P1D", "2024-03-06T18:59:59"),
        ("Almaty before its change of zone", "KZ", "2024-02-05T09:00", "P1D", "2024-02-06T17:59:59"),
        ("the year turns", "SG", "2024-12-31T03:00", "P1BD", "2025-01-02T15:59:59"),
    ],
)
def test_due_date_in_the_fius_calendar(why: str, fiu: str, formed: str, deadline: str, expected: str) -> None:
    assert due_of(fiu, formed, deadline) == expected, why


def test_an_urgent_report_takes_the_urgent_deadline_where_the_law_knows_one() -> None:
    assert due_of("TR", "2024-04-05T09:00", urgent=True) == "2024-04-06T09:00:00"
    assert due_of("AU", "2024-01-25T00:00", urgent=True) == due_of("AU", "2024-01-25T00:00")


def test_milliseconds_of_the_formation_are_kept_by_hours() -> None:
    assert due(1_710_000_000_123, FIUS["AE"], holidays_of("AE")).due_ms == 1_710_000_000_123 + 86_400_000


def test_the_steps_say_what_was_counted_and_what_was_not() -> None:
    steps = due(ms("2024-02-22T08:00"), FIUS["KW"], holidays_of("KW")).steps
    assert steps[0] == "suspicion formed Thu 2024-02-22 11:00 Asia/Kuwait, 2024-02-22 08:00 UTC"
    assert steps[1].startswith("P2BD: 2 business days (the FIU's rule: 2 working days (Law 106/2013 art.12); confidence M")
    assert (
        steps[2]
        == "not counted: Fri 2024-02-23 (weekend), Sat 2024-02-24 (weekend), Sun 2024-02-25 (National Day), Mon 2024-02-26 (Liberation Day)"
    )
    assert steps[3] == "due Wed 2024-02-28 23:59 Asia/Kuwait, 2024-02-28 20:59 UTC"


def test_without_a_calendar_only_weekends_are_left_out() -> None:
    row = msgspec.structs.replace(FIUS["KW"], calendar="")
    clock = due(ms("2024-02-22T08:00"), row, holidays_of(row.calendar))
    assert clock.due_ms == ms("2024-02-26T20:59:59")


def test_a_correction_is_taken_for_as_long_as_facts_say_and_elsewhere_nothing_is_invented() -> None:
    rejected = ms("2024-03-13T10:00")  # 14:00 in Dubai: ten days are over with the 23rd, 23:59:59 there
    found = correction_due(rejected, FIUS["AE"], holidays_of("AE"))
    assert found == ms("2024-03-23T19:59:59")
    assert correction_due(rejected, FIUS["KG"], holidays_of("KG")) is None
