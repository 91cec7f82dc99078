"""The first tables, and triggers that let nobody change what the log says."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the triggers."""
    _make_models_and_versions()
    _make_aliases()
    _make_approvals_and_log()
    if op.get_bind().dialect.name == "postgresql":
        _protect_on_postgresql()
    else:
        _protect_on_sqlite()


def _make_models_and_versions() -> None:
    op.create_table(
        "registry_models",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
    )
    op.create_table(
        "registry_versions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("model_id", sa.Integer, sa.ForeignKey("registry_models.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("artifact", sa.String(64), nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("card", sa.Text, nullable=False),
        sa.Column("registered_by", sa.String(200), nullable=False),
        sa.Column("registered_at", sa.String(32), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.UniqueConstraint("model_id", "number", name="registry_versions_number"),
        sa.UniqueConstraint("id", "model_id", name="registry_versions_of_model"),
        sa.CheckConstraint(
            "state IN ('registered', 'approved', 'refused', 'withdrawn')", name="registry_versions_state"
        ),
    )


def _make_aliases() -> None:
    versions = ["registry_versions.id", "registry_versions.model_id"]
    op.create_table(
        "registry_aliases",
        sa.Column("model_id", sa.Integer, primary_key=True),
        sa.Column("alias", sa.String(12), primary_key=True),
        sa.Column("version_id", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["version_id", "model_id"], versions, name="registry_aliases_version"),
        sa.CheckConstraint("alias IN ('champion', 'challenger')", name="registry_aliases_alias"),
    )
    op.create_table(
        "registry_succession",
        sa.Column("model_id", sa.Integer, primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("version_id", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["version_id", "model_id"], versions, name="registry_succession_version"),
    )


def _make_approvals_and_log() -> None:
    op.create_table(
        "registry_approvals",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("version_id", sa.Integer, sa.ForeignKey("registry_versions.id"), nullable=False),
        sa.Column("granted", sa.Integer, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("checklist", sa.Text, nullable=False),
    )
    op.create_index("registry_approvals_version", "registry_approvals", ["version_id"])
    op.create_table(
        "registry_log",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("act", sa.String(16), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("former", sa.String(64), nullable=False, unique=True),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
    )


def _protect_on_sqlite() -> None:
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER registry_log_no_{act.lower()} BEFORE {act} ON registry_log "
            "BEGIN SELECT RAISE(ABORT, 'the log is only ever added to'); END"
        )
    # INSERT OR REPLACE takes rows away without asking the triggers above.
    op.execute(
        "CREATE TRIGGER registry_log_no_replace BEFORE INSERT ON registry_log WHEN EXISTS (SELECT 1 FROM registry_log "
        "WHERE number >= NEW.number OR former = NEW.former OR digest = NEW.digest) "
        "BEGIN SELECT RAISE(ABORT, 'the log is only ever added to'); END"
    )


def _protect_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION registry_log_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the log is only ever added to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER registry_log_no_change BEFORE UPDATE OR DELETE ON registry_log "
        "FOR EACH ROW EXECUTE FUNCTION registry_log_refuse()"
    )
    op.execute(
        "CREATE TRIGGER registry_log_no_truncate BEFORE TRUNCATE ON registry_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION registry_log_refuse()"
    )
