"""The envelope around a rendered report on `fiu.<cc>.reports` (Avro: schemas/avro/filing.avsc)."""

import msgspec


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
    """What an FIU reads. `payload` is the rendered report; its SHA-256 is in `sha256`; times are ms UTC."""

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
