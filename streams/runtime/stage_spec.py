"""What the runtime must know about one stage to run it."""

from collections.abc import Callable
from dataclasses import dataclass

from streams.domain.fold import Fold
from streams.runtime.commit_plan import PROMPT, CommitPlan

FoldFactory = Callable[[int], Fold]


@dataclass(frozen=True, slots=True)
class StageSpec:
    """One stage: topics and the factory of its fold.

    fold_factory  makes the fold of one partition; its argument is the partition count of every internal topic
    outputs       topics the fold writes to (checked to exist when the worker starts)
    plan          how its batches are committed
    """

    name: str
    source: str
    outputs: tuple[str, ...]
    fold_factory: FoldFactory
    plan: CommitPlan = PROMPT
