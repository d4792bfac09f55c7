"""Alembic's environment: `Database.migrate` gives the connection. There is no alembic.ini."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transaction_per_migration=False,
    render_as_batch=True,  # SQLite changes a table by copying it
)
context.run_migrations()
