"""Whatever an FIU exports: it is imported, and each report is valid in that very schema or held for what is listed; or the import says why not."""

from typing import Any

import pytest
import xmlschema
from lxml import etree

from connectors.fius.goaml.importer import compile_profile
from connectors.fius.goaml.lookups import words
from connectors.fius.goaml.mapping import ANY, Form, load_form, read_map
from connectors.fius.goaml.profile import Schema, decode, encode
from connectors.fius.goaml.starter import as_yaml, generation, starter_map
from connectors.fius.goaml.trial import missing, trials
from connectors.fius.goaml.values import SENTENCES
from connectors.fius.goaml.xsd_document import SchemaError
from schemas.fius import load_fius

BASES = ("lk", "goaml5", "np", "lk", "ae")
KNOWN = set(SENTENCES) | {"condition_not_met", "file_too_big"}
FIU = load_fius()["CH"]


def check(export: Any, second: bool) -> str:
    """Imports, renders every trial and holds it against the export itself. Returns what came of it."""
    try:
        profile = compile_profile(export.xsd, "ch")
    except SchemaError:
        with pytest.raises(etree.XMLSchemaParseError):  # what libxml2 takes, we must be able to carry
            etree.XMLSchema(etree.fromstring(export.oracle))
        return "refused"
    theirs = etree.XMLSchema(etree.fromstring(export.oracle))
    assert encode(decode(encode(profile))) == encode(profile)
    made = starter_map(profile, "CHF", load_form(f"goaml{generation(profile)}").map)
    made = read_map(as_yaml(made), "map.yaml")
    form = Form(Schema(profile), made)
    tried = trials(form, FIU)
    valid = 0
    for trial in tried:
        for file in trial.files:
            codes = {held.code for held in file.errors}
            assert codes <= KNOWN | form.rule_codes, export.done
            if not file.errors:
                valid += 1
                document = etree.fromstring(file.payload)
                assert theirs.validate(document), (export.done, trial.name, str(theirs.error_log))
                if second:
                    assert xmlschema.XMLSchema11(export.oracle.decode()).is_valid(file.payload.decode()), export.done
                    second = False
            for held in file.errors:
                assert held.code != "code_unmapped" or listed(held.text, made), (export.done, held)
    told = {(one.target_path, one.code) for one in missing(tried)}
    assert told == {(held.target_path, held.code) for trial in tried for file in trial.files for held in file.errors}
    return "valid" if valid else "held"


def listed(text: str, made: Any) -> bool:
    """Whether a word without a code is among those a person is told to map."""
    code_set, _, word = text.partition(" has no code for ")[2].partition(";")[0].partition(": ")
    if code_set not in words().sets:
        return code_set in ("country", "currency")
    return ANY not in made.codes.get(code_set, {}) and (
        word in made.to_map.get(code_set, ()) or word not in words().sets[code_set].words
    )


@pytest.mark.parametrize("seed", range(10))
def test_any_export_renders_valid_reports_or_lists_what_is_missing(maker: Any, seed: int) -> None:
    check(maker(BASES[seed % len(BASES)], seed).export(1 + seed % 6), second=seed == 0)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_three_hundred_exports_render_valid_reports_or_list_what_is_missing(maker: Any) -> None:
    came = [check(maker(BASES[seed % len(BASES)], seed).export(1 + seed % 6), second=seed % 10 == 0) for seed in range(100, 400)]
    assert came.count("valid") > 150
    assert came.count("refused") < 30
