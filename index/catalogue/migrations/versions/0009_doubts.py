"""Doubts about personal data."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0006"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "doubt",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("document_id", sa.String(16), sa.ForeignKey("document.id", ondelete="CASCADE"), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("masked", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("found", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(16)),
        sa.Column("who", sa.Text(), nullable=False, server_default=""),
        sa.Column("at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("document_id", "fingerprint"),
    )


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("doubt")
