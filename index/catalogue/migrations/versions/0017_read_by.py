"""Which version of the extractors read a document's present text, and how many wait to be read by the present one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Bring the schema forward: nobody knows which version read what is there, so each is read once more."""
    op.add_column("document", sa.Column("extractor_version", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("indexer", sa.Column("rereading", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_column("indexer", "rereading")
    op.drop_column("document", "extractor_version")
