"""Import of contacts from a table, cards, or a spreadsheet of the library: first what would change, then proposals."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.accounts import Contact, ContactDetails, shows_more
from index.catalogue import Proposal, QuotaReachedError, compute_etag
from index.model import ExplainedError
from index.text import fold_accents
from webapp.animation.contact_cards import read_cards
from webapp.animation.contact_tables import COLUMNS, ContactLine, TableError, read_csv, read_passages, to_row
from webapp.auth import (
    current_account_id,
    find_document_or_404,
    restrict_to_accounts,
    restrict_to_animators,
)
from webapp.pages import contact_lifetime
from webapp.server import format_count, services

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Response

contact_import_blueprint = restrict_to_accounts(
    restrict_to_animators(Blueprint("contact_import", __name__, url_prefix="/animation/annuaire/import"))
)

_MOST_BYTES = 40_000
"""Bytes of the lines that a preview sends back: what a form may hold, with room for its other fields."""


class LineFate(Enum):
    """What would become of a line; the value is what an animator reads."""

    NEW = "nouvelle fiche, proposée à la personne"
    CHANGE = "changement, proposé à la personne"
    LESS = "retrait, fait aussitôt"
    SAME = "rien ne change"
    WRONG = "ne convient pas"


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A line with what would become of it, and the contact that it is about, None for a new one."""

    line: ContactLine
    fate: LineFate
    contact: Contact | None = None
    error: str = ""

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """What would change: the heading of the column, what is told now, what would be."""
        known = self.contact.latest if self.contact else ContactDetails()
        before, after = to_row(known, ""), to_row(self.line.details, "")
        rows = zip(COLUMNS, before, after, strict=True)
        return [(heading, old, new) for heading, old, new in rows if old != new and heading != "Compte"]

    @property
    def does_something(self) -> bool:
        """Whether the line is proposed if the animator agrees."""
        return self.fate in {LineFate.NEW, LineFate.CHANGE, LineFate.LESS}


@contact_import_blueprint.get("")
def show() -> str:
    """Show where a directory can come from."""
    return _render_start()


@contact_import_blueprint.post("")
def preview() -> str | tuple[str, int]:
    """Show what a file, or a document of the library, would change; nothing is stored."""
    try:
        lines = _read_source()
    except ExplainedError as error:
        return _render_start(str(error)), 422
    return _render_preview(lines)


@contact_import_blueprint.post("/application")
def apply() -> Response | str | tuple[str, int]:
    """Propose the chosen lines of a preview, if they would still do what it showed."""
    try:
        lines = read_csv(request.form.get("lignes", "").encode())
    except TableError as error:
        return _render_start(str(error)), 422
    # What was typed between the two pages is foreseen anew.
    shown = _foresee(lines)
    if compute_preview_etag(shown) != request.form.get("version"):
        flash("L’annuaire a changé depuis que la page l’a montré\u00a0: relisez ce qui changerait.", "error")
        return _render_preview(lines)
    # By their place in the table, which the digest holds.
    chosen = set(request.form.getlist("ligne"))
    proposals = [
        Proposal(each.line.mail, each.line.details, each.contact.id if each.contact else "")
        for place, each in enumerate(shown)
        if each.does_something and str(place) in chosen
    ]
    try:
        waiting, applied = services().catalogue.directory.propose(proposals, current_account_id())
    except (ExplainedError, QuotaReachedError) as error:
        flash(str(error), "error")
        return _render_preview(lines)
    flash(
        f"{format_count(waiting, 'fiche attend', 'fiches attendent')} l’accord de leur personne\u00a0; "
        f"{format_count(applied, 'retrait est fait', 'retraits sont faits')}.",
        "success",
    )
    return redirect(url_for("contact_editor.show"), 303)


def compute_preview_etag(shown: Iterable[PreviewLine]) -> str:
    """Return what stands for a preview: its lines, and what becomes of each."""
    return compute_etag(
        *(f"{each.line.details.to_json()}{each.line.mail}{each.fate.value}{each.changes}" for each in shown)
    )


def _read_source() -> list[ContactLine]:
    """Read the lines of what the form names: a document by its id or address, else a file."""
    if named := request.form.get("document", "").strip():
        # The address of its page is what one copies.
        # Rights first: what it holds is told to whoever may read it.
        document = find_document_or_404(named.split("?")[0].split("#")[0].rstrip("/").rpartition("/")[2])
        return read_passages(services().catalogue.documents.list_passages(document.id))
    sent = request.files.get("fichier")
    # A form without a file is a mistake, told below.
    data = sent.read() if sent else b""
    if not data:
        raise TableError("Choisissez un fichier, ou donnez l’adresse d’un document de la bibliothèque.")
    return read_cards(data) if b"BEGIN:VCARD" in data[:4_096].upper() else read_csv(data)


def _foresee(lines: Iterable[ContactLine]) -> list[PreviewLine]:
    """Return what would become of lines: a contact is known by the address of its account, then by its function."""
    # Hidden ones too: an import must not propose twice who has not answered yet.
    known = services().catalogue.directory.list_all(contact_lifetime())
    shown: list[PreviewLine] = []
    taken: set[str] = set()
    for line in lines:
        same = [each for each in known if each.mail == line.mail and each.id not in taken]
        contact = next((each for each in same if _function(each.latest) == _function(line.details)), None)
        contact = contact or (same[0] if len(same) == 1 else None)
        key = f"{line.mail} {_function(line.details)}"
        if line.error or key in taken:
            shown.append(PreviewLine(line, LineFate.WRONG, error=line.error or "La même fiche est déjà plus haut."))
            continue
        taken |= {key} | ({contact.id} if contact else set())
        # A table says nothing of whether someone agreed to be in other tools: what they said stays.
        exported = contact.latest.exported if contact else False
        told = replace(line, details=replace(line.details, exported=exported))
        shown.append(PreviewLine(told, _find_fate(told.details, contact), contact))
    return shown


def _find_fate(details: ContactDetails, contact: Contact | None) -> LineFate:
    # Nobody has that address and function yet.
    if contact is None:
        return LineFate.NEW
    if details == contact.latest:
        return LineFate.SAME
    return LineFate.CHANGE if contact.shown is None or shows_more(details, contact.shown) else LineFate.LESS


def _function(details: ContactDetails) -> tuple[str, str]:
    return fold_accents(details.organisation), fold_accents(details.role)


def _render_start(error: str = "") -> str:
    return render_template("animation/contact_import.html", error=error, columns=COLUMNS)


def _render_preview(lines: list[ContactLine]) -> str | tuple[str, int]:
    shown = _foresee(lines)
    written = io.StringIO()
    table = csv.writer(written, delimiter=";", lineterminator="\n")
    table.writerow(COLUMNS)
    # All lines: their numbers are those of the page.
    table.writerows(to_row(each.line.details, each.line.mail) for each in shown)
    text = written.getvalue()
    if len(text.encode()) > _MOST_BYTES:
        return _render_start("Ce fichier est trop long\u00a0: importez-le en plusieurs fois."), 422
    page: str = render_template(
        "animation/contact_preview.html", lines=shown, text=text, version=compute_preview_etag(shown), LineFate=LineFate
    )
    return page
