"""What programs hear in recordings is kept by piece, and what people correct of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("document", sa.Column("transcribed", sa.Text(), nullable=False, server_default=""))
    op.add_column("passage", sa.Column("doubtful", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("indexer", sa.Column("transcribing", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("indexer", sa.Column("sound_left", sa.Double(), nullable=False, server_default="0"))
    op.add_column("indexer", sa.Column("hearing_left", sa.Double()))
    op.add_column("indexer", sa.Column("hearing_message", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "transcript_piece",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("engine", sa.Text(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("start", sa.Double(), nullable=False),
        sa.Column("end", sa.Double(), nullable=False),
        sa.Column("segments", sa.JSON(), nullable=False),
        sa.Column("dropped", sa.Integer(), nullable=False),
        sa.Column("is_last", sa.Boolean(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "transcript_correction",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("document_id", sa.String(16), sa.ForeignKey("document.id", ondelete="CASCADE"), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("start", sa.Double(), nullable=False),
        sa.Column("end", sa.Double(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("transcript_correction_document", "transcript_correction", ["document_id"])


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("transcript_correction")
    op.drop_table("transcript_piece")
    for column in ("hearing_message", "hearing_left", "sound_left", "transcribing"):
        op.drop_column("indexer", column)
    op.drop_column("passage", "doubtful")
    op.drop_column("document", "transcribed")
