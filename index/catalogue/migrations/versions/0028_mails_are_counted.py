"""Mails that people's requests send are counted, by hashes of mailbox, sender and network."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "sent_mail",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("sent_mail_subject", "sent_mail", ["subject"])
    op.create_index("sent_mail_at", "sent_mail", ["at"])


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("sent_mail")
