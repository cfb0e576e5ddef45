"""Dari as units in Afghanistan write it. Digits stay Latin (ops/decisions/0014); dates carry the Solar Hijri day. To be read by a native reviewer before use."""

from schemas.codes import country_name
from streams.domain.languages.language import Language, Phrases, Reason
from streams.domain.solar_hijri import solar_hijri

_MONTHS = ("جنوری", "فبروری", "مارچ", "اپریل", "می", "جون", "جولای", "اگست", "سپتمبر", "اکتوبر", "نومبر", "دسمبر")
_SOLAR = ("حمل", "ثور", "جوزا", "سرطان", "اسد", "سنبله", "میزان", "عقرب", "قوس", "جدی", "دلو", "حوت")


def day(year: int, month: int, number: int) -> str:
    """5 مارچ 2024 (15 حوت 1402)."""
    said, solar = f"{number} {_MONTHS[month - 1]} {year}", solar_hijri(year, month, number)
    return f"{said} ({solar[2]} {_SOLAR[solar[1] - 1]} {solar[0]})" if solar else said


_PHRASES = Phrases(
    urgent="فوری. شاید شخصی تا رسیدن پول نگه داشته شده باشد. لطفاً پیش از موافقت مرجع ذیصلاح با طرف‌ها تماس گرفته نشود و پرداخت‌ها متوقف نشود.",
    do_not_block="شیوهٔ رسیدگی. توقف پرداخت‌ها شاید جان شخصی را به خطر اندازد: لطفاً تا موافقت مرجع ذیصلاح جریان پرداخت‌ها حفظ شود.",
    seen="آنچه دیده شد",
    patterns="الگوها",
    meaning="معنای احتمالی",
    not_known="آنچه دانسته نیست",
    unknown="تنها از پرداخت‌ها دانسته نیست: پرداخت‌ها در واقع بابت چه بوده، بیرون از آنها چه توافقی شده، چه کسی دربارهٔ حساب‌ها و اسناد تصمیم می‌گیرد، "
    "و آیا کسی جابه‌جا، نگهداری یا وادار شده است.",
    withdrawn_into="این گزارش پس گرفته می‌شود زیرا حواله‌های آن اکنون بخشی از گزارش {report} است که جای آن را می‌گیرد.",
    withdrawn="این گزارش پس گرفته می‌شود. اطلاعات بعدی، مانند حواله‌های برگشتی یا لغوشده، الگوی سنجیده‌شده را به زیر سطحی رساند که گزارش در آن لازم است.",
    on_day="در {first}",
    from_to="از {first} تا {last}",
    moved="{when} (UTC): {transfers}{by_rates}؛ {sums}.",
    by_rates=" به مبلغ {usd} با نرخ‌های مرجع",
    sums_range="{total} در {transfers} (مبالغ تکی از {low} تا {high}، میانه {middle})",
    sums_each="{total} در {transfers} (هر یک {low})",
    channels="روش‌های حواله: {channels}.",
    taken_in="محل دریافت پول: {places}.",
    paid_out="محل پرداخت یا تحویل پول: {places}.",
    received="دریافت {usd} در {transfers}{others}",
    from_parties=" از {parties}",
    sent="ارسال یا برداشت {usd} در {transfers}{others}",
    to_parties=" به {parties}",
    flow="{label}: {first}.",
    flow_both="{label}: {first}؛ {second}.",
    more_flows="گردش پول {count} طرف دیگر از این گونه در فهرست حواله‌ها آمده است.",
    pattern="- الگوی «{name}» ({id})، در {entity}، {first} تا {last}: {reason}",
    measured="  سنجیده‌ها، همراه با حدی که از آن به شمار می‌آید: {numbers}.",
    number="{name} {observed} (حد {line})",
    speaks_against="  آنچه خلاف آن است: {why} وزن آن به {factor} برابر مقدار کامل کاهش یافته است.",
    further="  {further} از همین الگو در همین دوسیه.",
    one_kind="یک شناسه ({kind}){holders}",
    of_holders=" متعلق به {holders}",
    some_pattern="حواله‌های این یافته این الگو را نشان می‌دهند.",
    rests_on="مبنا: {transfers} به مبلغ {usd} با نرخ‌های مرجع.",
    points_to="این مجموعه با {offence} سازگار است",
    points_nowhere="این مجموعه غیرعادی است و به یک جرم معین اشاره ندارد",
    formed="{what}. امتیاز کل {score} در مقیاس 0 تا 1 است؛ گزارش از {line} لازم می‌شود. "
    "شک در {day} ساعت {time} به وقت UTC شکل گرفت، هنگامی که الگوهای دیده‌شده تا آن زمان به این حد رسید.",
    role="{sentence}: {people}.",
    run="{first} تا {last}",
    country_not_given="کشور ذکر نشده",
    more_towns="، {count} شهر دیگر",
    data_lacked="داده‌ها این موارد را نداشت: {absent}.",
)

