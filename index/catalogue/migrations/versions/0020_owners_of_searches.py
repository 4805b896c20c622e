"""Whose a kept search is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0017"


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("saved_search", sa.Column("owner", sa.String(16), nullable=False, server_default=""))


def downgrade() -> None:
    """Bring the schema back."""
    with op.batch_alter_table("saved_search") as batch:
        batch.drop_column("owner")
