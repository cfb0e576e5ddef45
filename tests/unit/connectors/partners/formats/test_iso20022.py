"""What an ISO 20022 document may not be, what is kept of a transaction that is refused, and where the samples of others end."""

import io
import re
from pathlib import Path

import pytest

from connectors.partners.accept import Acceptor, Rejection
from connectors.partners.formats.contract import Incoming, Item
from connectors.partners.formats.iso20022 import FORMAT
from schemas.native import InvalidTransfer
from schemas.native_reading import Reading
from schemas.registry import Partner
from schemas.transfer import Coordinate, Transfer
from streams.domain.identity import Keyring

PARTNER = Partner("demo", "Demo", "bank", FORMAT.id, "KZ", ())
SAMPLES = Path(__file__).parents[6] / "shared" / "reference" / "formats" / "iso20022" / "samples"
GOLDEN = Path(__file__).parents[4] / "golden" / "connectors" / "partners" / "formats" / "iso20022"
TRANSACTION = """<CdtTrfTxInf><PmtId><EndToEndId>{id}</EndToEndId><TxId>{id}</TxId></PmtId><IntrBkSttlmAmt Ccy="EUR">{amount}</IntrBkSttlmAmt>
<ChrgBr>SHAR</ChrgBr><Dbtr><Nm>A. Karimov</Nm></Dbtr><DbtrAgt><FinInstnId><BICFI>AAAAKZKA</BICFI></FinInstnId></DbtrAgt>
<CdtrAgt><FinInstnId><BICFI>BBBBKZKA</BICFI></FinInstnId></CdtrAgt><Cdtr><Nm>Lola</Nm></Cdtr></CdtTrfTxInf>"""


def document(
    *amounts: str, count: int | None = None, message: str = "pacs.008.001.10", body: str = "FIToFICstmrCdtTrf", head: str = ""
) -> bytes:
    many = "".join(TRANSACTION.format(id=f"T{n}", amount=amount) for n, amount in enumerate(amounts))
    said = len(amounts) if count is None else count
    return f"""<?xml version="1.0"?>{head}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{message}"><{body}><GrpHdr><MsgId>M</MsgId>
<CreDtTm>2026-01-15T10:30:00Z</CreDtTm><NbOfTxs>{said}</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf>
</GrpHdr>{many}</{body}></Document>""".encode()


def items(raw: bytes) -> list[Item]:
    return list(FORMAT.reader(PARTNER)(Incoming(raw)))


def fault(raw: bytes) -> str:
    (item,) = items(raw)
    assert isinstance(item.result, InvalidTransfer)
    return item.result.code


LAUGHS = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"not xml", "not_xml"),
        (document("1")[:-20], "not_xml"),
        (document("1").replace(b"Lola", b"\xff\xfe"), "not_xml"),
        (document("1", head="<!DOCTYPE Document>"), "xml_forbidden"),
        (document("1", head=LAUGHS).replace(b"Lola", b"&c;"), "xml_forbidden"),
        (document("1", head='<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>').replace(b"Lola", b"&x;"), "xml_forbidden"),
        (b"<a><Document/></a>", "not_in_format"),
        (b"<a><Document><b/></Document><Document><b/></Document></a>", "not_in_format"),
        (document("1").replace(b' xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.10"', b""), "message_unsupported"),
        (document("1", message="pacs.004.001.09", body="PmtRtr"), "message_unsupported"),
        (document("1", "2", count=3), "count_differs"),
        (document("1", "2").replace(b"<NbOfTxs>2<", b"<NbOfTxs>two<"), "count_differs"),
        (document("1", "2").replace(b"<SttlmInf>", b"<CtrlSum>3.01</CtrlSum><SttlmInf>"), "count_differs"),
        (document("1", "2").replace(b"<SttlmMtd>CLRG<", b"<SttlmMtd>CASH<"), "not_in_schema"),
        (
            document("1", "2").replace(b"<Cdtr>", b"<Payee/><Cdtr>", 1).replace(b"</GrpHdr>", b"</GrpHdr><Other/>"),
            "not_in_schema",
        ),
        (document("1").replace(b"<CdtTrfTxInf>", b"<!-- -->").replace(b"</CdtTrfTxInf>", b""), "count_differs"),
        (document(*["1"] * 10_001), "too_many"),
        (b"<a>" * 100_000, "not_xml"),
    ],
)
def test_each_kind_of_bad_document_has_its_code(raw: bytes, code: str) -> None:
    assert fault(raw) == code


