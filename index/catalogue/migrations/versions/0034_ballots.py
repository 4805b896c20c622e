"""Whether documents were useful, as people say without their name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
news = "« Utile ? » : les membres disent, sans leur nom, ce qui leur a servi."


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "ballot",
        sa.Column("document_id", sa.String(16), sa.ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("voter", sa.String(32), primary_key=True),
        sa.Column("useful", sa.Boolean(), nullable=False),
        sa.Column("on_answer", sa.Boolean(), nullable=False),
    )
    op.create_index("ballot_document", "ballot", ["document_id"])


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("ballot")
