"""Persian: dates; its sentences and words are in schemas/reference/languages/fa.yaml. Digits stay Latin (ops/decisions/0014)."""

from streams.domain.solar_hijri import with_solar_day

_MONTHS = ("ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن", "ژوئیه", "اوت", "سپتامبر", "اکتبر", "نوامبر", "دسامبر")
_SOLAR = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند")


def day(year: int, month: int, number: int) -> str:
    """5 مارس 2024 (15 اسفند 1402)."""
    return with_solar_day(year, month, number, (_MONTHS, _SOLAR))
