"""The directory: what people agreed to tell of themselves, and what waits for their agreement."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
news = "Un annuaire : chacun y est montré comme il l’a accepté, aux membres connectés ; rien n’y est sans accord."


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "contact",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("mail", sa.String(254), nullable=False),
        # Null until the person agrees: an animator may propose before there is an account.
        sa.Column("account_id", sa.String(16), sa.ForeignKey("account.id", ondelete="CASCADE")),
        # SQL’s NULL where nothing is agreed to, or nothing waits.
        sa.Column("shown", sa.JSON()),
        sa.Column("proposed", sa.JSON()),
        sa.Column("consented", sa.DateTime(timezone=True)),
        sa.Column("confirmed", sa.DateTime(timezone=True)),
        sa.Column("proposed_at", sa.DateTime(timezone=True)),
        sa.Column("proposed_by", sa.Text(), nullable=False),
    )
    op.create_index("contact_mail", "contact", ["mail"])
    op.create_index("contact_account", "contact", ["account_id"])


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("contact")
