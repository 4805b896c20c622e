"""What harvesters have been offered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0011"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "harvest",
        _document(),
        sa.Column("revision", sa.Integer(), nullable=False, unique=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_harvest_at", "harvest", ["at"])
    op.create_table("harvest_group", _document(), sa.Column("group_name", sa.String(80), primary_key=True))
    op.create_table(
        "harvest_set",
        _document(),
        sa.Column("facet", sa.String(16), primary_key=True),
        sa.Column("value", sa.String(80), primary_key=True),
    )


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("harvest_set")
    op.drop_table("harvest_group")
    op.drop_table("harvest")


def _document() -> sa.Column[str]:
    key = sa.ForeignKey("document.id", ondelete="CASCADE")
    return sa.Column("document_id", sa.String(16), key, primary_key=True)
