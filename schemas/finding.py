"""A finding: one typology seen at one entity in one episode, with the numbers it rests on."""

import msgspec


class Evidence(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One transfer a finding rests on: coordinate in the archive and what routing, roles and narrative need.

    revision  which of the transfer's states this is: the highest speaks for it (0: one that arrived when a newer one did already)
    """

    uid: bytes
    partition: int
    offset: int
    index: int
    at_ms: int
    partner: str
    sender: bytes
    receiver: bytes | None
    amount_minor: int
    currency: str
    usd_minor: int
    channel: str
    send_country: str
    pay_country: str
    send_town: str
    pay_town: str
    revision: int = 1


class Number(msgspec.Struct, frozen=True):
    """One measured number and the line it was held against. `basis` is SRC (a source gives it) or DEF (our default)."""

    name: str
    observed: float
    line: float
    unit: str
    basis: str
    source: str
    transfers: tuple[bytes, ...] = ()


class Suppressor(msgspec.Struct, frozen=True):
    """A circumstance that lowers the strength of a finding; never to zero."""

    name: str
    factor: float
    why: str


class ParametersUsed(msgspec.Struct, frozen=True):
    """The numbers that judged: label of the parameter file ("built-in" without one), and SHA-256 in hex over all numbers in force."""

    version: str
    sha256: str


class Finding(msgspec.Struct, frozen=True):
    """One typology at one entity in one episode; grows by versions, the last one counts.

    finding_id   hex of SHA-256 (typology, typology version, entity, episode), 32 characters
    steps        [at_ms, strength]: event times at which the strength rose; from them the case knows when suspicion formed
    strength     0..1, 0.6 at the threshold; score = weight * strength * suppressors
    parts        what each party does in this pattern: collector, payer, ransom_payer, worker, exploiter, controller, controlled,
                 passes_on, recipient, structurer, shares
    facets       corridor, fee_band, newness, identity, pass_through: what "needs one of" asks for
    state        open, or withdrawn when later evidence took it back
    parameters   the numbers under which this version was judged; None for one judged before they were noted
    """

    finding_id: str
    version: int
    state: str
    typology: str
    typology_version: int
    scope: str
    entity: bytes
    entity_kind: int
    episode: int
    started_ms: int
    occurred_ms: int
    strength: float
    weight: float
    score: float
    reason: str
    steps: tuple[tuple[int, float], ...]
    numbers: tuple[Number, ...]
    parts: dict[bytes, str]
    facets: tuple[str, ...]
    absent: tuple[str, ...]
    suppressors: tuple[Suppressor, ...]
    evidence: tuple[Evidence, ...]
    urgent: bool = False
    do_not_block: bool = False
    parameters: ParametersUsed | None = None
