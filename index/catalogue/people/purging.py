"""Erasing what was kept of people, when its time is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.accounts import Lifetimes
    from index.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Purged:
    """How much was erased: lines of the audit, sessions, keys, invitations, tries to sign in, unconfirmed followers."""

    lines: int
    sessions: int
    tokens: int
    invitations: int
    attempts: int
    followers: int


UNCONFIRMED = timedelta(days=7)
"""How long an address that was asked to confirm that it follows a search may take."""


def purge(catalogue: Catalogue, lifetimes: Lifetimes) -> Purged:
    """Erase what nobody can use any more, and what the audit has kept for long enough."""
    now = datetime.now(UTC)
    return Purged(
        lines=catalogue.audit.purge(now - lifetimes.audit),
        sessions=catalogue.sessions.purge(lifetimes),
        tokens=catalogue.tokens.purge(),
        invitations=catalogue.invitations.purge(),
        attempts=catalogue.attempts.purge(),
        followers=catalogue.saved.forget_unconfirmed(now - UNCONFIRMED),
    )
