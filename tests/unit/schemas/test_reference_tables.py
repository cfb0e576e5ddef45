"""Packaged tables: countries, currencies, rates and towns agree with each other and with what is known."""

from decimal import Decimal

import pytest
from babel import Locale

from schemas.codes import COUNTRIES, CURRENCIES, table
from schemas.fx import FxTable, RateUnknown, fx_table
from schemas.money import Money, decimals
from schemas.places import Gazetteer, TownNameClash, gazetteer, town_id
