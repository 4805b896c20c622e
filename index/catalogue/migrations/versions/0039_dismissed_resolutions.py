"""Lines of minutes that animators said are no decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
news = "Les décisions des comptes rendus se lisent à « Décisions » ; l’équipe d’animation écarte ce qui n’en est pas."


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "dismissed_resolution",
        sa.Column("document_id", sa.String(16), sa.ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
        # The line’s own words are not copied: the document may lose them.
        sa.Column("fingerprint", sa.String(32), primary_key=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("dismissed_resolution")