def test_a_transaction_that_is_refused_is_kept_alone_and_readable_and_delays_no_other() -> None:
    acceptor = Acceptor(PARTNER, Keyring(b"m" * 32), lambda: 1_800_000_000_000)
    raw = document("5.00", "0", "7")
    first, refused, last = acceptor.take_in(Incoming(raw), Coordinate("t", 0, 4))
    assert isinstance(first, Transfer)
    assert isinstance(last, Transfer)
    assert isinstance(refused, Rejection)
    assert (refused.reason_code, refused.transfer_id) == ("amount_not_positive", "T1")


def test_the_cut_out_transaction_is_a_document_of_its_own() -> None:
    raw = document("5.00", "6", "7").replace(b"<Nm>Lola</Nm>", b"", 2)
    kept = [item.part() for item in items(raw) if not isinstance(item.result, Reading)]
    assert len(kept) == 2
    (item,) = items(kept[1].replace(b"<Cdtr/>", b"<Cdtr><Nm>Lola</Nm></Cdtr>"))
    assert isinstance(item.result, Reading)
    assert (item.result.event.transfer_id, item.result.event.amount.value) == ("T1", "6")


def test_a_control_sum_that_is_right_is_no_fault() -> None:
    raw = document("1.5", "2").replace(b"<SttlmInf>", b"<CtrlSum>3.50</CtrlSum><SttlmInf>")
    assert all(isinstance(item.result, Reading) for item in items(raw))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b"<ChrgBr>SHAR<", b"<ChrgBr>HALF<", "ChrgBr: the value is none of the schema's codes"),
        (b"<Nm>Lola<", b"<Nm><", "Cdtr/Nm: the element is empty"),
        (b"<Nm>Lola<", b"<Nm>" + b"L" * 141 + b"<", "Cdtr/Nm: the text is longer"),
        (b' Ccy="EUR"', b"", "IntrBkSttlmAmt: an attribute is missing"),
        (b' Ccy="EUR"', b' Ccy="eur"', "IntrBkSttlmAmt: the value has another shape"),
        (b">2</IntrBkSttlmAmt>", b">2.000001</IntrBkSttlmAmt>", "IntrBkSttlmAmt: the number has too many decimals"),
        (b">2</IntrBkSttlmAmt>", b">two</IntrBkSttlmAmt>", "IntrBkSttlmAmt: the value is not of the schema's type"),
        (b"<Cdtr>", b"<Payee>Lola</Payee><Cdtr>", "CdtTrfTxInf/Payee: this does not belong here, where the schema has "),
        (b"<BICFI>BBBB", b"<BIC>BBBB", "BIC: this does not belong here, where the schema has "),
        (b"<Cdtr><Nm>Lola</Nm></Cdtr>", b"", "CdtTrfTxInf: something is missing in it; add "),
        (b"<ChrgBr>SHAR<", b'<ChrgBr no="1">SHAR<', "ChrgBr: the schema has no such attribute"),
        (b"<ChrgBr>", b"Lola<ChrgBr>", "CdtTrfTxInf: text stands between the elements"),
    ],
)
@pytest.mark.parametrize("is_prefixed", [False, True])
def test_a_breach_in_a_transaction_refuses_it_alone_and_says_where_without_values(
    old: bytes, new: bytes, told: str, is_prefixed: bool
) -> None:
    first, middle, last = document("1", "2", "3").split(b"<CdtTrfTxInf>")[1:]
    assert old in middle
    middle = middle.replace(old, new).replace(b"BBBBKZKA</BICFI>", b"BBBBKZKA</BIC>" if b"<BIC>" in new else b"BBBBKZKA</BICFI>")
    raw = b"<CdtTrfTxInf>".join([document("1", "2", "3").split(b"<CdtTrfTxInf>")[0], first, middle, last])
    results = [item.result for item in items(prefixed(raw) if is_prefixed else raw)]
    assert [type(result) for result in results] == [Reading, InvalidTransfer, Reading]
    assert isinstance(results[1], InvalidTransfer)
    assert results[1].code == "not_in_schema"
    assert told in results[1].reason
    assert results[1].transfer_id == "T1"
    line = int(results[1].reason.split(" of the record,")[0].removeprefix("Line "))
    begins = raw[: raw.index(middle)].count(b"\n") + 1
    assert begins <= line <= begins + middle.count(b"\n")
    assert "Lola" not in results[1].reason


