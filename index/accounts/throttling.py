"""How long to wait before another try, after too many wrong ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WINDOW = timedelta(hours=1)
"""Failures that count; older ones are forgotten, and erased."""

_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Patience:
    """Failures that are borne without waiting."""

    failures: int


ACCOUNT = Patience(5)
ADDRESS = Patience(30)
"""More than an account's: a whole office may come from one address."""


def wait(failures: Sequence[datetime], patience: Patience, now: datetime) -> timedelta:
    """How long until a next try is allowed: doubled at each failure, never for good, as anyone can make others fail."""
    recent = [at for at in failures if now - at < WINDOW]
    beyond = len(recent) - patience.failures
    if beyond < 0:
        return timedelta(0)
    # Doubling more often than this would overflow long before it mattered.
    delay = min(_LONGEST_WAIT, _FIRST_WAIT * (1 << min(beyond, 10)))
    return max(timedelta(0), max(recent) + delay - now)
