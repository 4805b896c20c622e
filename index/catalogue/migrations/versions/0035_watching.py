"""The indexer tells how many videos are to be looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
news = "Les vidéos sont regardées, une fois, pour situer les diapositives à la seconde."


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("indexer", sa.Column("watching", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_column("indexer", "watching")
