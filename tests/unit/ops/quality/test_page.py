"""The page needs nothing but itself, says every chart in words and numbers too, and is the same again."""

import re
from importlib.resources import files

from lxml import etree, html

from ops.quality.figures import figures
from ops.quality.measures import Quality
from ops.quality.page import page
from ops.quality.quality import measure
from tests.unit.ops.quality.world import World

WORLD = World()
SVG = "{http://www.w3.org/2000/svg}"


def quality() -> Quality:
    funnel = WORLD.finding("TS-F01", "S", "a1", "a2", "a3", first="a3")
    shared = WORLD.finding("TS-K01", "P", "b1", "b2", first="b2")
    report = WORLD.report(["S"], [funnel], formed="a4")
    return measure(WORLD.run([funnel, shared], [report], batch=2), 'truth <of> "A".json', True)


def document() -> etree._Element:
    return html.document_fromstring(page(quality()))


def test_the_page_is_the_same_again() -> None:
    assert page(quality()) == page(quality())


def test_nothing_is_fetched_and_nothing_runs() -> None:
    text = page(quality()).decode()
    names = re.sub(r'xmlns(:\w+)?="[^"]+"', "", text)
    assert re.findall(r"https?:|//[a-z]|url\(|@import|<script|<link|<img|<iframe|\bon[a-z]+=", names) == []


def test_every_chart_has_a_title_a_description_a_caption_and_its_numbers() -> None:
    made = document().findall(".//figure")
    assert len(made) == len(figures(quality())) == 5
    for figure in made:
        (svg,) = [node for node in figure.iter() if etree.QName(node).localname == "svg"]
        assert svg.get("role") == "img"
        named = svg.get("aria-labelledby", "").split()
        told = {node.get("id"): (node.text or "").strip() for node in svg}
        assert len(named) == 2 and all(told[name] for name in named)
        assert (figure.findtext("figcaption") or "").strip()
        assert len(figure.findall(".//tbody/tr")) >= 1
        assert figure.findtext(".//caption")


def test_bars_stand_for_the_numbers_in_the_table() -> None:
    recall = next(f for f in figures(quality()) if f.bars.title.startswith("Found, by expected"))
    assert recall.bars.bars == (("TS-F01", 100.0), ("TS-P02", 0.0))
    assert [row[-1] for row in recall.rows] == ["100.0 %", "0.0 %"]


def test_the_page_has_a_language_a_title_and_a_look_for_the_dark() -> None:
    root = document()
    assert root.get("lang") == "en"
    assert root.findtext("head/title") == 'Quality report: truth <of> "A".json'
    assert [node.text for node in root.iter("h1")] == ['Quality report: truth <of> "A".json']
    assert "prefers-color-scheme: dark" in (root.findtext("head/style") or "")
    assert all(cell.get("scope") in ("col", "row") for cell in root.iter("th"))


def test_the_document_that_the_page_names_is_there() -> None:
    root = files("ops").joinpath("..")
    assert "docs/quality.md" in page(quality()).decode()
    assert root.joinpath("docs", "quality.md").is_file()
