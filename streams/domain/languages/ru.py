"""Russian: plurals and dates; its sentences and words are in schemas/reference/languages/ru.yaml."""

_MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip


def plural(number: float) -> int:
    """0 after 1, 21, 31 …; 1 after 2 to 4, 22 to 24 … and after a fraction; 2 after all others."""
    if number != int(number):
        return 1
    last, tens = number % 10, number % 100 // 10
    if tens == 1 or last in (0, 5, 6, 7, 8, 9):
        return 2
    return 0 if last == 1 else 1


def day(year: int, month: int, number: int) -> str:
    """5 марта 2024 г."""
    return f"{number} {_MONTHS[month - 1]} {year} г."
