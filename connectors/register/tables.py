"""The register's tables as they are now; migrations/versions holds how they came about. Times are ms UTC, ids are hex.

Facts      what the topics said, one row a record, with its coordinate: reports, plans, handled, lines, holds, sent, ledgers, voids, answers
Decisions  what people decided: the only copy until the outbox has published it
Derived    `filings`: what follows from both (streams.domain.lifecycle); may be made anew at any time
No table holds a name of a party, an identifier or a narrative. What an FIU or a form said in free words stays on its topic, and
is read there by coordinate.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    }
)
UNJUDGED = "unjudged"
# SQLite numbers rows by itself only in a column that is called INTEGER; there it has 64 bits all the same.
NUMBER = BigInteger().with_variant(Integer(), "sqlite")

positions = Table(
    "positions",
    METADATA,
    Column("topic", String, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next", BigInteger, nullable=False),  # offset of the first record that is not in the tables
)
reports = Table(
    "reports",
    METADATA,
    Column("report_id", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("state", String, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("formed_ms", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # SHA-256 of the record, which a decision binds to
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
plans = Table(
    "plans",
    METADATA,
    Column("filing", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("report_id", String, nullable=False),
    Column("fiu", String, nullable=False),
    Column("country", String, nullable=False),
    Column("registration", String, nullable=False),
    Column("obligation", String, nullable=False),
    Column("release", String, nullable=False),
    Column("formed_by", String, nullable=False),
    Column("hold_code", String, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Index(None, "report_id"),
)
handled = Table(
    "handled",
    METADATA,
    Column("report_id", String, primary_key=True),
    Column("version", Integer, nullable=False),
)
lines = Table(
    "lines",
    METADATA,
    Column("filing", String, primary_key=True),
    Column("obligation", String, primary_key=True),
    Column("report_id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Index(None, "report_id"),
)
holds = Table(
    "holds",
    METADATA,
    Column("held_id", String, primary_key=True),
    Column("decision_id", String, primary_key=True),  # "": held before anybody decided
    Column("filing", String, nullable=False),
    Column("report_id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("fiu", String, nullable=False),
    Column("code", String, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index(None, "report_id"),
)
sent = Table(
    "sent",
    METADATA,
    Column("filing_id", String, primary_key=True),
    Column("filing", String, nullable=False),
    Column("report_id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("fiu", String, nullable=False),
    Column("relation", String, nullable=False),
    Column("prior_filing_id", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("formed_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index(None, "report_id"),
)
ledgers = Table(
    "ledgers",
    METADATA,
    Column("filing_id", String, primary_key=True),
    Column("partition", Integer, nullable=False),  # of the record on `audit` that holds the completeness ledger
    Column("offset", BigInteger, nullable=False),
)
answers = Table(
    "answers",
    METADATA,
    Column("answer_id", String, primary_key=True),
    Column("fiu", String, nullable=False),
    Column("report_id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String, nullable=False),
    Column("filing_id", String, nullable=False),  # as the FIU wrote it, "" for all of the version
    Column("fiu_reference", String, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),  # when it was written to its topic
    Column("times", Integer, nullable=False),  # how often the same answer came
    Column("code", String, nullable=False),  # why it changes nothing, "" where it counts, UNJUDGED until the facts were joined
    Index(None, "report_id"),
    Index(None, "fiu", "code"),
)
answer_errors = Table(
    "answer_errors",
    METADATA,
    Column("answer_id", String, ForeignKey("answers.answer_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("code", String, nullable=False),
    Column("target_path", String, nullable=False),
    Column("canonical_path", String),  # None: not looked up yet, "": the form's ledger does not know the field
)
requests = Table(
    "requests",
    METADATA,
    Column("request_id", String, primary_key=True),
    Column("answer_id", String, ForeignKey("answers.answer_id"), nullable=False),
    Column("report_id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("fiu", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("due_ms", BigInteger),
    Column("asked", Integer, nullable=False),  # transfers named, 0: all of the report
    Index(None, "report_id"),
)
decisions = Table(
    "decisions",
    METADATA,
    Column("decision_id", String, primary_key=True),
    Column("subject", String, nullable=False),  # filing or request
    Column("number", Integer, nullable=False),  # 1, 2 … of the subject
    Column("report_id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("action", String, nullable=False),
    Column("effect", String, nullable=False),
    Column("person", String, nullable=False),  # folded form of the name: who counts as the same person
    Column("name", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("from_state", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index(None, "subject"),
    Index(None, "report_id"),
)
voids = Table(
    "voids",
    METADATA,
    Column("decision_id", String, primary_key=True),  # one that delivery did not carry out
    Column("report_id", String, nullable=False),
    Index(None, "report_id"),
)
filings = Table(
    "filings",
    METADATA,
    Column("filing", String, primary_key=True),
    Column("report_id", String, nullable=False),
    Column("fiu", String, nullable=False),
    Column("country", String, nullable=False),
    Column("registration", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("code", String, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("release", String, nullable=False),
    Column("formed_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("sent_ms", BigInteger),  # of the last filing the FIU has
    Column("steps", String, nullable=False),  # JSON: every step taken, in order
    Index(None, "report_id"),
    Index(None, "is_open", "due_ms", "filing"),
    Index(None, "fiu", "state"),
)
audit = Table(
    "audit",
    METADATA,
    Column("seq", NUMBER, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("facts", String, nullable=False),  # canonical JSON
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index(None, "subject"),
)
chain = Table(
    "chain",
    METADATA,
    Column("chain_id", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
outbox = Table(
    "outbox",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("topic", String, nullable=False),
    Column("partition", Integer),
    Column("key", LargeBinary, nullable=False),
    Column("value", LargeBinary, nullable=False),
    sqlite_autoincrement=True,  # a number that was published is never given again
)
