"""Renders a report as goAML XML by walking the FIU's own schema and asking for a value for each element.

No namespace, no attributes, UTF-8, and the same bytes for the same input. What the FIU's form demands and nobody told us is
filled by a placeholder rule of the FIU's map, or the report is held with a coded error; nothing is made up in silence.
"""

from connectors.fius.goaml.leaves import write_leaf
from connectors.fius.goaml.ledger import ABSENT, CANONICAL, Ledger
from connectors.fius.goaml.mapping import Form
from connectors.fius.goaml.offer import Leaf, Node, Offer
from connectors.fius.goaml.offered import Offered, offered
from connectors.fius.goaml.place import Place, root_place
from connectors.fius.goaml.profile import UNBOUNDED, Element, Group, elements
from connectors.fius.goaml.recipes import Noted, Recipe
from connectors.fius.goaml.spot import Spot, branch, can_fill
from schemas.filing import FilingError

DISABLED, NOT_IN_SCHEMA, OTHER_CHOICE = "DISABLED_BY_FIU", "NOT_IN_SCHEMA", "SAID_IN_OTHER_ELEMENT"
NOT_KNOWN, TOO_MANY = "NOT_KNOWN", "MORE_THAN_THE_FORM_TAKES"
_MOST = 10**9
_MOST_RECIPES = 500  # kept for one place; more shapes than reports have. DEF
# goAML 5 names for what an older element says too; offered beside it so that the schema can take either.
_ALTERNATIVES = frozenset(
    {"report_date", "identifications", "emails", "related_persons", "account_type", "transactions", "transaction"}
)


