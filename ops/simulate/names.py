"""Invented people's names, by bank and script: given names of men and women and family names, small lists of the generator's own."""

from typing import NamedTuple

_MALE = {
    "turan": "Rustam/Рустам Dilshod/Дилшод Akmal/Акмаль Bekzod/Бекзод Sherzod/Шерзод Ulugbek/Улугбек Nurlan/Нурлан Azamat/Азамат "
    "Farrukh/Фаррух Jasur/Жасур Otabek/Отабек Temur/Темур Kairat/Кайрат Erlan/Ерлан Bakyt/Бакыт Firdavs/Фирдавс Umed/Умед Zafar/Зафар "
    "Islom/Ислом Maruf/Маъруф Suhrob/Сухроб Aibek/Айбек Daniyar/Данияр Sardor/Сардор",
    "dari": "Najib/نجیب Farhad/فرهاد Zalmai/زلمی Wahid/وحید Hamid/حمید Jawad/جواد Mirwais/میرویس Ehsan/احسان Nasir/ناصر Shafiq/شفیق "
    "Rahmat/رحمت Sabir/صابر Tariq/طارق Yama/یما Aziz/عزیز Karim/کریم",
    "persian": "Reza/رضا Mehdi/مهدی Amir/امیر Hossein/حسین Saeed/سعید Behrouz/بهروز Kamran/کامران Majid/مجید Navid/نوید Omid/امید Siamak/سیامک Arash/آرش",
    "urdu": "Imran/عمران Usman/عثمان Bilal/بلال Kashif/کاشف Nadeem/ندیم Shahid/شاہد Waqas/وقاص Zeeshan/ذیشان Adnan/عدنان Faisal/فیصل "
    "Tanveer/تنویر Rashid/راشد Asif/آصف Junaid/جنید Naveed/نوید Sajid/ساجد",
    "turkish": "Mehmet Mustafa Ahmet Emre Murat Hakan Serkan Burak Cem Kemal Orhan Volkan",
    "slavic": "Ivan/Иван Sergei/Сергей Dmitri/Дмитрий Andrei/Андрей Pavel/Павел Nikita/Никита Oleg/Олег Maksim/Максим Viktor/Виктор "
    "Roman/Роман Artem/Артём Denis/Денис",
    "arab": "Khalid/خالد Omar/عمر Youssef/يوسف Hassan/حسن Salem/سالم Tarek/طارق Walid/وليد Ziad/زياد Faris/فارس Anwar/أنور Karam/كرم Majed/ماجد",
    "horn": "Dawit Yonas Tesfay Samuel Abel Mulugeta Girma Haile Bereket Tekle",
    "german": "Jonas Felix Lukas Stefan Markus Thomas Andreas Henrik Matthias Jan",
    "english": "James Oliver Daniel Peter Andrew Simon Gareth Neil Stuart Craig Martin Keith",
    "spanish": "Carlos Miguel Javier Luis Pedro Alejandro Ramon Hector Marco Diego Raul Esteban",
    "balkan": "Nikola Marko Stefan Dragan Milan Goran Petar Zoran",
    "filipino": "Jomar Rodel Arnel Ernesto Reynaldo Danilo Jericho Noel Rommel Edwin",
    "siam": "Somchai Anan Kittisak Niran Prasit Thant Zaw Aung Minh Tuan",
    "malay": "Ahmad Faizal Hafiz Iskandar Budi Agus Rizal Slamet Wahyu Zulkifli",
    "bangla": "Rahim Jahangir Masud Shafiul Rubel Sohel Mizan Nazrul Tuhin Kamal",
    "indic": "Arjun Sunil Ramesh Vijay Prakash Suresh Deepak Bikash Santosh Anil",
}
_FEMALE = {
    "turan": "Dilnoza/Дилноза Malika/Малика Gulnora/Гулнора Zarina/Зарина Nigora/Нигора Feruza/Феруза Aigul/Айгуль Saltanat/Салтанат "
    "Mavluda/Мавлуда Shahnoza/Шахноза Madina/Мадина Umida/Умида Nodira/Нодира Cholpon/Чолпон Parvina/Парвина Sevara/Севара",
    "dari": "Fatima/فاطمه Zahra/زهرا Maryam/مریم Laila/لیلا Shukria/شکریه Nargis/نرگس Farida/فریده Sima/سیما Roya/رویا Parwin/پروین",
    "persian": "Leila/لیلا Shirin/شیرین Nasrin/نسرین Mina/مینا Parisa/پریسا Sara/سارا Azadeh/آزاده Mahsa/مهسا",
    "urdu": "Ayesha/عائشہ Sana/ثنا Rabia/رابعہ Nazia/نازیہ Saima/صائمہ Bushra/بشریٰ Shazia/شازیہ Amina/آمنہ Hina/حنا Kiran/کرن",
    "turkish": "Ayse Fatma Zeynep Elif Merve Selin Hatice Esra",
    "slavic": "Anna/Анна Olga/Ольга Irina/Ирина Svetlana/Светлана Tatiana/Татьяна Marina/Марина Elena/Елена Daria/Дарья",
    "arab": "Amal/أمل Huda/هدى Noor/نور Rania/رانيا Salma/سلمى Yasmin/ياسمين Dina/دينا Samira/سميرة",
    "horn": "Selam Hiwot Tsehay Almaz Meron Saba Rahel Genet",
    "german": "Anna Lena Katrin Sabine Julia Petra Heike Maja",
    "english": "Emma Sarah Claire Helen Rachel Susan Karen Fiona",
    "spanish": "Maria Carmen Lucia Rosa Elena Gabriela Teresa Paola",
    "balkan": "Jelena Ana Milica Ivana Dragana Vesna",
    "filipino": "Maricel Jocelyn Rowena Lorna Analyn Cristina Liezl Gemma",
    "siam": "Malee Suda Nok Ploy Wipa Thida Khin Linh",
    "malay": "Siti Nurul Aisyah Dewi Rina Farah Wati Putri",
    "bangla": "Nasima Rokeya Salma Shirin Taslima Jesmin",
    "indic": "Sunita Priya Anita Lakshmi Sita Kavita",
}
# The stems of "turan" and "slavic" take -ov/-ova or -ev/-eva by sex.
_FAMILY = {
    "turan": "Karim/Карим Rahim/Рахим Yusup/Юсуп Tursun/Турсун Nazar/Назар Said/Саид Ergash/Эргаш Abdulla/Абдулла Mirza/Мирза "
    "Ismoil/Исмоил Qodir/Кодир Juma/Жума Sultan/Султан Toshmat/Тошмат Usmon/Усмон Hakim/Хаким Sharip/Шарип Bobo/Бобо Davlat/Давлат "
    "Asan/Асан Murat/Мурат Ibragim/Ибрагим Normat/Нормат Salim/Салим Boltab/Болтаб Xolmat/Холмат Mamat/Мамат Zokir/Зокир Orif/Ориф Kamol/Камол",
    "dari": "Ahmadi/احمدی Rahimi/رحیمی Noori/نوری Sadat/سادات Haidari/حیدری Karimi/کریمی Popal/پوپل Stanekzai/ستانکزی Barakzai/بارکزی "
    "Qaderi/قادری Yousufzai/یوسفزی Mohseni/محسنی Wardak/وردک Hotak/هوتک Azimi/عظیمی Sharifi/شریفی Naderi/نادری Zadran/ځدران"
    " Amiri/امیری Safi/صافی Nasiri/نصیری Yaqubi/یعقوبی Mohammadi/محمدی Alizai/علیزی Tokhi/توخی Mangal/منگل",
    "persian": "Hosseini/حسینی Ahmadzadeh/احمدزاده Moradi/مرادی Jafarian/جعفریان Rostami/رستمی Kazemi/کاظمی Ghasemi/قاسمی Shirazi/شیرازی "
    "Tehrani/تهرانی Bagheri/باقری Farahani/فراهانی Mousavi/موسوی",
    "urdu": "Khan/خان Butt/بٹ Chaudhry/چوہدری Mirza/مرزا Sheikh/شیخ Gondal/گوندل Warraich/وڑائچ Qureshi/قریشی Bhatti/بھٹی Malik/ملک "
    "Awan/اعوان Cheema/چیمہ Rana/رانا Dar/ڈار Abbasi/عباسی Hashmi/ہاشمی Siddiqui/صدیقی Baloch/بلوچ"
    " Gujjar/گجر Minhas/منہاس Raja/راجہ Lodhi/لودھی Kiani/کیانی Bukhari/بخاری Niazi/نیازی Tarar/تارڑ",
    "turkish": "Yilmaz Kaya Demir Sahin Celik Ozturk Arslan Dogan Kilic Aydin Ozdemir Polat Erdogmus Tekin"
    " Bulut Cetin Duman Ergin Gunes Ince Karaca Mutlu",
    "slavic": "Ivan/Иван Petr/Петр Sidor/Сидор Kuznets/Кузнец Mikhail/Михаил Fedor/Федор Sokol/Сокол Popo/Попо Orlo/Орло Egor/Егор Makar/Макар Belo/Бело",
    "arab": "Haddad/حداد Mansour/منصور Saleh/صالح Khoury/خوري Najjar/نجار Aziz/عزيز Barakat/بركات Ghanem/غانم Sabbagh/صباغ Zaidan/زيدان "
    "Othman/عثمان Jaber/جابر Suleiman/سليمان Harbi/حربي"
    " Darwish/درويش Qasim/قاسم Fayyad/فياض Tamimi/تميمي Zein/زين Shami/شامي Bitar/بيطار Masri/مصري",
    "horn": "Tesfamariam Gebreyesus Woldemichael Kidane Berhane Asfaw Bekele Tadesse Mengistu Abraha Ghebremedhin Demissie"
    " Habtemariam Yohannes Zerai Fessehaye Alemu Desta Wolde Negash Kebede Araya Gebru Teklu Sahle Embaye",
    "german": "Becker Hoffmann Schulz Krueger Lehmann Vogel Brandt Winkler Lorenz Keller Lindqvist Andersson"
    " Albers Diekmann Eberhardt Fuhrmann Gerdes Holst Jansen Kowalke",
    "english": "Carter Hughes Bennett Foster Graham Palmer Webster Holloway Pritchard Osborne Sutton Barlow Whitmore Ashworth"
    " Marlowe Thornbury Caldwell Fairfax Kendrick Lockwood Merritt Norcross Radcliffe Stanhope",
    "spanish": "Hernandez Morales Castillo Rojas Mendoza Vargas Salazar Delgado Ibarra Cabrera Quintero Escobedo Fuentes Montoya"
    " Arango Bermudez Cardona Duarte Echeverri Galindo Henao Jaramillo Lozano Moncada Noriega Orozco Pineda Restrepo",
    "balkan": "Petrovic Jovanovic Nikolic Markovic Ilic Stankovic Papadakis Georgiou"
    " Todorovic Simic Lukic Pavlovic Dimitriou Katsaros",
    "filipino": "Santos Bautista Villanueva Mercado Aquino Pascual Tolentino Manalo Dizon Macaraeg Salonga Catapang"
    " Lacson Ocampo Magbanua Abella Dimaculangan Evangelista Galang Javier Libunao Natividad",
    "siam": "Suksawat Chaiyaphum Thongchai Rattana Nguyen Saetang Boonmee Htet Myint Kyaw"
    " Wongsa Kaewta Phromma Sombat Yodrak Lwin Thein Pham Tran Dinh",
    "malay": "Abdullah Ibrahim Wijaya Santoso Nugroho Hidayat Rahman Saputra Setiawan Ismail"
    " Othman Yusof Hamzah Kurniawan Lestari Gunawan Pratama Susanto Zainal Harun",
    "bangla": "Hossain Uddin Miah Sarkar Talukder Chowdhury Bepari Mollah Howlader Sikder"
    " Akand Biswas Dewan Fakir Gazi Haldar Jamadar Kazi Laskar Mridha Pramanik Sheikh Tarafdar Kabir",
    "indic": "Sharma Patel Reddy Thapa Gurung Nair Yadav Tamang Pillai Bhandari Rathore Iyer"
    " Bhatt Chauhan Dahal Ghimire Joshi Kulkarni Menon Poudel Saxena Varghese",
}
_WORDS = "Silk,Golden,Eastern,River,Summit,Unity,Crescent,Harvest,Cedar,Orbit,Falcon,Meadow,Pearl,Granite,Lotus,Beacon,Amber,Ridge,Comet,Willow"
FIRM_WORDS = tuple(_WORDS.split(","))
STREETS = tuple(
    "Station Rd,Garden St,Mill Lane,Bazaar St,School St,Park Ave,Bridge Rd,Mosque St,Market Sq,Hill Rd,Canal St,Lake Rd".split(
        ","
    )
)


class Written(NamedTuple):
    """A name in Latin letters and, where the bank has it, in the bearer's own script (else the same)."""

    latin: str
    native: str


def _pairs(words: str) -> tuple[Written, ...]:
    return tuple(Written(latin, native or latin) for latin, _, native in (w.partition("/") for w in words.split()))


MALE = {bank: _pairs(words) for bank, words in _MALE.items()}
FEMALE = {bank: _pairs(words) for bank, words in _FEMALE.items()}
FAMILIES = {bank: _pairs(words) for bank, words in _FAMILY.items()}
BY_SEX = frozenset({"turan", "slavic"})


def family_count(bank: str) -> int:
    """How many different families the bank can name."""
    return len(FAMILIES[bank])


def full_name(bank: str, given: int, family: int, female: bool) -> Written:
    """The name with these places in the bank's lists (any whole numbers)."""
    first = (FEMALE if female else MALE)[bank]
    one, last = first[given % len(first)], FAMILIES[bank][family % len(FAMILIES[bank])]
    if bank in BY_SEX:
        last = Written(last.latin + ("ova" if female else "ov"), last.native + ("ова" if female else "ов"))
    return Written(f"{one.latin} {last.latin}", f"{one.native} {last.native}")
