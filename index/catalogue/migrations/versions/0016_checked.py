"""Which version of the check has looked for personal data in a document's present text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Bring the schema forward: nobody knows which version looked, so each document is looked through once more."""
    op.add_column("document", sa.Column("checked", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_column("document", "checked")
