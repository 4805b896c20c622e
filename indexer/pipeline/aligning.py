"""Finds when slides are spoken of, for each gathering with a deck and a recording, while nothing else is to do.

Words tell first. Where the recording is a video whose shots and the deck's pages are known, both tell together: see
`FrameAligner`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from extractors import EXTRACTOR_VERSION, FORMATS
from extractors.frames import FRAMES_VERSION
from index.model import Unit
from index.text import ALIGNER_VERSION, ShotEvidence, SlideText, SpokenText, align_slides, jaccard, signature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extractors.frames import ShownSlides
    from index.catalogue import Catalogue
    from index.model import GatheringMaterial, Passage
    from index.preview_cache import PreviewCache

log = logging.getLogger(__name__)

_DECKS = frozenset(value for value, spec in FORMATS.items() if spec.is_deck)
_RECORDINGS = frozenset(value for value, spec in FORMATS.items() if spec.is_recording)
_CAPTIONS = frozenset(value for value, spec in FORMATS.items() if spec.is_captions)
_PAGED = frozenset(value for value, spec in FORMATS.items() if spec.is_paged and not spec.is_deck)

_MOST_PAIRS = 12
"""Pairs of one gathering: beyond, it is a folder of many things, and no gathering."""


_MOST_SLIDES = 300
"""A longer paged document is no deck."""

_EXPORT_LIKENESS = 0.5
"""The share of word sequences that a deck and a paged document have in common where one was made of the other."""

_WITH_FRAMES = f" images {FRAMES_VERSION}"
"""What the name of the inputs ends with where the video told too."""


@dataclass(frozen=True, slots=True)
class AlignmentPair:
    """A recording and a deck of one gathering, what holds the words, and the name of all that is compared."""

    recording: GatheringMaterial
    deck: GatheringMaterial
    text_id: str
    inputs: str

    @property
    def key(self) -> tuple[str, str]:
        """The ids of the recording and of the deck."""
        return self.recording.document_id, self.deck.document_id


class Aligner:
    """Aligns one deck and one recording at a time: a step takes less than a second."""

    def __init__(self, catalogue: Catalogue, previews: PreviewCache | None = None) -> None:
        self._catalogue = catalogue
        self._previews = previews
        # No catalogue has this revision: the first step looks.
        self._revision = -1
        self._known: dict[tuple[str, str], str] = {}
        self._wanted: dict[tuple[str, str], AlignmentPair] = {}
        self._undrawn: set[str] = set()
        self._exports: dict[tuple[str, str], bool] = {}

    def advance(self) -> bool:
        """Align what waits next by words; gives whether more waits."""
        revision = self._catalogue.revisions.read_last()
        if revision != self._revision or self._has_drawn():
            self._revision = revision
            self._find_pairs()
        # What was aligned with frames has the same words, and more.
        waiting = [each for each in self._wanted.values() if not self._known.get(each.key, "").startswith(each.inputs)]
        if waiting:
            self.align(waiting[0])
        return len(waiting) > 1

    def list_without_frames(self) -> list[AlignmentPair]:
        """The pairs that were aligned by words alone."""
        return [each for each in self._wanted.values() if self._known.get(each.key) == each.inputs]

    def align(self, pair: AlignmentPair, shown: Sequence[ShownSlides] | None = None) -> None:
        """Align a deck with a recording, with what was `shown` where the video was looked at, and store the starts."""
        slides = _to_slides(self._catalogue.documents.list_passages(pair.deck.document_id))
        if shown:
            slides = _add_silent(slides, max(len(each.evidence) for each in shown))
        spoken = [
            SpokenText(each.locator.start or 0.0, each.locator.end or each.locator.start or 0.0, each.text)
            for each in self._catalogue.documents.list_passages(pair.text_id)
            if each.locator.unit is Unit.TIME
        ]
        starts = align_slides(slides, spoken, [ShotEvidence(each.start, each.evidence) for each in shown or ()])
        inputs = pair.inputs + (_WITH_FRAMES if shown is not None else "")
        with self._catalogue.transaction() as transaction:
            transaction.chapters.save(
                *pair.key, inputs, [(each.number, each.start, each.confidence) for each in starts]
            )
        self._known[pair.key] = inputs
        log.info("aligned %d starts of %d slides: %s in %s", len(starts), len(slides), *pair.key[::-1])

    def _find_pairs(self) -> None:
        """Find the pairs of all gatherings; forget those of no gathering any more."""
        self._undrawn.clear()
        self._known = self._catalogue.chapters.read_inputs()
        materials = self._catalogue.chapters.list_materials(_DECKS | _PAGED | _RECORDINGS | _CAPTIONS)
        self._wanted = {}
        for _, of_event in groupby(materials, key=lambda each: each.event_id):
            pairs = self._pair_materials(list(of_event))
            if len(pairs) <= _MOST_PAIRS:
                self._wanted |= {each.key: each for each in pairs}
        if gone := self._known.keys() - self._wanted.keys():
            with self._catalogue.transaction() as transaction:
                for key in gone:
                    transaction.chapters.forget(*key)

    def _pair_materials(self, materials: Sequence[GatheringMaterial]) -> list[AlignmentPair]:
        """Each recording, what holds its words, and each deck. Captions without a recording stand for one."""
        told = _pair_words(materials)
        if not told:
            return []
        decks = [each for each in materials if each.format in _DECKS]
        papers = [each for each in materials if each.format in _PAGED and self._is_landscape(each)]
        decks += [each for each in papers if not any(self._is_export(each, deck) for deck in decks)]
        return [
            AlignmentPair(recording, deck, text.document_id, _name_inputs(deck, text))
            for deck in decks
            for recording, text in told
        ]

    def _is_landscape(self, paper: GatheringMaterial) -> bool:
        """Whether all pages of a paged document are wider than high, as slides are; False until they are drawn."""
        if self._previews is None:
            return False
        if self._previews.read_pictures(paper.digest, FRAMES_VERSION):
            # It was one before: its page images may have made room for others since.
            return True
        pages = self._previews.count_pages(paper.digest)
        if pages is None:
            self._undrawn.add(paper.digest)
            return False
        sizes = [self._previews.read_page(paper.digest, number, with_words=False) for number in range(1, pages + 1)]
        return 1 < pages <= _MOST_SLIDES and all(each and each.width > each.height for each in sizes)

    def _is_export(self, paper: GatheringMaterial, deck: GatheringMaterial) -> bool:
        """Whether a paged document says what a deck says: the deck alone then has chapters."""
        pair = paper.digest, deck.digest
        if pair not in self._exports:
            both = (signature(self._catalogue.documents.list_passages(each.document_id)) for each in (paper, deck))
            self._exports[pair] = _stem(paper.path) == _stem(deck.path) or jaccard(*both) >= _EXPORT_LIKENESS
        return self._exports[pair]

    def _has_drawn(self) -> bool:
        """Whether pages were drawn of which it was not known whether they are slides."""
        return self._previews is not None and any(
            self._previews.count_pages(each) is not None for each in self._undrawn
        )


def _pair_words(materials: Sequence[GatheringMaterial]) -> list[tuple[GatheringMaterial, GatheringMaterial]]:
    """Each recording, and what holds its words."""
    captions: dict[str | None, GatheringMaterial] = {}
    for each in materials:
        if each.format in _CAPTIONS:
            captions.setdefault(each.part_of, each)
    return [
        (each, captions.get(each.document_id, each)) if each.format in _RECORDINGS else (each, each)
        for each in materials
        if each.format in _RECORDINGS | _CAPTIONS and each.part_of is None
    ]


def _name_inputs(deck: GatheringMaterial, text: GatheringMaterial) -> str:
    parts = (ALIGNER_VERSION, EXTRACTOR_VERSION, deck.digest, text.digest, text.transcribed)
    return " ".join(map(str, parts))


def _to_slides(passages: Sequence[Passage]) -> list[SlideText]:
    """The slides of a deck, or the pages of one that was exported, each whole."""
    slides = []
    told = [each for each in passages if each.locator.unit in {Unit.SLIDE, Unit.PAGE}]
    for number, together in groupby(told, key=lambda each: each.locator.number):
        parts = list(together)
        slides.append(
            SlideText(
                number, parts[0].title, "\n".join(each.text for each in parts), "\n".join(each.notes for each in parts)
            )
        )
    return slides


def _add_silent(slides: Sequence[SlideText], count: int) -> list[SlideText]:
    """The slides of a deck of so many, those without a word too: they can be shown."""
    known = {each.number: each for each in slides}
    return [known.get(number, SlideText(number, "", "")) for number in range(1, count + 1)]


def _stem(path: str) -> str:
    return path.rpartition(".")[0]
