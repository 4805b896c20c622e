"""How often what an answer may show has changed: an answer is remembered until it does."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
news = "Une recherche déjà faite est répondue bien plus vite, tant que rien de ce qu’elle montre n’a changé."


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("clock", sa.Column("changes", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Bring the schema back."""
    with op.batch_alter_table("clock") as table:
        table.drop_column("changes")
