"""Whom the single sign-on names, and what it wants back when they leave."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "identity",
        sa.Column("issuer", sa.String(500), primary_key=True),
        sa.Column("subject", sa.String(255), primary_key=True),
        sa.Column("account_id", sa.String(16), sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
        sa.Column("linked", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("identity_account", "identity", ["account_id"])
    op.add_column("browser_session", sa.Column("id_token", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Bring the schema back."""
    with op.batch_alter_table("browser_session") as batch:
        batch.drop_column("id_token")
    op.drop_table("identity")
