"""The words of the form in each language that a package can be written in, one file each."""

from connectors.fius.portal.words.en import EN
from connectors.fius.portal.words.fa import FA
from connectors.fius.portal.words.prs import PRS
from connectors.fius.portal.words.ru import RU
from connectors.fius.portal.words.words import Words

__all__ = ["EN", "WORDS", "Words"]

WORDS = {"en": EN, "ru": RU, "fa": FA, "prs": PRS}
