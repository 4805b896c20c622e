"""« Annuaire »: whom to ask, as they agreed to be shown; one's own contacts, and what is proposed to say of oneself."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.accounts import Contact, ContactChangedError, ContactDetails, ContactError, ContactUnknownError
from index.catalogue import PROPOSAL_TIME, QuotaReachedError, compute_contact_etag
from index.model import Facet
from webapp.auth import require_person, restrict_to_accounts
from webapp.pages.contact_fields import details_values, list_choices, read_details
from webapp.pages.contact_lookup import contact_lifetime, filter_contacts, list_visible_contacts
from webapp.pages.search_params import MAX_QUESTION_LENGTH, parse_page
from webapp.server import NOT_FOUND, ProblemError, services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

# Where nobody signs in, nobody could tell members from others: there is no directory then.
directory_blueprint = restrict_to_accounts(Blueprint("directory", __name__, url_prefix="/annuaire"))

_PER_PAGE = 40


@directory_blueprint.get("")
def show() -> str:
    """Show the contacts of the filters `q`, `theme` and `territoire`, by organisation."""
    person = require_person()
    words = request.args.get("q", "")[:MAX_QUESTION_LENGTH].strip()
    themes, territories = (frozenset(filter(None, request.args.getlist(name))) for name in ("theme", "territoire"))
    # Read from memory: the table is small, and read once a request.
    found, page = filter_contacts(themes, territories, words), parse_page(request.args.get("page", ""))
    params = {"q": words or None, "theme": sorted(themes), "territoire": sorted(territories)}
    return render_template(
        "directory.html",
        contacts=found[(page - 1) * _PER_PAGE : page * _PER_PAGE],
        total=len(found),
        everybody=len(list_visible_contacts()),
        page=page,
        pages=max(1, -(-len(found) // _PER_PAGE)),
        words=words,
        chosen_theme=next(iter(sorted(themes)), ""),
        chosen_territory=next(iter(sorted(territories)), ""),
        params=params,
        themes=list_choices(Facet.THEME),
        territories=list_choices(Facet.TERRITORY),
        mine=services().catalogue.directory.list_of(person, contact_lifetime()),
    )


@directory_blueprint.get("/ma-fiche")
def list_own() -> str:
    """Show what the directory tells of the person, and what it is proposed to tell."""
    mine = services().catalogue.directory.list_of(require_person(), contact_lifetime())
    return render_template(
        "own_contacts.html",
        contacts=mine,
        etag=compute_contact_etag,
        proposal_days=PROPOSAL_TIME.days,
        days=services().settings.contact_days,
    )


@directory_blueprint.get("/ma-fiche/nouvelle")
def new() -> str:
    """Show the form by which a person tells of themselves."""
    person = require_person()
    # What the account says is a beginning, to be changed before anything is kept.
    return _render_form(None, ContactDetails(name=person.name, mail=person.mail))


@directory_blueprint.get("/ma-fiche/<contact_id>")
def edit(contact_id: str) -> str:
    """Show the same for what is told already, or proposed."""
    contact = _find_own(contact_id)
    return _render_form(contact, contact.latest)


@directory_blueprint.post("/ma-fiche")
def save() -> Response | tuple[str, int]:
    """Store what a person tells of themselves; the box that they tick is their agreement."""
    person, contact_id = require_person(), request.form.get("fiche", "")
    # Another’s id is answered as one that does not exist.
    contact = _find_own(contact_id) if contact_id else None
    try:
        details = read_details(request.form)
        if request.form.get("accord") != "1":
            raise ContactError("Cochez la case par laquelle vous acceptez d’être dans l’annuaire.")  # noqa: TRY301 - one way to show the form again
        services().catalogue.directory.save_own(person, details, contact_id)
    except (ContactError, QuotaReachedError) as error:
        # What was typed is shown again, whatever it is.
        return _render_form(contact, None, str(error)), HTTPStatus.UNPROCESSABLE_ENTITY
    flash("Votre fiche est dans l’annuaire. Vous pouvez l’en retirer à tout moment.", "success")
    return redirect(url_for("directory.list_own"), 303)


@directory_blueprint.post("/ma-fiche/<contact_id>/accord")
def agree(contact_id: str) -> Response:
    """Record that the person agrees to what the page showed."""
    try:
        services().catalogue.directory.agree(require_person(), contact_id, request.form.get("version", ""))
        flash("Merci\u00a0: votre fiche est confirmée.", "success")
    except ContactChangedError as error:
        flash(str(error), "error")
    except ContactUnknownError as error:
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND) from error
    return redirect(url_for("directory.list_own"), 303)


@directory_blueprint.post("/ma-fiche/<contact_id>/refus")
def decline(contact_id: str) -> Response:
    """Drop what is proposed."""
    try:
        services().catalogue.directory.decline(require_person(), contact_id)
    except ContactUnknownError as error:
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND) from error
    flash("La proposition est effacée.", "success")
    return redirect(url_for("directory.list_own"), 303)


@directory_blueprint.post("/ma-fiche/<contact_id>/effacement")
def erase(contact_id: str) -> Response:
    """Delete what the directory tells of the person."""
    person = require_person()
    try:
        services().catalogue.directory.erase(contact_id, person.id, person)
    except ContactUnknownError as error:
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND) from error
    flash("Votre fiche est effacée\u00a0: il n’en reste rien.", "success")
    return redirect(url_for("directory.list_own"), 303)


def _find_own(contact_id: str) -> Contact:
    mine = services().catalogue.directory.list_of(require_person(), contact_lifetime())
    found = next((each for each in mine if each.id == contact_id), None)
    if found is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)
    return found


def _render_form(contact: Contact | None, details: ContactDetails | None, error: str = "") -> str:
    """Render the form with what is told; without details, with what was typed."""
    # Another form, sent by hand, may hold anything: fields are read by name.
    typed = request.form
    return render_template(
        "own_contact.html",
        entry=contact,
        values=details_values(details) if details else typed.to_dict(),
        chosen=details.themes if details else typed.getlist("theme"),
        exported=details.exported if details else typed.get("transmise") == "1",
        themes=list_choices(Facet.THEME),
        territories=list_choices(Facet.TERRITORY),
        days=services().settings.contact_days,
        error=error,
    )
