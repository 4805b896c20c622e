"""« Décisions »: what minutes decided, by gathering, theme and year; animators dismiss what is no decision."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.catalogue import ResolutionFilter
from index.model import Facet
from index.text import fold_accents
from webapp.auth import current_account_id, current_groups, may_animate, require_animator
from webapp.pages.search_params import parse_page, passage_address
from webapp.server import CELL_SEPARATOR, NOT_FOUND, ProblemError, send_csv, services

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flask import Response as FlaskResponse
    from werkzeug.wrappers import Response

    from index.catalogue import GatheringResolution
    from index.model import Document, Event

resolution_blueprint = Blueprint("resolutions", __name__)

_PER_PAGE = 60
_MAX_ROWS = 5_000
"""Rows of the table to download."""

_MAX_COPIES = 100
"""Documents of one gathering that hold the same line, and are dismissed together."""

_COLUMNS = ("Date", "Rendez-vous", "Décision", "Rubrique", "Document", "Aussi dans", "Endroit", "Thèmes", "Adresse")


@dataclass(frozen=True, slots=True)
class ShownResolution:
    """A decision as pages show it: its document, its address there, and the other documents that hold it."""

    found: GatheringResolution
    event: Event
    document: Document
    address: str
    copies: tuple[Document, ...]

    @property
    def text(self) -> str:
        """What was decided, as written; a row of a table by its first cell, then the others by their columns."""
        resolution = self.found.resolution
        first, *cells = resolution.text.split(CELL_SEPARATOR)
        _, *columns = resolution.columns.split(CELL_SEPARATOR)
        if not cells or len(cells) != len(columns):
            return resolution.text
        told = ", ".join(f"{name}\u00a0: {cell}" for name, cell in zip(columns, cells, strict=True))
        return f"{first} ({told})"

    @property
    def document_ids(self) -> tuple[str, ...]:
        """The documents that hold it, the one shown first."""
        return (self.document.id, *(each.id for each in self.copies))


@resolution_blueprint.get("/decisions")
def show() -> str:
    """Show the decisions of the filters `theme`, `rendez-vous` and `annee`, those of the latest gathering first."""
    wanted = read_filter()
    found = list_resolutions(wanted)
    page = parse_page(request.args.get("page", ""))
    shown = show_resolutions(found[(page - 1) * _PER_PAGE : page * _PER_PAGE])
    # The choices offered do not shrink with those made.
    everything = list_resolutions(ResolutionFilter(wanted.formats))
    events = _load_events(everything)
    return render_template(
        "resolutions.html",
        gatherings=[(event, list(those)) for event, those in groupby(shown, key=lambda each: each.event)],
        total=len(found),
        wanted=wanted,
        page=page,
        pages=max(1, -(-len(found) // _PER_PAGE)),
        params=_filter_params(wanted),
        themes=_list_themes(),
        events=[(each.id, f"{each.title} ({each.date.label})") for each in events],
        years=[(str(year), str(year)) for year in dict.fromkeys(each.date.year for each in events)],
    )


@resolution_blueprint.get("/decisions.csv")
def export() -> FlaskResponse:
    """Return the decisions of the same filters as a table, at most _MAX_ROWS of them."""
    shown = show_resolutions(list_resolutions(read_filter())[:_MAX_ROWS])
    return send_csv("ruche-decisions.csv", _COLUMNS, map(_build_row, shown))


@resolution_blueprint.post("/decisions/ecart")
def dismiss() -> Response:
    """Record that a line is no decision, in the documents that the animator sees."""
    return _change(dismissed=True)


@resolution_blueprint.post("/decisions/remise")
def restore() -> Response:
    """Take back that a line is no decision."""
    return _change(dismissed=False)


def written_formats() -> frozenset[str]:
    """Return the formats of documents in which gatherings write down what they decided."""
    known = services().vocabulary.formats.items()
    return frozenset(value for value, each in known if not (each.is_recording or each.is_captions or each.is_deck))


def list_resolutions(wanted: ResolutionFilter) -> tuple[GatheringResolution, ...]:
    """Return the decisions that the person may see, those of the latest gathering first."""
    return services().catalogue.resolutions.list_visible(current_groups(), wanted)


def show_resolutions(found: Sequence[GatheringResolution]) -> list[ShownResolution]:
    """Return decisions with their documents and addresses; one whose document has just gone is left out."""
    # One read for all documents of the page.
    ids = dict.fromkeys(id_ for each in found for id_ in (each.document_id, *each.copies))
    documents = services().catalogue.documents.find_each(list(ids), current_groups())
    return [
        ShownResolution(
            each,
            document.event,
            document,
            passage_address(url_for("documents.show", document_id=document.id), each.resolution.locator, ""),
            tuple(documents[id_] for id_ in each.copies if id_ in documents),
        )
        for each in found
        if (document := documents.get(each.document_id)) and document.event
    ]


def read_filter() -> ResolutionFilter:
    """Return the filter of the present address; what cannot be understood is ignored."""
    year = request.args.get("annee", "")
    return ResolutionFilter(
        written_formats(),
        event_id=request.args.get("rendez-vous", ""),
        year=int(year) if year.isascii() and year.isdigit() and len(year) == len("2024") else 0,
        theme=request.args.get("theme", ""),
        # Members are shown none of what animators said is no decision.
        dismissed=request.args.get("ecartees") == "1" and may_animate(),
    )


def _change(*, dismissed: bool) -> Response:
    require_animator()
    mark = request.form.get("decision", "")
    asked = services().catalogue.documents.find_each(request.form.getlist("document")[:_MAX_COPIES], current_groups())
    # A line that no such document holds, and a document that the animator does not see, are answered alike.
    found = list_resolutions(ResolutionFilter(written_formats(), dismissed=not dismissed))
    holders = {id_ for each in found if each.resolution.fingerprint == mark for id_ in (each.document_id, *each.copies)}
    ids = sorted(holders & asked.keys())
    if not ids:
        raise ProblemError(404, NOT_FOUND)
    resolutions, who = services().catalogue.resolutions, current_account_id()
    if dismissed:
        resolutions.dismiss(ids, mark, who)
        flash(
            "La ligne n’est plus parmi les décisions\u00a0; «\u00a0Lignes écartées\u00a0» permet de la remettre.",
            "success",
        )
    else:
        resolutions.restore(ids, mark, who)
        flash("La ligne est de nouveau parmi les décisions.", "success")
    return redirect(url_for("resolutions.show", **_filter_params(read_filter())), 303)


def _filter_params(wanted: ResolutionFilter) -> dict[str, Any]:
    params = {
        "theme": wanted.theme,
        "rendez-vous": wanted.event_id,
        "annee": str(wanted.year or ""),
        "ecartees": "1" if wanted.dismissed else "",
    }
    return {name: value for name, value in params.items() if value}


def _load_events(found: Iterable[GatheringResolution]) -> list[Event]:
    ids = dict.fromkeys(each.event_id for each in found)
    events = services().catalogue.events.find_each(list(ids), current_groups())
    return [events[id_] for id_ in ids if id_ in events]


def _list_themes() -> list[tuple[str, str]]:
    themes = services().vocabulary.themes.values()
    return sorted(((each.slug, each.label) for each in themes), key=lambda pair: fold_accents(pair[1]))


def _build_row(shown: ShownResolution) -> list[str]:
    labels = (services().label(Facet.THEME, value) for value in shown.document.facet_values(Facet.THEME))
    resolution = shown.found.resolution
    return [
        shown.event.date.isoformat(),
        shown.event.title,
        shown.text,
        resolution.heading,
        shown.document.title,
        ", ".join(each.title for each in shown.copies),
        resolution.locator.label,
        ", ".join(labels),
        url_for("documents.show", document_id=shown.document.id, _anchor=resolution.locator.anchor, _external=True),
    ]
