"""What is searched and opened, counted by day; nothing says by whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "searched",
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("text", "day"),
    )
    op.create_index("searched_day", "searched", ["day"], unique=False)
    op.create_table(
        "opened",
        sa.Column("document_id", sa.String(length=16), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id", "day"),
    )
    op.create_index("opened_day", "opened", ["day"], unique=False)


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_index("opened_day", "opened")
    op.drop_table("opened")
    op.drop_index("searched_day", "searched")
    op.drop_table("searched")
