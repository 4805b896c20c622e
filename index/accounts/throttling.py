"""How long to wait before another attempt to sign in, after too many failed ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WINDOW = timedelta(hours=1)
"""Failures of this last while count; older ones are ignored, and erased."""

_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class AttemptAllowance:
    """How many failures are accepted before one has to wait."""

    failures: int


PER_ACCOUNT = AttemptAllowance(5)
PER_ADDRESS = AttemptAllowance(30)
"""More than for an account: a whole office may share one network address."""


def compute_wait(failures: Sequence[datetime], allowance: AttemptAllowance, now: datetime) -> timedelta:
    """How long until the next attempt is allowed, zero where it is allowed now.

    The delay doubles at each failure, up to a quarter of an hour. It never becomes a lock-out: anyone could make
    others' sign-ins fail.
    """
    recent = [at for at in failures if now - at < WINDOW]
    beyond = len(recent) - allowance.failures
    if beyond < 0:
        return timedelta(0)
    # Five doublings reach the longest wait; the bound keeps the number small, whatever the count of failures.
    delay = min(_LONGEST_WAIT, _FIRST_WAIT * (1 << min(beyond, 10)))
    return max(timedelta(0), max(recent) + delay - now)
