"""Gathers the facts of some reports from the tables, filing by filing, in the form that streams.domain.lifecycle folds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from connectors.register import tables
from streams.domain.lifecycle import Answer, Decided, Hold, Sending, Version

AT_ONCE = 400  # reports in one query
FACT_TABLES = (
    tables.reports,
    tables.plans,
    tables.handled,
    tables.lines,
    tables.holds,
    tables.sent,
    tables.answers,
    tables.decisions,
    tables.voids,
)
Found = Mapping[str, Sequence[Row[Any]]]  # rows of one report by the name of their table


@dataclass(frozen=True, slots=True)
class Gathered:
    """One filing: what names it, its versions with their facts, and the rows behind them."""

    filing: str
    report_id: str
    fiu: str
    country: str
    registration: str
    versions: tuple[Version, ...]
    reports: Mapping[int, Row[Any]]
    plans: Mapping[int, Row[Any]]
    sent: tuple[Row[Any], ...]
    decisions: tuple[Row[Any], ...]


def facts_of(connection: Connection, report_ids: Iterable[str]) -> dict[str, Found]:
    """All rows about the reports, by report id and table, in an order that does not depend on when they were written."""
    wanted = sorted(set(report_ids))
    found: dict[str, dict[str, list[Row[Any]]]] = {report_id: defaultdict(list) for report_id in wanted}
    for start in range(0, len(wanted), AT_ONCE):
        for table in FACT_TABLES:
            for row in connection.execute(_query(table, wanted[start : start + AT_ONCE])):
                found[row.report_id][table.name].append(row)
    return {report_id: dict(rows) for report_id, rows in found.items()}


_ORDERS = {
    "sent": ("version", "at_ms", "partition", "offset"),
    "holds": ("version", "at_ms", "partition", "offset"),
    "answers": ("received_ms", "partition", "offset"),
    "decisions": ("number", "at_ms", "decision_id"),
}


def _query(table: Table, report_ids: Sequence[str]) -> Any:
    order = [table.c[name] for name in _ORDERS.get(table.name, [column.name for column in table.primary_key.columns])]
    return select(table).where(table.c.report_id.in_(report_ids)).order_by(*order)


def filings_of(report_id: str, found: Found) -> Iterator[Gathered]:
    """Every filing that the facts of a report tell of."""
    names: dict[str, tuple[str, str, str]] = {}
    for row in found.get("sent", ()):
        names[row.filing] = (row.fiu, row.fiu, "")
    for row in found.get("holds", ()):
        names[row.filing] = (row.fiu, row.fiu, "")
    for row in found.get("plans", ()):
        names[row.filing] = (row.fiu, row.country, row.registration)
    known = {row.filing_id for row in found.get("sent", ())}
    for filing in sorted(names):
        plans = {row.version: row for row in found.get("plans", ()) if row.filing == filing}
        sent = tuple(row for row in found.get("sent", ()) if row.filing == filing)
        decisions = tuple(row for row in found.get("decisions", ()) if row.subject == filing)
        reports = {row.version: row for row in found.get("reports", ())}
        versions = tuple(_versions(filing, names[filing][0], found, known))
        yield Gathered(filing, report_id, *names[filing], versions, reports, plans, sent, decisions)


def _versions(filing: str, fiu: str, found: Found, known: set[str]) -> Iterator[Version]:
    """The versions from the first that concerns the filing on."""
    mine = {name: [row for row in found.get(name, ()) if row.filing == filing] for name in ("plans", "holds", "sent", "lines")}
    concerned = {row.version for name in ("plans", "holds", "sent") for row in mine[name]}
    reported = {row.version for row in found.get("reports", ())}
    planned = {row.version for row in mine["plans"]}
    handled = max((row.version for row in found.get("handled", ())), default=0)
    standing = max((row.version for row in mine["lines"]), default=None)
    void = {row.decision_id for row in found.get("voids", ())}
    for number in sorted(version for version in concerned | reported if version >= min(concerned)):
        yield Version(
            number=number,
            is_planned=number in planned or number not in reported,
            is_unchanged=standing is not None and standing < number <= handled,
            holds=tuple(Hold(row.held_id, row.code, row.decision_id) for row in mine["holds"] if row.version == number),
            sendings=tuple(_sendings(row for row in mine["sent"] if row.version == number)),
            answers=tuple(_answers(fiu, number, found, known, {row.filing_id for row in mine["sent"]})),
            decisions=tuple(
                Decided(row.decision_id, row.action, row.from_state, row.decision_id in void)
                for row in found.get("decisions", ())
                if row.subject == filing and row.version == number and row.effect
            ),
        )


def _sendings(sent: Iterable[Row[Any]]) -> Iterator[Sending]:
    """Files of one sending have the same relation to the same filing before."""
    files: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in sent:
        files.setdefault((row.relation, row.prior_filing_id), []).append(row)
    for (relation, _), rows in files.items():
        yield Sending(relation, tuple(row.filing_id for row in rows), rows[0].at_ms)


def _answers(fiu: str, version: int, found: Found, known: set[str], own: set[str]) -> Iterator[Answer]:
    """Answers to the version from this FIU, without those that name a filing of another registration."""
    for row in found.get("answers", ()):
        if row.fiu == fiu and row.version == version and (row.filing_id in own or row.filing_id not in known):
            yield Answer(row.answer_id, row.status, row.filing_id, row.at_ms)
