"""The page of a document, its original file and its captions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, render_template, request, url_for

from index.engines import EngineUnavailableError
from index.model import Facet, Unit, describe_wrong_suffixes
from index.search import highlight_text
from webapp.auth import current_groups, find_document_or_404, find_file_or_404
from webapp.pages import citations, downloads, replay_chapters, search_params, thumbnails
from webapp.pages.assistant_page import may_be_sent
from webapp.pages.document_parts import (
    DocumentPart,
    PartNeighbours,
    PartWindow,
    Player,
    Replay,
    add_silent_pages,
    build_parts,
    find_window,
    parse_start_second,
)
from webapp.pages.downloads import is_playable, send_captions, send_original
from webapp.pages.time_line import build_time_line
from webapp.pages.usefulness import find_opinion
from webapp.server import NOT_FOUND, ProblemError, is_prefetch, services, typeset, usage_counter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.catalogue import DocumentVersion
    from index.model import Document
    from index.query import Match
    from index.search import Question, Search
    from webapp.pages.replay_chapters import ShownChapter
    from webapp.pages.thumbnails import PagePicture
    from webapp.pages.time_line import TimeLine

document_blueprint = Blueprint("documents", __name__, url_prefix="/documents")

_RELATED_SHOWN = 5
"""Documents shown under « Sur le même sujet »."""

_RELATED_CANDIDATES = 20
"""Candidates asked of the engine: some are shown already, or may not be seen."""


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part as the page shows it: with its image where there is one, and with the parts that it links to.

    `small` is the address of its small image, "" where there is none.

    `found_rank` counts the parts that have words searched, from 1; it is None for the others.
    """

    part: DocumentPart
    picture: PagePicture | None
    small: str
    neighbours: PartNeighbours
    found_rank: int | None


@document_blueprint.get("/<document_id>")
def show(document_id: str) -> str:
    """Show a document, with the words of `q` marked, at the part that `lieu` names or at second `t` of its replay."""
    document = find_document_or_404(document_id)
    # Only now: documents that do not exist, or are hidden, are not counted.
    question = search_params.read_question(request.args, current_groups())
    _count_opening(document, question)
    understood = services().search.interpret(question)
    # Without words the match is « everything », which would look for boxes on every image.
    match = understood.match if question.text else None
    replay, start = find_replay(document), parse_start_second(request.args.get(search_params.START_PARAM, ""))
    # What is read of a video is its captions: of several, the first.
    spoken = replay.captions or document
    seen = find_window(list_parts(spoken, understood.match), request.args.get(search_params.PLACE_PARAM, ""), start)
    siblings = _list_event_documents(document)
    words = search_params.word_params(question)

    def address(part: DocumentPart) -> str:
        """Return the link to a part: an anchor where it is on this page, else the address of the page that shows it."""
        anchor = part.locator.anchor
        elsewhere: dict[str, Any] = {"_anchor": anchor, search_params.PLACE_PARAM: part.name, **words}
        return f"#{anchor}" if seen.contains(part) else url_for("documents.show", document_id=document.id, **elsewhere)

    def moment(part: DocumentPart) -> str:
        """Return the link to what is said at a second, words marked: it starts the video there."""
        second = int(part.locator.start or 0)
        return search_params.moment_address(document.id, second, part.locator.anchor, words)

    return render_template(
        "document.html",
        document=document,
        # Once each: what an earlier version of Ruche has read still holds the first among its warnings.
        notices=dict.fromkeys(
            (*describe_wrong_suffixes(document.paths, services().format_of(document)), *document.warnings)
        ),
        question=question,
        words=words,
        came_from=search_params.way_back_params(request.referrer or "", question),
        described=highlight_text(typeset(document.summary), understood.match),
        understood=understood,
        **_describe_replay(document, replay, seen, start),
        cover=_find_cover(document, seen, match),
        window=seen,
        summarisable=bool(seen.parts) and may_be_sent(document),
        shown=[_prepare_part(part, spoken, seen, match) for part in seen.shown],
        address=address,
        alone=lambda part: search_params.place_address(document.id, part.lasting_name, words),
        permanent=lambda part: search_params.passage_address(
            url_for("documents.show", document_id=document.id), part.locator, ""
        ),
        moment=moment,
        sharing=lambda second, part: search_params.moment_address(
            document.id, second, part.locator.anchor if part else None, {}
        ),
        reference=_cite_document(document),
        opinion=find_opinion(document.id),
        versions=list_visible_versions(document),
        files=services().catalogue.replays.list_parts(document.id, current_groups()),
        siblings=siblings,
        more_like=_list_related_documents(spoken, {document.id, *(each.id for each in siblings)}),
    )


