"""What is wrong with a report file that somebody hands in: where it is in the file, and what to do about it."""

from typing import NamedTuple

import msgspec

from schemas.filing import FilingError


class Located(NamedTuple):
    """An error and where it is: line in the file (0 where unknown) and the report's name inside an archive ("" where there is none)."""

    error: FilingError
    line: int = 0
    entry: str = ""


class Problem(msgspec.Struct, frozen=True):
    """An error as `strgw validate-report` prints it. `do`: the next step, one sentence."""

    code: str
    text: str
    line: int
    entry: str
    target_path: str
    canonical_path: str
    do: str


_OTHERWISE = "Read the form's description of this element and correct the file where the line says."
# Error code -> what a person does next. Rules of an FIU's own map are not here: their text says what is asked.
_NEXT = {
    "not_xml": "Open the file at the line in an XML editor and repair the tag or character there; a report is never cut off halfway.",
    "wrong_encoding": 'Save the file as UTF-8 and let its first line say encoding="UTF-8".',
    "dtd": "Remove the <!DOCTYPE …> declaration; goAML reports need none and FIUs refuse it.",
    "namespace_on_root": 'Delete xmlns="…" from <report>: goAML elements stand in no namespace, whatever the generator\'s template says.',
    "report_expected": "Give a goAML report (root <report>, or <reportdata> for transactions alone), not another kind of XML.",
    "too_big_to_check": "Split the report; no FIU takes a file of this size.",
    "file_too_big": "Split the transactions over several reports and give each its own entity_reference.",
    "too_many_transactions": "Split the transactions over several reports and give each its own entity_reference.",
    "too_many_reports": "Put fewer reports into one archive.",
    "code_not_in_list": "Replace the code by one of the FIU's own list (Lookup Master, or the codes in the profile's schema.json).",
    "too_long": "Shorten the value, or move a part of it to the comments.",
    "too_short": "Give the value in full; where it is not known, ask the FIU which placeholder it accepts.",
    "wrong_length": "Give the value with exactly the number of characters the form demands.",
    "pattern_mismatch": "Write the value in the characters the FIU accepts; transliterate names and keep the native script in its own field.",
    "out_of_range": "Correct the number or date: it lies outside what the form accepts.",
    "too_many_decimals": "Round the number to the decimals the form accepts.",
    "too_many_digits": "Correct the number: it has more digits than the form accepts.",
    "wrong_type": "Write dates as YYYY-MM-DDTHH:MM:SS, numbers with a point and no spaces, flags as true or false.",
    "value_not_accepted": "Compare the value with what the form allows for this element.",
    "value_fixed": "Write exactly the value the form prescribes, or leave the element out.",
    "element_unknown": "Give a goAML report: the root is <report>.",
    "element_missing": "Add what is missing, in the order of the form.",
    "element_out_of_place": "Move the element to its place in the form's order, or remove it; what is expected there is named.",
    "attribute_unknown": "Remove the attribute; goAML reports carry none.",
    "condition_not_met": "Meet the condition that the FIU's schema states, usually by adding one of the elements it names.",
    "condition_not_checkable": "Upload the file to the FIU's own validator; this condition cannot be tried here.",
    "zip_unreadable": "Pack the files again with an ordinary ZIP program, without a password.",
    "zip_encrypted": "Pack the files again without a password.",
    "zip_too_large": "Unpack it yourself and check the reports one by one; an archive that unpacks to so much is not opened here.",
    "zip_without_report": "Put the report's XML file into the archive, beside its attachments.",
    "zip_entry_name": "Give files in the archive plain names, without folders above and without a drive.",
}


def problem(found: Located, rules: frozenset[str] = frozenset()) -> Problem:
    """The error with its next step; `rules`: codes of the FIU's own rules, whose text says it already."""
    error = found.error
    do = "Add or correct what the rule names." if error.code in rules else _NEXT.get(error.code, _OTHERWISE)
    return Problem(error.code, error.text, found.line, found.entry, error.target_path, error.canonical_path, do)
