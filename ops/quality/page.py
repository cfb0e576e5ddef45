"""quality.html: one page that needs nothing but itself, in the light and in the dark, with every chart's numbers beside it."""

from collections.abc import Iterable, Sequence

from lxml import etree, html
from lxml.html import builder as h

from ops.quality.charts import draw
from ops.quality.figures import Figure, figures
from ops.quality.measures import Quality
from ops.quality.words import CASE_HEAD, GROUP_HEAD, TYPOLOGY_HEAD, Row, case_rows, group_rows, summary, typology_row

LEAD = (
    "How often the findings and reports are right, measured against a truth file. What each figure means, and what such a set "
    "cannot show, is in docs/quality.md."
)
# What leather sets as attributes, a style sheet outranks.
STYLE = """
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1f24; --faint: #57606a; --line: #d0d7de; --bar: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --paper: #11151a; --ink: #e6edf3; --faint: #9da7b1; --line: #363d45; --bar: #6cb2ff; } }
body { background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .75rem .25rem 0; text-align: right; vertical-align: top; }
th:first-child, td:first-child, .pairs td { text-align: left; font-weight: 400; }
thead th { color: var(--faint); }
.wide { overflow-x: auto; }
figure { margin: 2.5rem 0; }
figcaption { margin: .5rem 0 1rem; color: var(--faint); }
svg { width: 100%; max-width: 760px; height: auto; }
svg rect[fill='#f9f9f9'] { fill: none; }
svg text { fill: var(--ink); font-family: system-ui, sans-serif; }
svg line { stroke: var(--line); }
"""


def page(quality: Quality) -> bytes:
    """The page as UTF-8 bytes; the same report gives the same bytes."""
    title = f"Quality report: {quality.truth}"
    body = [h.H1(title), h.P(LEAD), _table("Over all", ("measure", "figure"), summary(quality), "pairs")]
    body += [_figure(figure, f"figure-{number}") for number, figure in enumerate(figures(quality), 1)]
    body += [
        h.H2("All figures"),
        _table("By what was planted", GROUP_HEAD, group_rows(quality)),
        _table("By typology", TYPOLOGY_HEAD, [typology_row(result) for result in quality.typologies]),
    ]
    cases = case_rows(quality)
    body.append(_table("By case", CASE_HEAD, cases) if cases else h.P(f"All {len(quality.cases):,} cases are in quality.json."))
    head = h.HEAD(
        h.META(charset="utf-8"),
        h.META(name="viewport", content="width=device-width, initial-scale=1"),
        h.TITLE(title),
        h.STYLE(STYLE),
    )
    document = h.HTML(head, h.BODY(h.E.main(*body)), lang="en")
    return bytes(html.tostring(document, doctype="<!DOCTYPE html>", encoding="utf-8", pretty_print=False)) + b"\n"


def _figure(figure: Figure, name: str) -> etree._Element:
    figured: etree._Element = h.E.figure(
        h.H2(figure.bars.title),
        draw(figure.bars, name),
        h.E.figcaption(figure.caption),
        _table(figure.bars.title, figure.head, figure.rows),
    )
    return figured


def _table(caption: str, head: Sequence[str], rows: Iterable[Row], kind: str = "figures") -> etree._Element:
    columns = h.THEAD(h.TR(*(h.TH(name, scope="col") for name in head)))
    lines = [h.TR(h.TH(row[0], scope="row"), *(h.TD(cell) for cell in row[1:])) for row in rows]
    table = h.TABLE(h.CAPTION(caption), columns, h.TBODY(*lines), h.CLASS(kind))
    region: etree._Element = h.DIV(table, h.CLASS("wide"), tabindex="0", role="region", **{"aria-label": caption})
    return region
