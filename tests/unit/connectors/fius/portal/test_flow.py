"""Where the money went: parts of towns, sums and days, and a drawing that holds no more than fits."""

from typing import Any

import msgspec
import pytest
from lxml import etree

from connectors.fius.portal.drawing import WIDTH, draw
from connectors.fius.portal.flow import money_flow
from connectors.fius.portal.flow_svg import svg
from connectors.fius.portal.shapes import Box, Stroke, Text
from connectors.fius.portal.words import WORDS
from schemas.transfer import Place, Transfer

TOWNS = ("dubai", "osh", "van", "edirne")


def moved(case: Any, number: int, send: tuple[str, str], pay: tuple[str, str], **more: Any) -> Transfer:
    plain: Transfer = case.transfers[0]
    return msgspec.structs.replace(
        plain,
        uid=bytes([number]) * 16,
        occurred_ms=case.start_ms + number * 86_400_000,
        send_place=Place(*send),
        pay_place=Place(*pay),
        **more,
    )


def test_a_town_that_only_pays_in_is_a_source_one_that_only_pays_out_a_destination(case: Any) -> None:
    flow = money_flow([moved(case, 1, ("AE", "dubai"), ("KG", "osh")), moved(case, 2, ("KG", "osh"), ("TR", "van"))])
    assert [(p.country, p.town, p.part) for p in flow.places] == [
        ("AE", "Dubai", "source"),
        ("KG", "Osh", "transit"),
        ("TR", "Van", "destination"),
    ]
    assert [(link.origin, link.target, link.transfers, link.usd) for link in flow.links] == [
        (0, 1, 1, "200.00"),
        (1, 2, 1, "200.00"),
    ]


def test_a_link_adds_up_its_transfers_and_says_the_first_and_the_last_day(case: Any) -> None:
    flow = money_flow([moved(case, n, ("AE", "dubai"), ("KG", "osh"), usd_minor=n * 100) for n in (3, 1, 2)])
    [link] = flow.links
    assert (link.transfers, link.usd, link.first, link.last) == (3, "6.00", "2026-01-06", "2026-01-08")


def test_a_withdrawal_goes_from_its_town_to_its_town(case: Any) -> None:
    flow = money_flow([moved(case, 1, ("", ""), ("KG", "osh"), channel="cash_out", receiver=None)])
    assert [(p.town, p.part) for p in flow.places] == [("Osh", "transit")]
    assert [(link.origin, link.target) for link in flow.links] == [(0, 0)]


def test_a_place_nobody_gave_is_said_to_be_unknown(case: Any) -> None:
    drawing = draw(money_flow([moved(case, 1, ("", ""), ("KG", ""))]), [WORDS["en"]])
    assert [s.text for s in drawing.shapes if isinstance(s, Text) and "not given" in s.text] == [
        "place not given",
        "place not given (KG)",
    ]


def test_no_person_is_in_the_drawing(case: Any) -> None:
    made = svg(draw(money_flow(case.transfers), [WORDS["en"], WORDS["ru"]]), "flow").decode()
    for party in ("Aigul", "Bakyt", "نور", "P1", "N0"):
        assert party not in made


@pytest.mark.parametrize("code", ["ru", "fa", "prs"])
def test_the_svg_is_plain_and_names_the_parts_in_the_language_of_the_unit(case: Any, code: str) -> None:
    body = svg(draw(money_flow(case.transfers), [WORDS["en"], WORDS[code]]), "flow")
    root = etree.fromstring(body)
    assert {etree.QName(element).localname for element in root.iter()} <= {"svg", "title", "text", "rect", "polyline", "polygon"}
    assert not any(str(name).startswith("on") or "href" in str(name) for element in root.iter() for name in element.attrib)
    assert WORDS[code].fields["destination"] in body.decode()
    assert body == svg(draw(money_flow(case.transfers), [WORDS["en"], WORDS[code]]), "flow")


def test_a_hundred_towns_fit_on_the_page_and_the_rest_is_counted(case: Any) -> None:
    many = [moved(case, n, ("TR", f"?town{n}"), ("KG", "osh"), usd_minor=10_000 - n) for n in range(1, 101)]
    drawing = draw(money_flow(many), [WORDS["en"]])
    assert drawing.height < 200
    assert any(s.text == "93 more" for s in drawing.shapes if isinstance(s, Text))
    assert sum(isinstance(s, Stroke) for s in drawing.shapes) == len(drawing.legend) == 24
    for shape in drawing.shapes:
        if isinstance(shape, Box):
            assert shape.x >= -0.1 and shape.x + shape.width <= WIDTH + 0.1
