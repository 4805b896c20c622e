"""Erasing what was kept of people, when its time is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.accounts import Lifetimes
    from index.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Purged:
    """How much was erased: lines of the audit, sessions, invitations, tries to sign in."""

    lines: int
    sessions: int
    invitations: int
    attempts: int


def purge(catalogue: Catalogue, lifetimes: Lifetimes) -> Purged:
    """Erase what nobody can use any more, and what the audit has kept for long enough."""
    return Purged(
        lines=catalogue.audit.purge(datetime.now(UTC) - lifetimes.audit),
        sessions=catalogue.sessions.purge(lifetimes),
        invitations=catalogue.invitations.purge(),
        attempts=catalogue.attempts.purge(),
    )
