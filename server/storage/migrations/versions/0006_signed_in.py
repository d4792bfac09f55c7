"""Who is signed in at the console."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0006", "0005"


def upgrade() -> None:
    op.create_table(
        "signed_in",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_signed_in"),
    )
    op.create_index("ix_signed_in_expires", "signed_in", ["expires"])


def downgrade() -> None:
    raise NotImplementedError("What is kept is not thrown away by going back a version.")
