"""The form's words in English."""

from connectors.fius.portal.words.words import Words

EN = Words(
    is_rtl=False,
    title="Suspicious transaction report",
    page="page {n} of {m}",
    fields={
        "reporting_entity": "Reporting entity", "registration": "Registration", "branch": "Branch", "to": "Addressed to", "report": "Report",
        "version": "version", "replaces": "Replaces", "prior": "Number given to the earlier filing by the unit", "part": "Part", "due": "Due", "formed": "Suspicion formed", "offence": "Offence",
        "subjects": "Subjects", "protect": "Persons to protect, not suspects", "involved": "Other parties, not suspects", "grounds": "Grounds for suspicion",
        "patterns": "Patterns and the numbers they rest on", "indicators": "Published indicators and local codes", "transfers": "Transfers",
        "stated": "Stated by the customers or the front line", "flow": "Where the money went", "basis": "Legal basis and deadline",
        "exchange": "Suggested for exchange between FIUs", "completeness": "Completeness: what is absent", "none": "none", "why": "Why this role",
        "born": "Born", "nationality": "Nationality", "documents": "Documents", "phones": "Phones", "emails": "E-mail", "addresses": "Addresses",
        "accounts": "Accounts", "occupation": "Occupation", "customer": "Customer no.", "since": "Customer since", "devices": "Devices",
        "ips": "IP addresses", "sent": "Sent", "received": "Received", "local_code": "Local code", "unmapped": "not on the unit's list",
        "source": "Source", "transit": "Transit", "destination": "Destination", "other_towns": "{count} more", "unknown_place": "place not given",
    },
    roles={
        "subject": "SUSPECTED",
        "facilitator": "SUSPECTED OF HELPING",
        "victim": "PERSON TO PROTECT (possible victim)",
        "protected": "PERSON TO PROTECT",
        "family_payer": "PAYER, perhaps under pressure; not reported as a suspect",
        "involved": "NAMED IN THE TRANSFERS; not reported as a suspect",
        "unknown": "NAMED IN THE TRANSFERS; role not known",
    },
    ages={"child": "under 18", "possibly_child": "may be under 18", "age_unknown": "age not known"},
    columns={
        "ref": "No", "transfer_id": "Transfer id", "status": "State", "occurred_at": "Time (UTC)", "local_time": "Local time", "amount": "Amount",
        "currency": "Currency", "usd": "USD by reference rates", "channel": "Channel", "sender": "From", "sender_name": "From (name)", "receiver": "To",
        "receiver_name": "To (name)", "paid_in_country": "Paid in: country", "paid_in_town": "Paid in: town", "paid_in_agent": "Paid in: agent",
        "paid_out_country": "Paid out: country", "paid_out_town": "Paid out: town", "paid_out_agent": "Paid out: agent", "purpose": "Stated purpose",
        "relationship": "Stated relationship", "remarks": "Remarks", "paid_in": "Paid in", "paid_out": "Paid out",
    },
    urgent="URGENT: a person may be held or in danger until this money arrives.",
    do_not_stop="No step taken on this report should stop or delay the payment, or reach the people named, "
    "before the authority responsible for their safety has agreed.",
    protect="Reported as possibly in need of protection, not as suspected of anything: {who}.",
    child="Under 18, or perhaps so; the rules that protect children apply: {who}.",
    supplementary="This version adds to what was filed before, and replaces it.",
    correction="This version corrects what was filed before, which was rejected.",
    capped="The first {shown} of {count} transfers are printed here; all of them are in transfers.xlsx and transfers.csv of the same package.",
    carried_on="This is part {number} of {of}: the transfers are divided among the parts, part 1 holds the grounds.",
    transliterated="Letters that this document cannot print stand in Latin letters marked with *; report.json holds them as given.",
    present="{count} fields are complete.",
)  # fmt: skip
