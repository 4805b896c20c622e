"""« Voir le site comme »: an administrator looks at the site as a group sees it, and does nothing there.

What is shown is never more than that group sees, nor more than the administrator does: only a group of their own can be
chosen, and all is that of a reader. The choice lies in the signed session cookie; each request looks it up anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import request, session

from index.accounts import Role
from index.model import MEMBERS
from webapp.server import ErrorExplanation, ProblemError

if TYPE_CHECKING:
    from index.accounts import Account

_SESSION_KEY = "vu-comme"

VISITOR = "visiteur"
"""Stands for someone who has not signed in. No group has this name in the session: it is kept beside them."""

_GROUP_PREFIX = "groupe:"

_ALLOWED_ENDPOINTS = frozenset({"viewing.leave", "sign_in.sign_out", "static"})
"""What a person may send meanwhile: going back, and signing out."""

_READ_ONLY = ErrorExplanation(
    "Lecture seule",
    "Vous regardez le site comme un autre le voit\u00a0: rien ne peut y être changé ni envoyé.",
    "Revenez à votre propre vue par le bandeau, en haut de la page, puis recommencez.",
)


@dataclass(frozen=True, slots=True)
class ViewedRole:
    """As whom an administrator looks at the site: a signed-out visitor, or a reader of one group beside all members."""

    visitor: bool = False
    group: str = MEMBERS

    def apply(self, account: Account) -> Account | None:
        """Return the account as such a person would be: a reader with that group at most, or nobody."""
        if self.visitor:
            return None
        # A group that has been taken from the administrator meanwhile shows nothing any more.
        return replace(account, role=Role.READER, groups=account.groups & {self.group})


def start_viewing(viewed: ViewedRole) -> None:
    """Have the session's next requests answered as another would be."""
    session[_SESSION_KEY] = VISITOR if viewed.visitor else f"{_GROUP_PREFIX}{viewed.group}"


def stop_viewing() -> None:
    """Have the session's next requests answered as the person's own again."""
    session.pop(_SESSION_KEY, None)


def find_viewed_role(account: Account) -> ViewedRole | None:
    """Return as whom the person who is signed in looks at the site; None as themselves, and for all but administrators.

    `account` is the person's own, before anything is taken from it.
    """
    kept = session.get(_SESSION_KEY, "")
    # Who administrates no more sees what is theirs, which is less.
    if not isinstance(kept, str) or not kept or not account.role.includes(Role.ADMINISTRATOR):
        return None
    if kept.startswith(_GROUP_PREFIX):
        return ViewedRole(group=kept.removeprefix(_GROUP_PREFIX))
    # Anything else shows the least.
    return ViewedRole(visitor=True)


def refuse_changes() -> None:
    """Raise ProblemError (403) for a request that could change something. To be called while someone views."""
    if request.method not in {"GET", "HEAD", "OPTIONS"} and request.endpoint not in _ALLOWED_ENDPOINTS:
        raise ProblemError(HTTPStatus.FORBIDDEN, _READ_ONLY)
