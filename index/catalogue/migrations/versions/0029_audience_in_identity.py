"""The audience of a document's places is part of its identity; what would widen it waits for a person."""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePosixPath

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

_MEMBERS = "membres"


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("document", sa.Column("place_groups", sa.Text(), nullable=False, server_default=_MEMBERS))
    op.add_column("version", sa.Column("groups", sa.Text(), nullable=False, server_default=_MEMBERS))
    op.create_table(
        "hold",
        sa.Column("document_id", sa.String(16), sa.ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("kept", sa.DateTime(timezone=True)),
        sa.Column("who", sa.Text(), nullable=False),
    )
    _record_present_audiences(op.get_bind())


def _record_present_audiences(connection: sa.Connection) -> None:
    """Record what the folder rules make of each document and version today."""
    rules: defaultdict[str, set[str]] = defaultdict(set)
    for folder, group in connection.execute(sa.text("SELECT folder, group_name FROM folder_rule")):
        rules[folder].add(group)
    if not rules:
        return
    of_documents: defaultdict[str, set[str]] = defaultdict(set)
    places = "SELECT document_id, path FROM place WHERE document_id IS NOT NULL"
    gone = "SELECT id, last_path FROM document WHERE removed IS NOT NULL AND last_path <> ''"
    for id_, path in [*connection.execute(sa.text(places)), *connection.execute(sa.text(gone))]:
        of_documents[id_] |= _groups_of_path(path, rules)
    for id_, groups in of_documents.items():
        connection.execute(
            sa.text("UPDATE document SET place_groups = :groups WHERE id = :id"), {"groups": _join(groups), "id": id_}
        )
    versions = connection.execute(sa.text("SELECT document_id, number, path FROM version")).all()
    for id_, number, path in versions:
        groups = _groups_of_path(path, rules)
        if groups != {_MEMBERS}:
            connection.execute(
                sa.text("UPDATE version SET groups = :groups WHERE document_id = :id AND number = :number"),
                {"groups": _join(groups), "id": id_, "number": number},
            )


def _groups_of_path(path: str, rules: dict[str, set[str]]) -> set[str]:
    # As the rules were when this step was written: a migration must not change with the code.
    for folder in PurePosixPath(path).parents:
        if groups := rules.get("" if str(folder) == "." else str(folder)):
            return groups
    return {_MEMBERS}


def _join(groups: set[str]) -> str:
    return _MEMBERS if _MEMBERS in groups else ",".join(sorted(groups))


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("hold")
    op.drop_column("version", "groups")
    op.drop_column("document", "place_groups")
