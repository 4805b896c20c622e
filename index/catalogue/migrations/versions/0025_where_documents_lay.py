"""Where a removed document lay last is asked of each batch that is read."""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_index("document_last_path", "document", ["last_path"])


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_index("document_last_path", "document")
