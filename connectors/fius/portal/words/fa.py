"""The form's words in Persian."""

from connectors.fius.portal.words.words import Words

FA = Words(
    is_rtl=True,
    title="گزارش معاملات مشکوک",
    page="صفحهٔ {n} از {m}",
    fields={
        "reporting_entity": "نهاد گزارش‌دهنده", "registration": "شمارهٔ ثبت", "branch": "شعبه", "to": "گیرندهٔ گزارش", "report": "گزارش",
        "version": "نسخه", "replaces": "جایگزین", "prior": "شمارهٔ گزارش پیشین نزد واحد", "part": "بخش", "due": "مهلت", "formed": "شکل‌گیری ظن", "offence": "جرم",
        "subjects": "مظنونان", "protect": "اشخاص نیازمند حمایت، نه مظنون", "involved": "طرف‌های دیگر، نه مظنون", "grounds": "دلایل ظن",
        "patterns": "الگوها و اعدادی که بر آن استوارند", "indicators": "شاخص‌های منتشرشده و کدهای واحد", "transfers": "حواله‌ها",
        "stated": "گفتهٔ مشتریان یا کارکنان", "flow": "مسیر پول", "basis": "مبنای قانونی و مهلت",
        "exchange": "پیشنهاد برای تبادل میان واحدهای اطلاعات مالی", "completeness": "کامل بودن: آنچه نیست", "none": "ندارد", "why": "دلیل این نقش",
        "born": "تاریخ تولد", "nationality": "تابعیت", "documents": "مدارک", "phones": "تلفن", "emails": "رایانامه", "addresses": "نشانی",
        "accounts": "حساب‌ها", "occupation": "شغل", "customer": "شمارهٔ مشتری", "since": "مشتری از", "devices": "دستگاه‌ها",
        "ips": "نشانی‌های IP", "sent": "ارسال", "received": "دریافت", "local_code": "کد واحد", "unmapped": "در فهرست واحد نیست",
        "source": "مبدأ", "transit": "میان‌راه", "destination": "مقصد", "other_towns": "{count} جای دیگر", "unknown_place": "محل ذکر نشده",
    },
    roles={
        "subject": "مظنون",
        "facilitator": "مظنون به کمک",
        "victim": "شخص نیازمند حمایت (قربانی احتمالی)",
        "protected": "شخص نیازمند حمایت",
        "family_payer": "پرداخت‌کننده، شاید زیر فشار؛ مظنون نیست",
        "involved": "نام‌برده در حواله‌ها؛ مظنون نیست",
        "unknown": "نام‌برده در حواله‌ها؛ نقش دانسته نیست",
    },
    ages={"child": "زیر 18 سال", "possibly_child": "شاید زیر 18 سال", "age_unknown": "سن دانسته نیست"},
    columns={
        "ref": "ردیف", "transfer_id": "شمارهٔ حواله", "status": "وضعیت", "occurred_at": "زمان (UTC)", "local_time": "زمان محلی", "amount": "مبلغ",
        "currency": "ارز", "usd": "دلار با نرخ مرجع", "channel": "روش", "sender": "از", "sender_name": "از (نام)", "receiver": "به",
        "receiver_name": "به (نام)", "paid_in_country": "دریافت: کشور", "paid_in_town": "دریافت: شهر", "paid_in_agent": "دریافت: نماینده",
        "paid_out_country": "پرداخت: کشور", "paid_out_town": "پرداخت: شهر", "paid_out_agent": "پرداخت: نماینده", "purpose": "هدف اعلام‌شده",
        "relationship": "نسبت اعلام‌شده", "remarks": "یادداشت", "paid_in": "محل دریافت", "paid_out": "محل پرداخت",
    },
    urgent="فوری: شاید شخصی تا رسیدن این پول نگه داشته شده یا در خطر باشد.",
    do_not_stop="هیچ اقدامی بر پایهٔ این گزارش نباید پرداخت را متوقف یا کند کند یا به آگاهی اشخاص نام‌برده برسد، "
    "پیش از آنکه مرجع مسئول ایمنی آنان موافقت کرده باشد.",
    protect="به عنوان اشخاصی گزارش می‌شوند که شاید نیازمند حمایت باشند، نه به عنوان مظنون: {who}.",
    child="زیر 18 سال یا شاید زیر 18 سال؛ مقررات حمایت از کودکان اجرا می‌شود: {who}.",
    supplementary="این نسخه گزارش پیشین را تکمیل می‌کند و جایگزین آن است.",
    correction="این نسخه گزارش پیشین را که رد شده بود اصلاح می‌کند.",
    capped="{shown} حوالهٔ نخست از {count} حواله اینجا چاپ شده است؛ همهٔ آنها در پرونده‌های transfers.xlsx و transfers.csv همین بسته است.",
    carried_on="این بخش {number} از {of} است: حواله‌ها میان بخش‌ها تقسیم شده و دلایل در بخش 1 آمده است.",
    transliterated="حروفی که این سند نمی‌تواند چاپ کند با حروف لاتین و نشان * آمده است؛ report.json آنها را همان‌گونه که داده شده دارد.",
    present="{count} مورد کامل است.",
)  # fmt: skip
