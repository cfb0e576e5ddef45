"""Hints for the compliance officer on where a person at risk in a report can find help. They go into no filing and to no partner."""

from typing import NamedTuple

from schemas.referral import Help, load_referrals
from schemas.report import Report

SHIELDED_ROLES = frozenset({"victim", "protected"})
_NOT_KNOWN = "Nothing is known here of help in this country"


class ReferralHint(NamedTuple):
    """One country where a person to protect paid or was paid: whose labels, and what is known in one line each."""

    country: str
    people: tuple[str, ...]
    says: tuple[str, ...]


def referral_hints(report: Report) -> tuple[ReferralHint, ...]:
    """A hint for every country in which somebody to protect sends or receives, in order of their codes; none where nobody is to protect."""
    labels = {p.key: f"P{n}" for n, p in enumerate(report.parties, 1) if p.role in SHIELDED_ROLES}
    where: dict[str, set[str]] = {}
    for transfer in report.transfers:
        for key, country in ((transfer.sender, transfer.send_country), (transfer.receiver, transfer.pay_country)):
            if key in labels and country:
                where.setdefault(country, set()).add(labels[key])
    known = load_referrals()
    return tuple(
        ReferralHint(
            country,
            tuple(sorted(people, key=lambda label: int(label[1:]))),
            _says(known.countries.get(country), known.everywhere),
        )
        for country, people in sorted(where.items())
    )


def _says(row: Help | None, everywhere: tuple[str, ...]) -> tuple[str, ...]:
    if row is None:
        return (f"{_NOT_KNOWN}; ask {everywhere[0]}", *everywhere[1:])
    identity = (
        "tell nobody who the person is without the person's own consent"
        if row.identity == "consent"
        else "do not tell the authorities there who the person is"
    )
    told = (("", row.body), ("mechanism: ", row.mechanism), ("help: ", row.help), ("phone: ", row.phone), ("note: ", row.note))
    lines = tuple(f"{name}{said}" for name, said in told if said)
    sure = {"R": "read", "S": "second-hand", "G": "general knowledge, check before use"}[row.sureness]
    return (identity, *lines, f"how sure: {sure}{f' ({row.source})' if row.source else ''}", *everywhere)
