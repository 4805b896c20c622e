"""The audit for administrators: who did what, to what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from index.accounts import Act, Entry
from index.accounts.acts import ERASED
from webapp.hive import hive
from webapp.identity import only_for_administrators

if TYPE_CHECKING:
    from collections.abc import Iterable

blueprint = only_for_administrators(Blueprint("journal", __name__, url_prefix="/administration/journal"))

_PER_PAGE = 50

_ON_ACCOUNTS = {
    Act.ACCOUNT_CREATED,
    Act.ACCOUNT_CHANGED,
    Act.ACCOUNT_SUSPENDED,
    Act.ACCOUNT_RESTORED,
    Act.ACCOUNT_ERASED,
    Act.ACCOUNT_EXPORTED,
    Act.ACCOUNT_LINKED,
    Act.PASSWORD_CHANGED,
    Act.SIGNED_IN,
    Act.SIGN_IN_REFUSED,
    Act.SESSIONS_CLOSED,
    Act.TOKEN_CREATED,
    Act.TOKEN_REVOKED,
}
"""Acts whose target is an account: its name is displayed in place of its id."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the audit as it is displayed."""

    entry: Entry
    who: str
    on: str


@blueprint.get("")
def show() -> str:
    """Show a page of the audit, newest first, for one account or one kind of act when asked."""
    account = request.args.get("compte", "")
    act = {each.value: each for each in Act}.get(request.args.get("acte", ""))
    audit = hive().catalogue.audit
    total = audit.count(account=account, act=act)
    pages = max(1, -(-total // _PER_PAGE))
    # A page beyond the last, as in an old link, shows the last.
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    entries = audit.latest(_PER_PAGE, (page - 1) * _PER_PAGE, account=account, act=act)
    return render_template(
        "administration/journal.html",
        lines=_told(entries),
        total=total,
        page=page,
        pages=pages,
        account=account,
        act=act,
        acts=sorted(Act, key=lambda each: each.label),
        people=hive().catalogue.accounts.all(),
        days=hive().settings.audit_days,
    )


def _told(entries: Iterable[Entry]) -> list[Line]:
    # One read for all lines. An erased account has no name left: its id tells it from other erased ones.
    names = hive().catalogue.accounts.names()

    def named(id_: str) -> str:
        return names.get(id_, f"{ERASED} ({id_})")

    return [
        Line(
            each,
            named(each.who) if each.who else "–",
            named(each.on) if each.act in _ON_ACCOUNTS else each.on,
        )
        for each in entries
    ]
