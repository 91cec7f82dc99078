"""The registry's tables: models, their versions, who is champion, what was approved and done, and weeks at work."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

CHAMPION, CHALLENGER = "champion", "challenger"
ALIASES = (CHAMPION, CHALLENGER)
REGISTERED, APPROVED, REFUSED, WITHDRAWN = "registered", "approved", "refused", "withdrawn"
STATES = (REGISTERED, APPROVED, REFUSED, WITHDRAWN)

metadata = MetaData()

models = Table(
    "registry_models",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
)

versions = Table(
    "registry_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("model_id", Integer, ForeignKey("registry_models.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("artifact", String(64), nullable=False),
    Column("facts", Text, nullable=False),
    Column("card", Text, nullable=False),
    Column("registered_by", String(200), nullable=False),
    Column("registered_at", String(32), nullable=False),
    Column("note", Text, nullable=False),
    UniqueConstraint("model_id", "number", name="registry_versions_number"),
    UniqueConstraint("id", "model_id", name="registry_versions_of_model"),
    CheckConstraint("state IN ('registered', 'approved', 'refused', 'withdrawn')", name="registry_versions_state"),
)

aliases = Table(
    "registry_aliases",
    metadata,
    Column("model_id", Integer, primary_key=True),
    Column("alias", String(12), primary_key=True),
    Column("version_id", Integer, nullable=False),
    ForeignKeyConstraint(
        ["version_id", "model_id"],
        ["registry_versions.id", "registry_versions.model_id"],
        name="registry_aliases_version",
    ),
    CheckConstraint("alias IN ('champion', 'challenger')", name="registry_aliases_alias"),
)

# Champions of a model one above the other, so that a roll-back knows who was there before.
succession = Table(
    "registry_succession",
    metadata,
    Column("model_id", Integer, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("version_id", Integer, nullable=False),
    ForeignKeyConstraint(
        ["version_id", "model_id"],
        ["registry_versions.id", "registry_versions.model_id"],
        name="registry_succession_version",
    ),
)

approvals = Table(
    "registry_approvals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version_id", Integer, ForeignKey("registry_versions.id"), nullable=False),
    Column("granted", Integer, nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", String(32), nullable=False),
    Column("why", Text, nullable=False),
    Column("checklist", Text, nullable=False),
    Index("registry_approvals_version", "version_id"),
)

# Each entry holds the digest of the one before, which no other entry may hold: the log is one chain and cannot fork.
log = Table(
    "registry_log",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("by", String(200), nullable=False),
    Column("role", String(12), nullable=False),
    Column("act", String(16), nullable=False),
    Column("model", String(100), nullable=False),
    Column("version", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("former", String(64), nullable=False, unique=True),
    Column("digest", String(64), nullable=False, unique=True),
)

# What a version has scored, as counts; never changed.
batches = Table(
    "registry_batches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version_id", Integer, ForeignKey("registry_versions.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("day", String(10), nullable=False),
    Column("document", Text, nullable=False),
    UniqueConstraint("version_id", "name", name="registry_batches_name"),
)

# Apart from the counts, so that they are not read along with them, and can be deleted without them.
batch_keys = Table(
    "registry_batch_keys",
    metadata,
    Column("batch_id", Integer, ForeignKey("registry_batches.id"), primary_key=True),
    Column("secret", String(16), nullable=False),
    Column("content", LargeBinary, nullable=False),
)

# Batches that count no more; who counts one again takes its row away. The log keeps both.
set_aside_batches = Table(
    "registry_batches_aside",
    metadata,
    Column("batch_id", Integer, ForeignKey("registry_batches.id"), primary_key=True),
    Column("by", String(200), nullable=False),
    Column("at", String(32), nullable=False),
    Column("why", Text, nullable=False),
)

outcomes = Table(
    "registry_outcomes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch_id", Integer, ForeignKey("registry_batches.id"), nullable=False),
    Column("known", String(10), nullable=False),
    Column("document", Text, nullable=False),
    Index("registry_outcomes_batch", "batch_id"),
)
