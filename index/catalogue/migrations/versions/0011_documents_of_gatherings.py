"""Documents are found by their gathering, which the calendar asks for gathering by gathering."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_index("document_event", "document", ["event_id"])


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_index("document_event", "document")
