"""What was opened from a search, and what was searched after it, counted by day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
news = "Les recherches dont personne n’ouvre rien se voient, et ce qui fut ouvert ensuite : des nombres, 90 jours."


def upgrade() -> None:
    """Bring the schema forward."""
    # Null for the days before: nobody knows what was opened then.
    op.add_column("searched", sa.Column("opened", sa.Integer()))
    op.create_table(
        "next_search",
        sa.Column("text", sa.String(200), primary_key=True),
        sa.Column("next_text", sa.String(200), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("times", sa.Integer(), nullable=False),
    )
    op.create_index("next_search_day", "next_search", ["day"])
    op.create_table(
        "opened_result",
        sa.Column("text", sa.String(200), primary_key=True),
        sa.Column("document_id", sa.String(16), sa.ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("times", sa.Integer(), nullable=False),
    )
    op.create_index("opened_result_day", "opened_result", ["day"])


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("opened_result")
    op.drop_table("next_search")
    with op.batch_alter_table("searched") as table:
        table.drop_column("opened")
