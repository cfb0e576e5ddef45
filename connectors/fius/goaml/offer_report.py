"""A report in goAML's vocabulary, as one file of a filing."""

from typing import NamedTuple

from connectors.fius.goaml.conversion import Rates
from connectors.fius.goaml.mapping import Form
from connectors.fius.goaml.names import ascii_form, clean
from connectors.fius.goaml.offer import Leaf, Node
from connectors.fius.goaml.offer_activity import ActivityOffers
from connectors.fius.goaml.offer_entity import office_node, officer_node
from connectors.fius.goaml.offer_transfer import TransferOffers, local_time
from connectors.fius.goaml.place import root_place
from connectors.fius.resolved import ResolvedReport
from schemas.filing import CORRECTION, INITIAL
from schemas.registry import Licence
from schemas.transfer import Transfer

EVENT_TIME = "DATE_OF_LAST_EVENT"
REJECTED = "prev_rejected_ref_number"
CONTINUED = "CONTINUED_IN_COMMENTS"


class Unit(NamedTuple):
    """One file of a report: its number, how many there are, its transfers, and its pieces of the narrative.

    pieces  the first for `reason`, each further one for the comments of one transaction
    """

    number: int
    total: int
    transfers: tuple[Transfer, ...]
    pieces: tuple[str, ...]


class ReportOffers:
    """Makes the nodes of one report for one FIU."""

    def __init__(self, resolved: ResolvedReport, form: Form, rates: Rates) -> None:
        self.resolved = resolved
        self.form = form
        self.map = form.map
        self.transfers = TransferOffers(resolved, form.map, rates)
        self.activity = self._is_activity()

    def _is_activity(self) -> bool:
        if self.map.shape == "activity":
            return True
        if self.map.without_my_client != "activity":
            return False
        return not any(side.mine for transfer in self.resolved.transfers.values() for side in self.transfers.sides(transfer))

    def report(self, unit: Unit) -> Node:
        """The file `unit`: a whole report, or its transactions alone where the form has no head."""
        node = self._head(unit)
        if self.activity:
            node.add("activity", ActivityOffers(self.resolved, self.map, self.transfers).node(unit.transfers))
            return node
        told = [
            self.transfers.node(transfer, unit.pieces[index + 1] if index + 1 < len(unit.pieces) else "")
            for index, transfer in enumerate(unit.transfers)
        ]
        for one in told:
            node.add("transaction", one)
        if self.form.headless:
            node.wrap("transactions", "transaction", told)
        return node

    def _head(self, unit: Unit) -> Node:
        report, plan = self.resolved.report, self.resolved.plan
        node = Node("report")
        node.say("schema_version", self.form.schema.profile.schema_version, "fiu")
        node.say("rentity_id", plan.reporting_entity, "filings.reporting_entity")
        node.say("rentity_branch", plan.branch, "filings.branch")
        node.say("submission_code", "electronic", "report", "submission")
        obligation = "activity" if self.activity and "activity" in self.map.report_codes else plan.obligation
        node.say("report_code", self.map.report_codes.get(obligation), "filings.obligation")
        node.say("entity_reference", self.reference(unit.number, unit.total), "report_id")
        self._prior(node)
        last = max([report.suspicion_formed_ms, *(transfer.occurred_ms for transfer in self.resolved.transfers.values())])
        for name in ("submission_date", "report_date"):
            node.add(name, Leaf(local_time(last, self.resolved.fiu.timezone), "suspicion_formed_ms").by(EVENT_TIME))
        node.say("currency_code_local", self.map.currency, "fiu")
        self._reporter(node)
        if unit.pieces and unit.pieces[0]:
            node.add("reason", Leaf(unit.pieces[0], "narrative").by(CONTINUED if len(unit.pieces) > 1 else ""))
        texts = self.map.texts
        node.add("action", Leaf(texts.action_do_not_block if report.do_not_block else texts.action, "do_not_block"))
        node.wrap("report_indicators", "indicator", self._indicators())
        return node

    def _prior(self, node: Node) -> None:
        """The FIU's own number for the filing before: where goAML links a rejected report, else where FIU and reporting entity refer."""
        known = root_place(self.form).known
        is_correction = self.resolved.relation == CORRECTION and REJECTED in known
        node.say(REJECTED if is_correction else "fiu_ref_number", self.resolved.prior_reference, "prior_reference")

    def _reporter(self, node: Node) -> None:
        """Who reports and from where, as the partner's licence for this FIU says."""
        licence = self.licence()
        if licence is None:
            return
        if licence.officer is not None:
            node.add("reporting_person", officer_node(licence.officer, licence))
            node.say("reporting_user_code", licence.officer.user_code, "partner.officer.user_code")
        if licence.office is not None:
            node.add("location", office_node(licence.office, licence.country))

    def licence(self) -> Licence | None:
        """The partner's licence that files this report."""
        plan = self.resolved.plan
        held = [licence for licence in self.resolved.partner.licences if licence.country == plan.country]
        return next((licence for licence in held if licence.registration == plan.reporting_entity), *held[:1] or (None,))

    def reference(self, number: int, count: int) -> str:
        """The reporting entity's own reference: report, version and, where there are several files, which one."""
        base = f"{self.resolved.report.report_id}.v{self.resolved.report.version}"
        return base if count == 1 else f"{base}-{number:02d}"

    def narrative(self, number: int, count: int, body: bool = True) -> str:
        """The text of file `number` of `count`; without its body only what stands around it."""
        report = self.resolved.report
        languages = (self.resolved.fiu.language, *self.map.languages)
        narrative = next((report.narrative[language] for language in languages if report.narrative.get(language)), "")
        if not narrative:
            return ""
        texts = self.map.texts
        lines = [texts.urgent] if report.urgent else []
        lines += [narrative] if body else []
        lines += self._earlier()
        if report.supersedes:
            lines.append(texts.supersedes.format(values=", ".join(report.supersedes)))
        if count > 1:
            lines.append(texts.unit.format(number=number, count=count))
        whole = clean("\n".join(lines))
        return ascii_form(whole) if "reason" in self.map.ascii else whole

    def _earlier(self) -> list[str]:
        """What the filing is to the one before it."""
        texts, resolved = self.map.texts, self.resolved
        if resolved.relation == INITIAL:
            return []
        text = texts.correction if resolved.relation == CORRECTION else texts.supplementary
        lines = [text.format(version=resolved.report.version)]
        return [*lines, texts.prior.format(reference=resolved.prior_reference)] if resolved.prior_reference else lines

    def _indicators(self) -> list[Leaf]:
        codes: dict[str, str] = {}
        for offence in self.resolved.report.offence.split("+"):
            for code, _ in self.form.offence(offence):
                codes.setdefault(code, offence)
        for line in self.resolved.report.typologies:
            for code, _ in self.form.indicators(line.id).codes:
                codes.setdefault(code, line.id)
        return [Leaf(code, f"typologies[{typology}]") for code, typology in codes.items()]
