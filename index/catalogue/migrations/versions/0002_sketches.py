"""Sketches, which tell near-duplicates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("document", sa.Column("sketch", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_column("document", "sketch")
