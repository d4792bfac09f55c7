"""Conversations and their turns, consents, the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None

AUDIT_DAYS = 180  # younger entries cannot be deleted at all
ID, PERSON = sa.String(64), sa.String(128)


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", ID, nullable=False),
        sa.Column("tenant", ID, nullable=False),
        sa.Column("visitor", PERSON, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in ("persona", "pack", "kind", "client")),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("labelled", sa.BigInteger()),
        sa.Column("ended", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_visitor", "conversations", ["tenant", "visitor"])
    op.create_index("ix_conversations_started", "conversations", ["started"])
    op.create_table(
        "turns",
        sa.Column("conversation", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in ("status", "reason", "language", "route", "rule")),
        *(sa.Column(name, ID, nullable=False) for name in ("error", "flow", "state", "handoff")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("question", "heard")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("masked", "answer", "guarded", "items", "matches")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("tools", "timings")),
        sa.Column("model", sa.String(256), nullable=False),
        sa.PrimaryKeyConstraint("conversation", "number", name="pk_turns"),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name="fk_turns_conversation_conversations", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant", ID, nullable=False),
        sa.Column("visitor", PERSON, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in ("purpose", "version", "conversation")),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_visitor", "consents", ["tenant", "visitor"])
    op.create_table(
        "audit_log",
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", PERSON, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in ("tenant", "action", "previous", "hash")),
        sa.Column("subject", sa.String(256), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_log"),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.execute(f"INSERT INTO audit_head (id, number, hash) VALUES (1, 0, '{'0' * 64}')")
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


SQLITE = (
    """CREATE TRIGGER audit_log_unchanged BEFORE UPDATE ON audit_log
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    f"""CREATE TRIGGER audit_log_kept BEFORE DELETE ON audit_log
    WHEN OLD.at > (CAST(strftime('%s', 'now') AS INTEGER) - {AUDIT_DAYS} * 86400) * 1000000
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
)
POSTGRESQL = (
    f"""CREATE FUNCTION audit_log_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND OLD.at <= (extract(epoch FROM now()) - {AUDIT_DAYS} * 86400) * 1000000 THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'the audit log is append-only';
    END $$""",
    """CREATE TRIGGER audit_log_kept BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION audit_log_kept()""",
    """CREATE TRIGGER audit_log_not_emptied BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_kept()""",
)


def downgrade() -> None:
    raise NotImplementedError("What is kept is not thrown away by going back a version.")
