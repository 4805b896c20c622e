"""Accounts, sessions, tokens, groups, folders that only some see, and the audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _short(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _account() -> sa.Column[str]:
    return sa.Column("account_id", sa.String(16), sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False)


def upgrade() -> None:
    """Bring the schema forward."""
    _people()
    _ways_in()
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), primary_key=True),
        _instant("at"),
        _short("who", 16),
        _short("act", 40),
        _text("subject"),
        _text("detail"),
    )
    for column in ("at", "who", "subject"):
        op.create_index(f"audit_{column}", "audit", [column])


def _people() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("mail", sa.String(254), nullable=False, unique=True),
        _text("name"),
        _short("role", 16),
        _short("state", 16),
        sa.Column("password_hash", sa.Text()),
        _instant("created"),
        _instant("signed_in", nullable=True),
    )
    op.create_table("member_group", sa.Column("name", sa.String(80), primary_key=True), _text("label"))
    op.create_table(
        "membership",
        _account(),
        sa.Column("group_name", sa.String(80), sa.ForeignKey("member_group.name", ondelete="CASCADE"), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "group_name"),
    )
    op.create_table(
        "folder_rule",
        _text("folder"),
        _short("group_name", 80),
        sa.PrimaryKeyConstraint("folder", "group_name"),
    )
    op.create_table(
        "invitation",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("mail", sa.String(254), nullable=False, unique=True),
        _short("role", 16),
        sa.Column("groups", sa.JSON(), nullable=False),
        _text("by"),
        _instant("created"),
        _instant("expires"),
    )


def _ways_in() -> None:
    op.create_table(
        "browser_session",
        sa.Column("number", sa.Integer(), primary_key=True),
        _account(),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("former_hash", sa.String(64), unique=True),
        *(_instant(name) for name in ("created", "renewed", "seen", "expires")),
    )
    op.create_index("browser_session_account", "browser_session", ["account_id"])
    op.create_table(
        "api_token",
        sa.Column("number", sa.Integer(), primary_key=True),
        _account(),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        _short("start", 16),
        _text("name"),
        _short("scope", 16),
        _instant("created"),
        _instant("expires"),
        _instant("used", nullable=True),
    )
    op.create_index("api_token_account", "api_token", ["account_id"])
    op.create_table(
        "sign_in_attempt",
        sa.Column("number", sa.Integer(), primary_key=True),
        _short("subject", 64),
        _instant("at"),
    )
    for column in ("subject", "at"):
        op.create_index(f"sign_in_attempt_{column}", "sign_in_attempt", [column])


_TABLES = (
    *("audit", "sign_in_attempt", "api_token", "browser_session", "invitation", "folder_rule", "membership"),
    *("member_group", "account"),
)


def downgrade() -> None:
    """Bring the schema back."""
    for table in _TABLES:
        op.drop_table(table)
