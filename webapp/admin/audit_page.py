"""The audit for administrators: who did what, to what, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from index.accounts import ERASED_ACCOUNT_LABEL, AuditAction, AuditEntry
from webapp.auth import restrict_to_administrators
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Iterable

audit_blueprint = restrict_to_administrators(Blueprint("audit", __name__, url_prefix="/administration/journal"))

_LINES_PER_PAGE = 50

_ACTS_ON_ACCOUNTS = {
    AuditAction.ACCOUNT_CREATED,
    AuditAction.ACCOUNT_CHANGED,
    AuditAction.ACCOUNT_SUSPENDED,
    AuditAction.ACCOUNT_RESTORED,
    AuditAction.ACCOUNT_ERASED,
    AuditAction.ACCOUNT_EXPORTED,
    AuditAction.ACCOUNT_LINKED,
    AuditAction.PASSWORD_CHANGED,
    AuditAction.SIGNED_IN,
    AuditAction.SIGN_IN_REFUSED,
    AuditAction.SESSIONS_CLOSED,
    AuditAction.TOKEN_CREATED,
    AuditAction.TOKEN_REVOKED,
}
"""Acts whose target is an account: its name is displayed in place of its id."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A line of the audit as it is displayed."""

    entry: AuditEntry
    actor: str
    target: str


@audit_blueprint.get("")
def show() -> str:
    """Show a page of the audit, newest first, for one account or one kind of act when asked."""
    account = request.args.get("compte", "")
    act = {each.value: each for each in AuditAction}.get(request.args.get("acte", ""))
    audit = services().catalogue.access.audit
    total = audit.count(account=account, act=act)
    pages = max(1, -(-total // _LINES_PER_PAGE))
    # A page beyond the last, as in an old link, shows the last.
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    entries = audit.list_latest(_LINES_PER_PAGE, (page - 1) * _LINES_PER_PAGE, account=account, act=act)
    return render_template(
        "administration/audit.html",
        lines=_describe_entries(entries),
        total=total,
        page=page,
        pages=pages,
        account=account,
        act=act,
        acts=sorted(AuditAction, key=lambda each: each.label),
        people=services().catalogue.access.accounts.list_all(),
        days=services().settings.audit_days,
    )


def _describe_entries(entries: Iterable[AuditEntry]) -> list[AuditLine]:
    # One read for all lines. An erased account has no name left: its id tells it from other erased ones.
    names = services().catalogue.access.accounts.list_names()

    def display_name(id_: str) -> str:
        return names.get(id_, f"{ERASED_ACCOUNT_LABEL} ({id_})")

    return [
        AuditLine(
            each,
            display_name(each.who) if each.who else "–",
            display_name(each.on) if each.act in _ACTS_ON_ACCOUNTS else each.on,
        )
        for each in entries
    ]