def prefixed(raw: bytes) -> bytes:
    """The same document with a prefix before every name."""
    return re.sub(rb"<(/?)(?=[A-Z])", rb"<\1p:", raw).replace(b"xmlns=", b"xmlns:p=")


def order(*payers: str) -> str:
    """A pain.001 with an order of two for each payer."""
    agent = "<FinInstnId><BIC>AAAAKZKA</BIC></FinInstnId>"
    one = f"""<CdtTrfTxInf><PmtId><EndToEndId>%s</EndToEndId></PmtId><Amt><InstdAmt Ccy="KZT">10</InstdAmt></Amt>
<CdtrAgt>{agent}</CdtrAgt><Cdtr><Nm>Lola</Nm></Cdtr></CdtTrfTxInf>"""
    orders = "".join(
        f"""<PmtInf><PmtInfId>{n}</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt>2026-01-15</ReqdExctnDt><Dbtr>{payer}</Dbtr>
<DbtrAcct><Id><Othr><Id>1</Id></Othr></Id></DbtrAcct><DbtrAgt>{agent}</DbtrAgt>{one % f"{n}a"}{one % f"{n}b"}</PmtInf>"""
        for n, payer in enumerate(payers)
    )
    return f"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"><CstmrCdtTrfInitn><GrpHdr><MsgId>M</MsgId>
