"""Dossiers: documents and places that people gather."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
news = "Les membres réunissent des documents et des passages en dossiers."


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "dossier",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("owner", sa.String(16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed", sa.DateTime(timezone=True)),
        sa.Column("share", sa.String(32), unique=True),
    )
    op.create_index("dossier_owner", "dossier", ["owner"])
    op.create_table(
        "dossier_item",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("dossier_id", sa.String(16), sa.ForeignKey("dossier.id", ondelete="CASCADE"), nullable=False),
        sa.Column("document_id", sa.String(16), sa.ForeignKey("document.id", ondelete="CASCADE"), nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed", sa.DateTime(timezone=True)),
    )
    op.create_index("dossier_item_dossier", "dossier_item", ["dossier_id"])
    op.create_index("dossier_item_document", "dossier_item", ["document_id"])


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("dossier_item")
    op.drop_table("dossier")
