"""« Voir le site comme »: an administrator looks at the site as a group sees it, and does nothing there.

What is shown is never more than that group sees, nor more than the administrator does: only a group of their own can be
chosen, and all is that of a reader who keeps nothing yet. The choice lies in the signed session cookie; each request
looks it up anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import flash, request, session

from index.accounts import Role
from index.model import MEMBERS
from webapp.server import ErrorExplanation, ProblemError

if TYPE_CHECKING:
    from index.accounts import Account

_SESSION_KEY = "vu-comme"

_VISITOR, _GROUP_PREFIX = "visiteur", "groupe:"

_VIEWED_ID = "vu-comme"
"""The id of no account: what the administrator keeps is none of the person's as whom they look."""

_ALLOWED_ENDPOINTS = frozenset({"viewing.leave", "sign_in.sign_out", "static"})
"""What a person may send meanwhile: going back, and signing out."""

_OWN_BLUEPRINT = "account"
_OWN_ENDPOINTS = frozenset(
    {
        *("directory.list_own", "directory.new", "directory.edit"),
        *("dossiers.list_all", "dossiers.choose", "dossiers.show", "dossiers.export"),
        *("saved_searches.list_followed", "saved_searches.new"),
    }
)
"""Pages of what one person keeps: a group has no dossiers, and those of the administrator are not the group's."""

_READ_ONLY = ErrorExplanation(
    "Lecture seule",
    "Vous regardez le site comme un autre le voit\u00a0: rien ne peut y être changé ni envoyé.",
    "Revenez à votre propre vue par le bandeau, en haut de la page, puis recommencez.",
)
_OWN_PAGE = ErrorExplanation(
    "Page personnelle",
    "Vous regardez le site comme un autre le voit, et cette page est celle d’une seule personne\u00a0: son compte, sa "
    "fiche, ses dossiers ou ses suivis.",
    "Pour retrouver les vôtres, revenez à votre propre vue par le bandeau, en haut de la page.",
)


@dataclass(frozen=True, slots=True)
class ViewedRole:
    """As whom an administrator looks at the site: a signed-out visitor, or a reader of one group beside all members."""

    visitor: bool = False
    group: str = MEMBERS

    @property
    def value(self) -> str:
        """What stands for it in a form and in the session."""
        return _VISITOR if self.visitor else f"{_GROUP_PREFIX}{self.group}"

    @classmethod
    def from_value(cls, value: str) -> ViewedRole:
        """Read what `value` gave; anything else shows the least."""
        known = value.startswith(_GROUP_PREFIX)
        return cls(group=value.removeprefix(_GROUP_PREFIX)) if known else cls(visitor=True)

    def apply(self, account: Account) -> Account | None:
        """Return the account as such a person would be: a reader with that group at most, or nobody."""
        if self.visitor:
            return None
        # The name alone stays, for the head of pages.
        return replace(account, id=_VIEWED_ID, mail="", role=Role.READER, groups=account.groups & {self.group})


def start_viewing(viewed: ViewedRole) -> None:
    """Have the session's next requests answered as another would be."""
    session[_SESSION_KEY] = viewed.value


def stop_viewing() -> None:
    """Have the session's next requests answered as the person's own again."""
    session.pop(_SESSION_KEY, None)


def find_viewed_role(account: Account) -> ViewedRole | None:
    """Return as whom the person who is signed in looks at the site; None as themselves, and for all but administrators.

    `account` is the person's own, before anything is taken from it. A group that is gone, or theirs no more, ends it.
    """
    kept = session.get(_SESSION_KEY)
    if not isinstance(kept, str):
        return None
    viewed = ViewedRole.from_value(kept)
    if not account.role.includes(Role.ADMINISTRATOR):
        # Who administrates no more sees what is theirs, which is less.
        stop_viewing()
        return None
    if not viewed.visitor and viewed.group not in account.groups | {MEMBERS}:
        stop_viewing()
        flash(
            "Le groupe que vous regardiez n’existe plus, ou vous n’en faites plus partie\u00a0: vous êtes revenu à "
            "votre propre vue.",
            "error",
        )
        return None
    return viewed


def refuse_changes() -> None:
    """Raise ProblemError (403) for a request that could change something. To be called while someone views."""
    if request.method not in {"GET", "HEAD", "OPTIONS"} and request.endpoint not in _ALLOWED_ENDPOINTS:
        raise ProblemError(HTTPStatus.FORBIDDEN, _READ_ONLY)


def refuse_own_pages() -> None:
    """Raise ProblemError (403) for a page of what one person keeps. To be called while someone views as a group."""
    if request.blueprint == _OWN_BLUEPRINT or request.endpoint in _OWN_ENDPOINTS:
        raise ProblemError(HTTPStatus.FORBIDDEN, _OWN_PAGE)
