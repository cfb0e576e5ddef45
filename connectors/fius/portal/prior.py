"""What a package says of the filing before it, in the words of a language."""

from connectors.fius.portal.document import FilingPart
from connectors.fius.portal.words import Words
from schemas.filing import CORRECTION, SUPPLEMENTARY


def earlier(filing: FilingPart, words: Words) -> str:
    """What the filing is to the one before it, a sentence; "" where there is none before."""
    return {CORRECTION: words.correction, SUPPLEMENTARY: words.supplementary}.get(filing.relation, "")
