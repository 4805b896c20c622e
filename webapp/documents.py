"""The page of a document, its original file and its captions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, render_template, request, url_for

from index.engine import EngineUnavailableError
from index.highlight import mark
from index.model import Facet, Unit
from webapp import asking, captions, citing, vignettes
from webapp.counting import ledger
from webapp.errors import NOT_FOUND, ProblemError
from webapp.hive import document_or_404, groups, hive
from webapp.originals import VIDEO, is_watchable, send_captions, send_original
from webapp.reading import Neighbours, Part, Player, Replay, Window, parts, start_second, window, with_silent_pages
from webapp.typography import typeset

if TYPE_CHECKING:
    from index.catalogue import Version
    from index.engine import Match
    from index.model import Document
    from index.search import Search
    from webapp.vignettes import Picture

blueprint = Blueprint("documents", __name__, url_prefix="/documents")

CAPTIONS = "sous-titres"
_MORE = 5
"""Documents shown under « Sur le même sujet »."""

_NEAR = 20
"""Candidates asked of the engine: some are shown already, or may not be seen."""

# Their passages, from which the unit is read otherwise, are missing.
_SILENT_UNITS = {"pdf": Unit.PAGE, "pptx": Unit.SLIDE, "odp": Unit.SLIDE}
"""The unit of the pages of a document that has no text at all, by format."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A part as the page shows it: with its image where there is one, and with the parts that it links to."""

    part: Part
    picture: Picture | None
    around: Neighbours


@blueprint.get("/<document_id>")
def show(document_id: str) -> str:
    """Show a document, with the words of `q` marked, at the part that `lieu` names or at second `t` of its replay."""
    document = document_or_404(document_id)
    # Only now: documents that do not exist, or are hidden, are not counted.
    ledger().opened(document.id)
    question = asking.read(request.args, groups())
    understood = hive().search.understand(question)
    # Without words the match is « everything », which would look for boxes on every image.
    match = understood.match if question.text else None
    replay, start = _replay(document), start_second(request.args.get(asking.START, ""))
    # The text of a video is that of its captions, which are a document of their own.
    spoken = replay.captions or document
    seen = window(_parts(spoken, understood.match), request.args.get(asking.PLACE, ""), start)
    siblings = _siblings(document)
    words = asking.words(question)

    def address(part: Part) -> str:
        """Return the link to a part: an anchor where it is on this page, else the address of the page that shows it."""
        anchor = part.locator.anchor
        elsewhere: dict[str, Any] = {"_anchor": anchor, asking.PLACE: part.name, **words}
        return f"#{anchor}" if seen.holds(part) else url_for("documents.show", document_id=document.id, **elsewhere)

    return render_template(
        "document.html",
        document=document,
        question=question,
        words=words,
        described=mark(typeset(document.summary), understood.match),
        understood=understood,
        replay=replay,
        player=_player(replay, start),
        poster=vignettes.picture(replay.video, 1) if replay.video else None,
        cover=_cover(document, seen, match),
        window=seen,
        shown=[_shown(part, spoken, seen, match) for part in seen.shown],
        address=address,
        reference=_reference(document),
        versions=versions_of(document),
        siblings=siblings,
        more_like=_more_like(spoken, {document.id, *(each.id for each in siblings)}),
    )


@blueprint.get("/<document_id>/original")
def original(document_id: str) -> Response:
    """Send the original file."""
    return send_original(hive().settings.library, document_or_404(document_id))


@blueprint.get("/<document_id>/sous-titres.vtt")
def subtitles(document_id: str) -> Response:
    """Send the captions of a replay as WebVTT, for the player."""
    document = _replay(document_or_404(document_id)).captions
    if document is None:
        raise ProblemError(404, NOT_FOUND)
    # A WebVTT file is sent as it is: its timing is exact. Others (SRT…) are written anew from their passages.
    return send_captions(hive().settings.library, document) or Response(
        captions.webvtt(hive().catalogue.passages(document.id)), mimetype="text/vtt"
    )


def _shown(part: Part, document: Document, seen: Window, match: Match | None) -> Shown:
    # Boxes are read only for parts that have words searched.
    picture = vignettes.picture_of(document, part.locator, match if part.found else None)
    return Shown(part, picture, seen.around(part))


def _parts(document: Document, match: Match) -> tuple[Part, ...]:
    read = parts(hive().catalogue.passages(document.id), match)
    drawn = vignettes.pages_drawn(document)
    unit = read[0].locator.unit if read else _SILENT_UNITS.get(document.format)
    return with_silent_pages(read, unit, drawn) if unit in vignettes.PAGED else read


def _cover(document: Document, seen: Window, match: Match | None) -> Picture | None:
    """Return the image of the first page of a document whose parts have no image of their own."""
    if document.format in {VIDEO, CAPTIONS} or any(part.locator.unit in vignettes.PAGED for part in seen.parts):
        return None
    return vignettes.picture(document, 1, match)


def versions_of(document: Document) -> list[Version]:
    """Return the versions of a document. A path that the person may not see is left empty.

    The document's present paths are already those that the person may see.
    """
    had = hive().catalogue.versions(document.id)
    seen = hive().catalogue.seen_places([each.path for each in had], groups())
    return [each if each.path in {*seen, *document.paths} else replace(each, path="") for each in had]


def _reference(document: Document) -> str:
    kind = hive().search.label(Facet.EVENT_TYPE, document.event.type) if document.event else ""
    address = url_for("documents.show", document_id=document.id, _external=True)
    return citing.citation(document, kind, address, datetime.now(UTC))


def _replay(document: Document) -> Replay:
    companion = hive().catalogue.companion(document, groups())
    if document.format == VIDEO:
        return Replay(document, companion)
    return Replay(companion, document) if document.format == CAPTIONS else Replay(None, None)


def _player(replay: Replay, start: int) -> Player | None:
    if replay.video and is_watchable(replay.video):
        return Player(replay.video, replay.captions, start)
    return None


def _siblings(document: Document) -> list[Document]:
    """Return the other documents of the same event."""
    if document.event is None:
        return []
    return [each for each in hive().catalogue.of_event(document.event.id, groups()) if each.id != document.id]


def _more_like(document: Document, shown: set[str]) -> list[Document]:
    """Return related documents, without those that the page shows already."""
    search, catalogue, visible = hive().search, hive().catalogue, groups()
    try:
        near = _near(search, document.id, visible, search.revision)
    except EngineUnavailableError:
        # The page needs no engine: the document comes from the catalogue.
        near = ()
    ids = [id_ for id_ in near if id_ not in shown][:_MORE]
    # Read anew: the cached ids may be of documents that the person may no longer see, or that have another title.
    found = catalogue.documents(ids, visible)
    return [found[id_] for id_ in ids if id_ in found]


@lru_cache(maxsize=1024)
def _near(search: Search, document_id: str, visible: frozenset[str], _learnt: int | None) -> tuple[str, ...]:
    """Return the ids of related documents, cached per index revision: they cost more than the rest of the page."""
    document = hive().catalogue.document(document_id, visible)
    return search.more_like(document, visible, _NEAR) if document else ()
