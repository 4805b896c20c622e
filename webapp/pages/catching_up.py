"""« J'étais absent »: what a gathering was about, what was decided, and which documents to keep, on two pages."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from index.catalogue import ResolutionFilter
from webapp.auth import current_groups, find_event_or_404
from webapp.pages.event_pages import group_materials
from webapp.pages.replay_chapters import list_event_chapters
from webapp.pages.resolutions_page import list_resolutions, show_resolutions, written_formats
from webapp.server import CELL_SEPARATOR, render_text, services

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markupsafe import Markup

    from index.model import Document
    from webapp.pages.resolutions_page import ShownResolution

catching_up_blueprint = Blueprint("catching_up", __name__, url_prefix="/rendez-vous")

_MOST_ITEMS, _LONGEST_ITEM = 24, 320
"""What two pages hold; the minutes say the rest."""


@dataclass(frozen=True, slots=True)
class DecidedPart:
    """A part of the minutes that tells what was decided: its heading, its items as written, and its address."""

    document: Document
    heading: str
    items: tuple[str, ...]
    address: str

    @property
    def blocks(self) -> Iterator[Markup | tuple[str, ...]]:
        """Rows of cells as a table, in HTML, and the items between them as they are."""
        for has_cells, group in groupby(self.items, key=lambda item: CELL_SEPARATOR in item):
            items = tuple(group)
            yield render_text("\n".join(items)) if has_cells else items


@catching_up_blueprint.get("/<event_id>/rattrapage")
def show(event_id: str) -> str:
    """Show whoever missed an event its chapters, its decisions and its documents."""
    event = find_event_or_404(event_id)
    documents = services().catalogue.documents.list_of_event(event.id, current_groups())
    found = list_resolutions(ResolutionFilter(written_formats(), event_id=event.id))
    return render_template(
        "catching_up.html",
        event=event,
        documents=documents,
        materials=group_materials(documents),
        chapters=list_event_chapters(documents),
        decided=_take_items(_group_parts(show_resolutions(found))),
    )


def _group_parts(shown: Iterable[ShownResolution]) -> Iterator[DecidedPart]:
    """Yield the parts of minutes under one heading, and what sentences elsewhere say, each with its items."""
    # They come by document and in reading order.
    parts = groupby(shown, key=lambda each: (each.document.id, each.found.resolution.heading))
    for (_, heading), grouped in parts:
        those = list(grouped)
        yield DecidedPart(those[0].document, heading or "Dans le texte", tuple(_list_items(those)), those[0].address)


def _list_items(shown: Iterable[ShownResolution]) -> Iterator[str]:
    """The lines of decisions, cut between words where they are long; rows follow the names of columns."""
    columns = ""
    for each in shown:
        resolution = each.found.resolution
        if resolution.columns and resolution.columns != columns:
            yield resolution.columns
        columns = resolution.columns
        yield _shorten(resolution.text)


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_ITEM else f"{text[:_LONGEST_ITEM].rpartition(' ')[0]}…"


def _take_items(parts: Iterable[DecidedPart]) -> list[DecidedPart]:
    """The parts as long as their items fit."""
    kept, count = [], 0
    for part in parts:
        items = part.items[: _MOST_ITEMS - count]
        if items:
            kept.append(DecidedPart(part.document, part.heading, items, part.address))
            count += len(items)
    return kept
