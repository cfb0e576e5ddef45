"""Countries and towns of the invented stream: currency, clock, phone numbers, wages, and how many customers live where.

Figures are the generator's own round guesses for about 2024; nothing here is read by, or read from, the detectors. Clocks have one offset
all year: summer time is not modelled.
"""

from typing import NamedTuple


class Place(NamedTuple):
    """A town by ISO country code and English name."""

    country: str
    town: str


class Country(NamedTuple):
    """What the generator knows of a country.

    per_usd     units of the currency for one US dollar
    offset      minutes ahead of UTC
    dial, lead  of a mobile number; `digits` follow the lead
    bank        of names; see names.py
    culture     whose feasts are kept; see feasts.py
    wage        usual monthly wage of a labourer, US dollars
    document    usual identity document
    """

    code: str
    currency: str
    per_usd: float
    offset: int
    dial: str
    lead: tuple[str, ...]
    digits: int
    bank: str
    culture: str
    wage: int
    document: str
    towns: tuple[str, ...]


# code currency per_usd offset dial lead digits bank culture wage document : towns, the bigger first
_ROWS = """
KZ KZT 460 300 7 701,702,705,747,777 7 turan turan 520 national_id : Almaty,Astana,Shymkent,Karaganda,Aktobe,Taraz,Atyrau,Turkistan,Saryagash,Korday,Uralsk
KG KGS 88 360 996 555,700,770,777 6 turan turan 300 national_id : Bishkek,Osh,Jalal-Abad,Karakol,Tokmok,Uzgen,Batken,Talas,Naryn
TJ TJS 10.8 300 992 90,91,92,93 7 turan turan 190 passport : Dushanbe,Khujand,Kulob,Bokhtar,Istaravshan,Isfara,Panjakent,Vahdat
TM TMT 3.5 300 993 61,62,63,65 6 turan turan 350 passport : Ashgabat,Mary,Turkmenabat,Dashoguz
UZ UZS 12600 300 998 90,91,93,94,97 7 turan turan 330 national_id : Tashkent,Samarkand,Andijan,Namangan,Fergana,Bukhara,Qarshi,Termez,Urgench,Jizzakh
AF AFN 70 270 93 70,77,78,79 7 dari persian 130 tazkira : Kabul,Herat,Mazar-i-Sharif,Kandahar,Jalalabad,Kunduz,Ghazni,Zaranj,Farah,Islam Qala
IR IRR 610000 210 98 912,913,915,917 7 persian persian 260 national_id : Tehran,Mashhad,Isfahan,Karaj,Shiraz,Tabriz,Qom,Zahedan,Kerman,Urmia,Saravan,Salmas
PK PKR 279 300 92 300,301,321,333,345 7 urdu muslim 170 national_id : Karachi,Lahore,Faisalabad,Rawalpindi,Multan,Peshawar,Gujranwala,Quetta,Sialkot,Gujrat,Mardan,Mandi Bahauddin,Kotli,Turbat,Gwadar
TR TRY 32.8 180 90 532,535,542,555 7 turkish muslim 620 national_id : Istanbul,Ankara,Izmir,Bursa,Antalya,Adana,Gaziantep,Konya,Van,Edirne,Erzurum
RU RUB 92 180 7 903,916,926,963,985 7 slavic orthodox 780 national_id : Moscow,Saint Petersburg,Yekaterinburg,Kazan,Samara,Krasnodar,Sochi,Ufa,Voronezh,Rostov-on-Don
BY BYN 3.25 180 375 25,29,33,44 7 slavic orthodox 600 passport : Minsk,Gomel,Grodno,Brest
UA UAH 40 120 380 50,67,93 7 slavic orthodox 480 passport : Kyiv,Lviv,Odesa,Kharkiv
AE AED 3.67 240 971 50,52,55 7 arab muslim 650 national_id : Dubai,Abu Dhabi,Sharjah,Ajman,Al Ain
SA SAR 3.75 180 966 50,53,55 7 arab muslim 620 residence_permit : Riyadh,Jeddah,Dammam,Mecca,Medina
QA QAR 3.64 180 974 33,55,66 6 arab muslim 600 residence_permit : Doha
OM OMR 0.385 240 968 91,95,99 6 arab muslim 560 residence_permit : Muscat,Salalah,Sohar
IQ IQD 1310 180 964 750,770,780 7 arab muslim 430 national_id : Baghdad,Erbil,Sulaymaniyah,Mosul,Duhok,Ranya,Zakho
EG EGP 45 120 20 100,101,111,122 7 arab muslim 170 national_id : Cairo,Alexandria,Aswan
LY LYD 4.85 120 218 91,92,94 7 arab muslim 300 passport : Tripoli,Benghazi,Misrata,Sabha,Zuwara,Kufra,Bani Walid
SD SDG 600 120 249 91,92,99 7 arab muslim 90 passport : Khartoum,Omdurman,Port Sudan,Kassala
ET ETB 76 180 251 91,92,93 7 horn horn 110 national_id : Addis Ababa,Mekelle,Gondar,Dire Dawa,Metema
KE KES 135 180 254 711,722,733 6 horn western 220 national_id : Nairobi,Mombasa,Eldoret
DE EUR 0.92 60 49 151,160,170,176 8 german western 2300 national_id : Berlin,Hamburg,Munich,Cologne,Frankfurt,Stuttgart,Essen,Leipzig
GB GBP 0.79 0 44 7700,7711,7809,7900 6 english western 2300 driving_licence : London,Birmingham,Manchester,Leeds,Bradford,Glasgow,Luton
SE SEK 10.7 60 46 70,73,76 7 german western 2700 national_id : Stockholm,Gothenburg,Malmo
IT EUR 0.92 60 39 320,338,347 7 spanish western 1700 national_id : Rome,Milan,Turin,Naples,Brescia,Bologna
GR EUR 0.92 120 30 694,697,698 7 balkan orthodox 1000 national_id : Athens,Thessaloniki,Patras
PL PLN 4 60 48 501,602,728 6 slavic western 1300 national_id : Warsaw,Krakow,Wroclaw,Bialystok,Poznan
RS RSD 108 60 381 60,63,64 7 balkan orthodox 700 national_id : Belgrade,Novi Sad,Subotica,Presevo
US USD 1 -300 1 202,312,415,602,718 7 english western 2900 driving_licence : New York,Los Angeles,Chicago,Houston,Philadelphia,Phoenix,San Diego,Dallas,Columbus,El Paso,McAllen,Tucson
CA CAD 1.36 -300 1 416,514,604 7 english western 2700 driving_licence : Toronto,Montreal,Vancouver,Calgary
MX MXN 17.6 -360 52 55,81,33 8 spanish western 420 national_id : Mexico City,Guadalajara,Puebla,Tijuana,Morelia,Oaxaca,Tapachula,Reynosa,Cancun,Mexicali,Ciudad Juarez
GT GTQ 7.75 -360 502 3,4,5 7 spanish western 350 national_id : Guatemala City
CO COP 4000 -300 57 300,310,320 7 spanish western 320 national_id : Bogota,Medellin,Cali,Necocli,Acandi,Turbo
AU AUD 1.52 600 61 41,42,43,45 7 english western 3300 driving_licence : Sydney,Melbourne,Brisbane,Perth,Adelaide,Darwin
PH PHP 57 480 63 905,917,918,927 7 filipino filipino 300 national_id : Manila,Quezon City,Cebu,Davao,Iloilo,Cagayan de Oro,Angeles
TH THB 35 420 66 81,86,89 7 siam siam 380 national_id : Bangkok,Chiang Mai,Hat Yai,Pattaya,Udon Thani,Mae Sot,Sadao
MM MMK 2100 390 95 92,94,97 7 siam siam 90 national_id : Yangon,Mandalay,Sittwe,Myawaddy
MY MYR 4.6 480 60 12,13,16,19 7 malay muslim 520 national_id : Kuala Lumpur,Johor Bahru,Penang,Kota Bharu,Langkawi
ID IDR 15900 420 62 811,812,813,857 7 malay muslim 280 national_id : Jakarta,Surabaya,Medan,Bandung,Makassar
BD BDT 116 360 880 1711,1819,1912 6 bangla muslim 140 national_id : Dhaka,Chittagong,Sylhet,Cox's Bazar,Teknaf
IN INR 83.5 330 91 98,99,97,90 8 indic indic 220 national_id : Delhi,Mumbai,Hyderabad,Chennai,Kochi,Kolkata,Jaipur
NP NPR 133 345 977 980,984,986 7 indic indic 150 national_id : Kathmandu,Pokhara
KR KRW 1340 540 82 10 8 siam siam 2200 residence_permit : Seoul,Busan,Incheon
"""


