"""Jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"

ID = sa.String(64)


def upgrade() -> None:
    op.create_table(
        "jobs",
        *(sa.Column(name, ID, nullable=False) for name in ("id", "tenant", "kind", "state")),
        *(sa.Column(name, sa.String(128), nullable=False) for name in ("subject", "actor")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("done", "of")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("error", "result")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("created", "seen")),
        sa.Column("ended", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_created", "jobs", ["tenant", "created"])


def downgrade() -> None:
    raise NotImplementedError("What is kept is not thrown away by going back a version.")
