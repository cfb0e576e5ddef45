"""What partners' free words mean: the class of a stated relationship, of a stated purpose and of a stated occupation.

Words are compared as written and in Latin letters; from five letters on, one letter left out, put in or swapped is forgiven. What
is not recognised says nothing ("none"): only recognised words may ever tie two people or excuse a payment. The lists are DEF, from the
labels in use at remittance counters in English, Russian, Central Asian languages, Persian, Urdu, Arabic and Spanish.
"""

import re
from functools import lru_cache

from anyascii import anyascii

from schemas.transfer import KIN, NO_RELATION, OTHER_RELATION, SPOUSE

_FORGIVING = 5  # DEF: shorter words have too many neighbours (rent, tent, cent)
_MIN_LATIN = 3  # DEF: what is left of a short word of another script could be anything
_WORD = re.compile(r"[^\W\d_]+")
Ranked = tuple[int, str]

# In order: the first class one of whose words occurs is the answer. "Wife's brother" is kin, "friend of my brother" is neither.
RELATIONS: tuple[tuple[str, str], ...] = (
    (OTHER_RELATION, """
        friend friends girlfriend boyfriend classmate roommate neighbour neighbor colleague coworker boss employer employee worker staff
        landlord landlady tenant agent broker client customer supplier vendor merchant business company trade teacher student sponsor
        lawyer doctor acquaintance other unrelated stranger charity lender creditor debtor self
        друг подруга знакомый знакомая сосед соседка коллега начальник работодатель работник арендодатель хозяин квартиры партнер клиент
        поставщик дос дӯст dost dosti do'st oshna جار صديق صاحب دوست همکار کارفرما رفیق امیگو amigo amiga vecino patron jefe empleado
        arkadas patronum"""),
    (KIN, """
        father mother dad mum mom daddy mummy mama papa parent parents brother brothers sister sisters son daughter child children kid kids
        sibling uncle aunt auntie cousin nephew niece grandfather grandmother grandparent grandson granddaughter grandchild inlaw
        in-law relative relatives relation kin family stepfather stepmother stepson stepdaughter stepbrother stepsister
        отец мать мама папа родители брат сестра сын дочь дети ребенок дядя тетя племянник племянница двоюродный двоюродная дедушка
        бабушка внук внучка родственник родственница родня теща тесть свекровь свекор зять невестка сноха семья
        ota ona aka uka opa singil o'g'il qiz amaki xola tog'a jiyan qarindosh bobo buvi
        ата ана эне ага ини эже карындаш апа бала туыс тууган әке шеше аға іні қарындас
        падар модар бародар хоҳар писар духтар амак хола хеш
        پدر مادر برادر خواهر پسر دختر عمو عمه خاله دایی پسرعمو فامیل خویشاوند والد والدہ والدین بھائی بہن بیٹا بیٹی چچا ماموں رشتہ دار
        اب أب أم ام اخ أخ اخت أخت ابن بنت عم قريب
        bhai behan bahen abbu ammi beta beti chacha mamu khala baba anne abi kardes kardesim oglum kizim akraba amca teyze
        padre madre hermano hermana hijo hija tio tia primo prima sobrino sobrina abuelo abuela familiar nanay tatay kuya ate anak kapatid"""),
    (SPOUSE, """
        husband wife spouse fiance fiancee hubby consort betrothed bride groom bridegroom
        муж жена супруг супруга жених невеста er xotin turmush o'rtog'i куйоо аял күйеу әйел шавҳар зан ҳамсар
        شوهر همسر خانم نامزد شوہر بیوی منگیتر زوج زوجة زوجتي خطيب خطيبة zoja biwi shohar esim karim koca esposo esposa marido
        novio novia prometido prometida asawa"""),
)  # fmt: skip

