"""When money is sent: feasts by culture (dated tables, public dates; lunar ones may lie a day off) and the seasons of work and school."""

from bisect import bisect_left
from datetime import date, timedelta

FIRST_DAY, LAST_DAY = date(2023, 1, 1), date(2027, 12, 31)  # what the tables cover
_EPOCH = date(1970, 1, 1)

EID_AL_FITR = "2023-04-21 2024-04-10 2025-03-30 2026-03-20 2027-03-09"
EID_AL_ADHA = "2023-06-28 2024-06-16 2025-06-06 2026-05-27 2027-05-16"
DIWALI = "2023-11-12 2024-10-31 2025-10-20 2026-11-08 2027-10-29"
LUNAR_NEW_YEAR = "2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06"
ORTHODOX_EASTER = "2023-04-16 2024-05-05 2025-04-20 2026-04-12 2027-05-02"
YEARS = range(2023, 2028)
_FIXED = {
    "nowruz": "03-21",
    "new_year": "12-31",
    "christmas": "12-25",
    "women_s_day": "03-08",
    "songkran": "04-13",
    "meskel": "09-27",
}
_BY_CULTURE = {
    "turan": (EID_AL_FITR, EID_AL_ADHA, "nowruz"),
    "persian": (EID_AL_FITR, EID_AL_ADHA, "nowruz"),
    "muslim": (EID_AL_FITR, EID_AL_ADHA),
    "orthodox": ("new_year", "women_s_day", ORTHODOX_EASTER),
    "western": ("christmas",),
    "filipino": ("christmas",),
    "siam": (LUNAR_NEW_YEAR, "songkran"),
    "indic": (DIWALI,),
    "horn": (ORTHODOX_EASTER, "meskel"),
}
_SEND_BEFORE = 9  # days before a feast in which gifts are sent
# How much of a usual month's remittance a seasonal labourer sends, January to December.
_LABOUR = (0.55, 0.55, 0.75, 0.9, 1.05, 1.2, 1.25, 1.25, 1.2, 1.15, 0.9, 0.7)
_WEEKDAY = (1.02, 0.98, 0.98, 1.0, 1.15, 1.05, 0.72)  # Monday first


def day_number(day: date) -> int:
    """Days since 1 January 1970."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """The calendar day with this number."""
    return _EPOCH + timedelta(days=number)


def _dates(feast: str) -> list[int]:
    if feast in _FIXED:
        return [day_number(date.fromisoformat(f"{year}-{_FIXED[feast]}")) for year in YEARS]
    return [day_number(date.fromisoformat(text)) for text in feast.split()]


FEASTS = {culture: tuple(sorted(day for feast in feasts for day in _dates(feast))) for culture, feasts in _BY_CULTURE.items()}


def gift_day(culture: str, after: int, before: int, draw: float) -> int | None:
    """A day for a feast's gift later than `after` and earlier than `before`, or None. `draw` in [0, 1) chooses among the days."""
    days = FEASTS[culture]
    place = bisect_left(days, after + 2)
    if place == len(days) or days[place] - 1 >= before:
        return None
    return max(after + 1, days[place] - 1 - int(draw * _SEND_BEFORE))


def is_feast_time(culture: str, day: int) -> bool:
    """Whether a feast lies within the next ten days."""
    days = FEASTS[culture]
    place = bisect_left(days, day)
    return place < len(days) and days[place] - day <= _SEND_BEFORE + 1


def labour_season(day: int) -> float:
    """A seasonal labourer's remittances on this day, as a share of the year's mean."""
    return _LABOUR[day_of(day).month - 1]


def is_school_start(day: int) -> bool:
    """Whether fees and books are paid: 20 August to 10 September."""
    there = day_of(day)
    return (there.month, there.day) >= (8, 20) and (there.month, there.day) <= (9, 10)


def busyness(day: int) -> float:
    """How much is going on on this day, as a multiple of a usual one: weekday, pay-days, feasts."""
    there = day_of(day)
    pay = 1.2 if there.day in (1, 2, 5, 6, 15, 16, 20, 21) else 1.0
    feast = 1 + 0.12 * sum(is_feast_time(culture, day) for culture in ("turan", "muslim", "western"))
    return _WEEKDAY[there.weekday()] * pay * feast
