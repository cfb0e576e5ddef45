"""Partners and FIUs as the registries describe them (partners.yaml, fius.yaml): plain facts, no loading here."""

import msgspec


class Officer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who reports to an FIU for a licence: the person the FIU has registered. What is not given stays out of the reports.

    user_code  the FIU's own code for the person; birth_date is ISO, nationality ISO alpha-2, phone E.164
    """

    first_name: str
    last_name: str
    user_code: str = ""
    gender: str = ""
    birth_date: str = ""
    id_number: str = ""
    nationality: str = ""
    phone: str = ""
    email: str = ""
    occupation: str = ""


class Office(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Address of a licensed branch; its country is the licence's."""

    line: str
    city: str
    state: str = ""
    postal_code: str = ""


class Licence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A partner's licence in one country. `registration`: number the FIU gave it; `agents`: agent ids it covers (empty: all).

    officer, office  who reports and from where, for FIUs whose form asks for it
    """

    country: str
    registration: str
    branch: str = "HEAD"
    agents: tuple[str, ...] = ()
    officer: Officer | None = None
    office: Office | None = None


class Partner(msgspec.Struct, frozen=True):
    """A reporting entity's feed.

    kind          mto | bank | wallet | psp
    format        of its feed: "strgw.transfer/1", or another of connectors.partners.formats.FORMATS
    scope         partner | country | deployment: within which bounds its entities may be linked
    home_country  default region for phone numbers and for the country scope
    timezone      IANA zone of times without an offset in formats that allow them ("": UTC)
    mapping       file that says which columns are which fields, for the format csv/1
    disabled      nothing of the partner is taken in: HTTP refuses it, what lies on its topic is quarantined
    schema_ids    whose the numbers in its Avro records are: "gateway" (ids.json), "registry" (the schema registry's), "": either, where they agree
    stream_start  ISO date the feed began ("" : midnight UTC of its first event's day)
    """

    id: str
    name: str
    kind: str
    format: str
    home_country: str
    licences: tuple[Licence, ...]
    scope: str = "partner"
    stream_start: str = ""
    credentials: str = ""
    release: str = "automatic"
    timezone: str = ""
    mapping: str = ""
    disabled: bool = False
    schema_ids: str = ""

    def scope_id(self) -> str:
        """Name of the correlation scope; entity keys are HMACs under a key derived from it."""
        if self.scope == "partner":
            return f"partner:{self.id}"
        return f"country:{self.home_country}" if self.scope == "country" else "deployment"


class Fiu(msgspec.Struct, frozen=True):
    """A financial intelligence unit. id and country: ISO alpha-2 (design section 6).

    egmont       member | not_member | expelled | suspended | unsure
    gate         open | deny | legal_hold: what the law of the deployment says about reaching this FIU (AF: deny, IR: legal_hold)
    deadline     ISO 8601 duration, BD for business days: PT24H, P3BD, P30D
    weekend      weekday numbers that are not business days (Monday 0)
    calendar     country code of the public-holiday calendar ("" where none is known)
    transport    topic: the FIU reads its topic; folder | sftp | b2b: `strgw send` carries, as transports.yaml says
    release      automatic | one_reviewer | four_eyes: people its law wants before a report goes out; the stricter of this and the partner's counts
    suspicion_formed_by  score | reviewer: whose judgement starts the clock; a reviewer's means that one must release the report
    correction_deadline  how long after a rejection the corrected report is taken ("" where no fact gives it: the first deadline stays)
    profile      renderer profile: a goAML form ("ae", "lk" …), "us" (FinCEN) or "portal"
    """

    id: str
    country: str
    name: str
    acronym: str
    egmont: str
    gate: str
    goaml: str
    channel: str
    deadline: str
    deadline_text: str
    timezone: str
    weekend: tuple[int, ...]
    calendar: str
    language: str
    profile: str
    transport: str
    confidence: str
    evidence: str
    note: str = ""
    urgent_deadline: str = ""
    release: str = "automatic"
    suspicion_formed_by: str = "score"
    correction_deadline: str = ""
