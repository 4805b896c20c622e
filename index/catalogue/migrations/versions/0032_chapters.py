"""When slides are spoken of in recordings: what alignments found, and what people say."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Bring the schema forward."""
    _create_table(
        "alignment",
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("starts", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    _create_table(
        "chapter_decision",
        sa.Column("slide", sa.Integer(), primary_key=True),
        sa.Column("start", sa.Double()),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def _create_table(name: str, *columns: sa.Column[Any]) -> None:
    """Create a table about a recording and a deck."""
    op.create_table(
        name,
        sa.Column("recording_id", sa.String(16), sa.ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("deck_id", sa.String(16), sa.ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
        *columns,
    )
    op.create_index(f"{name}_deck", name, ["deck_id"])


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("chapter_decision")
    op.drop_table("alignment")
