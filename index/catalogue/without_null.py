"""How psycopg sends text: a module of its own, so that an installation on SQLite does not load psycopg."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg.types.string import StrDumperUnknown

if TYPE_CHECKING:
    from psycopg.abc import Buffer


class WithoutNull(StrDumperUnknown):
    """Sends text without null characters: PostgreSQL cannot store them, and texts read from files may hold some."""

    def dump(self, obj: str) -> Buffer | None:
        """The bytes to send for a text."""
        return super().dump(obj.replace("\0", ""))
