"""What a language brings to a narrative: its sentences with slots, its words for closed lists, its numbers, plurals and dates.

Sentences are templates of ours, written by people; nothing is translated by a machine. A template's slots are named; a noun after a number is asked for by
the slot's format: `{payers:отправитель|отправителя|отправителей}`, with as many forms as `plural` tells apart.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from schemas.money import Money, decimals, to_decimal


class Phrases(msgspec.Struct, frozen=True):
    """The sentences of a narrative, in the order in which they are said."""

    urgent: str
    do_not_block: str
    seen: str
    patterns: str
    meaning: str
    not_known: str
    unknown: str
    withdrawn_into: str
    withdrawn: str
    on_day: str
    from_to: str
    moved: str
    by_rates: str
    sums_range: str
    sums_each: str
    channels: str
    taken_in: str
    paid_out: str
    received: str
    from_parties: str
    sent: str
    to_parties: str
    flow: str
    flow_both: str
    more_flows: str
    pattern: str
    measured: str
    number: str
    speaks_against: str
    further: str
    one_kind: str
    of_holders: str
    some_pattern: str
    rests_on: str
    points_to: str
    points_nowhere: str
    formed: str
    role: str
    run: str
    country_not_given: str
    more_towns: str
    data_lacked: str


class Reason(msgspec.Struct, frozen=True):
    """Why a finding matters, where it measured the numbers `needs`.

    Slots   of `says`: every number by its name, the towns of payment, the kind of identifier
    """

    needs: tuple[str, ...]
    says: str


class Language(NamedTuple):
    """One language. Lists by their codes: what is not in a list is said as it stands in the report, which is English.

    native      what the language is called in itself
    plural      index of the noun form that goes with a number
    forms       nouns by key, one form for each index
    day         a day as people write it, from year, month and day of the Gregorian calendar
    separators  of thousands and of decimals
    joins       what stands between items of a list, and between parts that hold lists
    script      which spelling of a town is taken: "" as the gazetteer names it, else the Unicode name of a letter's script
    grounds     why a subject is one, by the code of `streams.domain.roles.Ground`
    measures    names of measured numbers, without min_ or max_
    """

    code: str
    native: str
    is_rtl: bool
    plural: Callable[[float], int]
    forms: Mapping[str, tuple[str, ...]]
    day: Callable[[int, int, int], str]
    separators: tuple[str, str]
    joins: tuple[str, str]
    script: str
    phrases: Phrases
    offences: Mapping[str, str]
    roles: Mapping[str, str]
    grounds: Mapping[str, str]
    channels: Mapping[str, str]
    kinds: Mapping[str, str]
    typologies: Mapping[str, str]
    reasons: Mapping[str, tuple[Reason, ...]]
    measures: Mapping[str, str]
    absent: Mapping[str, str]
    suppressors: Mapping[str, str]
    country: Callable[[str], str]

    def figure(self, value: float, places: int = 2) -> str:
        """A number: whole without decimals, else with `places`."""
        plain = f"{value:,.0f}" if value == int(value) else f"{value:,.{places}f}"
        return plain if self.separators == (",", ".") else self._separated(plain)

    def share(self, value: float) -> str:
        """A number between 0 and 1 with two decimals."""
        return self._separated(f"{value:.2f}")

    def money(self, money: Money) -> str:
        """An amount, the currency's code before it: "USD 1,999.00"."""
        plain = f"{to_decimal(money):,.{decimals(money.currency)}f}"
        return f"{money.currency} {plain if self.separators == (',', '.') else self._separated(plain)}"

    def counted(self, number: int, noun: str) -> str:
        """A number with its noun in the form that goes with it."""
        return f"{self.figure(number)} {self.forms[noun][self.plural(number)]}"

    def _separated(self, plain: str) -> str:
        thousands, decimal = self.separators
        return plain.replace(",", "\0").replace(".", decimal).replace("\0", thousands)


def one_form(number: float) -> int:
    """For languages whose nouns do not change after a number."""
    return 0


class Slot(NamedTuple):
    """A number in a template. Its format: nothing, "%" for a share as per cent, "$" for US dollars, or noun forms parted by |."""

    value: float
    language: Language

    def __format__(self, spec: str) -> str:
        if spec == "%":
            return self.language.figure(round(self.value * 100))
        if spec == "$":
            return self.language.money(Money(round(self.value) * 100, "USD")).removesuffix(f"{self.language.separators[1]}00")
        said = self.language.figure(self.value, 1)
        return f"{said} {spec.split('|')[self.language.plural(self.value)]}" if spec else said
