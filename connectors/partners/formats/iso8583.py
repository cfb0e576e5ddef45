"""iso8583/1: card messages of ISO 8583:1987 in ASCII (0200, 0210 and reversals): original credits (processing code 26), transfers (40), cash.

An answer (0210) names nobody: it says what became of its request where it stands behind it in one record, on a line of its own or, in hexadecimal, behind a space.
The number of the card is never kept: the transfer carries it masked, its entity key is made of the whole number and cannot be turned back, and a refused message goes to
the quarantine with the middle digits zeroed. Field 48 is private: "SN=…;SA=…;RN=…;RA=…" (names and addresses of sender and receiver) is read, another layout says nothing.
Source  ISO 8583:1987; field uses of original credit transactions as in the reference samples.
"""

import re
from datetime import UTC, datetime, timedelta

import iso8583
from iso8583.specs import default_ascii

from connectors.partners.formats import fields
from connectors.partners.formats.contract import FieldRow, Format, Incoming, Item, Reader
from connectors.partners.formats.fields import Fields
from connectors.partners.formats.lines import cut_lines
from schemas.codes import COUNTRIES, COUNTRY_BY_NUMBER, CURRENCY_BY_NUMBER
from schemas.money import decimals
from schemas.native import InvalidTransfer
from schemas.registry import Partner

FIELDS = (
    FieldRow("transfer_id", "DE32, DE37", "else DE32, DE11 and DE7"),
    FieldRow(
        "status",
        "MTI, DE39",
        "0200: sent; with its 0210 behind it DE39 00: paid, else cancelled; 04xx: refunded, where it was not declined",
    ),
    FieldRow("occurred_at", "DE7", "UTC; its year is that of the arrival"),
    FieldRow("amount", "DE4, DE49"),
    FieldRow("channel", "DE3", "00 merchant, 01 cash_out, 21 cash_in, 26 and 28 card, 40 bank_transfer"),
    FieldRow("sender", "DE48 SN SA, DE102, DE2", "the card is the sender's, but the receiver's for an original credit"),
    FieldRow("receiver", "DE48 RN RA, DE103, DE2"),
    FieldRow("send_agent", "DE42, DE43", "else DE41; the card acceptor's name, town and country"),
    FieldRow("merchant_category", "DE18"),
)
LOST = (
    "the middle digits of the card",
    "amounts of settlement and billing, fees",
    "terminal, entry mode and authorisation code",
    "private data in another layout",
)
MAX_BYTES = 8192  # DEF: the longest field has 999 characters
_CHANNELS = {"00": "merchant", "01": "cash_out", "21": "cash_in", "26": "card", "28": "card", "40": "bank_transfer"}
_CREDITS = ("26", "28")  # the card is that of the one who is paid
_CARD = "2"
# Besides DE2: the extended number, the three tracks, the PIN block and the chip's data. None of them is read, and none may be stored (PCI DSS 3.3).
_NEVER_KEPT = frozenset({"p", "1", "34", "35", "36", "45", "52", "55"})
_APPROVED = "00"
_REPEATED = ("11", "37", "41", "4")  # what an answer repeats of its request
_HEXADECIMAL = re.compile(rb"[0-9a-fA-F]+")
_NOT_KEPT = b"(not kept: it may hold a card number)"
Message = dict[str, str]


def _reader(_: Partner) -> Reader:
    def items(incoming: Incoming) -> tuple[Item, ...]:
        try:
            messages = _messages(incoming.raw)
        except InvalidTransfer as fault:
            return (Item(fault, _NOT_KEPT),)
        kept = b"\n".join(map(_kept, messages))
        try:
            return (Item(fields.native(_transfer(_answered(messages), incoming.received_ms)), kept),)
        except InvalidTransfer as fault:
            return (Item(fault, kept),)

    return items


def _messages(raw: bytes) -> list[Message]:
    """The message, or a request and its answer; some systems hand them on as hexadecimal text. Raises InvalidTransfer."""
    if not raw.strip():
        raise InvalidTransfer("empty", "The record is empty; send one ISO 8583 message.")
    parts = raw.split()
    if all(part[:2] == b"30" and len(part) % 2 == 0 and _HEXADECIMAL.fullmatch(part) for part in parts):
        return _exchange([bytes.fromhex(part.decode("ascii")) for part in parts])
    try:
        return [_decoded(raw)]  # whole first: a field may hold an end of line
    except InvalidTransfer:
        lines = [line for line in raw.split(b"\n") if line.strip()]
        if len(lines) == 1:
            raise
        return _exchange([line.removesuffix(b"\r") for line in lines])


def _exchange(raws: list[bytes]) -> list[Message]:
    messages = [_decoded(raw) for raw in raws[:2]]
    if len(raws) > 2:
        raise InvalidTransfer("too_many", "The record holds more than a request and its answer; send each exchange as a record.")
    return messages


