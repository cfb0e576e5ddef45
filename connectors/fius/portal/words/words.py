"""The words of a portal package's form that a language must have."""

from collections.abc import Mapping
from typing import NamedTuple


class Words(NamedTuple):
    """One language's words.

    title       of the document; `page` has the slots n and m
    fields      names of sections and fields by key
    roles       how a person of a role is called before the name; ages beside it
    columns     of the tables of transfers, by the column's own name
    supplementary, correction   what the filing is to the one before
    urgent, do_not_stop, protect, child   the notice; `who` is a list of labels
    """

    is_rtl: bool
    title: str
    page: str
    fields: Mapping[str, str]
    roles: Mapping[str, str]
    ages: Mapping[str, str]
    columns: Mapping[str, str]
    urgent: str
    do_not_stop: str
    protect: str
    child: str
    supplementary: str
    correction: str
    capped: str
    carried_on: str
    transliterated: str
    present: str
