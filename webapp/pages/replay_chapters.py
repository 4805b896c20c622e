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
    from collections.abc import Iterable, Sequence

    from index.model import Chapter, Document
    from index.search import RankedDocument


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


@dataclass(frozen=True, slots=True)
class Minute:
    """When a slide is first spoken of: the address of that second of the recording, and how people write it."""

    address: str
    timecode: str


def find_minute(document: Document, locator: Locator) -> Minute | None:
    """Return when a slide of a deck is first spoken of; None for what is no slide, or not known."""
    if locator.unit not in _SLIDE_UNITS:
        return None
    if document.id not in _known_minutes():
        load_minutes([document])
    return _known_minutes()[document.id].get(locator.number)


def load_minutes_of_results(found: Iterable[RankedDocument]) -> None:
    """Read at once what `find_minute` is to say of the slides that a page of results shows."""
    decks = [each.document for each in found if any(one.locator.unit in _SLIDE_UNITS for one in each.excerpts)]
    if decks:
        load_minutes(decks)


def load_minutes(decks: Sequence[Document]) -> None:
    """Read at once what `find_minute` is to say of all slides of some documents that the reader may see."""
    chapters = services().catalogue.chapters.list_of_decks([each.id for each in decks])
    recordings = {each.recording_id for each in chapters}
    visible = services().catalogue.documents.find_each(sorted(recordings), current_groups()) if recordings else {}
    minutes: dict[str, dict[int, Minute]] = {each.id: {} for each in decks}
    for each in chapters:
        if each.recording_id in visible:
            minutes[each.deck_id].setdefault(
                each.slide, Minute(_second_address(each.recording_id, int(each.start)), timecode(each.start))
            )
    _known_minutes().update(minutes)


def _known_minutes() -> dict[str, dict[int, Minute]]:
    """Return the minutes that this request has read, by document and slide; most pages name a deck several times."""
    known: dict[str, dict[int, Minute]] = g.setdefault("minutes", {})
    return known


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
    return ShownChapter(
        chapter,
        title or slide.label.capitalize(),
        thumbnails.small_page_address(deck, chapter.slide),
        _second_address(chapter.recording_id, int(chapter.start)),
        _page_address(deck.id, slide.anchor, {search_params.PLACE_PARAM: slide.anchor}),
        slide.label,
    )


def _second_address(recording_id: str, second: int) -> str:
    return _page_address(recording_id, f"t-{second}", {search_params.START_PARAM: second})


def _page_address(document_id: str, anchor: str, params: dict[str, Any]) -> str:
    return url_for("documents.show", document_id=document_id, _anchor=anchor, **params)


def _stamp(seconds: float) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{milliseconds:03d}"
