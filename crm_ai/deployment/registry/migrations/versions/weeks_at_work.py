"""Tables of what versions have scored: batches as counts, codes of their customers, and outcomes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "registry_batches",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("version_id", sa.Integer, sa.ForeignKey("registry_versions.id"), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.UniqueConstraint("version_id", "name", name="registry_batches_name"),
    )
    op.create_table(
        "registry_batch_keys",
        sa.Column("batch_id", sa.Integer, sa.ForeignKey("registry_batches.id"), primary_key=True),
        sa.Column("secret", sa.String(16), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "registry_outcomes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("batch_id", sa.Integer, sa.ForeignKey("registry_batches.id"), nullable=False),
        sa.Column("known", sa.String(10), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("registry_outcomes_batch", "registry_outcomes", ["batch_id"])
