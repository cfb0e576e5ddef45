"""What a map's rule would write where a field is mandatory and not known is a value the form takes there."""

from collections.abc import Iterator

import pytest

from connectors.fius.goaml.mapping import load_form
from connectors.fius.goaml.offer import Leaf
from connectors.fius.goaml.place import Place, root_place
from connectors.fius.goaml.profile import elements
from connectors.fius.goaml.values import UnfitError

SHIPPED = ("ae", "lk", "np", "pk", "goaml4", "goaml5")


def places(root: Place) -> Iterator[Place]:
    """Every place of a form that rules can tell apart: they look at the last four steps of a path."""
    seen: set[tuple[int, tuple[str, ...]]] = set()
    waiting = [root]
    while waiting:
        place = waiting.pop()
        yield place
        for element in (inner for group in place.groups for inner in elements(group) if inner.max != 0):
            below = place.child(element)
            key = (id(element), tuple(below.path.split("/")[-4:]))
            if key not in seen:
                seen.add(key)
                waiting.append(below)


@pytest.mark.parametrize("code", SHIPPED)
def test_every_rule_writes_what_the_form_takes_wherever_it_may_stand(code: str) -> None:
    form, tried, wrong = load_form(code), 0, set[tuple[str, str, str]]()
    for place in places(root_place(form)):
        rule = place.placeholder
        if rule is None or rule.node or rule.fact or place.fitter is None or place.element.min == 0:
            continue
        tried += 1
        try:
            place.fitter.fit(Leaf(rule.value, "").by(rule.id, filled=True))
        except UnfitError as unfit:
            wrong.add((rule.id, place.path, unfit.code))
    assert tried > 5
    assert wrong == set()
