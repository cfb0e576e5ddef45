"""Checks that docs/typologies.md is what `strgw typologies --markdown` prints with nothing set, for make check."""

import difflib
import sys
from pathlib import Path

from ops.catalogue import entries
from ops.catalogue_markdown import COMMAND, markdown
from schemas.fius import load_fius
from streams.typologies import CATALOGUE
from streams.typologies.calibration import DECLARED

PAGE = Path(__file__).resolve().parent.parent / "docs" / "typologies.md"
_SHOWN = 20  # lines of the difference


def main() -> int:
    """Exit code; names the command that writes the page anew."""
    fius = load_fius()
    due = markdown(entries(DECLARED, CATALOGUE, fius), DECLARED, fius)
    found = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if found == due:
        return 0
    difference = difflib.unified_diff(found.splitlines(), due.splitlines(), "docs/typologies.md", "the code", n=0, lineterm="")
    print("\n".join(list(difference)[:_SHOWN]))
    print(f"docs/typologies.md does not say what the code says; run: {COMMAND}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
