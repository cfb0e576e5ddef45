"""The register as it was first made."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every table of the first version."""
    _read_from_topics()
    _done_by_delivery()
    _said_by_fius()
    _decided()
    _derived()
    _written_down()


def _read_from_topics() -> None:
    op.create_table(
        "positions",
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", name=op.f("pk_positions")),
    )
    op.create_table(
        "reports",
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("formed_ms", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("report_id", "version", name=op.f("pk_reports")),
    )
    op.create_table(
        "plans",
        sa.Column("filing", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("fiu", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("registration", sa.String(), nullable=False),
        sa.Column("obligation", sa.String(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("formed_by", sa.String(), nullable=False),
        sa.Column("hold_code", sa.String(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("filing", "version", name=op.f("pk_plans")),
    )
    op.create_index(op.f("ix_plans_report_id"), "plans", ["report_id"], unique=False)


def _done_by_delivery() -> None:
    op.create_table(
        "handled",
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_handled")),
    )
    op.create_table(
        "lines",
        sa.Column("filing", sa.String(), nullable=False),
        sa.Column("obligation", sa.String(), nullable=False),
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("filing", "obligation", name=op.f("pk_lines")),
    )
    op.create_index(op.f("ix_lines_report_id"), "lines", ["report_id"], unique=False)
    op.create_table(
        "holds",
        sa.Column("held_id", sa.String(), nullable=False),
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.Column("filing", sa.String(), nullable=False),
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fiu", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("held_id", "decision_id", name=op.f("pk_holds")),
    )
    op.create_index(op.f("ix_holds_report_id"), "holds", ["report_id"], unique=False)
    op.create_table(
        "sent",
        sa.Column("filing_id", sa.String(), nullable=False),
        sa.Column("filing", sa.String(), nullable=False),
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fiu", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("prior_filing_id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("formed_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("filing_id", name=op.f("pk_sent")),
    )
    op.create_index(op.f("ix_sent_report_id"), "sent", ["report_id"], unique=False)
    op.create_table(
        "ledgers",
        sa.Column("filing_id", sa.String(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("filing_id", name=op.f("pk_ledgers")),
    )
    op.create_table(
        "voids",
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.Column("report_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_voids")),
    )
    op.create_index(op.f("ix_voids_report_id"), "voids", ["report_id"], unique=False)


def _said_by_fius() -> None:
    op.create_table(
        "answers",
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("fiu", sa.String(), nullable=False),
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("filing_id", sa.String(), nullable=False),
        sa.Column("fiu_reference", sa.String(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_answers")),
    )
    op.create_index(op.f("ix_answers_fiu_code"), "answers", ["fiu", "code"], unique=False)
    op.create_index(op.f("ix_answers_report_id"), "answers", ["report_id"], unique=False)
    op.create_table(
        "answer_errors",
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("target_path", sa.String(), nullable=False),
        sa.Column("canonical_path", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.answer_id"], name=op.f("fk_answer_errors_answer_id_answers")),
        sa.PrimaryKeyConstraint("answer_id", "number", name=op.f("pk_answer_errors")),
    )
    op.create_table(
        "requests",
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fiu", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.answer_id"], name=op.f("fk_requests_answer_id_answers")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_requests")),
    )
    op.create_index(op.f("ix_requests_report_id"), "requests", ["report_id"], unique=False)


def _decided() -> None:
    op.create_table(
        "decisions",
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("effect", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_report_id"), "decisions", ["report_id"], unique=False)
    op.create_index(op.f("ix_decisions_subject"), "decisions", ["subject"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outbox")),
        sqlite_autoincrement=True,
    )


def _derived() -> None:
    op.create_table(
        "filings",
        sa.Column("filing", sa.String(), nullable=False),
        sa.Column("report_id", sa.String(), nullable=False),
        sa.Column("fiu", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("registration", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.Column("formed_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("sent_ms", sa.BigInteger(), nullable=True),
        sa.Column("steps", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("filing", name=op.f("pk_filings")),
    )
    op.create_index(op.f("ix_filings_fiu_state"), "filings", ["fiu", "state"], unique=False)
    op.create_index(op.f("ix_filings_is_open_due_ms_filing"), "filings", ["is_open", "due_ms", "filing"], unique=False)
    op.create_index(op.f("ix_filings_report_id"), "filings", ["report_id"], unique=False)


def _written_down() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"], unique=False)
    op.create_table(
        "chain",
        sa.Column("chain_id", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chain_id", name=op.f("pk_chain")),
    )
