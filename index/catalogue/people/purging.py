"""Deletes what was stored about people, when its time is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.accounts import Lifetimes
    from index.catalogue.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class PurgeCounts:
    """How many were deleted: audit entries, sessions, tokens, invitations, attempts, unconfirmed subscriptions."""

    lines: int
    sessions: int
    tokens: int
    invitations: int
    attempts: int
    followers: int


CONFIRMATION_TIME = timedelta(days=7)
"""How long a person has to confirm that their address follows a search."""


def purge_expired(catalogue: Catalogue, lifetimes: Lifetimes) -> PurgeCounts:
    """Delete what can no longer be used, and audit entries that were kept for long enough."""
    now = datetime.now(UTC)
    return PurgeCounts(
        # A transaction each: what is interrupted goes on at the next purge.
        lines=catalogue.audit.purge(now - lifetimes.audit),
        sessions=catalogue.sessions.purge(lifetimes),
        tokens=catalogue.tokens.purge(),
        invitations=catalogue.invitations.purge(),
        attempts=catalogue.attempts.purge(),
        followers=catalogue.saved.forget_unconfirmed(now - CONFIRMATION_TIME),
    )
