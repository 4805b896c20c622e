"""Members' questions, their answers, and those who ask them too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
news = "Les membres posent des questions ; une question qui a sa réponse se trouve comme un document."


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "inquiry",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("owner", sa.String(16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("territories", sa.JSON(), nullable=False),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_up", sa.DateTime(timezone=True)),
        sa.Column("taken_by", sa.String(16), nullable=False),
        sa.Column("passed_on", sa.DateTime(timezone=True)),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("answered", sa.DateTime(timezone=True)),
        sa.Column("document_id", sa.String(16), sa.ForeignKey("document.id")),
    )
    op.create_index("inquiry_owner", "inquiry", ["owner"])
    op.create_index("inquiry_asked", "inquiry", ["asked"])
    op.create_index("inquiry_document", "inquiry", ["document_id"], unique=True)
    op.create_table(
        "inquiry_answer",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("inquiry_id", sa.String(16), sa.ForeignKey("inquiry.id", ondelete="CASCADE"), nullable=False),
        sa.Column("author", sa.String(16), nullable=False),
        sa.Column("by_team", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_index("inquiry_answer_inquiry", "inquiry_answer", ["inquiry_id"])
    op.create_index("inquiry_answer_author", "inquiry_answer", ["author"])
    op.create_table(
        "inquiry_place",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("answer", sa.Integer(), sa.ForeignKey("inquiry_answer.number", ondelete="CASCADE"), nullable=False),
        sa.Column("document_id", sa.String(16), sa.ForeignKey("document.id", ondelete="CASCADE"), nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
    )
    op.create_index("inquiry_place_answer", "inquiry_place", ["answer"])
    op.create_index("inquiry_place_document", "inquiry_place", ["document_id"])
    op.create_table(
        "inquiry_voice",
        sa.Column("inquiry_id", sa.String(16), sa.ForeignKey("inquiry.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("voter", sa.String(32), primary_key=True),
    )


def downgrade() -> None:
    """Bring the schema back."""
    for table in ("inquiry_voice", "inquiry_place", "inquiry_answer", "inquiry"):
        op.drop_table(table)
