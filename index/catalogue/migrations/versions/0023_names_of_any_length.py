"""Names and slugs of any length in PostgreSQL too: SQLite never held them to their limit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"

_COLUMNS = (
    ("event", "id"),
    ("document", "event_id"),
    ("tag", "value"),
    ("audience", "group_name"),
    ("description", "event_id"),
    ("tag_decision", "value"),
    ("area", "territory"),
    ("area", "value"),
    ("event_claim", "event_id"),
    ("vocabulary_change", "slug"),
    ("member_group", "name"),
    ("membership", "group_name"),
    ("folder_rule", "group_name"),
    ("harvest_group", "group_name"),
    ("harvest_set", "value"),
)


def upgrade() -> None:
    """Bring the schema forward."""
    _become(sa.Text())


def downgrade() -> None:
    """Bring the schema back."""
    _become(sa.String(80))


def _become(type_: sa.Text | sa.String) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, column in _COLUMNS:
            op.alter_column(table, column, type_=type_)
