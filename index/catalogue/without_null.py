"""How psycopg is told to send text; a module of its own, so that who has no PostgreSQL need not load psycopg."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg.types.string import StrDumperUnknown

if TYPE_CHECKING:
    from psycopg.abc import Buffer


class WithoutNull(StrDumperUnknown):
    """PostgreSQL keeps no null character, which files' names for themselves may have: the rest is kept."""

    def dump(self, obj: str) -> Buffer | None:
        """What is sent."""
        return super().dump(obj.replace("\0", ""))
