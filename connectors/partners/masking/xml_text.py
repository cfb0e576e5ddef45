"""XML: elements as they are, their texts and attributes by name."""

import re

from lxml import etree

from connectors.partners.masking.shape import Kind, shape, shown

_SHOWN: dict[str, Kind] = {
    **dict.fromkeys(
        (
            "MsgId", "BizMsgIdr", "MsgDefIdr", "InstrId", "EndToEndId", "TxId", "UETR", "ClrSysRef", "PmtInfId", "BIC", "BICFI", "MmbId",
            "Cd", "Ctry", "AcctSvcrRef", "NtryRef",
        ),
        "code",
    ),
    **dict.fromkeys(("SttlmMtd", "ChrgBr", "PmtMtd", "CdtDbtInd", "Sts", "BtchBookg", "InstrPrty"), "word"),
    **dict.fromkeys(("NbOfTxs", "CtrlSum", "IntrBkSttlmAmt", "TtlIntrBkSttlmAmt", "InstdAmt", "Amt", "TxAmt", "XchgRate"), "number"),
    **dict.fromkeys(("CreDtTm", "CreDt", "IntrBkSttlmDt", "AccptncDtTm", "ReqdExctnDt", "BookgDt", "ValDt", "Dt", "DtTm"), "time"),
}  # fmt: skip
_PIECES = re.compile(r"(</?[A-Za-z_][\w:.-]{0,63})|([^<]+|<)")


def masked_xml(raw: bytes) -> str:
    """The document with its texts masked, indented; what is no XML as its shape, in which element names can be read."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError):
        return _broken(raw.decode("utf-8", "replace"))
    for node in root.iter():
        if isinstance(node.tag, str):
            _mask(node)
        elif node.tail:  # the text behind a reference to an entity, which is not resolved
            node.tail = shape(node.tail)
    return etree.tostring(root, encoding="unicode", pretty_print=True).rstrip()


def _mask(element: etree._Element) -> None:
    name = etree.QName(element).localname
    if element.text and element.text.strip():
        element.text = shown(_SHOWN.get(name), element.text.strip())
    if element.tail and element.tail.strip():
        element.tail = shape(element.tail)
    for key, value in element.attrib.items():
        element.set(key, shown("code" if etree.QName(key).localname == "Ccy" else None, str(value)))


def _broken(text: str) -> str:
    return "".join(name or shape(rest, len(rest)) for name, rest in _PIECES.findall(text))
