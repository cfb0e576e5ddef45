"""Whether one FIU may be proposed spontaneous information to another: only on a named basis, and never past a gate."""

from collections.abc import Mapping
from typing import NamedTuple

from schemas.fius import Agreement, Sharing
from schemas.registry import Fiu
from schemas.report import RouteStep

_GATE = {
    "deny": "no channel to the unit: no automatic onward sharing (risk to victims)",
    "legal_hold": "information for this unit waits for legal approval: no automatic proposal",
}
_NO_BASIS = "no basis for sharing with {0} that covers both units: {1} is {2} and {0} is {3} of the Egmont Group, and no agreement of the two is in force"
_STANDING = {
    "member": "a member",
    "not_member": "no member",
    "expelled": "an expelled member",
    "suspended": "a suspended member",
    "unsure": "not confirmed as a member",
}


class MayShare(NamedTuple):
    """Whether a proposal is allowed, why, and the steps of the reasoning."""

    allowed: bool
    why: str
    basis: tuple[RouteStep, ...]


def may_share(sender: Fiu, country: str, fius: Mapping[str, Fiu], sharing: Sharing) -> MayShare:
    """Whether `sender` may be proposed to tell the FIU of `country` on its own initiative.

    Source  Egmont Principles for Information Exchange; FATF R.40; typologies Part C "Routing rule"
    """
    recipient = fius.get(country)
    if recipient is None:
        return MayShare(False, f"the FIU registry has no unit for {country}", ())
    for fiu in (recipient, sender):
        if fiu.gate != "open":
            return MayShare(False, f"{fiu.acronym} ({fiu.country}): {_GATE[fiu.gate]}", ())
    bases = [
        agreement for agreement in sharing.agreements if agreement.in_force == "yes" and _covers(agreement, sender, recipient)
    ]
    if not bases:
        return MayShare(
            False, _NO_BASIS.format(country, sender.country, _STANDING[sender.egmont], _STANDING[recipient.egmont]), ()
        )
    doubted = sorted({sender.id, recipient.id} & sharing.egmont_doubted)
    steps = tuple(_step(agreement, doubted) for agreement in bases)
    best = bases[0]
    return MayShare(True, f"{best.id} covers {sender.country} and {country}: {best.basis}", steps)


def _covers(agreement: Agreement, sender: Fiu, recipient: Fiu) -> bool:
    if agreement.members == "egmont":
        return sender.egmont == recipient.egmont == "member"
    return sender.id in agreement.members and recipient.id in agreement.members


def _step(agreement: Agreement, doubted: list[str]) -> RouteStep:
    says = f"{agreement.basis}; channel: {agreement.channel or 'to be agreed'}"
    if agreement.members == "egmont" and doubted:
        return RouteStep(agreement.id, f"{says}; membership of {', '.join(doubted)} to be confirmed", "L")
    return RouteStep(agreement.id, says, agreement.confidence)
