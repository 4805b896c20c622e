"""« Voir le site comme »: an administrator begins and ends a look at the site as a group sees it.

What is shown meanwhile is decided in `webapp/auth/viewing.py`.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, request, url_for

from index.accounts import AuditAction
from webapp.auth import (
    ViewedRole,
    current_person,
    current_viewed_role,
    current_viewer,
    may_administrate,
    start_viewing,
    stop_viewing,
)
from webapp.server import NOT_FOUND, ProblemError, quote_text, services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

viewing_blueprint = Blueprint("viewing", __name__, url_prefix="/administration/vu-comme")


@viewing_blueprint.post("")
def start() -> Response:
    """Begin to look at the site as someone else, who sees no more than the administrator does."""
    if not may_administrate():
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)
    given = request.form.get("vue", "")
    if given not in {value for value, _ in list_view_choices()}:
        flash(
            "Choisissez un groupe dont vous faites partie\u00a0: vous ne verriez sinon que ce qui vous est caché.",
            "error",
        )
        return redirect(url_for("groups.show"), HTTPStatus.SEE_OTHER)
    viewed = ViewedRole.from_value(given)
    _record(viewed, "début")
    start_viewing(viewed)
    return _forget_pages(redirect(url_for("pages.home"), HTTPStatus.SEE_OTHER))


@viewing_blueprint.post("/fin")
def leave() -> Response:
    """Come back to one's own view."""
    if not current_viewed_role() and not may_administrate():
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)
    # Someone who comes from another tab may be back already: that is no act.
    if viewed := current_viewed_role():
        _record(viewed, "fin")
    stop_viewing()
    return _forget_pages(redirect(url_for("groups.show"), HTTPStatus.SEE_OTHER))


def list_view_choices() -> list[tuple[str, str]]:
    """List as whom the administrator may look, as (value, label): all members, groups of their own, a visitor.

    Another group is left out: its documents are none of theirs, and a number of them would tell of what is hidden.
    """
    person = current_person()
    mine = person.groups if person else frozenset()
    groups = [each for each in services().catalogue.access.rules.list_groups() if each.name in mine]
    return [
        (ViewedRole().value, f"une personne sans autre groupe que {quote_text('membres')}"),
        *((ViewedRole(group=each.name).value, f"une personne du groupe {quote_text(each.label)}") for each in groups),
        (ViewedRole(visitor=True).value, "une personne qui n’est pas connectée"),
    ]


def describe_view() -> str:
    """Return as whom the sender looks at the site, in French, for the bar of each page; "" where nobody does."""
    viewed = current_viewed_role()
    return dict(list_view_choices()).get(viewed.value, "") if viewed else ""


def _record(viewed: ViewedRole, detail: str) -> None:
    # At the beginning the person is still themselves.
    viewer = current_viewer() or current_person()
    with services().catalogue.transaction() as transaction:
        on = "visiteur non connecté" if viewed.visitor else viewed.group
        transaction.record(AuditAction.VIEWED_AS, viewer.id if viewer else "", on, detail)


def _forget_pages(response: Response) -> Response:
    # « Previous page » must show neither view in the other.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
