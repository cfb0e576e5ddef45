"""Draws that depend on nothing but their key, so that a person can be made again at any time instead of being remembered."""

import struct
from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

Item = TypeVar("Item")
Faces = tuple[int, ...]
_KEY = struct.Struct("<4q").pack
_FACES = struct.Struct("<32H").unpack


def faces(seed: int, kind: int, first: int, second: int = 0) -> Faces:
    """32 numbers from 0 to 65,535 that follow from the key; one of them modulo a small bound is as good as fair."""
    return _FACES(blake2b(_KEY(seed, kind, first, second)).digest())


class Dice:
    """The same numbers one after the other, for at most 32 draws."""

    __slots__ = ("_faces",)

    def __init__(self, seed: int, kind: int, first: int, second: int = 0) -> None:
        self._faces = iter(faces(seed, kind, first, second))

    def below(self, bound: int) -> int:
        """A whole number from 0 up to, not including, `bound`, which is at most 65,536."""
        return next(self._faces) % bound

    def between(self, least: int, most: int) -> int:
        """A whole number from `least` to `most`, both included."""
        return least + self.below(most - least + 1)

    def pick(self, items: Sequence[Item]) -> Item:
        """One of `items`, each as likely as the others."""
        return items[self.below(len(items))]

    def chance(self, per_cent: int) -> bool:
        """True in `per_cent` of a hundred cases."""
        return self.below(100) < per_cent