_REASONS = {
    "TS-F01": (
        Reason(
            ("min_senders", "min_towns", "min_new_share", "min_band_share"),
            "{min_senders:فرستنده} بدون قرابت اعلام‌شده از {min_towns:شهر} به یک گیرنده پول فرستادند. {min_new_share:%} درصد از جفت‌ها تازه بودند و "
            "{min_band_share:%} درصد از پرداخت‌ها با قیمت یک مرحله از قاچاق مهاجرین سازگار است.",
        ),
    ),
    "TS-F02": tuple(
        Reason(
            (count, "min_towns"),
            f"یک شخص به افرادی بدون قرابت اعلام‌شده در {{min_towns:شهر}} در مسیرهای قاچاق مهاجرین ({{towns}}) پول پرداخت؛ شمار {what}: {{{count}}}.",
        )
        for count, what in (("crowd", "گیرندگان"), ("slow_payments", "پرداخت‌ها در زمان طولانی"), ("min_receivers", "گیرندگان"))
    ),
    "TS-F03": (
        Reason(
            ("min_payers", "min_share"),
            "{min_payers:پرداخت‌کننده} بدون قرابت اعلام‌شده پول دادند و {min_share:%} درصد آن به‌زودی به صورت نقد، به خارج یا در مبالغ بزرگ بیرون رفت.",
        ),
    ),
    "TS-F04": (
        Reason(
            ("min_pay_countries", "min_pay_senders"),
            "گیرنده پول {min_pay_senders:فرستنده} بدون قرابت اعلام‌شده را در {min_pay_countries:کشور} دریافت کرد.",
        ),
        Reason(
            ("min_send_countries", "min_senders"),
            "{min_senders:فرستنده} بدون قرابت اعلام‌شده از {min_send_countries:کشور} به این گیرنده پول فرستادند.",
        ),
    ),
    "TS-F05": (
        Reason(
            ("min_senders",),
            "{min_senders:فرستنده} که آدرس، تیلفون یا وسیله مشترک دارند بارها به یک گیرنده در خارج پول فرستادند؛ قرابت با گیرنده اعلام نشده است. شاید زیر نظارت "
            "شخص دیگری باشند.",
        ),
    ),
    "TS-F06": (
        Reason(
            ("min_gathered", "min_paid_out"),
            "طرفی که از {min_gathered:پرداخت‌کننده} پول گرد می‌آورد مبالغی پرداخت و {min_paid_out:%} درصد آن سپس به اشخاص پرداخت شد.",
        ),
        Reason(
            ("min_hops", "min_kept"),
            "پول در {min_hops:پرداخت} پیاپی میان افرادی بدون قرابت اعلام‌شده جابه‌جا شد؛ در هر گام دست‌کم {min_kept} درصد آن باقی ماند.",
        ),
    ),
    "TS-F07": (
        Reason(
            ("min_credits", "min_payers", "min_settled"),
            "{min_payers:نفر} بدون قرابت اعلام‌شده {min_credits:مبلغ} تقریباً برابر پرداختند که هر یک با قیمت یک مرحله از قاچاق مهاجرین سازگار است؛ پرداخت‌های بزرگ "
            "به خارج {min_settled:%} درصد آن را تسویه کرد. اینجا دانسته نیست که گیرنده جواز انتقال پول دارد یا نه.",
        ),
    ),
    "TS-F08": (
        Reason(
            ("min_new", "min_network"),
            "{min_new:نفر} ناآشنا برای نخستین بار به یک گیرنده پول دادند. برخی از آنان با پرداخت‌کنندگان پیشین شهر یا تماس مشترک دارند؛ تاکنون {min_network:نفر} پرداخته‌اند.",
        ),
        Reason(
            ("min_new",),
            "{min_new:نفر} ناآشنا برای نخستین بار به یک گیرنده پول دادند. گیرنده پیش‌تر به کسی پول داده بود که خود از چند نفر پول گرد می‌آورد.",
        ),
    ),
    "TS-K01": tuple(
        Reason((count,), f"{{{count}:نفر}} که نام مشترکی ندارند از یک شناسه ({{kind}}) استفاده کردند.")
        for count in ("min_persons", "min_at_address", "min_at_ip")
    ),
    "TS-K02": (
        Reason(
            ("min_accounts",),
            "{min_accounts:صاحب حساب} که نام مشترکی ندارند از یک وسیله استفاده کردند و به یک گیرنده پول دادند. شاید شخص دیگری حساب‌هایشان را اداره کند.",
        ),
    ),
    "TS-K03": (
        Reason(("min_papers",), "افرادی با یک نام و یک شماره {min_papers:سند} متفاوت ارائه کردند."),
        Reason(
            ("min_senders",),
            "{min_senders:مشتری} تازه بدون قرابت اعلام‌شده از یک غرفه یا در یک شهر به یک گیرنده پول دادند.",
        ),
    ),
    "TS-K04": (
        Reason(
            ("income_share", "min_receivers"),
            "یک شخص به {min_receivers:نفر} بدون قرابت اعلام‌شده پول پرداخت؛ مجموع آن {income_share} برابر عاید سالانهٔ شخصی با چنین وظیفهی است.",
        ),
    ),
    "TS-K05": (
        Reason(
            ("min_conflicts",),
            "آنچه یک شخص دربارهٔ گیرندگان گفته است {min_conflicts:تناقض} دارد (تابعیت، قرابت یا هدف پرداخت).",
        ),
    ),
    "TS-P01": (
        Reason(
            ("min_receivers",),
            "یک پرداخت‌کننده به {min_receivers:گیرنده} یکی پس از دیگری در طول مسیری شناخته‌شده پول داد ({towns})؛ هر مبلغ با قیمت یک مرحله سازگار است.",
        ),
        Reason(
            ("min_payers",),
            "{min_payers:پرداخت‌کننده} بدون قرابت اعلام‌شده به این گیرنده و دست‌کم یک گیرندهٔ مشترک دیگر مبالغی دادند که با قیمت مراحل قاچاق مهاجرین سازگار است.",
        ),
    ),
    "TS-P02": (
        Reason(
            ("min_payers",),
            "{min_payers:پرداخت‌کننده} که پیش‌تر با گیرنده سروکار نداشتند نخست پیش‌پرداخت و سپس مبلغی چند برابر دادند که با قیمت قاچاق مهاجرین سازگار است، و دیگر نپرداختند.",
        ),
    ),
    "TS-P03": (
        Reason(
            ("min_usd", "min_points"),
            "در زمانی کوتاه {min_usd:$} به شخصی در خارج فرستاده شد که پیش‌تر به او پولی داده نشده بود؛ {min_points:نشانهٔ} فشار بر پرداخت‌کنندگان دیده می‌شود. این الگو با "
            "نگه داشتن شخصی تا رسیدن پول سازگار است.",
        ),
    ),
    "TS-P04": (
        Reason(
            ("min_payers",),
            "{min_payers:پرداخت‌کننده} بدون قرابت اعلام‌شده در فاصله‌های منظم به گیرنده پول می‌دهند. شاید بدهی را با کار می‌پردازند.",
        ),
    ),
    "TS-P05": (
        Reason(
            ("min_credits", "min_payers", "night_share", "min_out"),
            "{min_payers:نفر} بدون قرابت اعلام‌شده {min_credits:مبلغ} کوچک و گرد پرداختند، {night_share:%} درصد آنها در شب، و {min_out:%} درصد آنچه رسید بیرون رفت. صاحب "
            "حساب شاید خود قربانی باشد.",
        ),
    ),
    "TS-P06": (
        Reason(
            ("min_groups",),
            "یک شخص از پنج گونه خرید (اعلان، اطاق، سفر، تیلفون، خدمات آنلاین) {min_groups:گونه} را پرداخت. شاید شخصی تبلیغ و جابه‌جا شود؛ چه کسی، دانسته نیست.",
        ),
    ),
    "TS-P07": (
        Reason(
            ("max_median_usd", "min_sharers"),
            "{min_sharers:پرداخت‌کننده} در کشور تقاضا مبالغ کوچک (میانه {max_median_usd:$}) به یک گیرنده در خارج فرستادند. این با پرداخت بابت سوءاستفاده از اطفال سازگار است؛ "
            "گیرندگان شاید قربانی یا اقارب قربانی باشند.",
        ),
        Reason(
            ("max_median_usd", "min_payments", "min_receivers"),
            "از کشور تقاضا {min_payments:پرداخت} کوچک (میانه {max_median_usd:$}) به {min_receivers:نفر} در خارج فرستاده شد؛ قرابت اعلام نشده است. این با پرداخت بابت آزار "
            "اطفال سازگار است؛ گیرندگان شاید قربانی یا اقارب قربانی باشند.",
        ),
    ),
    "TS-S01": (Reason(("min_payments",), "{min_payments:پرداخت} اندکی کمتر از حد گزارش‌دهی انجام شد که روی هم از آن می‌گذرد."),),
    "TS-S02": (
        Reason(
            ("min_agents", "far_km"),
            "یک شخص در زمانی کوتاه نزد {min_agents:نماینده} پول نقد داد یا گرفت؛ فاصلهٔ دو جا {far_km} کیلومتر است.",
        ),
        Reason(("min_agents",), "یک شخص در زمانی کوتاه نزد {min_agents:نماینده} پول نقد داد یا گرفت."),
    ),
    "TS-S03": (
        Reason(
            ("min_transfers", "min_signs"),
            "{min_transfers:پرداخت} از افرادی بدون قرابت اعلام‌شده از یک غرفه به یک گیرنده رسید؛ {min_signs:نشانهٔ} غیرعادی برای آن غرفه دیده می‌شود. نمایندهٔ آن غرفه باید "
            "بررسی شود.",
        ),
    ),
    "TS-S04": (Reason(("min_towns",), "یک شخص در {min_towns:شهر} در طول مسیری شناخته‌شده مبالغ کوچک دریافت کرد ({towns})."),),
    "TS-S05": (
        Reason(
            ("min_payers", "max_spread"),
            "{min_payers:پرداخت‌کننده} بدون قرابت اعلام‌شده مبالغی تقریباً برابر به گیرنده دادند که با قیمت یک مرحله از قاچاق مهاجرین سازگار است؛ تفاوت {max_spread:%} "
            "درصد.",
        ),
    ),
    "TS-W01": (
        Reason(
            ("min_workers", "min_cycles"),
            "معاش {min_workers:کارگر} در {min_cycles:نوبت پرداخت} نزد یک شخص یا در یک حساب قرار گرفت. شاید اختیار عاید خود را نداشته باشند.",
        ),
    ),
    "TS-W02": (
        Reason(
            ("min_visits", "min_senders"),
            "تا {min_senders:نفر} با شناسهٔ مشترک و بدون نام مشترک تقریباً هم‌زمان در یک جا پرداخت کردند، در {min_visits:مراجعه}. شاید شخص دیگری آنان را به آنجا بیاورد.",
        ),
        Reason(
            ("min_families",),
            "یک شخص بارها به {min_families:نفر} از یک شهر بدون قرابت اعلام‌شده پول داد، هر بار کمتر از بخشی از معاش ماهانه. شاید پول کارگرانی باشد که خود آن را "
            "نمی‌فرستند.",
        ),
    ),
    "TS-W03": (
        Reason(
            ("min_payers", "usual_price_usd"),
            "{min_payers:پرداخت‌کننده} بدون قرابت اعلام‌شده بابت ویزه، سفر یا کار به یک گیرنده پول دادند؛ مبالغ تقریباً برابر و میانه {usual_price_usd:$} است.",
        ),
    ),
    "TS-W04": (
        Reason(
            ("min_workers", "min_returned"),
            "{min_workers:کارگر} {min_returned:%} درصد از معاش خود را به کارفرما پس دادند. شاید اختیار عاید خود را نداشته باشند.",
        ),
        Reason(
            ("min_workers", "max_payroll"),
            "یک شرکت {max_payroll:%} درصد از دریافتی خود را معاش داد، در حالی که {min_workers:نفر} در آدرس آن به خارج پول فرستادند. شاید بدون معاش قانونی در آنجا کار "
            "کنند.",
        ),
    ),
    "TS-W05": (Reason(("min_passengers",), "یک شخص دست‌کم برای {min_passengers:نفر} سفر خرید؛ قرابت با هیچ‌یک دانسته نیست."),),
}

