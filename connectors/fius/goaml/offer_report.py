"""A report in goAML's vocabulary, as one file of a filing."""

import msgspec

from connectors.fius.goaml.conversion import Rates
from connectors.fius.goaml.mapping import Form
from connectors.fius.goaml.names import ascii_form, clean
from connectors.fius.goaml.offer import Leaf, Node
from connectors.fius.goaml.offer_transfer import TransferOffers, local_time
from connectors.fius.resolved import ResolvedReport
from schemas.filing import FilingError
from schemas.transfer import Transfer

EVENT_TIME = "DATE_OF_LAST_EVENT"
CONTINUED = "CONTINUED_IN_COMMENTS"
_LEAST_ROOM = 200  # characters of comments below which a narrative is not continued there; DEF


class Caps(msgspec.Struct, frozen=True):
    """Most characters of the two elements that carry the narrative."""

    reason: int
    comments: int


class ReportOffers:
    """Makes the nodes of one report for one FIU."""

    def __init__(self, resolved: ResolvedReport, form: Form, rates: Rates) -> None:
        self.resolved = resolved
        self.form = form
        self.map = form.map
        self.transfers = TransferOffers(resolved, form.map, rates)
        self.problems: list[FilingError] = []

    def report(self, transfers: tuple[Transfer, ...], unit: tuple[int, int], caps: Caps) -> Node:
        """The file that holds `transfers`; `unit` is its number and how many there are."""
        report, plan = self.resolved.report, self.resolved.plan
        node = Node("report")
        node.say("rentity_id", plan.reporting_entity, "filings.reporting_entity")
        node.say("rentity_branch", plan.branch, "filings.branch")
        node.say("submission_code", "electronic", "report", "submission")
        node.say("report_code", self.map.report_codes.get(plan.obligation), "filings.obligation")
        node.say("entity_reference", self.reference(unit), "report_id")
        last = max([report.suspicion_formed_ms, *(transfer.occurred_ms for transfer in self.resolved.transfers.values())])
        for name in ("submission_date", "report_date"):
            node.add(name, Leaf(local_time(last, self.resolved.fiu.timezone), "suspicion_formed_ms").by(EVENT_TIME))
        node.say("currency_code_local", self.map.currency, "fiu")
        pieces = self._reason(unit, caps)
        if pieces:
            node.add("reason", Leaf(pieces[0], "narrative").by(CONTINUED if len(pieces) > 1 else ""))
        texts = self.map.texts
        node.add("action", Leaf(texts.action_do_not_block if report.do_not_block else texts.action, "do_not_block"))
        for index, transfer in enumerate(transfers):
            node.add("transaction", self.transfers.node(transfer, pieces[index + 1] if index + 1 < len(pieces) else ""))
        if len(pieces) > len(transfers) + 1:
            text = "The narrative does not fit the form, even continued in the comments of its transactions; shorten it."
            self.problems.append(FilingError("too_long", text, "report/reason", "narrative"))
        node.wrap("report_indicators", "indicator", self._indicators())
        return node

    def reference(self, unit: tuple[int, int]) -> str:
        """The reporting entity's own reference: report, version and, where there are several files, which one."""
        number, count = unit
        base = f"{self.resolved.report.report_id}.v{self.resolved.report.version}"
        return base if count == 1 else f"{base}-{number:02d}"

    def _reason(self, unit: tuple[int, int], caps: Caps) -> list[str]:
        report = self.resolved.report
        languages = (self.resolved.fiu.language, *self.map.languages)
        narrative = next((report.narrative[language] for language in languages if report.narrative.get(language)), "")
        if not narrative:
            return []
        texts = self.map.texts
        lines = [texts.urgent] if report.urgent else []
        lines.append(narrative)
        if report.version > 1:
            lines.append(texts.version.format(version=report.version, previous=report.version - 1))
        if report.supersedes:
            lines.append(texts.supersedes.format(values=", ".join(report.supersedes)))
        if unit[1] > 1:
            lines.append(texts.unit.format(number=unit[0], count=unit[1]))
        whole = clean("\n".join(lines))
        return cut(ascii_form(whole) if "reason" in self.map.ascii else whole, caps, texts.continued)

    def _indicators(self) -> list[Leaf]:
        codes: dict[str, str] = {}
        for line in self.resolved.report.typologies:
            for code, _ in self.form.indicators(line.id).codes:
                codes.setdefault(code, line.id)
        return [Leaf(code, f"typologies[{typology}]") for code, typology in codes.items()]


def cut(text: str, caps: Caps, continued: str) -> list[str]:
    """`text` in pieces: the first for `reason`, each further one for the comments of one transaction, broken between words.

    In one piece where the form has no room for comments; the form then refuses a text that is too long.
    """
    if caps.comments < _LEAST_ROOM:
        return [text]
    pieces: list[str] = []
    rest, room, mark = text, caps.reason, ""
    while len(mark) + len(rest) > room:
        space = room - len(mark) - len(" [...]")
        end = rest.rfind(" ", space // 2, space)
        end = space if end < 0 else end
        pieces.append(mark + rest[:end] + " [...]")
        rest, room, mark = rest[end:].lstrip(), caps.comments, continued + " "
    return [*pieces, mark + rest]
