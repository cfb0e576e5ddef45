"""When a filing is due: the FIU's deadline, counted in its own time zone, weekend and public holidays."""

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from schemas.fius import Deadline, HolidayName, parse_deadline, zone_of
from schemas.registry import Fiu
from schemas.report import Clock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_SECOND = time(23, 59, 59, fold=1)  # DEF: a day ends at 23:59:59 local; where the clock goes back then, the second one
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UNITS = {"hours": "hours, run through day and night", "days": "calendar days", "business_days": "business days"}


def due(start_ms: int, fiu: Fiu, holiday: HolidayName, urgent: bool = False) -> Clock:
    """When a report must be with `fiu` if suspicion formed at `start_ms`, and how that was counted.

    1. Hours (PT24H) run through from the formation of suspicion.
    2. Calendar days (P2D) and business days (P3BD) are counted from the day after it in the FIU's local time (DEF); P0D is the day itself.
    3. A business day is no weekend day and no public holiday of the FIU's calendar.
    4. The last day counts to its end, 23:59:59 local (DEF).

    Units   milliseconds since the epoch, UTC
    Shape   `urgent` takes the FIU's urgent deadline where its law knows one
    Source  standards, section 4.4: the clock starts at the formation of suspicion, not at the transfer
    """
    text = fiu.urgent_deadline if urgent and fiu.urgent_deadline else fiu.deadline
    deadline = parse_deadline(text)
    zone = zone_of(fiu)
    start = _EPOCH + timedelta(milliseconds=start_ms)
    local = start.astimezone(zone)
    skipped: list[str] = []
    if deadline.unit == "hours":
        end = start + timedelta(hours=deadline.count)
    else:
        last = _last_day(local.date(), deadline, fiu.weekend, holiday, skipped)
        end = datetime.combine(last, _LAST_SECOND, zone).astimezone(UTC)
    steps = [
        f"suspicion formed {_text(local)} {fiu.timezone}, {start:%Y-%m-%d %H:%M} UTC",
        f"{text}: {deadline.count} {_UNITS[deadline.unit]} ({_rule(fiu, text)}; confidence {fiu.confidence})",
        *(["not counted: " + ", ".join(skipped)] if skipped else []),
        f"due {_text(end.astimezone(zone))} {fiu.timezone}, {end:%Y-%m-%d %H:%M} UTC",
    ]
    return Clock(start_ms, tuple(steps), (end - _EPOCH) // timedelta(milliseconds=1))


def correction_due(rejected_ms: int, fiu: Fiu, holiday: HolidayName) -> int | None:
    """Until when (ms UTC) the FIU takes the correction of a report that it rejected then; None where no fact gives it."""
    if not fiu.correction_deadline:
        return None
    rule = msgspec.structs.replace(fiu, deadline=fiu.correction_deadline, urgent_deadline="")
    return due(rejected_ms, rule, holiday).due_ms


def _last_day(first: date, deadline: Deadline, weekend: tuple[int, ...], holiday: HolidayName, skipped: list[str]) -> date:
    """The day on which a deadline in days ends; days that do not count are written to `skipped`."""
    if deadline.unit == "days":
        return first + timedelta(days=deadline.count)
    day, left = first, deadline.count
    while left:
        day += timedelta(days=1)
        why = "weekend" if day.weekday() in weekend else holiday(day)
        if why:
            skipped.append(f"{_WEEKDAYS[day.weekday()]} {day} ({why})")
        else:
            left -= 1
    return day


def _rule(fiu: Fiu, text: str) -> str:
    return "the FIU's rule for urgent reports" if text != fiu.deadline else f"the FIU's rule: {fiu.deadline_text}"


def _text(moment: datetime) -> str:
    return f"{_WEEKDAYS[moment.weekday()]} {moment:%Y-%m-%d %H:%M}"
