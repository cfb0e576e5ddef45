"""Names of the Kafka topics (design: "The chain"). Public ones carry Avro, internal ones versioned msgpack."""

TRANSFERS = "transfers"
OBSERVATIONS = "observations"
FINDINGS = "findings"
CASES = "cases"
FILINGS = "filings"
HELD = "filings.held"
DECISIONS = "filings.decisions"
QUARANTINE = "quarantine"
AUDIT = "audit"
QUALITY = "intake.quality"
INTERNAL_STAGES = ("admit", "detect", "link", "report")


def partner_transfers(partner: str) -> str:
    """Topic on which `partner` posts its transfer events."""
    return f"partner.{partner}.transfers"


def partner_receipts(partner: str) -> str:
    """Topic on which `partner` reads neutral receipts."""
    return f"partner.{partner}.receipts"


def fiu_reports(country: str) -> str:
    """Topic on which the FIU of `country` (ISO alpha-2, any case) reads its filings."""
    return f"fiu.{country.lower()}.reports"


def fiu_feedback(country: str) -> str:
    """Topic on which the FIU of `country` answers."""
    return f"fiu.{country.lower()}.feedback"


def changelog(stage: str) -> str:
    """Compacted topic that holds the state of `stage`."""
    return f"{stage}.state"
