"""What personas remember of visitors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"

ID = sa.String(64)


def upgrade() -> None:
    op.create_table(
        "visitors",
        sa.Column("tenant", ID, nullable=False),
        sa.Column("visitor", sa.String(128), nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in ("persona", "kind", "name")),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("visits", sa.JSON(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "visitor", "persona", name="pk_visitors"),
    )
    op.create_index("ix_visitors_kind", "visitors", ["kind", "at"])


def downgrade() -> None:
    raise NotImplementedError("What is kept is not thrown away by going back a version.")
