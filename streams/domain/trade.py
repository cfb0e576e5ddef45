"""What a business sells, as far as patterns ask: by its category, or where that is missing by the words of the purpose.

Categories are those of ISO 18245. The words are DEF, in the languages most partners write purposes in.
"""

import re
from functools import lru_cache
from hashlib import blake2b

from schemas.transfer import Transfer
from streams.domain.names import kin_tokens

AD, ROOM, RIDE, PHONE, ONLINE, TICKET, HIRE = "ad", "room", "ride", "phone", "online", "ticket", "hire"
TRADES = (AD, ROOM, RIDE, PHONE, ONLINE, TICKET, HIRE)

_CATEGORIES = {
    "7311": AD, "2741": AD,
    "7011": ROOM, "7012": ROOM,
    "4121": RIDE, "4789": RIDE,
    "4812": PHONE, "4813": PHONE, "4814": PHONE,
    "4816": ONLINE, "5815": ONLINE, "5816": ONLINE, "5817": ONLINE, "5818": ONLINE, "5967": ONLINE, "5968": ONLINE, "6051": ONLINE, "6540": ONLINE,
    "7273": ONLINE,
    "4111": TICKET, "4112": TICKET, "4131": TICKET, "4411": TICKET, "4511": TICKET, "4722": TICKET,
    "7512": HIRE, "7513": HIRE, "7519": HIRE,
}  # fmt: skip
_RANGES = (
    (3000, 3299, TICKET),
    (3351, 3441, HIRE),
    (3501, 3999, ROOM),
)  # airlines, car rental and hotels that have a number of their own
_WORDS = {
    word: trade
    for trade, words in (
        (AD, "ad ads advert adverts advertisement advertisements advertising classified classifieds реклама объявление anuncio reklam"),
        (ROOM, "hotel hotels hostel motel room rooms гостиница отель хостел номер habitacion otel"),
        (RIDE, "taxi ride rides cab такси taksi"),
        (PHONE, "topup topups airtime recharge sim simcard пополнение recarga kontor"),
        (ONLINE, "prepaid voucher vouchers giftcard subscription подписка"),
        (TICKET, "ticket tickets airticket flight bus train ferry билет билеты chipta bilet boleto"),
        (HIRE, "minibus van vehicle микроавтобус"),
    )
    for word in words.split()
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_NAMED = re.compile(r"\b(?:for|для|para|pour|uchun)\s+(.+)", re.IGNORECASE)
_MIN_NAMES = 2  # DEF: "for work" names nobody


@lru_cache(maxsize=8_192)
def trade_class(category: str | None, purpose: str | None) -> str:
    """One of TRADES, or "" for any other or an unknown one; words speak where the category says nothing of these."""
    if category is not None:
        number = int(category)
        known = _CATEGORIES.get(category) or next((trade for low, high, trade in _RANGES if low <= number <= high), "")
        if known:
            return known
    words = _WORD.findall((purpose or "").casefold().replace("top up", "topup").replace("top-up", "topup"))
    return next((_WORDS[word] for word in words if word in _WORDS), "")


def passenger(purpose: str | None, payer: str, key: bytes) -> int:
    """Whom a purchase is for by its purpose ("room for Aziz Sadat"), as 32 bits under the payer's key; 0 where nobody is named, or
    one who shares a name with the payer."""
    found = _NAMED.search(purpose or "")
    if found is None:
        return 0
    names = kin_tokens(found[1])
    if len(names) < _MIN_NAMES or not names.isdisjoint(kin_tokens(payer)):
        return 0
    return int.from_bytes(blake2b(" ".join(sorted(names)).encode(), key=key, digest_size=4).digest(), "big")


def trade_of(transfer: Transfer, payee: str | None) -> str:
    """What is bought; without a category only what is bought of a business. `payee`: the receiver's kind."""
    if payee is None or (transfer.merchant_category is None and (payee == "person" or transfer.channel == "payroll")):
        return ""
    return trade_class(transfer.merchant_category, transfer.purpose)