class Walker:
    """Walks one form. After `walk` the ledger says what became of every field."""

    def __init__(self, form: Form, recipes: bool = True) -> None:
        self.form = form
        self.ledger = Ledger()
        self.quick = recipes
        self._names = dict(form.map.rename)
        self._done: dict[tuple[int, str], tuple[str, Node]] = {}

    def walk(self, node: Node) -> str:
        """The XML of the form's root filled from `node`."""
        place = root_place(self.form)
        return place.written(self._content(place, node))

    def _content(self, place: Place, node: Node) -> str:
        """What stands inside an element: by recipe where the shape is known and every value fits, else by walking the schema."""
        names, values = offered(place, node, self._names) if self._names or place.fields else (node.names, node.values)
        recipe = place.recipes.get(tuple(names)) if self.quick else None
        if recipe is not None:
            before, done = self.ledger.position(), len(self._done)
            inner = self._by_recipe(recipe, node, values)
            if inner is not None:
                return inner
            self.ledger.go_back(before)
            while len(self._done) > done:
                self._done.popitem()
        return self._by_schema(place, node, Offered(names, values))

    def _by_schema(self, place: Place, node: Node, offers: Offered) -> str:
        """The walk through one element; a recipe is kept of one without trouble."""
        trouble = self.ledger.trouble
        spot = Spot(node, place, offers.by_name())
        for group in place.groups:
            self._group(group, spot)
        for name, values in spot.offered.items():
            if values:
                said = name in place.known or name in _ALTERNATIVES
                self._leave(spot, name, values[0], 0, OTHER_CHOICE if said else NOT_IN_SCHEMA)
        self.ledger.add(spot.tape.absent)
        if self.ledger.trouble != trouble:
            # a form that fails is walked once, not once for each level
            self.quick = self.quick and not self.ledger.errors_since(0)
        elif not spot.tape.spoilt and len(place.recipes) < _MOST_RECIPES:
            place.recipes[tuple(offers.names)] = spot.tape.recipe(offers.names)
        return "".join(spot.parts)

    def _by_recipe(self, recipe: Recipe, node: Node, values: list[Offer]) -> str | None:
        """The same as the walk that the recipe was noted from; None where a value does not fit."""
        ledger, parts = self.ledger, list[str]()
        trouble = ledger.trouble
        for place, nth, path, reason in recipe.steps:
            if place is None:
                ledger.absent(values[nth].at, path, reason)
                continue
            if nth < 0:
                parts.append(self._filled(place, node))
            else:
                value = values[nth]
                text = write_leaf(ledger, place, value) if isinstance(value, Leaf) else self._node(place, value)
                if text is not None and not (text == place.empty and self._dropped(place, value)):
                    parts.append(text)
            if ledger.trouble != trouble and ledger.errors_since(0):
                return None
        ledger.add(recipe.absent)
        return "".join(parts)

    def _item(self, item: Element | Group, times: int, spot: Spot) -> None:
        if isinstance(item, Group):
            self._group(item, spot)
        else:
            self._elements(item, times, spot)

    def _group(self, group: Group, spot: Spot) -> None:
        """Renders a group; what it uses is taken out of what is offered. An optional group is left out if it cannot be complete."""
        if group.max == 0 or (group.kind != "choice" and group.min == 0 and not can_fill(group, spot.offered)):
            self._absent(group, spot, DISABLED if group.max == 0 else NOT_KNOWN)
            return
        before, size = self.ledger.mark(), len(spot.parts)
        if group.kind == "choice":
            self._choice(group, spot)
        else:
            self._sequence(group, spot)
        failed = group.min == 0 and self.ledger.errors_since(before)
        if failed and not self.ledger.any_of(before, self.form.map.must_carry, spot.place.path):
            del spot.parts[size:]
            self.ledger.take_back(before, "", spot.place.path)

    def _absent(self, group: Group, spot: Spot, reason: str) -> None:
        for inner in elements(group):
            self._unknown(inner, spot, reason)

    def _unknown(self, element: Element, spot: Spot, reason: str) -> None:
        spot.tape.absent["", f"{spot.place.path}/{element.name}", ABSENT, reason] = None

    def _leave(self, spot: Spot, name: str, value: Offer, index: int, reason: str) -> None:
        path = f"{spot.place.path}/{name}"
        self.ledger.absent(value.at, path, reason)
        spot.tape.steps.append(Noted("leave", None, name, spot.used.get(name, 0) + index, path, reason))

    def _sequence(self, group: Group, spot: Spot) -> None:
        repeated = group.max != 1 and len(group.items) > 1
        if not repeated:
            for item in group.items:
                self._item(item, group.max, spot)
            return
        wanted = max((len(spot.offered.get(inner.name, ())) for inner in elements(group)), default=0)
        rounds = max(min(wanted, _MOST if group.max == UNBOUNDED else group.max), group.min)
        whole = spot.offered
        spot.tape.spoilt = True
        for number in range(rounds):
            spot.offered = {name: values[number : number + 1] for name, values in whole.items()}
            for item in group.items:
                self._item(item, 1, spot)
        names = {inner.name for inner in elements(group)}
        spot.offered = {name: values for name, values in whole.items() if name not in names}

    def _choice(self, group: Group, spot: Spot) -> None:
        item = branch(group, spot, self.form)
        if item is None:
            self._absent(group, spot, NOT_KNOWN)
        else:
            self._item(item, group.max, spot)

    def _elements(self, element: Element, times: int, spot: Spot) -> None:
        """All occurrences of one element; `times`: how often its group may be repeated."""
        values = spot.offered.pop(element.name, [])
        if element.max == 0:
            if values:
                self._leave(spot, element.name, values[0], 0, DISABLED)
            else:
                self._unknown(element, spot, DISABLED)
            return
        place = spot.place.child(element)
        most = _MOST if UNBOUNDED in (element.max, times) else element.max * times
        written = 0
        failures: list[FilingError] = []
        for index, value in enumerate(values):
            if written >= most:
                self._too_many(place, value, index, spot)
                break
            failed = self._one(place, value, index, spot)
            failures += failed
            written += not failed
        spot.used[element.name] = spot.used.get(element.name, 0) + len(values)
        if not values and element.min > 0:
            spot.parts.append(self._filled(place, spot.node))
            spot.tape.steps.append(Noted("fill", place, element.name, 0, place.path))
        elif not values:
            self._unknown(element, spot, NOT_KNOWN)
        elif written < element.min:
            self.ledger.put_back(failures)

    def _too_many(self, place: Place, value: Offer, index: int, spot: Spot) -> None:
        if place.name in self.form.map.must_carry:
            self.ledger.error("too_many", value.at, place.path)
        else:
            self._leave(spot, place.name, value, index, TOO_MANY)

    def _one(self, place: Place, value: Offer, index: int, spot: Spot) -> list[FilingError]:
        """Writes one element; where its content does not fit, leaves it out and says why."""
        before = self.ledger.mark()
        text = write_leaf(self.ledger, place, value) if isinstance(value, Leaf) else self._node(place, value)
        if self.ledger.errors_since(before) and place.name not in self.form.map.must_carry:
            return self.ledger.take_back(before, value.at, place.path)
        if text is not None and not (text == place.empty and self._dropped(place, value)):
            spot.parts.append(text)
        spot.tape.steps.append(Noted("write", place, place.name, spot.used.get(place.name, 0) + index, place.path))
        return []

    def _dropped(self, place: Place, value: Offer) -> bool:
        """Whether an empty element is not worth writing: an optional one that would only have held others."""
        return place.element.min == 0 and not isinstance(value, Leaf)

    def _node(self, place: Place, node: Node) -> str | None:
        if place.is_simple:
            self.ledger.error("wrong_type", node.at, place.path)
            return None
        text = self._shared(place, node) if node.shared else place.written(self._content(place, node))
        if node.rule:
            self.ledger.placeholder(node.at, place.path, node.rule)
        return text

    def _shared(self, place: Place, node: Node) -> str:
        """What stands in several places of a report is written out once for each kind of place."""
        key = (id(node), place.path)
        done = self._done.get(key)
        if done is not None:
            return done[0]
        before = self.ledger.mark()
        text = place.written(self._content(place, node))
        if not self.ledger.errors_since(before):
            self._done[key] = (text, node)  # the node is kept alive so that its id stays its own
        return text

    def _filled(self, place: Place, node: Node) -> str:
        """A mandatory element nobody told us: by rule, or an error and nothing."""
        rule, field = place.placeholder, place.field
        at = f"{node.at}.{field.take}" if field is not None and field.take else self.ledger.canonical(node.at, place.name)
        if rule is None:
            known = place.name in CANONICAL or field is not None
            self.ledger.error("mandatory_missing" if known else "mandatory_unmapped", at, place.path)
            return ""
        if rule.node:
            text = place.written(self._content(place, Node(at, node.facts)))
            self.ledger.placeholder(at, place.path, rule.id)
            return text
        value = node.facts.get(rule.fact, "") if rule.fact else rule.value
        if rule.fact and not value:
            self.ledger.error("mandatory_missing", at, place.path)
            return ""
        return write_leaf(self.ledger, place, Leaf(value, at).by(rule.id, filled=True)) or ""
