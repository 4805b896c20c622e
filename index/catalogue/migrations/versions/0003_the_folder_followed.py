"""What following the folder needs: versions, what waits, what is missing or left out, the indexer's own word."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Bring the schema forward; the present content of each document becomes its first version."""
    op.add_column("document", sa.Column("last_path", sa.Text(), nullable=False, server_default=""))
    op.add_column("place", sa.Column("ctime_ns", sa.BigInteger(), nullable=False, server_default="0"))
    _versions()
    _files()
    _indexer()


def _versions() -> None:
    op.create_table(
        "version",
        sa.Column("document_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified", sa.DateTime(timezone=True), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id", "number"),
    )
    op.create_index("version_digest", "version", ["digest"], unique=False)
    op.execute(
        "INSERT INTO version (document_id, number, digest, size, path, seen, modified, who) "
        "SELECT document.id, 1, document.digest, place.size, place.path, document.updated, NULL, '' "
        "FROM document JOIN place ON place.document_id = document.id AND place.digest = document.digest "
        "WHERE NOT EXISTS (SELECT 1 FROM place AS other WHERE other.document_id = document.id "
        "AND other.digest = document.digest AND other.path < place.path)"
    )


def _files() -> None:
    op.create_table(
        "missing",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("path"),
    )
    op.create_table(
        "queue",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("ctime_ns", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("path"),
    )
    op.create_index("queue_since", "queue", ["since"], unique=False)
    op.create_table(
        "left_out",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("path"),
    )


def _indexer() -> None:
    op.create_table(
        "indexer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heartbeat", sa.DateTime(timezone=True), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("reading_seconds", sa.Double(), nullable=False),
        sa.Column("per_minute", sa.Double(), nullable=False),
        sa.Column("seconds_left", sa.Double(), nullable=True),
        sa.Column("guard", sa.Text(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("compared", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compared_seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("indexer")
    op.drop_table("left_out")
    op.drop_index("queue_since", "queue")
    op.drop_table("queue")
    op.drop_table("missing")
    op.drop_index("version_digest", "version")
    op.drop_table("version")
    op.drop_column("place", "ctime_ns")
    op.drop_column("document", "last_path")
