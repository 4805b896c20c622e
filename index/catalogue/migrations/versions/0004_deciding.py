"""Decisions, deposits, gatherings told by the calendar, sidecars, changes of the vocabulary."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Bring the schema forward."""
    _columns()
    _decisions()
    _gatherings()
    _words()


def _columns() -> None:
    op.add_column("document", sa.Column("own_authors", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("document", sa.Column("summary", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE document SET own_authors = authors")
    op.add_column("event", sa.Column("begins", sa.Time(), nullable=True))
    op.add_column("event", sa.Column("ends", sa.Time(), nullable=True))
    for name in ("place", "link", "description"):
        op.add_column("event", sa.Column(name, sa.Text(), nullable=False, server_default=""))


def _decisions() -> None:
    op.create_table(
        "description",
        sa.Column("document_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.String(length=80), nullable=True),
        sa.Column("event_source", sa.String(length=16), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id"),
    )
    op.create_index("description_event", "description", ["event_id"], unique=False)
    op.create_table(
        "tag_decision",
        sa.Column("document_id", sa.String(length=16), nullable=False),
        sa.Column("facet", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *_by_someone(),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id", "facet", "value"),
    )
    op.execute(
        "INSERT INTO tag_decision (document_id, facet, value, chosen, reason, who, at) "
        "SELECT document_id, facet, value, true, reason, '', CURRENT_TIMESTAMP FROM tag WHERE source = 'animateur'"
    )
    op.create_table(
        "field_decision",
        sa.Column("document_id", sa.String(length=16), nullable=False),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        *_by_someone(),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id", "field"),
    )
    op.create_table(
        "qualification",
        sa.Column("document_id", sa.String(length=16), nullable=False),
        *_by_someone(),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id"),
    )
    op.create_table(
        "deposit",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("decisions", sa.JSON(), nullable=False),
        *_by_someone(),
        sa.PrimaryKeyConstraint("path"),
    )


def _by_someone() -> tuple[sa.Column[str], sa.Column[object]]:
    return sa.Column("who", sa.Text(), nullable=False), sa.Column("at", sa.DateTime(timezone=True), nullable=False)


def _gatherings() -> None:
    op.create_table(
        "event_claim",
        sa.Column("event_id", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        *_by_someone(),
        sa.PrimaryKeyConstraint("event_id", "source"),
    )
    op.create_table(
        "notice",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("path"),
    )


def _words() -> None:
    op.create_table(
        "area",
        sa.Column("territory", sa.String(length=80), nullable=False),
        sa.Column("facet", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("territory", "facet"),
    )
    op.create_table(
        "vocabulary_change",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("entry", sa.JSON(), nullable=True),
        sa.Column("undoes", sa.Integer(), nullable=True),
        *_by_someone(),
        sa.PrimaryKeyConstraint("number"),
    )


def downgrade() -> None:
    """Bring the schema back."""
    for table in ("vocabulary_change", "area", "notice", "event_claim", "deposit", "qualification", "field_decision"):
        op.drop_table(table)
    op.drop_table("tag_decision")
    op.drop_index("description_event", "description")
    op.drop_table("description")
    for name in ("description", "link", "place", "ends", "begins"):
        op.drop_column("event", name)
    op.drop_column("document", "summary")
    op.drop_column("document", "own_authors")
