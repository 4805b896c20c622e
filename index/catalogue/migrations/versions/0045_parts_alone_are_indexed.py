"""The index by replay holds parts of replays alone, and serves no search for documents that are parts of none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
news = "Une page de résultats s’affiche plus vite : la base ne relit plus tous les documents pour en montrer dix."

_IS_PART = sa.text("part_of IS NOT NULL")


def upgrade() -> None:
    """Bring the schema forward."""
    op.drop_index("document_part_of", "document")
    op.create_index("document_part_of", "document", ["part_of"], sqlite_where=_IS_PART, postgresql_where=_IS_PART)


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_index("document_part_of", "document")
    op.create_index("document_part_of", "document", ["part_of"])
