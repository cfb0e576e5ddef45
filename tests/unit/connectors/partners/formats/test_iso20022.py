"""What an ISO 20022 document may not be, what is kept of a transaction that is refused, and where the samples of others end."""

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
TRANSACTION = """<CdtTrfTxInf><PmtId><EndToEndId>{id}</EndToEndId><TxId>{id}</TxId></PmtId><IntrBkSttlmAmt Ccy="EUR">{amount}</IntrBkSttlmAmt>
<ChrgBr>SHAR</ChrgBr><Dbtr><Nm>A. Karimov</Nm></Dbtr><Cdtr><Nm>Lola</Nm></Cdtr></CdtTrfTxInf>"""


def document(
    *amounts: str, count: int | None = None, message: str = "pacs.008.001.10", body: str = "FIToFICstmrCdtTrf", head: str = ""
) -> bytes:
    many = "".join(TRANSACTION.format(id=f"T{n}", amount=amount) for n, amount in enumerate(amounts))
    said = len(amounts) if count is None else count
    return f"""<?xml version="1.0"?>{head}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{message}"><{body}><GrpHdr><MsgId>M</MsgId>
<CreDtTm>2026-01-15T10:30:00Z</CreDtTm><NbOfTxs>{said}</NbOfTxs><CtrlSum>9</CtrlSum></GrpHdr>{many}</{body}></Document>""".encode()


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
