"""The directory as animators see it: what waits for whom, proposals of their own, removals, and files to hand on."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from index.accounts import AccountError, Contact, ContactDetails, ContactUnknownError
from index.catalogue import Proposal, QuotaReachedError
from index.model import Facet
from webapp.animation.contact_cards import write_cards
from webapp.animation.contact_tables import COLUMNS, write_rows
from webapp.auth import current_account_id, restrict_to_accounts, restrict_to_animators
from webapp.pages import contact_lifetime, details_values, list_choices, list_visible_contacts, read_details
from webapp.server import NOT_FOUND, ProblemError, send_csv, services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

contact_editor_blueprint = restrict_to_accounts(
    restrict_to_animators(Blueprint("contact_editor", __name__, url_prefix="/animation/annuaire"))
)

_CARDS_TYPE = "text/vcard; charset=utf-8"


@contact_editor_blueprint.get("")
def show() -> str:
    """List all contacts, with where each stands."""
    # Each is few lines: all of them are on one page.
    known = services().catalogue.directory.list_all(contact_lifetime())
    return render_template(
        "animation/contacts.html",
        waiting=[each for each in known if each.proposed],
        others=[each for each in known if not each.proposed],
        handed_on=len(_list_exported()),
    )


@contact_editor_blueprint.get("/fiche")
def new() -> str:
    """Show the form that proposes a contact."""
    return _render_form(None, ContactDetails())


@contact_editor_blueprint.get("/fiche/<contact_id>")
def edit(contact_id: str) -> str:
    """Show the same for a contact that is known."""
    contact = _find_or_404(contact_id)
    return _render_form(contact, contact.latest)


@contact_editor_blueprint.post("/fiche")
def propose() -> AnyResponse | tuple[str, int]:
    """Propose what the form tells to its person; what tells less than is shown holds at once."""
    contact_id = request.form.get("fiche", "")
    contact = _find_or_404(contact_id) if contact_id else None
    try:
        # Who confirms a known contact does not change by a form.
        mail = contact.mail if contact else request.form.get("compte", "") or request.form.get("courriel", "")
        proposal = Proposal(mail, read_details(request.form), contact_id)
        waiting, _ = services().catalogue.directory.propose([proposal], current_account_id())
    except (AccountError, QuotaReachedError) as error:
        return _render_form(contact, None, str(error)), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(
        "La fiche attend l’accord de sa personne, qui le verra dans l’annuaire."
        if waiting
        else "C’est fait\u00a0: la fiche ne dit rien de plus qu’avant.",
        "success",
    )
    return redirect(url_for("contact_editor.show"), 303)


@contact_editor_blueprint.post("/fiche/<contact_id>/effacement")
def erase(contact_id: str) -> AnyResponse:
    """Delete a contact for good."""
    try:
        services().catalogue.directory.erase(contact_id, current_account_id())
    except ContactUnknownError as error:
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND) from error
    flash("La fiche est effacée\u00a0: il n’en reste rien.", "success")
    return redirect(url_for("contact_editor.show"), 303)


@contact_editor_blueprint.get("/annuaire.csv")
def export_table() -> Response:
    """Return the contacts whose person agreed to be handed on, as a table that can be imported again."""
    return send_csv("annuaire.csv", tuple(COLUMNS), write_rows(_list_exported()))


@contact_editor_blueprint.get("/annuaire.vcf")
def export_cards() -> Response:
    """Return the same as address cards."""
    response = Response(write_cards(_list_exported()), content_type=_CARDS_TYPE)
    response.headers.set("Content-Disposition", "attachment", filename="annuaire.vcf")
    return response


def _list_exported() -> list[Contact]:
    return [each for each in list_visible_contacts() if each.shown and each.shown.exported]


def _find_or_404(contact_id: str) -> Contact:
    contact = services().catalogue.directory.find(contact_id, contact_lifetime())
    if contact is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)
    return contact


def _render_form(contact: Contact | None, details: ContactDetails | None, error: str = "") -> str:
    typed = request.form
    return render_template(
        "animation/contact.html",
        entry=contact,
        values=details_values(details) if details else typed.to_dict(),
        chosen=details.themes if details else typed.getlist("theme"),
        exported=details.exported if details else typed.get("transmise") == "1",
        themes=list_choices(Facet.THEME),
        territories=list_choices(Facet.TERRITORY),
        error=error,
    )