PRS = Language(
    code="prs",
    native="دری",
    is_rtl=True,
    plural=lambda _number: 0,
    forms={"transfer": ("حواله",), "party": ("طرف",), "further": ("یافتهٔ دیگر",)},
    day=day,
    separators=(",", "."),
    joins=("، ", "؛ "),
    script="ARABIC",
    phrases=_PHRASES,
    offences={
        "TIP": "قاچاق انسان",
        "SOM": "قاچاق مهاجرین",
        "TIP+SOM": "قاچاق مهاجرین همراه با قاچاق انسان",
    },
    roles={
        "subject": "به عنوان مظنون گزارش می‌شود",
        "facilitator": "به عنوان مظنون گزارش می‌شود، شاید به سبب کمک به جابه‌جایی پول",
        "victim": "قربانی احتمالی، به عنوان شخص نیازمند حمایت احتمالی گزارش می‌شود و نه مظنون",
        "protected": "شخصی که شاید نیازمند حمایت باشد، نه مظنون",
        "family_payer": "پرداخت‌کننده، شاید برای اقارب و شاید زیر فشار، نه مظنون",
        "involved": "تنها در یک حواله نام برده شده؛ چیز دیگری گفته نمی‌شود",
        "unknown": "نقش دانسته نیست",
    },
    grounds={
        "exploiter": "پرداخت‌های این الگو را می‌فرستد؛ اینجا پرداخت‌کننده باید بررسی شود نه گیرنده",
        "collector": "پرداخت‌های این الگو را از {paid_by:طرف} این دوسیه دریافت می‌کند",
        "coordinator": "به چند نفر در شهرهای یک مسیر قاچاق پول می‌دهد",
        "gathers": "از {paid_by:طرف} این دوسیه پول گرد می‌آورد و آن را رد می‌کند یا مبالغ را زیر حد نگه می‌دارد",
        "structurer": "مبالغ را اندکی زیر حد گزارش‌دهی نگه می‌دارد",
        "controller": "برای چند خانواده چنان پرداخت می‌کند که گویی عاید دیگران در دست اوست",
    },
    channels={
        "cash_to_cash": "نقد به نقد",
        "cash_to_wallet": "نقد به کیف پول",
        "wallet_to_cash": "کیف پول به نقد",
        "wallet_to_wallet": "کیف پول به کیف پول",
        "account_to_cash": "حساب به نقد",
        "bank_transfer": "انتقال بانکی",
        "card": "کارت",
        "payroll": "پرداخت معاش",
        "cash_in": "تحویل نقد",
        "cash_out": "برداشت نقد",
        "merchant": "پرداخت به فروشنده",
        "virtual_asset": "دارایی مجازی",
    },
    kinds={
        "party": "طرف",
        "document": "سند",
        "phone": "تیلفون",
        "account": "حساب",
        "device": "وسیله",
        "email": "ایمیل",
        "address": "آدرس",
        "ip": "آدرس IP",
        "agent": "نماینده",
    },
    typologies={
        "TS-F01": "گردآوری پول در شهر مرزی یا در مسیر",
        "TS-F02": "پخش پول از یک دست",
        "TS-F03": "گذر سریع پول",
        "TS-F04": "گیرندهٔ پول از کشورهای بسیار",
        "TS-F05": "فرستندگان مرتبط، گیرندهٔ مشترک",
        "TS-F06": "زنجیرهٔ حواله‌ها",
        "TS-F07": "تسویهٔ حواله‌داری",
        "TS-F08": "رشد شبکه از راه معرفی",
        "TS-K01": "شناسهٔ مشترک",
        "TS-K02": "ادارهٔ حساب به دست دیگری",
        "TS-K03": "هجوم مشتریان تازه",
        "TS-K04": "مبالغ بسیار بالاتر از عاید",
        "TS-K05": "ناهمخوانی هدف و قرابت",
        "TS-P01": "پرداخت مرحله‌وار در مسیر",
        "TS-P02": "پیش‌پرداخت و سپس باقی‌مانده",
        "TS-P03": "پرداخت‌های پیاپی برای شخص نگه‌داشته‌شده",
        "TS-P04": "بازپرداخت بدهی با کار",
        "TS-P05": "دریافت‌های کوچک شبانه زیر نظارت دیگری",
        "TS-P06": "اعلان و رفت‌وآمد با مبالغ کوچک",
        "TS-P07": "حواله‌های کوچک بابت سوءاستفاده از اطفال",
        "TS-S01": "خرد کردن مبالغ",
        "TS-S02": "غرفه‌های بسیار در یک روز",
        "TS-S03": "دخالت نماینده",
        "TS-S04": "گیرنده‌ای که جابه‌جا می‌شود",
        "TS-S05": "سازگاری با قیمت مرحله",
        "TS-W01": "برداشت از معاش",
        "TS-W02": "فرستندهٔ همراهی‌شده یا به‌جای دیگران",
        "TS-W03": "پرداخت به استخدام‌کننده، ویزه یا سفر",
        "TS-W04": "کارگران بدون فهرست معاش",
        "TS-W05": "سفر برای گروه",
    },
    reasons=_REASONS,
    measures={
        "senders": "فرستندگان", "new_share": "سهم جفت‌های تازه", "towns": "شهرها", "band_share": "سهم مبالغ هم‌قیمت مرحله",
        "elsewhere": "سهم فرستندگان از جاهای دیگر", "crowd": "گیرندگان", "slow_payments": "پرداخت‌ها", "receivers": "گیرندگان",
        "payers": "پرداخت‌کنندگان", "share": "سهم خروجی", "pay_countries": "کشورهای پرداخت", "pay_senders": "فرستندگان",
        "send_countries": "کشورهای ارسال", "gathered": "پرداخت‌کنندگان به گردآورنده", "paid_out": "سهم پرداخت‌شده", "hops": "پرداخت‌های پیاپی",
        "kept": "درصد باقی‌مانده از پرداخت پیش", "credits": "دریافت‌ها", "spread": "تفاوت مبالغ", "bulk_times": "نسبت پرداخت بزرگ به بزرگ‌ترین دریافت",
        "settled": "سهم تسویه در خارج", "new": "پرداخت‌کنندگان تازه", "network": "همهٔ پرداخت‌کنندگان", "persons": "اشخاص",
        "at_address": "اشخاص در آدرس", "at_ip": "اشخاص با آدرس IP", "accounts": "صاحبان حساب", "papers": "اسناد",
        "income_share": "برابر عاید سالانه", "conflicts": "تناقض‌ها", "usd": "دالر امریکایی", "points": "امتیاز نشانه‌ها", "night_share": "سهم شبانه",
        "out": "سهم خروجی", "groups": "گونه‌های خرید", "ads": "اعلان‌ها", "median_usd": "میانه، دالر امریکایی", "sharers": "این گونه پرداخت‌کنندگان",
        "payments": "پرداخت‌ها", "agents": "نمایندگان", "far_km": "کیلومتر", "transfers": "پرداخت‌ها", "signs": "نشانه‌ها",
        "z_line": "انحراف معیاری", "workers": "کارگران", "cycles": "نوبت‌های پرداخت", "visits": "مراجعه‌ها", "families": "خانواده‌ها",
        "usual_price_usd": "دالر امریکایی", "returned": "سهم بازگردانده", "payroll": "نسبت معاش به دریافتی", "passengers": "مسافران",
    },
    absent={
        "agent of some payments": "نمایندهٔ برخی پرداخت‌ها",
        "birth dates": "تاریخ‌های تولد",
        "counter of the sending agent": "غرفهٔ نمایندهٔ فرستنده",
        "earlier payments of some payers": "پرداخت‌های پیشین برخی پرداخت‌کنندگان",
        "first day of some customers": "نخستین روز برخی مشتریان",
        "headcount": "شمار کارکنان",
        "how many collect as much in this town": "شمار کسانی که در این شهر همین اندازه دریافت می‌کنند",
        "licence of the receiver": "جواز گیرنده",
        "licence to transmit money": "جواز انتقال پول",
        "names of the passengers": "نام مسافران",
        "nationality of some parties": "تابعیت برخی طرف‌ها",
        "nationality of some senders": "تابعیت برخی فرستندگان",
        "nationality of the payer": "تابعیت پرداخت‌کننده",
        "occupation": "وظیفه",
        "payroll income of the payers": "عاید پرداخت‌کنندگان از معاش",
        "recruitment price of the corridor": "قیمت معمول استخدام در این مسیر",
        "route and direction of the tickets": "مسیر و جهت تکت‌ها",
        "town of some payers": "شهر برخی پرداخت‌کنندگان",
        "town of some payments": "شهر برخی پرداخت‌ها",
        "town of some receivers": "شهر برخی گیرندگان",
        "town of some senders": "شهر برخی فرستندگان",
        "towns of the rooms": "شهرهای اطاق‌ها",
        "usual pay in the country of sending": "معاش معمول در کشور ارسال",
        "usual share of wages in the trade": "سهم معمول معاش در این کسب",
        "wages paid in cash or elsewhere": "معاش پرداخت‌شدهٔ نقدی یا جای دیگر",
        "what the advertisements say": "متن اعلان‌ها",
        "who draws from the account": "برداشت‌کننده از حساب",
        "who held the device": "دارندهٔ وسیله",
    },
    suppressors={
        "savings_club": "بیش از نیمی از آنچه گیرنده می‌پردازد به پرداخت‌کنندگان بازمی‌گردد",
        "established_pairs": "بیشتر جفت‌ها بیش از شش ماه با هم سروکار داشته‌اند",
    },
    country=lambda code: country_name(code, "prs"),
)  # fmt: skip
