"""What the runtime must know about one stage to run it."""

from collections.abc import Callable
from dataclasses import dataclass

from streams.domain.fold import Fold

FoldFactory = Callable[[int], Fold]


@dataclass(frozen=True, slots=True)
class StageSpec:
    """One stage: topics and the factory of its fold.

    fold_factory  makes the fold of one partition; its argument is the partition count of every internal topic
    outputs       topics the fold writes to (checked to exist when the worker starts)
    """

    name: str
    source: str
    outputs: tuple[str, ...]
    fold_factory: FoldFactory
