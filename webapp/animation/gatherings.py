"""Administration of events: announce, correct, withdraw them, and detach their documents."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.catalogue import Decisions, Field
from index.errors import ExplainedError
from index.model import Event
from webapp.animation import choices
from webapp.animation.access import only_for_animators, who
from webapp.gatherings import listed, today
from webapp.hive import document_or_404, event_or_404, groups, hive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict
    from werkzeug.wrappers import Response

    from index.model import PartialDate

blueprint = only_for_animators(Blueprint("announcing", __name__, url_prefix="/animation/rendez-vous"))

_TIME = re.compile(r"(\d{1,2})\s*[h:H]\s*(\d{2})?")
_LONGEST, _LONGEST_DESCRIPTION = 300, 5_000


class WrongEventError(ExplainedError):
    """A form that does not describe an event; the message says what to correct."""


@blueprint.get("")
def show() -> str:
    """List all events, those to come first."""
    rows = listed(hive().catalogue.agenda(groups()), today())
    return render_template(
        "animation/gatherings.html",
        to_come=[row for row in rows if row.ahead],
        past=[row for row in reversed(rows) if not row.ahead],
    )


@blueprint.get("/nouveau")
def new() -> str:
    """Show the form that announces an event."""
    return _form(None, {"date": request.args.get("date", "")})


@blueprint.post("/nouveau")
def create() -> Response | tuple[str, int]:
    """Announce an event."""
    try:
        told = read(request.form)
    except ExplainedError as error:
        return _form(None, request.form, str(error)), 400
    with hive().catalogue.writing() as write:
        # The catalogue draws the id from type and date; the other fields follow.
        made = write.new_event(told.type, told.title, told.date, who())
        write.keep_event(replace(told, id=made.id), who())
    flash(f"«\u00a0{told.title}\u00a0» est annoncé.", "success")
    return redirect(url_for("announcing.edit", event_id=made.id), 303)


@blueprint.get("/<event_id>")
def edit(event_id: str) -> str:
    """Show one event: its form and its documents."""
    event = event_or_404(event_id)
    return _form(event, written(event))


@blueprint.post("/<event_id>")
def keep(event_id: str) -> Response | tuple[str, int]:
    """Save an event; its documents follow."""
    event = event_or_404(event_id)
    try:
        told = replace(read(request.form), id=event.id)
    except ExplainedError as error:
        return _form(event, request.form, str(error)), 400
    with hive().catalogue.writing() as write:
        write.keep_event(told, who())
    flash("Rendez-vous enregistré\u00a0: ses documents suivent.", "success")
    return redirect(url_for("announcing.edit", event_id=event.id), 303)


@blueprint.post("/<event_id>/retrait")
def drop(event_id: str) -> Response:
    """Withdraw what was entered here about an event: the calendar and file names apply again, or the event goes."""
    event = event_or_404(event_id)
    with hive().catalogue.writing() as write:
        write.drop_event(event.id, who())
    if hive().catalogue.event(event.id, groups()):
        flash(
            "Ce qui était saisi ici est retiré\u00a0: le rendez-vous redevient ce qu’en disent les fichiers.", "success"
        )
        return redirect(url_for("announcing.edit", event_id=event.id), 303)
    flash(f"«\u00a0{event.title}\u00a0» est retiré.", "success")
    return redirect(url_for("announcing.show"), 303)


@blueprint.post("/<event_id>/documents/<document_id>/retrait")
def detach(event_id: str, document_id: str) -> Response:
    """Detach a document from an event."""
    event, document = event_or_404(event_id), document_or_404(document_id)
    with hive().catalogue.writing() as write:
        # An empty value is a decision, « no event »: without it the rules would attach the document again.
        write.decide([document.id], Decisions(fields={Field.EVENT: ""}), who())
    flash(f"«\u00a0{document.title}\u00a0» n’est plus rattaché à ce rendez-vous.", "success")
    return redirect(
        url_for("announcing.edit", event_id=event.id) if _still(event.id) else url_for("announcing.show"), 303
    )


def read(form: MultiDict[str, str]) -> Event:
    """Read the event of a form, without its id. Raises ExplainedError."""
    title = _line(form, "titre")
    day = choices.date(form.get("date", ""))
    if not title or day is None:
        raise WrongEventError("Donnez au moins un titre et une date.")
    kind = form.get("type", "")
    if kind not in hive().vocabulary.event_types:
        raise WrongEventError("Choisissez le type du rendez-vous dans la liste.")
    link = _line(form, "lien")
    # It becomes a link of pages: no `javascript:` or the like.
    if link and not link.startswith(("https://", "http://")):
        raise WrongEventError("Le lien doit être une adresse complète, qui commence par https://.")
    return _event(kind, title, day, form)


def _event(kind: str, title: str, day: PartialDate, form: MultiDict[str, str]) -> Event:
    begins, ends = _time(form.get("debut", "")), _time(form.get("fin", ""))
    if begins and ends and ends < begins:
        raise WrongEventError("L’heure de fin est avant celle du début.")
    description = form.get("description", "").strip()[:_LONGEST_DESCRIPTION]
    return Event("", kind, title, day, begins, ends, _line(form, "lieu"), _line(form, "lien"), description)


def written(event: Event) -> dict[str, str]:
    """Return the values of the form for an event."""
    return {
        "titre": event.title,
        "type": event.type,
        "date": choices.typed(event.date),
        "debut": event.begins.strftime("%H:%M") if event.begins else "",
        "fin": event.ends.strftime("%H:%M") if event.ends else "",
        "lieu": event.place,
        "lien": event.link,
        "description": event.description,
    }


def _form(event: Event | None, values: Mapping[str, str], wrong: str = "") -> str:
    return render_template(
        "animation/gathering.html",
        event=event,
        values=values,
        wrong=wrong,
        types=[(slug, each.label) for slug, each in hive().vocabulary.event_types.items()],
        documents=hive().catalogue.of_event(event.id, groups()) if event else (),
    )


def _still(event_id: str) -> bool:
    return hive().catalogue.event(event_id, groups()) is not None


def _line(form: MultiDict[str, str], name: str) -> str:
    return " ".join(form.get(name, "").split())[:_LONGEST]


def _time(text: str) -> time | None:
    """Parse a time as people type it: 14:30, 14h30, 14 h; an empty text gives None. Raises WrongEventError."""
    typed = text.strip()
    if not typed:
        return None
    found = _TIME.fullmatch(typed)
    if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:  # noqa: PLR2004 - a clock's own numbers
        raise WrongEventError(f"«\u00a0{typed[:20]}\u00a0» n’est pas une heure\u00a0: écrivez 14:30.")
    return time(int(found[1]), int(found[2] or 0))
