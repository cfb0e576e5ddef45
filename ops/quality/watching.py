"""Looks on while `strgw backtest` judges, and measures at its end."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import msgspec

from ops.chain import Chain, reports_of
from ops.quality.measures import Quality
from ops.quality.page import page
from ops.quality.quality import measure
from ops.quality.run import Run, Verdict
from ops.quality.truth import Truth
from ops.quality.witness import Witness
from schemas.registry import Fiu, Partner
from streams.typologies import CATALOGUE

NAMES = {typology.id: typology.name for typology in CATALOGUE}


class QualityWatch(Witness):
    """The witness of one backtest; `quality` is there once the run has ended."""

    def __init__(self, truth: Truth, partners: Mapping[str, Partner], fius: Mapping[str, Fiu]) -> None:
        super().__init__(truth)
        self._truth = truth
        self._remake = partial(reports_of, partners=partners, fius=fius)
        self.quality: Quality | None = None

    def ends(self, chain: Chain) -> None:
        """Measures what the run ended with."""
        verdict = Verdict(
            chain.admitted(),
            tuple(f for _, f in sorted(chain.findings.items()) if f.state == "open"),
            tuple(r for _, r in sorted(chain.reports.items()) if r.state == "open"),
            self._remake,
        )
        run = Run(
            self.watched(), verdict, self.first_findings, self.report_versions, self.batches, frozenset(self.accounts), name_of
        )
        self.quality = measure(run, Path(self._truth.source).name, self._truth.has_reports)


def name_of(typology: str) -> str:
    """Its name in the catalogue; of one that this version does not have, a remark that says so."""
    return NAMES.get(typology, "not in this catalogue")


def write(quality: Quality, out: Path) -> None:
    """Writes quality.json and quality.html into `out`."""
    (out / "quality.json").write_bytes(msgspec.json.format(msgspec.json.encode(quality), indent=2) + b"\n")
    (out / "quality.html").write_bytes(page(quality))
