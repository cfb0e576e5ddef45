"""The walk over a schema: order, choices, repetitions, optional parts that cannot be complete."""

import msgspec
import pytest

from connectors.fius.goaml.importer import compile_profile
from connectors.fius.goaml.map_rows import Placeholder
from connectors.fius.goaml.mapping import Form, load_form
from connectors.fius.goaml.offer import Leaf, Node
from connectors.fius.goaml.profile import Schema
from connectors.fius.goaml.walker import Walker

XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="report"><xs:complexType>{body}</xs:complexType></xs:element>
<xs:simpleType name="short"><xs:restriction base="xs:string"><xs:minLength value="1"/><xs:maxLength value="3"/></xs:restriction></xs:simpleType></xs:schema>"""


def walked(body: str, offers: list[tuple[str, str | Node]], **fields: object) -> tuple[str, Walker]:
    """The children written for `offers`, as text, by a schema whose report has the content `body`."""
    profile = compile_profile(XSD.format(body=body).encode(), "xx")
    plain = msgspec.structs.replace(load_form("lk").map, placeholders=(), prefer=(), must_carry=(), **fields)
    walker = Walker(Form(Schema(profile), plain))
    node = Node("report")
    for name, value in offers:
        node.add(name, value if isinstance(value, Node) else Leaf(value, f"canon.{name}"))
    return walker.walk(node).removeprefix("<report>").removesuffix("</report>"), walker


def seq(*names: str, low: int = 1, high: str = "1") -> str:
    inner = "".join(f'<xs:element name="{n}" type="short"/>' for n in names)
    return f'<xs:sequence minOccurs="{low}" maxOccurs="{high}">{inner}</xs:sequence>'


def codes(walker: Walker) -> list[tuple[str, str]]:
    return [(error.code, error.target_path) for error in walker.ledger.errors()]


def test_elements_come_in_the_order_of_the_schema() -> None:
    text, walker = walked(seq("a", "b"), [("b", "2"), ("a", "1")])
    assert text == "<a>1</a><b>2</b>"
    assert codes(walker) == []


def test_a_repeated_sequence_takes_its_elements_round_by_round() -> None:
    text, walker = walked(seq("a", "b", high="unbounded"), [("a", "1"), ("a", "2"), ("b", "3"), ("b", "4")])
    assert text == "<a>1</a><b>3</b><a>2</a><b>4</b>"
    assert codes(walker) == []


def test_an_optional_group_that_cannot_be_complete_is_left_out_and_said_so() -> None:
    body = f"<xs:sequence>{seq('a', 'b', low=0)}{seq('c')}</xs:sequence>"
    text, walker = walked(body, [("a", "1"), ("b", "too long"), ("c", "3")])
    assert text == "<c>3</c>"
    assert codes(walker) == []
    assert any(row.rule == "LEFT_OUT_TOO_LONG" for row in walker.ledger.rows())


def test_a_mandatory_value_that_does_not_fit_is_an_error_with_both_paths() -> None:
    _, walker = walked(seq("a"), [("a", "too long")])
    (error,) = walker.ledger.errors()
    assert (error.code, error.target_path, error.canonical_path) == ("too_long", "report/a", "canon.a")
    assert "too long" not in error.text  # never the value


def test_one_bad_value_among_several_does_not_spoil_the_good_one() -> None:
    text, walker = walked(
        '<xs:sequence><xs:element name="a" type="short" maxOccurs="2"/></xs:sequence>', [("a", "too long"), ("a", "ok")]
    )
    assert text == "<a>ok</a>"
    assert codes(walker) == []


@pytest.mark.parametrize(
    ("offers", "written"),
    [
        ([("a", "1")], "<a>1</a>"),
        ([("b", "2")], "<b>2</b>"),
        ([("a", "1"), ("b", "2")], "<a>1</a>"),
        ([("c", "3"), ("d", "4"), ("b", "2")], "<b>2</b>"),
    ],
)
def test_a_choice_takes_the_first_branch_that_can_be_complete(offers: list[tuple[str, str | Node]], written: str) -> None:
    body = f'<xs:choice><xs:element name="a" type="short"/><xs:element name="b" type="short"/>{seq("c", "d")}</xs:choice>'
    assert walked(body, offers)[0] == written


def test_a_choice_takes_the_branch_the_map_prefers() -> None:
    body = '<xs:choice><xs:element name="a" type="short"/><xs:element name="b" type="short"/></xs:choice>'
    profile = compile_profile(XSD.format(body=body).encode(), "xx")
    node = Node("report")
    node.say("a", "1", "x")
    node.say("b", "2", "x")
    walker = Walker(Form(Schema(profile), msgspec.structs.replace(load_form("lk").map, prefer=("b",))))
    assert walker.walk(node) == "<report><b>2</b></report>"


def test_a_placeholder_fills_what_is_demanded_and_never_what_is_optional() -> None:
    body = '<xs:sequence><xs:element name="a" type="short"/><xs:element name="b" type="short" minOccurs="0"/></xs:sequence>'
    profile = compile_profile(XSD.format(body=body).encode(), "xx")
    rules = tuple(Placeholder(id=f"R-{at}", at=at, why="", basis="DEF", value="-") for at in ("a", "b"))
    walker = Walker(Form(Schema(profile), msgspec.structs.replace(load_form("lk").map, placeholders=rules)))
    assert walker.walk(Node("report")) == "<report><a>-</a></report>"
    assert [(row.target_path, row.state, row.rule) for row in walker.ledger.rows()] == [
        ("report/a", "placeholder", "R-a"),
        ("report/b", "absent", "NOT_KNOWN"),
    ]


def test_what_the_schema_does_not_know_is_dropped_and_recorded() -> None:
    text, walker = walked(seq("a"), [("a", "1"), ("zz", "2")])
    assert text == "<a>1</a>"
    assert [(row.canonical_path, row.rule) for row in walker.ledger.rows() if row.state == "absent"] == [
        ("canon.zz", "NOT_IN_SCHEMA")
    ]


def test_a_value_where_the_schema_has_elements_is_an_error_not_a_crash() -> None:
    body = f'<xs:sequence><xs:element name="a"><xs:complexType>{seq("b")}</xs:complexType></xs:element></xs:sequence>'
    _, walker = walked(body, [("a", "text")])
    assert codes(walker) == [("wrong_type", "report/a")]
    _, walker = walked(seq("a"), [("a", Node("n"))])
    assert codes(walker) == [("wrong_type", "report/a")]
