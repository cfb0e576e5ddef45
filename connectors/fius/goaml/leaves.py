"""Writes one value into one element."""

import re

from connectors.fius.goaml.ledger import Ledger
from connectors.fius.goaml.offer import Leaf
from connectors.fius.goaml.place import Place
from connectors.fius.goaml.values import UnfitError

_SPECIAL = re.compile("[&<>\r]")
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_MOST = 500  # codes and placeholders kept for one place; more than reports use. DEF


def write_leaf(ledger: Ledger, place: Place, leaf: Leaf) -> str | None:
    """The XML of one value, with its row in the ledger; None, and an error there, where it does not fit."""
    done = _repeated(ledger, place, leaf) if leaf.codes or leaf.filled else _fitting(ledger, place, leaf)
    if done is None:
        return None
    text, rule = done
    if leaf.filled:
        ledger.placeholder(leaf.at, place.path, leaf.rule)
    else:
        ledger.present(leaf.at, place.path, rule)
    return text


def _repeated(ledger: Ledger, place: Place, leaf: Leaf) -> tuple[str, str] | None:
    """A code or placeholder: both come from short lists, so what was written is kept. Nothing a person is known by is."""
    key = (leaf.codes, leaf.value, leaf.variant)
    done = place.written_before.get(key)
    if done is None:
        done = _fitting(ledger, place, leaf)
        if done is not None and not (leaf.rule and leaf.codes) and len(place.written_before) < _MOST:
            place.written_before[key] = done
    return done


def _fitting(ledger: Ledger, place: Place, leaf: Leaf) -> tuple[str, str] | None:
    """The XML of one value and the rule that changed it; None, and an error in the ledger, where it does not fit."""
    if place.fitter is None:
        ledger.error("wrong_type", leaf.at, place.path)
        return None
    try:
        text, rule = place.fitter.fit(leaf)
    except UnfitError as unfit:
        ledger.unfit(unfit.code, leaf, place.path)
        return None
    if "&" in text or "<" in text or ">" in text or "\r" in text:
        text = _SPECIAL.sub(lambda found: _ESCAPED[found.group()], text)
    return f"{place.start}{text}{place.end}" if text else place.empty, rule
