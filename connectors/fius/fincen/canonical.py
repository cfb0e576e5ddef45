"""Which of our fields an element of the batch comes from: for the ledger when it is written, for FinCEN's errors when they come back."""

from collections.abc import Sequence

SUBJECT = "33"
_ACTIVITY = {
    "FilingDateText": "suspicion_formed_ms", "EFilingPriorDocumentNumber": "version", "FilingInstitutionNotetoFinCEN": "offence",
    "ActivityAssociation": "version", "ActivitySupportDocument": "transfers", "SuspiciousActivityFromDateText": "transfers.occurred_ms",
    "SuspiciousActivityToDateText": "transfers.occurred_ms", "TotalSuspiciousAmountText": "transfers.usd_minor",
    "CumulativeTotalViolationAmountText": "transfers.usd_minor", "AmountUnknownIndicator": "transfers.usd_minor",
    "NoAmountInvolvedIndicator": "transfers.usd_minor", "SuspiciousActivityClassification": "offence", "SuspiciousActivity": "transfers",
    "ActivityIPAddress": "parties.ips", "Assets": "transfers.channel", "ActivityNarrativeInformation": "narrative",
}  # fmt: skip
_PARTY = {
    "ActivityPartyTypeCode": "role", "AllCriticalSubjectInformationUnavailableIndicator": "role", "IndividualBirthDateText": "dates_of_birth",
    "BirthDateUnknownIndicator": "dates_of_birth", "FemaleGenderIndicator": "gender", "MaleGenderIndicator": "gender",
    "UnknownGenderIndicator": "gender", "PurchaserSenderIndicator": "sent", "PayeeReceiverIndicator": "received",
    "BothPurchaserSenderPayeeReceiveIndicator": "sent", "PartyAsEntityOrganizationIndicator": "kind",
    "NoKnownAccountInvolvedIndicator": "accounts", "PartyName": "names", "Address": "addresses", "PhoneNumber": "phones",
    "PartyIdentification": "documents", "PartyOccupationBusiness": "occupations", "ElectronicAddress": "emails",
    "PartyAssociation": "sent", "PartyAccountAssociation": "accounts",
}  # fmt: skip
_FILER = {
    "PartyName": "name", "Address": "street", "PhoneNumber": "phone", "PartyIdentification": "tin",
    "OrganizationClassificationTypeSubtype": "organization", "PrimaryRegulatorTypeCode": "regulator",
}  # fmt: skip
_PLACES = frozenset({
    "PartyAssociation", "PayLocationIndicator", "SellingLocationIndicator", "SellingPayingLocationIndicator", "NoBranchActivityInvolvedIndicator",
})  # fmt: skip


def canonical(steps: Sequence[str], party_type: str, label: str = "") -> str:
    """The canonical field of the element at `steps` below Activity; "" for one that no field of ours says anything about.

    party_type  ActivityPartyTypeCode of the party it belongs to, "" outside a party
    label       P1 … of a subject; without it the path means all of them
    """
    if not steps or steps[0] != "Party":
        return next((_ACTIVITY[step] for step in reversed(steps) if step in _ACTIVITY), "")
    inner = steps[1] if len(steps) > 1 else ""
    if party_type == SUBJECT:
        base = f"parties[{label}]" if label else "parties"
        field = _PARTY.get(inner, "") if inner else "role"
        return f"{base}.{field}" if field else ""
    if inner in _PLACES:
        return "transfers.send_agent" if inner == "PartyAssociation" else "transfers.send_place"
    return f"filer.{_FILER[inner]}" if inner in _FILER else "filings.reporting_entity"
