"""Sentences of a goAML form, English; a map may say any of them otherwise, in the FIU's language. What stands in braces is filled in."""

import msgspec


class Texts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every sentence the renderer writes beside what the report says itself."""

    label: str = "{label} in the reason for reporting."
    role_victim: str = "Shown as a person who may need protection, not as a suspect."
    role_protected: str = "Shown as a person who may need protection, not as a suspect."
    role_family_payer: str = "Shown as a payer, possibly under pressure, not as a suspect."
    native_name: str = "Name as given: {values}."
    other_names: str = "Other spellings: {values}."
    birth_dates: str = "Other birth dates given: {values}."
    customer_number: str = "Customer number: {values}."
    customer_since: str = "Customer since: {values}."
    accounts: str = "Accounts: {values}."
    devices: str = "Devices: {values}."
    ips: str = "IP addresses: {values}."
    description: str = "Transfer, {channel}, status {status}."
    purpose: str = "Purpose stated: {values}."
    relationship: str = "Relationship stated: {values}."
    reference_rate: str = (
        "Local amount worked out at the reference rate {rate} for one {currency}; the customer's own rate is not known."
    )
    no_receiver: str = "Cash taken out of an account; who took it is not recorded and the account holder is shown."
    flag: str = "Seen at the counter: {code}. {note}"
    urgent: str = "URGENT: a person may be held until a payment arrives. Do not contact the parties."
    action: str = (
        "No transfer was stopped by the reporting system. Measures of the branch, if any, follow from its compliance officer."
    )
    action_do_not_block: str = "No transfer was stopped, on purpose: stopping a payment may endanger a person. The reporting entity asks for instructions before it takes any measure."
    supplementary: str = "This is version {version} of the report. It adds to what was filed of it before, and replaces that."
    correction: str = "This is version {version} of the report. It corrects an earlier filing of it, which was rejected."
    prior: str = "The FIU's own number for the earlier filing: {reference}."
    supersedes: str = "It also replaces the reports {values}."
    unit: str = "File {number} of {count} of this report."
    continued: str = "Reason for reporting, continued:"
    transfer: str = "Transfer {id}: {at}, {amount}, {other}."
    sent_to: str = "to {label}"
    received_from: str = "from {label}"
    nobody: str = "nobody named"


# What the sentences may mention; used to try each of them when a map is read.
SAMPLE = dict.fromkeys(
    "label values channel status rate currency code note version reference number count id at amount other".split(), "1"
)
