"""Invites several people at once: a list, what it would do, then each invitation with its mail or its link."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for

from index.accounts import AccountExistsError, GroupUnknownError, Lifetimes, NewAccount, Role
from webapp.admin.invitation_lines import MOST_LINES, InvitationLine, read_lines
from webapp.admin.members import build_invitation_mail, invitation_address, list_group_labels, read_groups, read_role
from webapp.auth import current_account_id, restrict_to_administrators
from webapp.mailing import (
    MailServerError,
    RecipientRefusedError,
    TooManyMailsError,
    can_send,
    send_requested_mail,
)
from webapp.server import format_count, services

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response

bulk_invitation_blueprint = restrict_to_administrators(
    Blueprint("bulk_invitations", __name__, url_prefix="/administration/comptes/invitations")
)

_MOST_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class SentInvitation:
    """An invitation that was made; `address` is its link, `sent` whether it left by mail."""

    mail: str
    address: str
    sent: bool


@bulk_invitation_blueprint.get("")
def ask() -> str:
    """Show the form: lines to paste or a file, with the role and groups of who has none."""
    return _render_form()


@bulk_invitation_blueprint.post("/apercu")
def preview() -> Response | str:
    """Show what the lines would do; nobody is invited yet."""
    lines = _read_request()
    if not lines:
        return _render_form("Écrivez une adresse par ligne, ou choisissez un fichier.")
    if len(lines) > MOST_LINES:
        return _render_form(f"{MOST_LINES} personnes au plus à la fois\u00a0: partagez la liste.")
    accounts = services().catalogue.access.accounts
    told = tuple(
        replace(each, trouble=f"Un compte existe déjà pour {each.mail}.")
        if not each.trouble and accounts.find_by_mail(each.mail)
        else each
        for each in lines
    )
    return render_template(
        "administration/invitation_preview.html",
        lines=told,
        ready=[each for each in told if not each.trouble],
        groups=list_group_labels(),
        by_mail=can_send(services().settings),
    )


@bulk_invitation_blueprint.post("")
def send() -> Response:
    """Invite those of the lines who can be, and show each link that did not leave by mail."""
    # Read anew, and not trusted from the preview: groups and accounts may have changed meanwhile.
    lines = [each for each in _read_request() if not each.trouble]
    if not lines or len(lines) > MOST_LINES:
        flash("Personne n’est invité\u00a0: la liste est vide ou trop longue.", "error")
        return redirect(url_for("bulk_invitations.ask"), 303)
    made = _invite(lines)
    answer = make_response(
        render_template(
            "administration/invitations_sent.html",
            made=made,
            days=Lifetimes.from_settings(services().settings).invitation.days,
        )
    )
    # The page shows secret links.
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _invite(lines: Sequence[InvitationLine]) -> list[SentInvitation]:
    catalogue, lifetime = services().catalogue, Lifetimes.from_settings(services().settings).invitation
    made, mails_leave = [], can_send(services().settings)
    for each in lines:
        try:
            new = NewAccount(each.mail, "", each.role, each.groups)
            token = catalogue.access.invitations.create(new, lifetime, current_account_id())
        except (AccountExistsError, GroupUnknownError) as error:
            # Somebody made the account, or deleted the group, since the preview.
            flash(f"{each.mail}\u00a0: {error}", "error")
            continue
        sent = False
        if mails_leave:
            try:
                send_requested_mail(build_invitation_mail(each.mail, token))
                sent = True
            except RecipientRefusedError as error:
                flash(f"{each.mail}\u00a0: {error}", "error")
            except (MailServerError, TooManyMailsError) as error:
                # The next would fail alike, and each may take seconds: their links can be handed over.
                mails_leave = False
                flash(f"Les messages suivants ne partent pas. {error}", "error")
        made.append(SentInvitation(each.mail, invitation_address(token), sent))
    return made


def _read_request() -> tuple[InvitationLine, ...]:
    text = request.form.get("lignes", "")
    if file := request.files.get("fichier"):
        content = file.read(_MOST_BYTES)
        try:
            text += "\n" + content.decode("utf-8-sig")
        except UnicodeDecodeError:
            # What spreadsheets in French still write.
            text += "\n" + content.decode("cp1252", errors="replace")
    return read_lines(text, read_role(), read_groups(), list_group_labels())


def _render_form(wrong: str = "") -> str:
    return render_template(
        "administration/invitations.html",
        lines=request.form.get("lignes", ""),
        role=read_role(),
        chosen=read_groups(),
        wrong=wrong,
        roles=Role,
        groups=list_group_labels(),
        by_mail=can_send(services().settings),
        most=format_count(MOST_LINES, "personne"),
    )
