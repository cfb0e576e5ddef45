"""Dari: dates; its sentences and words are in schemas/reference/languages/prs.yaml. Digits stay Latin (ops/decisions/0014)."""

from streams.domain.solar_hijri import with_solar_day

_MONTHS = ("جنوری", "فبروری", "مارچ", "اپریل", "می", "جون", "جولای", "اگست", "سپتمبر", "اکتوبر", "نومبر", "دسمبر")
_SOLAR = ("حمل", "ثور", "جوزا", "سرطان", "اسد", "سنبله", "میزان", "عقرب", "قوس", "جدی", "دلو", "حوت")


def day(year: int, month: int, number: int) -> str:
    """5 مارچ 2024 (15 حوت 1402)."""
    return with_solar_day(year, month, number, (_MONTHS, _SOLAR))
