"""English: the language every report is written in, whatever else it is written in."""

from schemas.codes import COUNTRY_NAMES
from schemas.transfer import ENTITY_KINDS
from streams.domain.languages.language import Language, Phrases

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day(year: int, month: int, number: int) -> str:
    """5 March 2024."""
    return f"{number} {_MONTHS[month - 1]} {year}"


EN = Language(
    code="en",
    native="English",
    is_rtl=False,
    plural=lambda number: int(number != 1),
    forms={
        "transfer": ("transfer", "transfers"),
        "party": ("party", "parties"),
        "further": ("further finding", "further findings"),
    },
    day=day,
    separators=(",", "."),
    joins=(", ", "; "),
    script="",
    phrases=Phrases(
        urgent="URGENT. Somebody may be held until money arrives. Please do not let the parties be contacted or the payments be stopped "
        "before the competent authority has agreed.",
        do_not_block="HANDLING. Stopping the payments may put a person in danger: please leave them running until the competent authority has agreed.",
        seen="WHAT WAS SEEN",
        patterns="PATTERNS",
        meaning="WHAT IT MAY MEAN",
        not_known="WHAT IS NOT KNOWN",
        unknown="Not known from payments alone: what the payments were really for, what was agreed outside them, who decides over the accounts and documents used, "
        "and whether anybody was moved, held or forced.",
        withdrawn_into="This report is withdrawn because its transfers are now part of report {report}, which replaces it.",
        withdrawn="This report is withdrawn. Later information, such as refunded or cancelled transfers, brought the measured pattern below the level "
        "at which a report is due.",
        on_day="On {first}",
        from_to="From {first} to {last}",
        moved="{when} (UTC), {transfers}{by_rates}: {sums}.",
        by_rates=" moved {usd} by the reference rates",
        sums_range="{total} in {transfers} (single sums {low} to {high}, median {middle})",
        sums_each="{total} in {transfers} (each {low})",
        channels="Channels: {channels}.",
        taken_in="Money taken in: {places}.",
        paid_out="Money paid out or credited: {places}.",
        received="received {usd} in {transfers}{others}",
        from_parties=" from {parties}",
        sent="sent or withdrew {usd} in {transfers}{others}",
        to_parties=" to {parties}",
        flow="{label} {first}.",
        flow_both="{label} {first} and {second}.",
        more_flows="The flows of {count} more parties of this kind are in the list of transfers.",
        pattern="- {name} pattern ({id}), at {entity}, {first} to {last}: {reason}",
        measured="  Measured, with the line from which it counts: {numbers}.",
        number="{name} {observed} (line {line}{unit})",
        speaks_against="  Speaks against it: {why} Its weight was lowered to {factor} of what it would be.",
        further="  {further} of this pattern in the same case.",
        one_kind="one {kind}{holders}",
        of_holders=" of {holders}",
        some_pattern="The transfers of this finding show the pattern.",
        rests_on="",
        points_to="consistent with {offence}",
        points_nowhere="unusual; it does not point to one offence",
        formed="Taken together this is {what}. The combined score is {score} on a scale from 0 to 1; a report is due from {line}. "
        "Suspicion formed on {day} at {time} UTC, when the patterns seen by then reached that line.",
        role="{sentence}: {people}.",
        run="{first} to {last}",
        country_not_given="country not given",
        more_towns=", {count} more",
        data_lacked="The data did not hold: {absent}.",
    ),
    offences={
        "TIP": "trafficking in persons",
        "SOM": "smuggling of migrants",
        "TIP+SOM": "smuggling of migrants together with trafficking in persons",
    },
    roles={
        "subject": "Reported as subject",
        "facilitator": "Reported as subject, for possibly helping to move the money",
        "victim": "Possible victim, reported as a person who may need protection and not as a suspect",
        "protected": "Person who may need protection, not a suspect",
        "family_payer": "Payer, possibly for a relative and possibly under pressure, not a suspect",
        "involved": "Named in a transfer only; nothing here says more",
        "unknown": "Role not known",
    },
    grounds={},  # a party's `why` is English
    channels={},  # a channel's code is English
    kinds={kind: kind for kind in ENTITY_KINDS},
    typologies={},
    reasons={},  # a finding's `reason` is English
    measures={},
    absent={},
    suppressors={},
    country=lambda code: COUNTRY_NAMES.get(code, code),
)
