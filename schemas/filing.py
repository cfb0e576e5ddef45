"""The envelope around a rendered report on `fiu.<cc>.reports` (Avro: schemas/avro/filing.avsc)."""

import msgspec

# What a filing is to the one before it: the first, one that corrects a rejected filing, or one that adds what was learnt since.
INITIAL, CORRECTION, SUPPLEMENTARY = "initial", "correction", "supplementary"
RELATIONS = (INITIAL, CORRECTION, SUPPLEMENTARY)


class LedgerRow(msgspec.Struct, frozen=True):
    """One field of the FIU's form: present, absent (with the reason) or placeholder (with the rule that allows it)."""

    canonical_path: str
    target_path: str
    state: str
    rule: str


class FilingError(msgspec.Struct, frozen=True):
    """Why a rendered report may not be published: a coded sentence and the canonical field it comes from."""

    code: str
    text: str
    target_path: str
    canonical_path: str


class Filing(msgspec.Struct, frozen=True):
    """What an FIU reads. `payload` is the rendered report; its SHA-256 is in `sha256`; times are ms UTC.

    reporting_entity  registration number of the reporting entity at the FIU
    relation          a member of RELATIONS
    prior_filing_id   the filing that this one corrects or supplements, `prior_reference` the FIU's own number for it; "": none
    """

    filing_id: str
    report_id: str
    version: int
    fiu: str
    obligation: str
    media_type: str
    schema_id: str
    schema_version: str
    file_name: str
    sha256: str
    due_at_ms: int
    suspicion_formed_at_ms: int
    urgent: bool
    do_not_block: bool
    supersedes: tuple[str, ...]
    summary: str
    payload: bytes
    reporting_entity: str = ""
    relation: str = INITIAL
    prior_filing_id: str = ""
    prior_reference: str = ""