def _answered(messages: list[Message]) -> Message:
    """The one message; or the request with what its answer says of it. Raises InvalidTransfer."""
    request, *answers = messages
    for answer in answers:
        types = request["t"], answer["t"]
        if types[0][2] not in "02" or types[1] != f"{types[0][:2]}{int(types[0][2]) + 1}{types[0][3]}":
            raise InvalidTransfer(
                "answer_unfit", f"{types[1]} is no answer to {types[0]}; send each answer behind its request.", "MTI"
            )
        for number in _REPEATED:
            said = request.get(number), answer.get(number)
            if None not in said and said[0] != said[1]:
                reason = f"The answer is to another request: DE{number} differs; send each answer behind its request."
                raise InvalidTransfer("answer_unfit", reason, f"DE{number}")
        request = request | {"t": answer["t"], "39": answer.get("39", "")}
    return request


def _decoded(raw: bytes) -> Message:
    if len(raw) > MAX_BYTES:
        raise InvalidTransfer(
            "too_large", f"The message is larger than {MAX_BYTES} bytes; no field has more than 999 characters."
        )
    try:
        message, _ = iso8583.decode(raw, default_ascii)
    except (iso8583.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise InvalidTransfer(
            "not_in_format", "The record is no ISO 8583:1987 message in ASCII with a bitmap that fits it."
        ) from error
    if message["t"][1:3] not in ("20", "21", "40", "41", "42", "43"):
        raise InvalidTransfer("message_unsupported", "The message type is none of 02xx (financial) and 04xx (reversal).", "MTI")
    return {key: value.strip() for key, value in message.items()}


def _kept(message: Message) -> bytes:
    """The message with the middle digits of the card zeroed and without the card's tracks, readable as before; such a card is nobody's
    identifier."""
    card = message.get(_CARD, "")
    masked = {key: value for key, value in message.items() if key not in _NEVER_KEPT}
    if card:
        masked[_CARD] = card[:6] + "0" * max(0, len(card) - 10) + card[-4:]
    try:
        raw, _ = iso8583.encode(masked, default_ascii)
    except (iso8583.EncodeError, ValueError):
        return _NOT_KEPT
    return bytes(raw)


def _transfer(message: Message, received_ms: int) -> Fields:
    code = message.get("3", "")[:2]
    private = dict(part.split("=", 1) for part in message.get("48", "").split(";") if "=" in part)
    currency = CURRENCY_BY_NUMBER.get(message.get("49", ""), message.get("49", ""))
    card = message.get(_CARD, "")
    to_card = code in _CREDITS
    channel = _CHANNELS.get(code, "card")
    number = message.get("37", "")
    return fields.present(
        {
            "transfer_id": fields.joined_id(
                message.get("32", ""), *((number,) if number else (message.get("11", ""), message.get("7", "")))
            ),
            "status": _status(message),
            "occurred_at": _time(message.get("7", ""), received_ms),
            "amount": _amount(message.get("4", ""), currency),
            "channel": channel,
            "sender": _party(private.get("SN", ""), private.get("SA", ""), message.get("102", ""), "" if to_card else card),
            "receiver": _party(private.get("RN", ""), private.get("RA", ""), message.get("103", ""), card if to_card else "")
            if channel != "cash_out"
            else None,
            "send_agent": _acceptor(message),
            "merchant_category": message.get("18"),
        }
    )


def _status(message: Message) -> str:
    is_reversal, is_answer = message["t"][1] == "4", message["t"][2] in "13"
    if is_answer and message.get("39") != _APPROVED:
        return "paid" if is_reversal else "cancelled"  # a reversal that was declined leaves the transfer as it was
    if is_reversal:
        return "refunded"
    return "paid" if is_answer else "sent"


def _time(text: str, received_ms: int) -> str:
    """MMDDhhmmss in UTC: the latest such moment that is no more than a day after the arrival."""
    latest = datetime.fromtimestamp(received_ms / 1000, UTC) + timedelta(days=1)
    for year in (latest.year, latest.year - 1):
        try:
            moment = datetime.strptime(f"{year}{text}+0000", "%Y%m%d%H%M%S%z")
        except ValueError:
            continue
        if moment <= latest:
            return moment.isoformat()
    return text


def _amount(digits: str, currency: str) -> Fields:
    places = decimals(currency)
    whole = f"{digits[:-places]}.{digits[-places:]}" if places and len(digits) > places else digits
    return fields.amount(whole, currency)


def _party(name: str, address: str, account: str, card: str) -> Fields:
    accounts = [{"type": "iban" if account[:2].isalpha() else "account", "number": account[:64]}] if account else []
    if card and "000000" not in card[6:-4]:
        accounts.append({"type": "card", "number": card[:64]})
    known = name or fields.name_of_account(account) or (card and f"{card[:6]}{card[-4:]}")
    country = next((word for word in reversed(address.split()) if word in COUNTRIES), "")
    line = address.rpartition(country)[0].strip(" ,") if country else address
    return fields.present(
        {
            "kind": fields.party_kind(known),
            "name": known[:200],
            "addresses": fields.address([line], "", country),
            "accounts": accounts,
        }
    )


def _acceptor(message: Message) -> Fields | None:
    """DE43: name in 25 characters, town in 13, country in 2; the stripped end is put back."""
    place = message.get("43", "").ljust(40)
    country = place[38:40] if place[38:40] in COUNTRIES else COUNTRY_BY_NUMBER.get(message.get("19", ""), "")
    return fields.agent(message.get("42") or message.get("41", ""), place[:25].strip(), country, place[25:38].strip())


FORMAT = Format("iso8583/1", "ISO 8583:1987 card messages", _reader, FIELDS, LOST, cut_lines)
