"""How many rows people may add to a table, each and together: nothing that a person adds grows without end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from index.model import ExplainedError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class QuotaReachedError(ExplainedError):
    """There are as many rows of a kind as there may be; nothing was written, and the message says what to do."""


@dataclass(frozen=True, slots=True)
class Quota:
    """The most rows of a table: `most` in all, `most_each` with the same value of the column `owner`, where it has one.

    `noun` is what a person calls them, in the plural.
    """

    noun: str
    most: int
    owner: str = ""
    most_each: int = 0


def check_quotas(session: Session) -> None:
    """Raise QuotaReachedError if a session is about to add a row beyond its table's quota."""
    kinds: Counter[Any] = Counter(map(type, session.new))
    for kind, added in kinds.items():
        if quota := kind.quota:
            _check_quota(session, kind, quota, added)


def _check_quota(session: Session, kind: Any, quota: Quota, added: int) -> None:
    count = select(func.count()).select_from(kind)
    if session.scalars(count).one() + added > quota.most:
        raise QuotaReachedError(
            f"Il y a déjà {quota.most} {quota.noun}, le plus que le service en garde : prévenez l’administration."
        )
    if not quota.owner:
        return
    for owner, own in Counter(getattr(row, quota.owner) for row in session.new if type(row) is kind).items():
        if session.scalars(count.where(getattr(kind, quota.owner) == owner)).one() + own > quota.most_each:
            raise QuotaReachedError(
                f"Il y a déjà {quota.most_each} {quota.noun} pour vous, le plus que le service en garde : supprimez-en "
                "avant d’en ajouter."
            )
