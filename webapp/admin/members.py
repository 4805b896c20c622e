"""Administration of accounts: list, invite, edit, suspend and erase."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for

from index.accounts import (
    LONGEST_NAME,
    AccountChangedError,
    AccountExistsError,
    AccountState,
    AccountUnknownError,
    GroupUnknownError,
    LastAdministratorError,
    Lifetimes,
    NewAccount,
    Role,
    generate_password,
)
from index.accounts import MailAddressError as BadAddressError
from index.catalogue import compute_account_etag
from webapp.auth import (
    current_account_id,
    current_session_number,
    find_confirmation_error,
    require_person,
    restrict_to_administrators,
)
from webapp.mailing import (
    MailMessage,
    MailServerError,
    RecipientRefusedError,
    TooManyMailsError,
    can_send,
    send_requested_mail,
)
from webapp.server import NOT_FOUND, ProblemError, quote_text, services

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

    from index.accounts import Account

member_blueprint = restrict_to_administrators(Blueprint("members", __name__, url_prefix="/administration/comptes"))


@member_blueprint.get("")
def show() -> str:
    """List the accounts and the pending invitations."""
    return render_template(
        "administration/members.html",
        people=services().catalogue.access.accounts.list_all(),
        invitations=services().catalogue.access.invitations.list_pending(),
        groups=list_group_labels(),
        State=AccountState,
    )


@member_blueprint.get("/invitation")
def invite() -> str:
    """Show the invitation form."""
    return _render_invitation_form()


@member_blueprint.post("/invitation")
def send_invitation() -> Response | str:
    """Create an invitation, and mail it where mail is configured."""
    catalogue, lifetime = services().catalogue, Lifetimes.from_settings(services().settings).invitation
    # The name is left to the invited person.
    new = NewAccount(request.form.get("adresse", ""), "", read_role(), read_groups())
    try:
        token = catalogue.access.invitations.create(new, lifetime, current_account_id())
    except (AccountExistsError, BadAddressError, GroupUnknownError) as error:
        return make_response(_render_invitation_form(str(error)), HTTPStatus.UNPROCESSABLE_ENTITY)
    answer = make_response(
        render_template(
            "administration/invited.html",
            mail=new.mail.strip(),
            address=invitation_address(token),
            days=lifetime.days,
            sent=_send_invitation_mail(new.mail.strip(), token),
        )
    )
    # The page shows the invitation's secret link.
    answer.headers["Cache-Control"] = "no-store"
    return answer


@member_blueprint.post("/invitations/<int:number>/annulation")
def cancel_invitation(number: int) -> Response:
    """Cancel an invitation."""
    services().catalogue.access.invitations.revoke(number, current_account_id())
    flash("Invitation annulée\u00a0: son lien ne mène plus à rien.", "success")
    return redirect(url_for("members.show"), HTTPStatus.SEE_OTHER)


@member_blueprint.get("/<account_id>")
def edit(account_id: str) -> str:
    """Show one account."""
    return _render_account_form(_find_account_or_404(account_id))


@member_blueprint.post("/<account_id>")
def change(account_id: str) -> Response:
    """Change an account's name, mail address, role or groups."""
    account = _find_account_or_404(account_id)
    # A blank name keeps the present one.
    name = request.form.get("nom", "").strip()[:LONGEST_NAME] or account.name
    new = NewAccount(request.form.get("adresse", ""), name, read_role(), read_groups())
    # Either gives someone lasting access, and the session that asks for it may be in other hands.
    if (new.mail.strip().lower(), new.role) != (account.mail, account.role) and (
        refusal := find_confirmation_error(require_person())
    ):
        return _refuse_unconfirmed(account, new, now_error=refusal)
    agreed_to = request.form.get("vu", "")
    try:
        services().catalogue.access.accounts.change(account.id, new, current_account_id(), agreed_to)
    except AccountChangedError as error:
        return make_response(
            _render_account_form(_find_account_or_404(account_id), wrong=str(error)), HTTPStatus.CONFLICT
        )
    except (AccountExistsError, BadAddressError, GroupUnknownError, LastAdministratorError) as error:
        return make_response(_render_account_form(account, new, str(error)), HTTPStatus.UNPROCESSABLE_ENTITY)
    flash(f"Le compte {quote_text(name)} est modifié\u00a0; cela s’applique dès sa prochaine page.", "success")
    return redirect(url_for("members.show"), HTTPStatus.SEE_OTHER)


@member_blueprint.post("/<account_id>/suspension")
def suspend(account_id: str) -> Response:
    """Suspend an account: all its access ends, for good."""
    done = "Le compte est suspendu\u00a0: ses sessions, ses jetons et ses flux sont fermés pour de bon."
    return _change_and_redirect(account_id, services().catalogue.access.accounts.suspend, done)


@member_blueprint.post("/<account_id>/retablissement")
def restore(account_id: str) -> Response:
    """Restore a suspended account."""

    def restore_as_shown(id_: str, by: str) -> None:
        services().catalogue.access.accounts.restore(id_, by, request.form.get("vu", ""))

    return _change_and_redirect(account_id, restore_as_shown, "Le compte est rétabli.")


