"""The library's folders, so that a rule can follow the one that it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import PurePosixPath

import sqlalchemy as sa
from alembic import op

from index.model import normalise_path

revision = "0027"
down_revision = "0026"

_TABLES_OF_PATHS = ("place", "queue", "left_out", "notice")

# Before any rule can lose its folder: what is known now is no new folder.
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    """Bring the schema forward."""
    folder = op.create_table(
        "library_folder",
        sa.Column("path", sa.Text(), primary_key=True),
        sa.Column("normal_path", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone", sa.DateTime(timezone=True)),
        sa.Column("moved_to", sa.Text()),
    )
    op.create_index("library_folder_normal_path", "library_folder", ["normal_path"])
    op.create_index("library_folder_first_seen", "library_folder", ["first_seen"])
    # A rule whose folder is renamed before the first scan follows it by the files that it held.
    if rows := [
        {"path": path, "normal_path": normalise_path(path), "identity": "", "first_seen": _LONG_AGO}
        for path in sorted(_list_known_folders())
    ]:
        op.bulk_insert(folder, rows)


def _list_known_folders() -> set[str]:
    connection = op.get_bind()
    columns = [sa.table(name, sa.column("path", sa.Text())).c.path for name in _TABLES_OF_PATHS]
    paths = {path for column in columns for path in connection.scalars(sa.select(column))}
    near = {PurePosixPath(path).parent for path in paths if not path.startswith("/")}
    return {str(each) for folder in near for each in (folder, *folder.parents) if each.parts}


def downgrade() -> None:
    """Bring the schema back."""
    op.drop_table("library_folder")
