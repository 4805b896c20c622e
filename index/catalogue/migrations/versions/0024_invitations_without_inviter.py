"""Who invited is told by the audit alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("invitation") as batch:
        batch.drop_column("by")


def downgrade() -> None:
    """Bring the schema back."""
    op.add_column("invitation", sa.Column("by", sa.String(), nullable=False, server_default=""))
