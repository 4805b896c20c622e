"""Judged questions, and how searches did on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
news = (
    "Des questions de contrôle, gardées depuis les résultats, disent si un changement du vocabulaire aide ; elles "
    "remplacent le fichier que nommait « judged_questions »."
)


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "judged_question",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("text", sa.String(200), nullable=False),
        # No foreign keys: what a question was judged by stays when a document is gone, and may come back.
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("document_ids", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "evaluation",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
    )


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("evaluation")
    op.drop_table("judged_question")
