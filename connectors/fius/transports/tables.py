"""The tables of transmissions in the register's database. Times are ms UTC; what an FIU said in free words is not in them."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table

from connectors.register.tables import METADATA

transmissions = Table(
    "transmissions",
    METADATA,
    Column("filing_id", String, primary_key=True),
    Column("fiu", String, nullable=False),
    Column("report_id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("partition", Integer, nullable=False),  # of the filing's record on fiu.<cc>.reports
    Column("offset", BigInteger, nullable=False),
    Column("reference", String, nullable=False),
    Column("file_name", String, nullable=False),
    Column("packaging", String, nullable=False),
    Column("sha256", String, nullable=False),  # of the bytes that travel
    Column("urgent", Boolean, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("state", String, nullable=False),  # steps.State
    Column("refused_in", String, nullable=False),  # the state in which it was refused, "" where it is not
    Column("code", String, nullable=False),  # of the last failure or refusal
    Column("text", String, nullable=False),  # our sentence on it
    Column("failures", Integer, nullable=False),
    Column("not_before_ms", BigInteger, nullable=False),
    Column("place", String, nullable=False),
    Column("fiu_reference", String, nullable=False),
    Column("status", String, nullable=False),  # of the last answer
    Column("taken_ms", BigInteger, nullable=False),
    Column("sent_ms", BigInteger),
    Column("answered_ms", BigInteger),
    Index(None, "fiu", "state"),
    Index(None, "fiu", "reference"),
    Index(None, "fiu", "file_name"),
    Index(None, "report_id"),
)
transmission_starts = Table(
    "transmission_starts",
    METADATA,
    Column("fiu", String, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("offset", BigInteger, nullable=False),  # of the first record that is carried
)
receipts = Table(
    "receipts",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("fiu", String, nullable=False),
    Column("name", String, nullable=False),  # of the file, or the question it answers
    Column("state", String, nullable=False),  # publishing | published | noted | unmatched
    Column("code", String, nullable=False),  # why it is unmatched, "" where it is not
    Column("filing_id", String, nullable=False),  # "" where it is about none or several
    Column("published_from", BigInteger),  # end of the feedback topic before the answer was published
    Column("received_ms", BigInteger, nullable=False),
    Index(None, "fiu", "state"),
)
transmission_owners = Table(
    "transmission_owners",
    METADATA,
    Column("role", String, primary_key=True),
    Column("owner", String, nullable=False),  # token of the process that carries; every step of another one is refused
)