PURPOSES: tuple[tuple[str, str], ...] = (
    ("ransom", """
        ransom release freed kidnap kidnapped kidnapping hostage captive captivity выкуп освобождение освобождения похищен заложник
        فدية رهائی آزادی آزادي تاوان اغوا گروگان fidya tavan rescate secuestro liberacion fidye"""),
    ("debt", """
        debt debts loan loans repay repayment repayments instalment installment instalments installments owed owing iqama borrowed lender
        advance peshgi
        долг долга долги займ займа кредит кредита рассрочка погашение возврат qarz qarzi nasiya қарз карыз қарыз насия
        قرض قرضه بدهی وام قسط اقساط دين سلفة اقامة إقامة اقامه قرضہ ادھار پیشگی udhar qarza borc taksit deuda prestamo cuota utang"""),
    ("dues", """
        gap committee comittee tanda chama chamas share shares payout susu rosca paluwagan arisan kameti beesi chit chitfund cundina
        tontine hagbad ayuuto dues membership club гап касса чёрная черная gashtak gashtakka гаштак کمیٹی بیسی جمعیة گشتک"""),
    ("rent", """
        rent rents rental lease leasing flat apartment accommodation lodging mortgage hostel аренда аренду аренды квартира квартиру жилье ijara
        ijaraga ижара کرایه کرایہ اجاره إيجار ايجار kira alquiler renta upa"""),
    ("tuition", """
        tuition school schooling education college university student study studies course courses exam uniform semester kindergarten
        учеба учебу учёба обучение школа университет институт контракт o'qish oqish kontrakt окуу оқу таҳсил شهریه مدرسه دانشگاه تحصیل فیس
        تعلیم دراسة رسوم okul egitim colegio escuela universidad matricula"""),
    ("travel", """
        visa visas ticket tickets airticket tour tours travel travels trip flight flights fare passport permit permits documents umrah umra
        hajj ziyarat booking hotel recruitment recruiter recruiting placement agency manpower emigration immigration embassy consulate
        виза визу визы билет билеты поездка путевка тур документы разрешение патент патента авиабилет трудоустройство chipta
        билети сафар ویزا بلیط بلیت سفر تذکره پاسپورت ویزہ ٹکٹ پاسپورٹ عمرہ عمرة تأشيرة تذكرة جواز vize bilet pasaport visado
        boleto pasaje viaje pasaporte"""),
    ("family", """
        family household home groceries grocery food living maintenance upkeep support remittance parents mother father children
        семья семье семью семейные поддержка помощь продукты питание домашние oila oilaga oilaviy үй бүлө отбасы оила خانواده خرج نفقه
        گھر خاندان عائلة نفقة مصاريف aile ailem nafaka familia familiar hogar manutencion pamilya"""),
)  # fmt: skip


# From the best living to the least: who has a trade of his own, trained people, who has no pay, everybody else who is paid.
OCCUPATIONS: tuple[tuple[str, str], ...] = (
    ("trade", """
        trader merchant shopkeeper shopowner businessman businesswoman businessperson business entrepreneur owner proprietor importer exporter
        wholesaler retailer dealer broker investor landlord selfemployed freelancer farmer contractor restaurateur jeweller jeweler director
        предприниматель предпринимательница бизнесмен бизнес торговец торговля коммерсант владелец самозанятый самозанятая фермер директор ип
        tadbirkor savdogar tijoratchi ишкер кәсіпкер соҳибкор тоҷир تاجر بازرگان کاروبار دکاندار مغازه‌دار رجل أعمال esnaf tuccar tüccar
        comerciante empresario empresaria negociante"""),
    ("skilled", """
        engineer doctor physician surgeon dentist pharmacist lawyer attorney judge manager executive accountant auditor banker consultant
        architect developer programmer software analyst professor lecturer pilot captain scientist diplomat officer
        инженер врач доктор юрист адвокат менеджер руководитель бухгалтер аудитор программист архитектор профессор пилот офицер
        muhandis shifokor buxgalter مهندس پزشک دکتر وکیل حسابدار ڈاکٹر انجینئر طبيب محامي محاسب muhendis avukat muhasebeci
        ingeniero ingeniera medico abogado contador gerente"""),
    ("unpaid", """
        housewife homemaker pensioner retired retiree student pupil unemployed jobless
        домохозяйка пенсионер пенсионерка студент студентка школьник безработный безработная иждивенец
        pensionerka nafaqaxor nafaqachi talaba ishsiz uybekasi пенсиядагы студенти жұмыссыз нафақахӯр донишҷӯ бекор
        خانه‌دار بازنشسته دانشجو بیکار گھریلو طالب متقاعد عاطل emekli ogrenci issiz jubilado jubilada estudiante desempleado"""),
    ("paid", """
        worker labourer laborer labour labor builder construction farmhand cleaner maid janitor cook chef waiter waitress driver courier carer
        caregiver nanny guard welder plasterer painter plumber electrician mechanic tailor seamstress assistant cashier clerk operator loader
        porter packer warehouse nurse teacher gardener barber hairdresser baker butcher mason carpenter miner fisherman sailor seaman
        рабочий рабочая разнорабочий строитель уборщица уборщик повар официант официантка водитель курьер няня сиделка охранник сварщик
        штукатур маляр сантехник электрик механик швея портной продавец кассир оператор грузчик кладовщик медсестра учитель учительница
        ishchi quruvchi haydovchi oshpaz tikuvchi farrosh жумушчу айдоочу жұмысшы жүргізуші коргар ронанда کارگر راننده آشپز مزدور ڈرائیور
        عامل سائق طباخ isci sofor asci obrero obrera trabajador trabajadora chofer cocinero cocinera limpiadora albanil"""),
)  # fmt: skip


