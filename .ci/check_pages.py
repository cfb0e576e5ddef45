"""Checks that the pages which code writes (docs/typologies.md, docs/formats.md) say what the code says, for make check."""

import difflib
import sys
from pathlib import Path

from connectors.partners.formats import FORMATS
from ops import catalogue_markdown, formats_page
from ops.catalogue import entries
from schemas.fius import load_fius
from streams.typologies import CATALOGUE
from streams.typologies.calibration import DECLARED

DOCS = Path(__file__).resolve().parent.parent / "docs"
_SHOWN = 20  # lines of the difference


def main() -> int:
    """Exit code; names the command that writes a page anew."""
    fius = load_fius()
    typologies = catalogue_markdown.markdown(entries(DECLARED, CATALOGUE, fius), DECLARED, fius)
    pages = (
        ("typologies.md", typologies, catalogue_markdown.COMMAND),
        ("formats.md", formats_page.markdown(FORMATS.values()), formats_page.COMMAND),
    )
    return max([_compared(*page) for page in pages])


def _compared(name: str, due: str, command: str) -> int:
    page = DOCS / name
    found = page.read_text(encoding="utf-8") if page.exists() else ""
    if found == due:
        return 0
    difference = difflib.unified_diff(found.splitlines(), due.splitlines(), f"docs/{name}", "the code", n=0, lineterm="")
    print("\n".join(list(difference)[:_SHOWN]))
    print(f"docs/{name} does not say what the code says; run: {command}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
