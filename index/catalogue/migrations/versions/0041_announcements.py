"""What is told to rooms and webhooks, and how far each was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
news = "Les salons et les outils que nomme « announcements » sont prévenus de ce qui est nouveau."


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "announcement_receiver",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("told_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
    )
    op.create_table(
        "announcement",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("receiver", sa.String(80), nullable=False),
        sa.Column("subject", sa.String(16), nullable=False),
        sa.Column("ids", sa.JSON(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True)),
    )
    op.create_index("announcement_state", "announcement", ["state"])


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("announcement")
    op.drop_table("announcement_receiver")