@member_blueprint.post("/<account_id>/sessions/fin")
def close_sessions(account_id: str) -> Response:
    """Sign an account out on all its devices; of one's own account, on all others."""
    # Administrators who do this to themselves keep the session they are using.
    here = current_session_number() if account_id == current_account_id() else None

    def close(id_: str, by: str) -> None:
        services().catalogue.access.sessions.close_all(id_, by, but=here)

    return _change_and_redirect(
        account_id, close, "Les appareils de cette personne sont déconnectés, ses jetons et ses flux ne servent plus."
    )


@member_blueprint.post("/<account_id>/mot-de-passe")
def reset_password(account_id: str) -> Response:
    """Draw a new password for an account; this page alone shows it."""
    account = _find_account_or_404(account_id)
    if refusal := find_confirmation_error(require_person(), "actuel_ici"):
        return _refuse_unconfirmed(account, reset_error=refusal)
    password = generate_password()
    services().catalogue.access.accounts.set_password(account.id, password, current_account_id())
    answer = make_response(render_template("administration/password.html", account=account, password=password))
    # The page shows a password.
    answer.headers["Cache-Control"] = "no-store"
    return answer


@member_blueprint.post("/<account_id>/effacement")
def erase(account_id: str) -> Response:
    """Erase an account, provided that the box is ticked."""
    account = _find_account_or_404(account_id)
    if request.form.get("certain") != "1":
        flash("Rien n’est effacé\u00a0: cochez d’abord la case.", "error")
        return redirect(url_for("members.edit", account_id=account.id), HTTPStatus.SEE_OTHER)
    return _change_and_redirect(
        account_id, services().catalogue.access.accounts.erase, f"Le compte {quote_text(account.name)} est effacé."
    )


def _refuse_unconfirmed(account: Account, submitted: NewAccount | None = None, **errors: str) -> Response:
    return make_response(_render_account_form(account, submitted, **errors), HTTPStatus.UNPROCESSABLE_ENTITY)


def _change_and_redirect(account_id: str, change_account: Callable[[str, str], None], message: str) -> Response:
    account = _find_account_or_404(account_id)
    try:
        change_account(account.id, current_account_id())
    except AccountChangedError as error:
        flash(str(error), "error")
        return redirect(url_for("members.edit", account_id=account.id), HTTPStatus.SEE_OTHER)
    except (LastAdministratorError, AccountUnknownError) as error:
        # Without an administrator, nobody could undo it.
        flash(str(error), "error")
    else:
        flash(message, "success")
    return redirect(url_for("members.show"), HTTPStatus.SEE_OTHER)


def _find_account_or_404(account_id: str) -> Account:
    account = services().catalogue.access.accounts.find(account_id)
    if account is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)
    return account


def read_role() -> Role:
    """Return the role that the form names."""
    # An unknown role gives the fewest rights.
    return {each.value: each for each in Role}.get(request.form.get("role", ""), Role.READER)


def read_groups() -> frozenset[str]:
    """Return the names of the groups that the form names."""
    return frozenset(request.form.getlist("groupe"))


def list_group_labels() -> dict[str, str]:
    """Return the labels of the groups that administrators made, by name."""
    return {each.name: each.label for each in services().catalogue.access.rules.list_groups()}


def _render_invitation_form(wrong: str = "") -> str:
    return render_template(
        "administration/invite.html",
        mail=request.form.get("adresse", ""),
        role=read_role(),
        chosen=read_groups(),
        wrong=wrong,
        roles=Role,
        groups=list_group_labels(),
        by_mail=can_send(services().settings),
    )


def _render_account_form(
    account: Account,
    submitted: NewAccount | None = None,
    wrong: str = "",
    now_error: str = "",
    reset_error: str = "",
) -> str:
    return render_template(
        "administration/account.html",
        account=account,
        # After an error the form shows what was typed.
        values=submitted or account,
        # With what was typed goes what it was typed for.
        agreed_to=request.form.get("vu", "") if submitted else compute_account_etag(account),
        sessions=len(services().catalogue.access.sessions.list_of(account.id)),
        wrong=wrong,
        now_error=now_error,
        reset_error=reset_error,
        roles=Role,
        groups=list_group_labels(),
        State=AccountState,
    )


def _send_invitation_mail(mail: str, token: str) -> bool:
    """Mail the invitation; return False where it could not leave, so that the page offers the link to hand over."""
    if not can_send(services().settings):
        return False
    try:
        send_requested_mail(build_invitation_mail(mail, token))
    except (MailServerError, RecipientRefusedError, TooManyMailsError) as error:
        # The invitation stays: its link can be handed over.
        flash(f"Le message n’est pas parti. {error}", "error")
        return False
    return True


def build_invitation_mail(mail: str, token: str) -> MailMessage:
    """Build the mail that invites someone to create an account."""
    settings = services().settings
    text = render_template(
        "mails/invitation.txt",
        address=invitation_address(token),
        days=Lifetimes.from_settings(settings).invitation.days,
    )
    return MailMessage(mail, f"Votre accès à {settings.site_name}", text)


def invitation_address(token: str) -> str:
    """Return the URL at which an invited person creates their account."""
    return url_for("sign_in.show_invitation", token=token, _external=True)
