"""Webhooks and what is to be delivered to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"

ID = sa.String(64)


def upgrade() -> None:
    op.create_table(
        "webhooks",
        *(sa.Column(name, ID, nullable=False) for name in ("id", "tenant")),
        sa.Column("url", sa.String(2048), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("rotated", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_index("ix_webhooks_tenant", "webhooks", ["tenant"])
    op.create_table(
        "webhook_deliveries",
        *(sa.Column(name, ID, nullable=False) for name in ("id", "webhook", "tenant", "type", "state")),
        sa.Column("visitor", sa.String(128), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("error", sa.String(256), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("created", "due")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("attempts", "status")),
        sa.Column("ended", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
        sa.ForeignKeyConstraint(
            ["webhook"], ["webhooks.id"], name="fk_webhook_deliveries_webhook_webhooks", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_webhook_deliveries_due", "webhook_deliveries", ["state", "due"])
    op.create_index("ix_webhook_deliveries_visitor", "webhook_deliveries", ["tenant", "visitor"])
    op.create_index("ix_webhook_deliveries_webhook", "webhook_deliveries", ["webhook", "created"])


def downgrade() -> None:
    raise NotImplementedError("What is kept is not thrown away by going back a version.")