def relation_class(text: str | None) -> str:
    """spouse, kin, other, or none where nothing is stated or nothing is recognised."""
    return _class_of(text, "relation") if text else NO_RELATION


def purpose_class(text: str | None) -> str:
    """ransom, debt, dues, rent, tuition, travel, family, or none."""
    return _class_of(text, "purpose") if text else "none"


def occupation_class(text: str | None) -> str:
    """trade, skilled, unpaid, paid, or none where nothing is stated or nothing is recognised."""
    return _class_of(text, "occupation") if text else "none"


@lru_cache(maxsize=16_384)
def _class_of(text: str, table: str) -> str:
    exact, typos = _WORDS[table]
    best: Ranked | None = None
    for token in _tokens(text):
        found = exact.get(token) or _forgiven(token, exact, typos)
        if found is not None and (best is None or found < best):
            best = found
    return best[1] if best else "none"


def _tokens(text: str) -> list[str]:
    """Words as written, without apostrophes, and words of other scripts again in Latin letters where that leaves enough of them."""
    folded = text.casefold().replace("'s ", " ").replace("'", "").replace("-", "")
    words = _WORD.findall(folded)
    if folded.isascii():
        return words
    latin = [word for word in _WORD.findall(anyascii(folded).lower().replace("'", "")) if len(word) >= _MIN_LATIN]
    return words + latin


def _compiled(classes: tuple[tuple[str, str], ...]) -> tuple[dict[str, Ranked], dict[str, Ranked]]:
    """Words by class, and the longer ones with one letter missing or two swapped. The first class to claim a word keeps it."""
    exact: dict[str, Ranked] = {}
    typos: dict[str, Ranked] = {}
    for rank, (name, words) in enumerate(classes):
        for token in _tokens(words):
            exact.setdefault(token, (rank, name))
            if len(token) >= _FORGIVING:
                for form in _deletions(token) | _swaps(token):
                    typos.setdefault(form, (rank, name))
    return exact, typos


def _deletions(token: str) -> set[str]:
    return {token[:index] + token[index + 1 :] for index in range(1, len(token))}


def _swaps(token: str) -> set[str]:
    return {token[:index] + token[index + 1] + token[index] + token[index + 2 :] for index in range(1, len(token) - 1)}


def _forgiven(token: str, exact: dict[str, Ranked], typos: dict[str, Ranked]) -> Ranked | None:
    """The class of the word that `token` misses by a letter left out, put in or swapped, the first letter being right."""
    if len(token) < _FORGIVING:
        return None
    longer = (exact[form] for form in _deletions(token) if len(form) >= _FORGIVING and form in exact)
    return typos.get(token) or min(longer, default=None)


_WORDS = {
    "relation": _compiled(RELATIONS),
    "purpose": _compiled(PURPOSES),
    "occupation": _compiled(OCCUPATIONS),
}