def _count_opening(document: Document, question: Question) -> None:
    # Link checkers ask for the head alone, and browsers fetch what nobody may ever look at.
    if request.method != "GET" or is_prefetch():
        return
    # From its results alone: an address that somebody shared holds their words, and not one's own.
    left = search_params.read_results_left(request.referrer or "", current_groups())
    from_results = left is not None and left.text == question.text
    usage_counter().count_opening(document.id, question.text if from_results else "")


def _describe_replay(document: Document, replay: Replay, seen: PartWindow, start: int) -> dict[str, Any]:
    """Return the variables of the player: the replay, its chapters, the marks on its time line, its first image."""
    chapters = replay_chapters.list_replay_chapters(replay.video or document)
    return {
        "replay": replay,
        "player": _make_player(replay, start),
        "chapters": chapters,
        "time_line": _draw_time_line(replay, seen, chapters, start),
        "poster": thumbnails.find_picture(replay.video, 1) if replay.video else None,
    }


@document_blueprint.get("/<document_id>/original")
def original(document_id: str) -> Response:
    """Send the original file of a document, or of a part of a replay."""
    return send_original(services().settings.library, find_file_or_404(document_id))


@document_blueprint.get("/<document_id>/sous-titres.vtt")
def subtitles(document_id: str) -> Response:
    """Send the captions of a replay as WebVTT, for the player."""
    document = find_replay(find_document_or_404(document_id)).captions
    if document is None:
        raise ProblemError(404, NOT_FOUND)
    # A WebVTT file is sent as it is: its timing is exact. Others (SRT…) are written anew from their passages.
    return send_captions(services().settings.library, document) or Response(
        downloads.render_webvtt(
            services().catalogue.documents.list_passages(document.id), note=_describe_origin(document)
        ),
        mimetype="text/vtt",
    )


@document_blueprint.get("/<document_id>/chapitres.vtt")
def chapter_track(document_id: str) -> Response:
    """Send the chapters of a replay as WebVTT, for the player."""
    document = find_document_or_404(document_id)
    shown = replay_chapters.list_replay_chapters(document)
    if not shown:
        raise ProblemError(404, NOT_FOUND)
    return Response(replay_chapters.render_chapters(shown, document.duration), mimetype="text/vtt")


def _describe_origin(document: Document) -> str:
    return f"Transcription automatique ({document.transcribed})" if document.transcribed else ""


def _prepare_part(part: DocumentPart, document: Document, seen: PartWindow, match: Match | None) -> ShownPart:
    # Boxes are read only for parts that have words searched.
    picture = thumbnails.find_passage_picture(document, part.locator, match if part.has_match else None)
    small = thumbnails.small_page_address(document, part.locator.number) if picture else ""
    return ShownPart(part, picture, small, seen.neighbours_of(part), seen.find_found_rank(part))


def list_parts(document: Document, match: Match) -> tuple[DocumentPart, ...]:
    """Return the parts of a document, the words of a question marked; pages without text have an empty one."""
    read = build_parts(services().catalogue.documents.list_passages(document.id), match)
    drawn = thumbnails.count_drawn_pages(document)
    unit = read[0].locator.unit if read else _find_silent_unit(document)
    return add_silent_pages(read, unit, drawn) if unit in thumbnails.PAGED_UNITS else read


