"""Administration of accounts: list, invite, edit, suspend and erase."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for

from index.accounts import (
    LONGEST_NAME,
    AccountExistsError,
    AccountUnknownError,
    GroupUnknownError,
    LastAdministratorError,
    Lifetimes,
    NewAccount,
    Role,
    State,
    passwords,
)
from index.accounts import MailError as BadAddressError
from webapp.accounts import letters
from webapp.errors import NOT_FOUND, ProblemError
from webapp.following.mail import MailError, RecipientRefusedError, can_send, post
from webapp.hive import hive
from webapp.identity import only_for_administrators, session_number, who

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

    from index.accounts import Account

blueprint = only_for_administrators(Blueprint("people", __name__, url_prefix="/administration/comptes"))


@blueprint.get("")
def show() -> str:
    """List the accounts and the pending invitations."""
    return render_template(
        "administration/people.html",
        people=hive().catalogue.accounts.all(),
        invitations=hive().catalogue.invitations.pending(),
        groups=_labels(),
        State=State,
    )


@blueprint.get("/invitation")
def invite() -> str:
    """Show the invitation form."""
    return _invitation_form()


@blueprint.post("/invitation")
def send() -> Response | str:
    """Create an invitation, and mail it where mail is configured."""
    catalogue, lifetime = hive().catalogue, Lifetimes.of(hive().settings).invitation
    # The name is left to the invited person.
    new = NewAccount(request.form.get("adresse", ""), "", _role(), _groups())
    try:
        token = catalogue.invitations.invite(new, lifetime, who())
    except (AccountExistsError, BadAddressError, GroupUnknownError) as error:
        return make_response(_invitation_form(str(error)), HTTPStatus.UNPROCESSABLE_ENTITY)
    answer = make_response(
        render_template(
            "administration/invited.html",
            mail=new.mail.strip(),
            address=letters.invitation_address(token),
            days=lifetime.days,
            sent=_sent(new.mail.strip(), token),
        )
    )
    # The page shows the invitation's secret link.
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/invitations/<int:number>/annulation")
def uninvite(number: int) -> Response:
    """Cancel an invitation."""
    hive().catalogue.invitations.revoke(number, who())
    flash("Invitation annulée\u00a0: son lien ne mène plus à rien.", "success")
    return redirect(url_for("people.show"), HTTPStatus.SEE_OTHER)


@blueprint.get("/<account_id>")
def edit(account_id: str) -> str:
    """Show one account."""
    return _account_form(_account_or_404(account_id))


@blueprint.post("/<account_id>")
def change(account_id: str) -> Response:
    """Change an account's name, mail address, role or groups."""
    account = _account_or_404(account_id)
    # A blank name keeps the present one.
    name = request.form.get("nom", "").strip()[:LONGEST_NAME] or account.name
    new = NewAccount(request.form.get("adresse", ""), name, _role(), _groups())
    try:
        hive().catalogue.accounts.change(account.id, new, who())
    except (AccountExistsError, BadAddressError, GroupUnknownError, LastAdministratorError) as error:
        return make_response(_account_form(account, new, str(error)), HTTPStatus.UNPROCESSABLE_ENTITY)
    flash(f"Le compte de {name} est modifié\u00a0; cela s’applique dès sa prochaine page.", "success")
    return redirect(url_for("people.show"), HTTPStatus.SEE_OTHER)


@blueprint.post("/<account_id>/suspension")
def suspend(account_id: str) -> Response:
    """Suspend an account: its sessions end and its tokens stop working."""
    done = "Le compte est suspendu, ses sessions sont fermées et ses jetons ne marchent plus."
    return _done(account_id, hive().catalogue.accounts.suspend, done)


@blueprint.post("/<account_id>/retablissement")
def restore(account_id: str) -> Response:
    """Restore a suspended account."""
    return _done(account_id, hive().catalogue.accounts.restore, "Le compte est rétabli.")


@blueprint.post("/<account_id>/sessions/fin")
def close_sessions(account_id: str) -> Response:
    """Sign an account out on all its devices; of one's own account, on all others."""
    # Administrators who do this to themselves keep the session they are using.
    here = session_number() if account_id == who() else None

    def close(id_: str, by: str) -> None:
        hive().catalogue.sessions.close_all(id_, by, but=here)

    return _done(account_id, close, "Les appareils de cette personne sont déconnectés.")


@blueprint.post("/<account_id>/mot-de-passe")
def new_password(account_id: str) -> Response:
    """Draw a new password for an account; this page alone shows it."""
    account = _account_or_404(account_id)
    password = passwords.generate()
    hive().catalogue.accounts.set_password(account.id, password, who())
    answer = make_response(render_template("administration/password.html", account=account, password=password))
    # The page shows a password.
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/<account_id>/effacement")
def erase(account_id: str) -> Response:
    """Erase an account, provided that the box is ticked."""
    account = _account_or_404(account_id)
    if request.form.get("certain") != "1":
        flash("Rien n’est effacé\u00a0: cochez d’abord la case.", "error")
        return redirect(url_for("people.edit", account_id=account.id), HTTPStatus.SEE_OTHER)
    return _done(account_id, hive().catalogue.accounts.erase, f"Le compte de {account.name} est effacé.")


def _done(account_id: str, act: Callable[[str, str], None], told: str) -> Response:
    account = _account_or_404(account_id)
    try:
        act(account.id, who())
    except (LastAdministratorError, AccountUnknownError) as error:
        # Without an administrator, nobody could undo it.
        flash(str(error), "error")
    else:
        flash(told, "success")
    return redirect(url_for("people.show"), HTTPStatus.SEE_OTHER)


def _account_or_404(account_id: str) -> Account:
    account = hive().catalogue.accounts.get(account_id)
    if account is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)
    return account


def _role() -> Role:
    # An unknown role gives the fewest rights.
    return {each.value: each for each in Role}.get(request.form.get("role", ""), Role.READER)


def _groups() -> frozenset[str]:
    return frozenset(request.form.getlist("groupe"))


def _labels() -> dict[str, str]:
    return {each.name: each.label for each in hive().catalogue.rules.groups()}


def _invitation_form(wrong: str = "") -> str:
    return render_template(
        "administration/invite.html",
        mail=request.form.get("adresse", ""),
        role=_role(),
        chosen=_groups(),
        wrong=wrong,
        roles=Role,
        groups=_labels(),
        by_mail=can_send(hive().settings),
    )


def _account_form(account: Account, typed: NewAccount | None = None, wrong: str = "") -> str:
    return render_template(
        "administration/account.html",
        account=account,
        # After an error the form shows what was typed.
        told=typed or account,
        sessions=len(hive().catalogue.sessions.of(account.id)),
        wrong=wrong,
        roles=Role,
        groups=_labels(),
        State=State,
    )


def _sent(mail: str, token: str) -> bool:
    """Mail the invitation; return False where it could not leave, so that the page offers the link to hand over."""
    if not can_send(hive().settings):
        return False
    try:
        with post(hive().settings) as opened:
            opened.send(letters.invitation(mail, token))
    except (MailError, RecipientRefusedError) as error:
        # The invitation stays: its link can be handed over.
        flash(f"Le message n’est pas parti. {error}", "error")
        return False
    return True
