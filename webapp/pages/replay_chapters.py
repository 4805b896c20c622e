"""Chapters of a replay: when each slide is spoken of, as pages, players and the API show it.

A viewer sees a chapter who sees both the recording and the deck.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import g, url_for

from index.model import Locator, Unit, timecode
from webapp.auth import current_groups
from webapp.pages import search_params, thumbnails
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.model import Chapter, Document


# A deck that was exported has pages.
_SLIDE_UNITS = frozenset({Unit.SLIDE, Unit.PAGE})


@dataclass(frozen=True, slots=True)
class ShownChapter:
    """A chapter with its title, and the addresses of its second, its slide and the small image of it ("" for none)."""

    chapter: Chapter
    title: str
    picture: str
    address: str
    slide_address: str
    slide_label: str

    @property
    def second(self) -> int:
        """The whole second at which it begins."""
        return int(self.chapter.start)

    @property
    def timecode(self) -> str:
        """The same as people write it: « 12:34 »."""
        return timecode(self.chapter.start)


def list_replay_chapters(recording: Document) -> tuple[ShownChapter, ...]:
    """Return the chapters of a recording, in the order of time."""
    return _show_chapters(services().catalogue.chapters.list_of_recording(recording.id))


def list_deck_chapters(deck: Document) -> tuple[ShownChapter, ...]:
    """Return when the slides of a deck are spoken of, in its recordings."""
    return _show_chapters(services().catalogue.chapters.list_of_deck(deck.id))


def list_event_chapters(documents: Sequence[Document]) -> tuple[ShownChapter, ...]:
    """Return the chapters of the first recording of an event that has some."""
    formats = {each.id: services().format_of(each) for each in documents}
    recordings = [each for each in documents if formats[each.id].is_recording or formats[each.id].is_captions]
    shown = map(list_replay_chapters, recordings)
    return next(filter(None, shown), ())


def find_minute(document: Document, locator: Locator) -> ShownChapter | None:
    """Return when a slide of a deck is first spoken of; None for what is no slide, or not known."""
    if locator.unit not in _SLIDE_UNITS:
        return None
    # A page of results asks for several slides of one deck.
    known: dict[str, tuple[ShownChapter, ...]] = g.setdefault("deck_chapters", {})
    if document.id not in known:
        known[document.id] = list_deck_chapters(document)
    return next((each for each in known[document.id] if each.chapter.slide == locator.number), None)


def render_chapters(shown: Sequence[ShownChapter], duration: float | None) -> str:
    """Return chapters as a WebVTT track for players; each lasts until the next one."""
    cues = []
    for number, each in enumerate(shown):
        following = (
            shown[number + 1].chapter.start if number + 1 < len(shown) else max(duration or 0.0, each.second + 60)
        )
        # One line each; « --> » in a title would be read as a timing.
        title = " ".join(each.title.split()).replace("-->", "→").replace("&", "&amp;").replace("<", "&lt;")
        cues.append(f"{_stamp(each.chapter.start)} --> {_stamp(following)}\n{title}")
    return "\n\n".join(("WEBVTT", *cues)) + "\n"


def _show_chapters(chapters: Sequence[Chapter]) -> tuple[ShownChapter, ...]:
    if not chapters:
        return ()
    catalogue = services().catalogue
    # Both in one query: a chapter tells of the deck on the page of the replay, and the other way round.
    ids = {each.deck_id for each in chapters} | {each.recording_id for each in chapters}
    visible = catalogue.documents.find_each(sorted(ids), current_groups())
    titles = {
        (deck_id, passage.locator.number): " ".join(passage.title.split())
        for deck_id in {each.deck_id for each in chapters} & visible.keys()
        for passage in catalogue.documents.list_passages(deck_id)
    }
    return tuple(
        _show_chapter(each, visible[each.deck_id], titles.get((each.deck_id, each.slide), ""))
        for each in chapters
        if each.deck_id in visible and each.recording_id in visible
    )


def _show_chapter(chapter: Chapter, deck: Document, title: str) -> ShownChapter:
    slide = Locator(Unit.SLIDE if services().format_of(deck).is_deck else Unit.PAGE, chapter.slide)
    second = int(chapter.start)
    return ShownChapter(
        chapter,
        title or slide.label.capitalize(),
        thumbnails.small_page_address(deck, chapter.slide),
        _page_address(chapter.recording_id, f"t-{second}", {search_params.START_PARAM: second}),
        _page_address(deck.id, slide.anchor, {search_params.PLACE_PARAM: slide.anchor}),
        slide.label,
    )


def _page_address(document_id: str, anchor: str, params: dict[str, Any]) -> str:
    return url_for("documents.show", document_id=document_id, _anchor=anchor, **params)


def _stamp(seconds: float) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{milliseconds:03d}"
