"""Words that no text of ours may use of people (schemas/reference/safe_words.yaml), and the check of a text against them."""

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

import msgspec

from schemas.yaml_rows import Document, RegistryError

SAFE_WORDS_SCHEMA = "strgw.safe_words/1"
WITHHELD = "[withheld: words on health or shelter]"
# What stands between quotation marks is somebody else's: a customer, a clerk, a law
_QUOTED = re.compile(r'"[^"\n]*"|“[^”\n]*”|«[^»\n]*»')


class SafeWord(msgspec.Struct, frozen=True):
    """One rule. `never`: a regular expression; `health`: words on health or shelter, withheld even where they are quoted."""

    id: str
    language: Literal["en", "ru", "fa", "prs"]
    severity: Literal["refuse", "warn"]
    never: str
    instead: str
    why: str
    wrong: tuple[str, ...]
    right: tuple[str, ...]
    reader: Literal["everybody", "partner"] = "everybody"
    exact_case: bool = False
    health: bool = False


class Broken(NamedTuple):
    """A rule that a text breaks, and the words that break it."""

    rule: SafeWord
    words: str


@lru_cache(maxsize=1)
def load_safe_words() -> tuple[SafeWord, ...]:
    """The packaged rules, read once. Raises RegistryError with the line."""
    return read_safe_words((files("schemas") / "reference" / "safe_words.yaml").read_text(encoding="utf-8"), "safe_words.yaml")


def read_safe_words(text: str, source: str) -> tuple[SafeWord, ...]:
    """The rules in `text`, each of which must catch its wrong sentences and none of its right ones. Raises RegistryError with the line."""
    rules: dict[str, SafeWord] = {}
    for line, rule in Document(text, source, SAFE_WORDS_SCHEMA).rows("rules", SafeWord):
        if rule.id in rules:
            raise RegistryError(source, line, f"{rule.id} has a row already")
        try:
            pattern = _pattern(rule.never, rule.exact_case)
        except re.error as error:
            raise RegistryError(source, line, f"{rule.id}: {rule.never} is no regular expression: {error}") from error
        missed = [said for said in rule.wrong if not pattern.search(said)] + [said for said in rule.right if pattern.search(said)]
        if missed or not rule.wrong or not rule.right:
            said = f"it judges {missed[0]!r} the wrong way round" if missed else "give a wrong and a right sentence"
            raise RegistryError(source, line, f"{rule.id}: {said}")
        rules[rule.id] = rule
    return tuple(rules.values())


def broken(text: str, language: str, reader: str = "everybody") -> Iterator[Broken]:
    """The rules of a language that a text breaks; what stands in it between quotation marks is not ours.

    reader   "partner" for what a partner or a customer may read: more is forbidden there
    """
    own = _QUOTED.sub(" ", text)
    for rule in load_safe_words():
        if rule.language == language and rule.reader in ("everybody", reader):
            found = _pattern(rule.never, rule.exact_case).search(own)
            if found:
                yield Broken(rule, found[0])


@lru_cache(maxsize=4096)
def without_health(words: str) -> str:
    """What somebody wrote of a person, or WITHHELD in its place where it speaks of health or shelter, in any language."""
    is_kept = not any(rule.health and _pattern(rule.never, rule.exact_case).search(words) for rule in load_safe_words())
    return words if is_kept else WITHHELD


@lru_cache(maxsize=256)
def _pattern(never: str, exact_case: bool) -> re.Pattern[str]:
    return re.compile(never, re.NOFLAG if exact_case else re.IGNORECASE)
