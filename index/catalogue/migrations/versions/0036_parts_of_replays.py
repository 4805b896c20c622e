"""A recording, its captions and its sound are one document; the indexer joins those that are there when it starts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
news = (
    "Un enregistrement, ses sous-titres et son enregistrement sonore sont un seul document, joint "
    "au démarrage ; les anciennes adresses y mènent."
)


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("document", sa.Column("part_of", sa.String(16)))
    op.add_column("document", sa.Column("part_rank", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("document_part_of", "document", ["part_of"])


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_index("document_part_of", "document")
    op.drop_column("document", "part_rank")
    op.drop_column("document", "part_of")
