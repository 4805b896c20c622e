"""« J'étais absent »: what a gathering was about, what was decided, and which documents to keep, on two pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, url_for

from index.model import Unit
from index.text import fold_accents
from webapp.auth import current_groups, find_event_or_404
from webapp.pages import search_params
from webapp.pages.event_pages import group_materials
from webapp.pages.replay_chapters import list_event_chapters
from webapp.server import CELL_SEPARATOR, render_text, services

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from markupsafe import Markup

    from index.model import Document, Passage

catching_up_blueprint = Blueprint("catching_up", __name__, url_prefix="/rendez-vous")

_DECIDED = re.compile(
    r"\bdecisions?\b|\bdecide(r|e|es|s)?\b|\bsuites\b|\bsuites? (a donner|donnees?)\b|\ba faire\b|\bprochaines etapes\b"
    r"|\bpoints? d.action|\bactions? a (mener|engager)\b"
)
"""What headings of minutes say, without accents, where they tell what was decided and what is to be done."""

_BULLET = re.compile(r"^\s*(?:[-–—•▪◦*]|\d{1,2}[.)])\s+")
_MOST_ITEMS, _LONGEST_ITEM = 24, 320
"""What two pages hold; the minutes say the rest."""

_MOST_READ = 12
"""Documents of one gathering whose headings are looked through."""


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
    materials = group_materials(documents)
    written = [each for material in materials for each in material.documents if _may_be_minutes(each)]
    return render_template(
        "catching_up.html",
        event=event,
        documents=documents,
        materials=materials,
        chapters=list_event_chapters(documents),
        decided=_take_items(part for each in written[:_MOST_READ] for part in list_decided_parts(each)),
    )


def list_decided_parts(document: Document) -> Iterator[DecidedPart]:
    """Yield the parts of a document whose headings say that something was decided."""
    read: dict[tuple[int, str], list[Passage]] = {}
    for passage in services().catalogue.documents.list_passages(document.id):
        if passage.locator.unit is not Unit.DESCRIPTION and _DECIDED.search(fold_accents(passage.title)):
            read.setdefault((passage.locator.number, passage.title), []).append(passage)
    page = url_for("documents.show", document_id=document.id)
    for (_, heading), passages in read.items():
        items = tuple(_list_items(passages))
        if items:
            yield DecidedPart(document, heading, items, search_params.passage_address(page, passages[0].locator, ""))


def _may_be_minutes(document: Document) -> bool:
    format_ = services().format_of(document)
    return not (format_.is_recording or format_.is_captions or format_.is_deck)


def _list_items(passages: Sequence[Passage]) -> Iterator[str]:
    """The lines of passages, without their bullets and without the heading; long ones are cut between words."""
    for passage in passages:
        for line in passage.text.splitlines():
            text = " ".join(_BULLET.sub("", line).split())
            if text and text != " ".join(passage.title.split()):
                yield text if len(text) <= _LONGEST_ITEM else f"{text[:_LONGEST_ITEM].rpartition(' ')[0]}…"


def _take_items(parts: Iterable[DecidedPart]) -> list[DecidedPart]:
    """The parts as long as their items fit."""
    kept, count = [], 0
    for part in parts:
        items = part.items[: _MOST_ITEMS - count]
        if items:
            kept.append(DecidedPart(part.document, part.heading, items, part.address))
            count += len(items)
    return kept