def _find_silent_unit(document: Document) -> Unit | None:
    """Return the unit of the pages of a document that has no text at all: there is no passage from which to read it."""
    format_ = services().format_of(document)
    if format_.is_deck:
        return Unit.SLIDE
    return Unit.PAGE if format_.is_paged else None


def _find_cover(document: Document, seen: PartWindow, match: Match | None) -> PagePicture | None:
    """Return the image of the first page of a document whose parts have no image of their own."""
    format_ = services().format_of(document)
    if (
        format_.is_recording
        or format_.is_captions
        or any(part.locator.unit in thumbnails.PAGED_UNITS for part in seen.parts)
    ):
        return None
    return thumbnails.find_picture(document, 1, match)


def list_visible_versions(document: Document) -> list[DocumentVersion]:
    """Return the versions of a document that the person may see. A path that they may not see is left empty."""
    had = services().catalogue.documents.list_versions(document.id, current_groups())
    # A document that is withheld for personal data is shown at all its paths to those who decide about it.
    at = document.paths
    return [replace(each, path=at[0]) if not (each.path or place) and at else each for place, each in enumerate(had)]


def _cite_document(document: Document) -> str:
    kind = services().search.label(Facet.EVENT_TYPE, document.event.type) if document.event else ""
    address = url_for("documents.show", document_id=document.id, _external=True)
    return citations.format_citation(document, kind, address, datetime.now(UTC))


def find_replay(document: Document) -> Replay:
    """Return the recording to which a document belongs, as its video or as its captions; an empty one otherwise."""
    format_ = services().format_of(document)
    if format_.is_captions:
        return Replay(None, document)
    if not format_.is_recording:
        return Replay(None, None)
    spoken = services().find_spoken_document(document, current_groups())
    return Replay(document, spoken if spoken is not document or document.transcribed else None)


def _make_player(replay: Replay, start: int) -> Player | None:
    if replay.video and is_playable(replay.video):
        return Player(replay.video, replay.captions, start)
    return None


def _draw_time_line(replay: Replay, seen: PartWindow, chapters: Sequence[ShownChapter], start: int) -> TimeLine:
    lengths = [each.duration for each in (replay.video, replay.captions) if each and each.duration]
    return build_time_line(seen, [each.chapter.start for each in chapters], max(lengths, default=None), start)


def _list_event_documents(document: Document) -> list[Document]:
    """Return the other documents of the same event."""
    if document.event is None:
        return []
    return [
        each
        for each in services().catalogue.documents.list_of_event(document.event.id, current_groups())
        if each.id != document.id
    ]


def _list_related_documents(document: Document, shown: set[str]) -> list[Document]:
    """Return related documents, without those that the page shows already."""
    search, catalogue, visible = services().search, services().catalogue, current_groups()
    try:
        near = _find_related_ids(search, document.id, visible, search.indexed_revision)
    except EngineUnavailableError:
        # The page needs no engine: the document comes from the catalogue.
        near = ()
    ids = [id_ for id_ in near if id_ not in shown][:_RELATED_SHOWN]
    # Read anew: the cached ids may be of documents that the person may no longer see, or that have another title.
    found = catalogue.documents.find_each(ids, visible)
    return [found[id_] for id_ in ids if id_ in found]


@lru_cache(maxsize=1024)
def _find_related_ids(
    search: Search, document_id: str, visible: frozenset[str], _indexed_revision: int | None
) -> tuple[str, ...]:
    """Return the ids of related documents, cached per index revision: they cost more than the rest of the page."""
    document = services().catalogue.documents.find(document_id, visible)
    return search.find_similar_ids(document, visible, _RELATED_CANDIDATES) if document else ()
