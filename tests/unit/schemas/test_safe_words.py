"""The words no text of ours may use: the rules judge their own examples, ours are not quoted words, and partners read nothing that tells."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from connectors.fius.portal.words import WORDS
from schemas.safe_words import WITHHELD, broken, load_safe_words, read_safe_words, without_health
from schemas.yaml_rows import RegistryError
from streams.domain.languages import CODES, language
from streams.domain.roles import _PRECEDENCE
from streams.typologies import CATALOGUE

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT.parent / "shared/reference/wording.yaml"
RULE = "{{id: X-1, language: en, severity: refuse, never: '{never}', instead: a, why: b, wrong: [{wrong}], right: [{right}]}}"


def strings(value: object) -> list[str]:
    """Every text inside tables of tuples and mappings."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [said for inner in value.values() for said in strings(inner)]
    if hasattr(value, "__struct_fields__"):
        return [said for name in value.__struct_fields__ for said in strings(getattr(value, name))]
    return [said for inner in value for said in strings(inner)] if isinstance(value, (tuple, list)) else []


def small(never: str, wrong: str, right: str) -> str:
    return "schema: strgw.safe_words/1\nrules:\n- " + RULE.format(never=never, wrong=wrong, right=right) + "\n"


def test_every_language_of_a_narrative_has_rules_that_refuse() -> None:
    assert {rule.language for rule in load_safe_words() if rule.severity == "refuse"} == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_sentence_and_word_of_a_language_is_safe_in_it(code: str) -> None:
    for said in strings(language(code)) + strings(WORDS[code]):
        assert [found.rule.id for found in broken(said, code)] == [], said


def test_what_the_stages_say_of_roles_and_typologies_is_safe() -> None:
    said = [why for _, _, _, why in _PRECEDENCE] + [typology.name for typology in CATALOGUE]
    assert [(found.rule.id, text) for text in said for found in broken(text, "en")] == []


def test_a_rule_that_misjudges_its_own_example_is_refused_with_its_line() -> None:
    with pytest.raises(RegistryError, match=r"line 3: X-1: it judges 'harmless' the wrong way round"):
        read_safe_words(small("h.*", "harm", "harmless"), "words.yaml")
    with pytest.raises(RegistryError, match=r"line 3: X-1: it judges 'mild' the wrong way round"):
        read_safe_words(small("h.*", "mild", "calm"), "words.yaml")
    with pytest.raises(RegistryError, match="no regular expression"):
        read_safe_words(small("(", "a", "b"), "words.yaml")


def test_what_somebody_else_wrote_is_no_word_of_ours() -> None:
    assert [found.rule.id for found in broken("stated purpose: the illegals", "en")] == ["EN-STATUS"]
    assert list(broken('stated purpose: "the illegals"', "en")) == []
    assert list(broken("purpose: “the illegals”", "en")) == []
    assert list(broken("со слов: «нелегалы»", "ru")) == []


def test_a_partner_may_read_less_than_an_officer() -> None:
    assert list(broken("the STR on trafficking", "en")) == []
    assert [found.rule.id for found in broken("the STR on trafficking", "en", reader="partner")] == ["EN-TIPPING"]


@pytest.mark.parametrize(
    "said", ["she is pregnant", "HIV clinic", "lives in a shelter in Osh", "она беременна", "پناهگاه در هرات"]
)
def test_words_on_health_or_shelter_are_withheld_even_where_they_are_a_customers(said: str) -> None:
    assert without_health(said) == WITHHELD


@pytest.mark.parametrize("said", ["family support", "visa", "долг", "قرض", "rent of a flat"])
def test_other_words_of_a_customer_are_kept_as_they_are(said: str) -> None:
    assert without_health(said) == said


def test_what_a_partner_reads_tells_of_no_suspicion() -> None:
    edge = [
        path for path in (ROOT / "connectors/partners").rglob("*.py") if path.name != "registry.py"
    ]  # errors in it are the operator's
    said = []
    for path in [*sorted(edge), ROOT / "schemas/native.py", ROOT / "schemas/native_rules.py"]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        notes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in notes)
        said += [node.value for node in texts if isinstance(node.value, str)]
    assert len(said) > 100
    assert [(found.words, text) for text in said for found in broken(text, "en", reader="partner")] == []


def test_our_rules_catch_what_the_reference_catches_and_spare_what_it_spares() -> None:
    if not REFERENCE.exists():
        pytest.skip("the wording list ../shared/reference/wording.yaml is not beside the project")
    ours = [(rule, re.compile(rule.never, re.NOFLAG if rule.exact_case else re.IGNORECASE)) for rule in load_safe_words()]
    for theirs in yaml.safe_load(REFERENCE.read_text(encoding="utf-8"))["rules"]:
        own = [(rule, never) for rule, never in ours if rule.language == theirs["lang"]]
        for said in theirs["hit"]:
            assert any(never.search(said) for _, never in own), (theirs["id"], said)
        for said in theirs["miss"]:
            assert not any(never.search(said) for rule, never in own if rule.reader == "everybody"), (theirs["id"], said)
