"""goAML schemas nobody has exported: those we have, changed in every way in which FIUs' exports differ from each other."""

import random
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from lxml import etree

from connectors.fius.goaml.mapping import load_schema
from connectors.fius.goaml.xsd import generate

XS = "{http://www.w3.org/2001/XMLSchema}"
GOAML = "http://www.unodc.org/goaml"
VC = "http://www.w3.org/2007/XMLSchema-versioning"
# Elements whose loss or new name leaves no report to speak of; every other one may be changed.
CORE = frozenset(
    "report transaction report_parties report_party party involved_parties activity phone address identification email indicator t_person "
    "t_from t_from_my_client t_to t_to_my_client from_person to_person from_account to_account from_entity to_entity reportdata transactions".split()
)


def parent_of(node: etree._Element) -> etree._Element:
    parent = node.getparent()
    assert parent is not None
    return parent


class Export(NamedTuple):
    """A made-up export: its bytes, what was done to the schema it came from, and that schema as libxml2 can read it."""

    xsd: bytes
    done: tuple[str, ...]
    oracle: bytes


class Maker:
    """Makes exports; the seed makes them the same every time."""

    def __init__(self, base: str, seed: int) -> None:
        self.chance = random.Random(seed)
        self.profile = load_schema(base)
        self.root = etree.fromstring(generate(self.profile))
        self.label()
        self.kinds: dict[str, Callable[[], None]] = {
            "demand": self.demand, "relax": self.relax, "disable": self.disable, "narrow": self.narrow, "reorder": self.reorder,
            "numeric": self.numeric, "unlabelled": self.unlabelled, "rename": self.rename, "anchor": self.anchor, "shorten": self.shorten,
            "newer": self.newer, "unite": self.unite, "extend": self.extend, "condition": self.condition, "name_the_root": self.name_the_root,
            "date_only": self.date_only, "unordered": self.unordered, "refer": self.refer, "regroup": self.regroup, "headless": self.headless,
        }  # fmt: skip

    def export(self, times: int) -> Export:
        done = []
        for _ in range(times):
            kind = self.chance.choice([kind for kind in self.kinds if kind != "headless" or self.chance.random() < 0.3])
            self.kinds[kind]()
            done.append(kind)
        self.root.set(f"{{{VC}}}minVersion", "1.1")
        oracle = etree.fromstring(etree.tostring(self.root))
        for node in list(oracle.iter(f"{XS}assert")):
            parent_of(node).remove(node)
        for node in oracle.iter(f"{XS}pattern"):
            node.set("value", re.sub(r"^\^(.*)\$$", r"\1", node.get("value", "")))
        return Export(etree.tostring(self.root, encoding="UTF-8"), tuple(done), etree.tostring(oracle))

    def declared(self, core: bool = False) -> list[etree._Element]:
        """Elements declared below others."""
        nodes = [node for node in self.root.iter(f"{XS}element") if node.getparent() is not self.root]
        return [node for node in nodes if core or node.get("name") not in CORE]

    def some(self, nodes: list[etree._Element], most: int = 4) -> Iterator[etree._Element]:
        yield from self.chance.sample(nodes, min(len(nodes), self.chance.randint(1, most)))

    def label(self) -> None:
        """The FIUs' labels stand as comments inside the codes."""
        for node in self.root.findall(f"{XS}simpleType"):
            codes = self.profile.simples[str(node.get("name"))].codes or {}
            for code in node.iter(f"{XS}enumeration"):
                label = codes.get(code.get("value", ""), "")
                if label:
                    code.append(etree.Comment(f"{label} ".replace("--", "-")))

    def demand(self) -> None:
        for node in self.some(
            [node for node in self.declared() if node.get("minOccurs") == "0" and node.get("maxOccurs") != "0"]
        ):
            del node.attrib["minOccurs"]

    def relax(self) -> None:
        for node in self.some([node for node in self.declared() if node.get("minOccurs") is None]):
            node.set("minOccurs", "0")

    def disable(self) -> None:
        for node in self.some([node for node in self.declared() if node.get("minOccurs") == "0"]):
            node.set("maxOccurs", "0")

    def narrow(self) -> None:
        """A branch of a choice goes, as where an FIU takes accounts only."""
        choices = [node for node in self.root.iter(f"{XS}choice") if len(node) > 1]
        for node in self.some(choices, 1):
            node.remove(self.chance.choice(list(node)))

    def reorder(self) -> None:
        for node in self.some(list(self.root.iter(f"{XS}choice")), 2):
            items = list(node)
            self.chance.shuffle(items)
            node[:] = items

    def lists(self) -> list[etree._Element]:
        named = [node for node in self.root.findall(f"{XS}simpleType") if node.find(f".//{XS}enumeration") is not None]
        return [node for node in named if node.get("name") not in ("currency_type",)]

    def numeric(self) -> None:
        for node in self.some(self.lists(), 3):
            for number, code in enumerate(node.iter(f"{XS}enumeration"), 1):
                if not len(code):
                    code.append(etree.Comment(f" {code.get('value', '')} ".replace("-", "unknown")))
                code.set("value", str(number))

    def unlabelled(self) -> None:
        for node in self.some(self.lists(), 3):
            for code in node.iter(f"{XS}enumeration"):
                code[:] = []

    def rename(self) -> None:
        for node in self.some(self.declared(), 1):
            node.set("name", f"{node.get('name')}_lcl")

    def anchor(self) -> None:
        for node in self.some([facet for facet in self.root.iter(f"{XS}pattern") if not facet.get("value", "").startswith("^")]):
            node.set("value", f"^{node.get('value')}$")
        for node in self.some(self.declared()):
            simple = node.find(f"{XS}simpleType/{XS}restriction[@base='xs:string']")
            if simple is not None and simple.find(f"{XS}pattern") is None and simple.find(f"{XS}enumeration") is None:
                simple.append(etree.Element(f"{XS}pattern", value=r"^[a-zA-Z0-9 .,:;'/_()@+\-]*$"))

    def shorten(self) -> None:
        for node in self.some(list(self.root.iter(f"{XS}maxLength"))):
            node.set("value", str(max(3, int(node.get("value", "9")) // 4)))
            least = parent_of(node).find(f"{XS}minLength")
            if least is not None:
                least.set("value", "0")

    def newer(self) -> None:
        """An element that came with a later schema, demanded or not."""
        sequences = [node for node in self.root.iter(f"{XS}sequence") if node.find(f"{XS}element") is not None]
        for node in self.some(sequences, 2):
            new = etree.Element(f"{XS}element", name=f"risk_rating_{self.chance.randint(1, 9)}", type="xs:int")
            new.set(f"{{{GOAML}}}supportedIn", "5.2")
            if self.chance.random() < 0.7:
                new.set("minOccurs", "0")
            node.append(new)

    def unite(self) -> None:
        """A list becomes a union of two."""
        for node in self.some(self.lists(), 1):
            own = next(iter(node))
            node.remove(own)
            union = etree.SubElement(node, f"{XS}union")
            etree.SubElement(union, f"{XS}simpleType").append(own)
            other = etree.SubElement(etree.SubElement(union, f"{XS}simpleType"), f"{XS}restriction", base="xs:string")
            etree.SubElement(other, f"{XS}enumeration", value="LCL")

    def extend(self) -> None:
        """A type says that it extends another, as my_client types may extend the plain ones."""
        kinds = [
            node for node in self.root.findall(f"{XS}complexType") if node.find(f"{XS}sequence") is not None and len(node) == 1
        ]
        for node in self.some(kinds, 1):
            items = list(node[0])
            if len(items) < 2:
                continue
            base = etree.SubElement(self.root, f"{XS}complexType", name=f"{node.get('name')}_base")
            first = etree.SubElement(base, f"{XS}sequence")
            first.extend(items[: len(items) // 2])
            rest = node[0]
            node.remove(rest)
            etree.SubElement(etree.SubElement(node, f"{XS}complexContent"), f"{XS}extension", base=str(base.get("name"))).append(
                rest
            )

    def condition(self) -> None:
        for node in [node for node in self.declared(core=True) if node.get("name") == "transaction"]:
            inner = node.find(f"{XS}complexType")
            if inner is not None:
                etree.SubElement(inner, f"{XS}assert", test="exists(transmode_code) or exists(transaction_type_code)")

    def name_the_root(self) -> None:
        for node in self.root.findall(f"{XS}element"):
            inner = node.find(f"{XS}complexType")
            if inner is not None:
                inner.set("name", f"{node.get('name')}_content")
                node.set("type", f"{node.get('name')}_content")
                self.root.append(inner)

    def date_only(self) -> None:
        for node in self.some([node for node in self.declared() if node.get("type") == "sql_date"]):
            node.set("type", "xs:date")

    def unordered(self) -> None:
        flat = [
            node for node in self.root.iter(f"{XS}sequence")
            if len(node) > 1 and not set(node.attrib) and parent_of(node).tag == f"{XS}complexType"
            and all(str(item.tag) == f"{XS}element" and item.get("maxOccurs", "1") in "01" for item in node)
        ]  # fmt: skip
        for node in self.some(flat, 1):
            node.tag = f"{XS}all"

    def refer(self) -> None:
        """An element is declared at the top and referred to where it stands."""
        for node in self.some([node for node in self.declared() if node.get("type") and node.get("name") != "report"], 1):
            name = str(node.get("name"))
            if self.root.find(f"{XS}element[@name='{name}']") is None:
                etree.SubElement(self.root, f"{XS}element", name=name, type=str(node.get("type")))
                for key in ("name", "type", "nillable", "fixed", "default"):
                    node.attrib.pop(key, "")
                node.set("ref", name)

    def regroup(self) -> None:
        """A sequence is moved to a named group."""
        inner = [node for node in self.root.iter(f"{XS}sequence") if parent_of(node).tag == f"{XS}sequence"]
        for node in self.some(inner, 1):
            name = f"group_{len(self.root)}"
            use = etree.Element(f"{XS}group", ref=name)
            for key in ("minOccurs", "maxOccurs"):
                if key in node.attrib:
                    use.set(key, str(node.attrib.pop(key)))
            parent_of(node).replace(node, use)
            etree.SubElement(self.root, f"{XS}group", name=name).append(node)

    def headless(self) -> None:
        """The second kind of schema: transactions alone."""
        report = self.root.find(f"{XS}element[@name='report']")
        transaction = next((node for node in self.root.iter(f"{XS}element") if node.get("name") == "transaction"), None)
        if report is None or transaction is None:
            return
        data = etree.SubElement(self.root, f"{XS}element", name="reportdata")
        outer = etree.SubElement(etree.SubElement(data, f"{XS}complexType"), f"{XS}sequence")
        if self.chance.random() < 0.5:
            holder = etree.SubElement(outer, f"{XS}element", name="transactions")
            outer = etree.SubElement(etree.SubElement(holder, f"{XS}complexType"), f"{XS}sequence")
        outer.set("maxOccurs", "unbounded")
        outer.append(transaction)
        self.root.remove(report)


@pytest.fixture
def maker() -> Callable[[str, int], Maker]:
    """Makes exports of changed schemas: `maker(base, seed).export(times)`."""
    return Maker