<CreDtTm>2026-01-15T10:30:00Z</CreDtTm><NbOfTxs>{2 * len(payers)}</NbOfTxs><InitgPty/></GrpHdr>{orders}</CstmrCdtTrfInitn></Document>"""


def test_a_breach_in_an_order_refuses_its_transactions_and_those_of_no_other() -> None:
    raw = order("<Nm>Ali</Nm>", "<Name>Bo</Name>", "<Nm>Cem</Nm>").encode()
    results = [item.result for item in items(raw)]
    assert [type(result) for result in results] == [Reading, Reading, InvalidTransfer, InvalidTransfer, Reading, Reading]
    assert isinstance(results[2], InvalidTransfer)
    assert isinstance(results[3], InvalidTransfer)
    assert results[2].path == results[3].path == "PmtInf/Dbtr/Name"
    assert (results[2].transfer_id, results[3].transfer_id) == ("M/1/1a", "M/1/1b")


BODY = (GOLDEN / "pain001_an_order_of_two.xml").read_text()
XSI = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x file:///etc/passwd"'
WRITTEN = {
    "declared": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + BODY.encode(),
    "empty line before the declaration": b'\r\n<?xml version="1.0"?>' + BODY.encode(),
    "byte order mark": b"\xef\xbb\xbf" + BODY.encode(),
    "UTF-16": ('<?xml version="1.0" encoding="UTF-16"?>' + BODY).encode("utf-16"),
    "UTF-16, undeclared": BODY.encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + BODY.encode("utf-16-be"),
    "windows-1251": ('<?xml version="1.0" encoding="windows-1251"?>' + BODY).encode("cp1251"),
    "ISO 8859-1": ('<?xml version="1.0" encoding="ISO-8859-1"?>' + BODY).encode("latin-1", "xmlcharrefreplace"),
    "prefixed": re.sub(r"<(/?)(?=[A-Z])", r"<\1doc:", BODY).replace("xmlns=", "xmlns:doc=").encode(),
    "comments": re.sub(r"(<(?:Cdtr|PmtInf|GrpHdr)>)", r"<!-- a -->\1<!-- <Nm>b</Nm> -->", BODY).encode(),
    "comment in a text": BODY.replace("<Nm>", "<Nm><!-- c -->").encode(),
    "processing instruction": b"<?pi x?>" + BODY.replace("<GrpHdr>", "<?pi y?><GrpHdr>").encode(),
    "CDATA": re.sub(r"<Nm>([^<]*)</Nm>", r"<Nm><![CDATA[\1]]></Nm>", BODY).encode(),
    "on one line": re.sub(r">\s+<", "><", BODY).encode(),
    "line ends of Windows": BODY.replace("\n", "\r\n").encode(),
    "schema location": BODY.replace("<Document", f"<Document{XSI}").encode(),
    "in an envelope": f"<Envelope><AppHdr><BizMsgIdr>1</BizMsgIdr></AppHdr>{BODY}</Envelope>".encode(),
    "with what was not provided": BODY.replace(
        "<BIC>HSBKKZKX</BIC>", "<BIC>HSBKKZKX</BIC><Othr><Id>NOTPROVIDED</Id></Othr>"
    ).replace("<Nm>Asel Nurlanova</Nm>", "<Nm>Asel Nurlanova</Nm><Id><PrvtId><Othr><Id>NOTPROVIDED</Id></Othr></PrvtId></Id>").encode(),
}  # fmt: skip


@pytest.mark.parametrize("raw", WRITTEN.values(), ids=WRITTEN.keys())
@pytest.mark.parametrize("is_file", [False, True])
def test_a_document_means_the_same_however_a_generator_writes_it(raw: bytes, is_file: bool) -> None:
    records = [record.raw for record in FORMAT.cut(io.BytesIO(raw), PARTNER)] if is_file else [raw]
    found = [item.result for record in records for item in items(record)]
    expected = [item.result for item in items(BODY.encode())]
    assert len(found) == 2
    assert all(isinstance(result, Reading) for result in found)
    assert found == expected


@pytest.mark.parametrize(
    "namespace",
    [
        "urn:iso:std:iso:20022:tech:xsd:pain.001.003.03",
        "http://bank.example/de/pain.001.001.03.ch.02.xsd",
        "urn:x$pain.001.001.03",
    ],
)
def test_a_community_s_namespace_is_read_without_a_schema(namespace: str) -> None:
    raw = BODY.replace("urn:iso:std:iso:20022:tech:xsd:pain.001.001.03", namespace).replace("<Purp>", "<New/><Purp>").encode()
    assert [item.result for item in items(raw)] == [item.result for item in items(BODY.encode())]


def test_a_version_without_a_schema_at_hand_is_read_as_it_is() -> None:
    raw = document("1", message="pacs.008.001.05").replace(b"<ChrgBr>", b"<New/><ChrgBr>")
    assert isinstance(items(raw)[0].result, Reading)


def test_ten_thousand_repetitions_are_refused_before_the_schema_counts_them() -> None:
    raw = document("1").replace(b"<Cdtr>", b"<InstrForCdtrAgt/>" * 10_000 + b"<Cdtr>")
    (item,) = items(raw)
    assert isinstance(item.result, InvalidTransfer)
    assert "repeated more than" in item.result.reason


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Lola Karimova", "person"), ("As Ahmad", "person"), ("Co Nguyen", "person"), ("Al Noor Exchange", "entity"), ("Debtor Corp", "entity"),
        ("EXAMPLE PARTY NV", "entity"), ("ООО Ромашка", "entity"), ("Emirates Steel L.L.C.", "entity"), ("شرکت خرم", "entity"), ("", "person"),
    ],
)  # fmt: skip
def test_a_legal_form_makes_an_entity_of_a_party_without_identification(name: str, kind: str) -> None:
    from connectors.partners.formats.fields import party_kind

    assert party_kind(name) == kind


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared reference formats are not beside this repository")
def test_samples_of_others_are_taken_in_unless_they_name_nobody() -> None:
    refused = {}
    for path in sorted(SAMPLES.glob("*.xml")):
        for item in items(path.read_bytes()):
            if isinstance(item.result, InvalidTransfer):
                refused[path.name] = item.result.code
    # camt.054.min and pain.001.min name no party on one side; pacs.004 is a return, which is another message.
    assert refused == {
        "cbpr_2026_camt.054.min.xml": "field_missing",
        "cbpr_2026_pain.001.min.xml": "field_missing",
        "cbpr_2026_pacs.004.min.xml": "message_unsupported",
    }


# libxml2 reads a namespace that is no URI, and cannot write it; a bracket stands in lxml's own names.
@pytest.mark.parametrize(
    "namespace", [b"urn://:std:iso:20022:tech:xsd:pacs.008.001.10", b"urn:x}:pacs.008.001.10", b"urn:{x:pacs.008.001.10"]
)
@pytest.mark.parametrize("place", [b"", b"<Document", b"<FIToFICstmrCdtTrf", b"<CdtTrfTxInf"])
def test_a_namespace_that_is_no_uri_is_refused_alone_and_in_a_file(namespace: bytes, place: bytes) -> None:
    own, raw = b"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.10", document("1", "x")
    raw = raw.replace(place, place + b' xmlns:q="' + namespace + b'" q:a="1"') if place else raw.replace(own, namespace)
    assert fault(raw) == "not_xml"
    with pytest.raises(InvalidTransfer) as caught:
        list(FORMAT.cut(io.BytesIO(raw), PARTNER))
    assert caught.value.code == "not_xml"
