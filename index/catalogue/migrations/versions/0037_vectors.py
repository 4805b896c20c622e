"""The vectors of documents' passages, and how far the indexer is with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
news = "Le classement par le sens des mots se règle (« embedding ») ; il n’est pris que s’il aide."


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "document_vectors",
        sa.Column("document_id", sa.String(16), sa.ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("model", sa.Text(), primary_key=True),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.Column("vectors", sa.LargeBinary(), nullable=False),
    )
    op.create_index("document_vectors_content", "document_vectors", ["content"])
    op.create_index("document_vectors_number", "document_vectors", ["number"])
    op.add_column("indexer", sa.Column("embedding", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("indexer", sa.Column("embedding_left", sa.Double()))
    op.add_column("indexer", sa.Column("embedding_message", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Bring the schema back."""
    for column in ("embedding_message", "embedding_left", "embedding"):
        op.drop_column("indexer", column)
    op.drop_table("document_vectors")
