"""What Alembic runs: the steps that are missing, in the connection and the transaction it was given."""

from __future__ import annotations

from alembic import context

VERSION_TABLE = "registry_migrations"


def carry_out() -> None:
    """Carry out the missing steps."""
    context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
    with context.begin_transaction():
        context.run_migrations()


if getattr(context, "config", None) is not None:  # not where this module is merely imported
    carry_out()
