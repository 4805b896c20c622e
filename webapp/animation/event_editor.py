"""Administration of events: announce, correct, withdraw them, and detach their documents."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.catalogue import Decisions, MetadataField
from index.model import Event, ExplainedError
from webapp.animation import form_choices
from webapp.auth import (
    current_account_id,
    current_groups,
    find_document_or_404,
    find_event_or_404,
    restrict_to_animators,
)
from webapp.pages import build_listed_events, today
from webapp.server import quote_text, services

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict
    from werkzeug.wrappers import Response

    from index.model import PartialDate

event_editor_blueprint = restrict_to_animators(Blueprint("event_editor", __name__, url_prefix="/animation/rendez-vous"))

_TIME_PATTERN = re.compile(r"(\d{1,2})\s*[h:H]\s*(\d{2})?")
_MAX_LINE_LENGTH, _MAX_DESCRIPTION_LENGTH = 300, 5_000


class WrongEventError(ExplainedError):
    """A form that does not describe an event; the message says what to correct."""


@event_editor_blueprint.get("")
def show() -> str:
    """List all events, those to come first."""
    rows = build_listed_events(services().catalogue.events.list_all(current_groups()), today())
    return render_template(
        "animation/events.html",
        to_come=[row for row in rows if row.upcoming],
        past=[row for row in reversed(rows) if not row.upcoming],
    )


@event_editor_blueprint.get("/nouveau")
def new() -> str:
    """Show the form that announces an event."""
    return _render_form(None, {"date": request.args.get("date", "")})


@event_editor_blueprint.post("/nouveau")
def create() -> Response | tuple[str, int]:
    """Announce an event."""
    try:
        event = read_event_form(request.form)
    except ExplainedError as error:
        return _render_form(None, request.form, str(error)), 400
    with services().catalogue.transaction() as transaction:
        # The catalogue draws the id from type and date; the other fields follow.
        created = transaction.events.create(event.type, event.title, event.date, current_account_id())
        transaction.events.save(replace(event, id=created.id), current_account_id())
    flash(f"{quote_text(event.title)} est annoncé.", "success")
    return redirect(url_for("event_editor.edit", event_id=created.id), 303)


@event_editor_blueprint.get("/<event_id>")
def edit(event_id: str) -> str:
    """Show one event: its form and its documents."""
    event = find_event_or_404(event_id)
    return _render_form(event, event_form_values(event))


@event_editor_blueprint.post("/<event_id>")
def save(event_id: str) -> Response | tuple[str, int]:
    """Save an event; its documents follow."""
    event = find_event_or_404(event_id)
    try:
        edited = replace(read_event_form(request.form), id=event.id)
    except ExplainedError as error:
        return _render_form(event, request.form, str(error)), 400
    with services().catalogue.transaction() as transaction:
        transaction.events.save(edited, current_account_id())
    flash("Rendez-vous enregistré\u00a0: ses documents suivent.", "success")
    return redirect(url_for("event_editor.edit", event_id=event.id), 303)


@event_editor_blueprint.post("/<event_id>/retrait")
def delete(event_id: str) -> Response:
    """Withdraw what was entered here about an event: the calendar and file names apply again, or the event goes."""
    event = find_event_or_404(event_id)
    with services().catalogue.transaction() as transaction:
        transaction.events.withdraw(event.id, current_account_id())
    if services().catalogue.events.find(event.id, current_groups()):
        flash(
            "Ce qui était saisi ici est retiré\u00a0: le rendez-vous redevient ce qu’en disent les fichiers.", "success"
        )
        return redirect(url_for("event_editor.edit", event_id=event.id), 303)
    flash(f"{quote_text(event.title)} est retiré.", "success")
    return redirect(url_for("event_editor.show"), 303)


@event_editor_blueprint.post("/<event_id>/documents/<document_id>/retrait")
def detach(event_id: str, document_id: str) -> Response:
    """Detach a document from an event."""
    event, document = find_event_or_404(event_id), find_document_or_404(document_id)
    with services().catalogue.transaction() as transaction:
        # An empty value is a decision, « no event »: without it the rules would attach the document again.
        transaction.decisions.decide([document.id], Decisions(fields={MetadataField.EVENT: ""}), current_account_id())
    flash(f"{quote_text(document.title)} n’est plus rattaché à ce rendez-vous.", "success")
    return redirect(
        url_for("event_editor.edit", event_id=event.id) if _event_exists(event.id) else url_for("event_editor.show"),
        303,
    )


def read_event_form(form: MultiDict[str, str]) -> Event:
    """Read the event of a form, without its id. Raises ExplainedError."""
    title = _read_line(form, "titre")
    day = form_choices.parse_typed_date(form.get("date", ""))
    if not title or day is None:
        raise WrongEventError("Donnez au moins un titre et une date.")
    kind = form.get("type", "")
    if kind not in services().vocabulary.event_types:
        raise WrongEventError("Choisissez le type du rendez-vous dans la liste.")
    link = _read_line(form, "lien")
    # It becomes a link of pages: no `javascript:` or the like.
    if link and not link.startswith(("https://", "http://")):
        raise WrongEventError("Le lien doit être une adresse complète, qui commence par https://.")
    return _build_event(kind, title, day, form)


def _build_event(kind: str, title: str, day: PartialDate, form: MultiDict[str, str]) -> Event:
    begins, ends = _parse_time(form.get("debut", "")), _parse_time(form.get("fin", ""))
    description = form.get("description", "").strip()[:_MAX_DESCRIPTION_LENGTH]
    event = Event("", kind, title, day, begins, ends, _read_line(form, "lieu"), _read_line(form, "lien"), description)
    if begins and ends and ends < begins and not event.ends_next_day:
        raise WrongEventError("L’heure de fin est avant celle du début.")
    return event


def event_form_values(event: Event) -> dict[str, str]:
    """Return the values of the form for an event."""
    return {
        "titre": event.title,
        "type": event.type,
        "date": form_choices.format_typed_date(event.date),
        "debut": event.begins.strftime("%H:%M") if event.begins else "",
        "fin": event.ends.strftime("%H:%M") if event.ends else "",
        "lieu": event.place,
        "lien": event.link,
        "description": event.description,
    }


def _render_form(event: Event | None, values: Mapping[str, str], wrong: str = "") -> str:
    return render_template(
        "animation/event.html",
        event=event,
        values=values,
        wrong=wrong,
        types=[(slug, each.label) for slug, each in services().vocabulary.event_types.items()],
        documents=services().catalogue.documents.list_of_event(event.id, current_groups()) if event else (),
    )


def _event_exists(event_id: str) -> bool:
    return services().catalogue.events.find(event_id, current_groups()) is not None


def _read_line(form: MultiDict[str, str], name: str) -> str:
    return " ".join(form.get(name, "").split())[:_MAX_LINE_LENGTH]


def _parse_time(text: str) -> time | None:
    """Parse a time as people type it: 14:30, 14h30, 14 h; an empty text gives None. Raises WrongEventError."""
    stripped = text.strip()
    if not stripped:
        return None
    found = _TIME_PATTERN.fullmatch(stripped)
    if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:  # noqa: PLR2004 - a clock's own numbers
        raise WrongEventError(f"«\u00a0{stripped[:20]}\u00a0» n’est pas une heure\u00a0: écrivez 14:30.")
    return time(int(found[1]), int(found[2] or 0))
