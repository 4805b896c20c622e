"""The mails that became deposits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
news = "L’équipe d’animation peut déposer par courriel, si une boîte est réglée (« deposit_mailbox_host »)."


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "mailed_deposit",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("sender", sa.String(64), nullable=False),
        sa.Column("handled", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered", sa.DateTime(timezone=True)),
    )


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("mailed_deposit")
