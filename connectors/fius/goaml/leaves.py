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
    # Codes and placeholders come from short lists: what was written for one of them is kept. Nothing a person is known by is.
    key = (leaf.codes, leaf.value, leaf.variant) if leaf.codes or leaf.filled else None
    done = place.written_before.get(key) if key else None
    if done is None:
        if place.fitter is None:
            ledger.error("wrong_type", leaf.at, place.path)
            return None
        try:
            text, rule = place.fitter.fit(leaf)
        except UnfitError as unfit:
            ledger.unfit(unfit.code, leaf, place.path)
            return None
        if _SPECIAL.search(text):
            text = _SPECIAL.sub(lambda found: _ESCAPED[found.group()], text)
        done = place.written(text), rule
        if key and not (leaf.rule and leaf.codes) and len(place.written_before) < _MOST:
            place.written_before[key] = done
    if leaf.filled:
        ledger.placeholder(leaf.at, place.path, leaf.rule)
    else:
        ledger.present(leaf.at, place.path, done[1])
    return done[0]