def _country(row: str) -> Country:
    head, towns = row.split(" : ")
    code, currency, per_usd, offset, dial, lead, digits, bank, culture, wage, document = head.split()
    return Country(
        code, currency, float(per_usd), int(offset), dial, tuple(lead.split(",")), int(digits), bank, culture, int(wage), document,
        tuple(towns.split(",")),
    )  # fmt: skip


COUNTRIES = {country.code: country for country in map(_country, _ROWS.strip().splitlines())}
CODES = tuple(COUNTRIES)
WHOLE_UNITS = frozenset({"KRW"})  # currencies of the table without minor units


def offset_of(place: Place) -> int:
    """Minutes the clocks of `place` are ahead of UTC."""
    if place.country == "RU" and place.town in ("Yekaterinburg", "Ufa"):
        return 300
    if place.country == "US" and place.town in ("Los Angeles", "San Diego", "Phoenix", "Tucson"):
        return -480 if place.town in ("Los Angeles", "San Diego") else -420
    return COUNTRIES[place.country].offset


def minor_text(value: float, currency: str) -> str:
    """A decimal amount as the format wants it; never below one hundredth."""
    return str(max(round(value), 1)) if currency in WHOLE_UNITS else f"{max(value, 0.01):.2f}"


def local(usd: float, currency: str) -> float:
    """US dollars in `currency` by the table above."""
    return usd * PER_USD[currency]


PER_USD = {country.currency: country.per_usd for country in COUNTRIES.values()}
