"""The whole topology on one page: transfers -> observations -> findings -> cases -> filings.

    transfers ── admit ──► observations ── detect ──► findings ── link ──► cases ── report ──► filings
                                ▲             │
                                └── signals ──┘

One topic feeds one stage; each stage keeps its state in the compacted topic `<stage>.state`. All these topics have the same
number of partitions, and streams.domain.fold.partition_of decides in all of them where a key lives. What a stage writes, what
it remembers and how far it has read become durable together (streams.runtime).
"""

from collections.abc import Mapping, Sequence

from schemas.fius import Sharing
from schemas.registry import Fiu, Partner
from schemas.topics import CASES, FILINGS, FINDINGS, INTERNAL_STAGES, OBSERVATIONS, TRANSFERS
from streams.admit import Admit
from streams.detect import Detect
from streams.link import Link
from streams.report import ReportStage
from streams.runtime.commit_plan import CommitPlan
from streams.runtime.stage_spec import StageSpec
from streams.typologies.calibration import DECLARED, Calibration

# A growing case is put together at most once a second: each of its versions costs as much as the case is long, and an FIU reads
# none of those in between. The first news after a quiet second is not held up. What follows (report) need not wait once more.
UNHURRIED = CommitPlan(longest_s=1.0, shortest_s=1.0, changes=20_000)
APP_ID = "strgw"  # consumer group of all workers, and the prefix of their transactional ids


def stages(
    partners: Mapping[str, Partner],
    fius: Mapping[str, Fiu],
    sharing: Sharing | None = None,
    only: Sequence[str] = INTERNAL_STAGES,
    calibration: Calibration = DECLARED,
) -> tuple[StageSpec, ...]:
    """The stages named in `only`, in order of the chain. All of them may run in one worker or each in workers of its own."""
    chain = (
        StageSpec("admit", TRANSFERS, (OBSERVATIONS,), Admit),
        StageSpec("detect", OBSERVATIONS, (FINDINGS, OBSERVATIONS), lambda count: Detect(count, calibration)),
        StageSpec("link", FINDINGS, (CASES,), Link, UNHURRIED),
        StageSpec("report", CASES, (FILINGS,), lambda count: ReportStage(count, partners, fius, sharing)),
    )
    return tuple(spec for spec in chain if spec.name in only)
