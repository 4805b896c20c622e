"""Finds when slides are spoken of, for each gathering with a deck and a recording, while nothing else is to do."""

from __future__ import annotations

import logging
from itertools import groupby
from typing import TYPE_CHECKING

from extractors import EXTRACTOR_VERSION, FORMATS
from index.model import Unit
from index.text import ALIGNER_VERSION, SlideText, SpokenText, align_slides

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from index.catalogue import Catalogue
    from index.model import GatheringMaterial, Passage

log = logging.getLogger(__name__)

_DECKS = frozenset(value for value, spec in FORMATS.items() if spec.is_deck)
_RECORDINGS = frozenset(value for value, spec in FORMATS.items() if spec.is_recording)
_CAPTIONS = frozenset(value for value, spec in FORMATS.items() if spec.is_captions)

_MOST_PAIRS = 12
"""Pairs of one gathering: beyond, it is a folder of many things, and no gathering."""


class Aligner:
    """Aligns one deck and one recording at a time: a step takes less than a second."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        # No catalogue has this revision: the first step looks.
        self._revision = -1
        self._waiting: dict[tuple[str, str], tuple[str, str]] = {}

    def advance(self) -> bool:
        """Align what waits next; gives whether more waits."""
        revision = self._catalogue.revisions.read_last()
        if revision != self._revision:
            self._revision = revision
            self._find_waiting()
        if not self._waiting:
            return False
        pair = next(iter(self._waiting))
        self._align(*pair, *self._waiting.pop(pair))
        return bool(self._waiting)

    def _find_waiting(self) -> None:
        """Find the pairs that were never compared as they are now; forget those of no gathering any more."""
        known = self._catalogue.chapters.read_inputs()
        materials = self._catalogue.chapters.list_materials(_DECKS | _RECORDINGS | _CAPTIONS)
        wanted: dict[tuple[str, str], tuple[str, str]] = {}
        for _, of_event in groupby(materials, key=lambda each: each.event_id):
            pairs = list(_pair_materials(list(of_event)))
            if len(pairs) <= _MOST_PAIRS:
                wanted |= {
                    (recording.document_id, deck.document_id): (text.document_id, _name_inputs(deck, text))
                    for recording, text, deck in pairs
                }
        if gone := known.keys() - wanted.keys():
            with self._catalogue.transaction() as transaction:
                for recording_id, deck_id in gone:
                    transaction.chapters.forget(recording_id, deck_id)
        self._waiting = {pair: each for pair, each in wanted.items() if known.get(pair) != each[1]}

    def _align(self, recording_id: str, deck_id: str, text_id: str, inputs: str) -> None:
        slides = _to_slides(self._catalogue.documents.list_passages(deck_id))
        spoken = [
            SpokenText(each.locator.start or 0.0, each.locator.end or each.locator.start or 0.0, each.text)
            for each in self._catalogue.documents.list_passages(text_id)
            if each.locator.unit is Unit.TIME
        ]
        starts = align_slides(slides, spoken)
        with self._catalogue.transaction() as transaction:
            transaction.chapters.save(
                recording_id, deck_id, inputs, [(each.number, each.start, each.confidence) for each in starts]
            )
        log.info("aligned %d slides of %d: %s in %s", len(starts), len(slides), deck_id, recording_id)


def _pair_materials(
    materials: Sequence[GatheringMaterial],
) -> Iterator[tuple[GatheringMaterial, GatheringMaterial, GatheringMaterial]]:
    """Each recording, what holds its words, and a deck. Captions without a recording stand for one."""
    captions = {_stem(each.path): each for each in materials if each.format in _CAPTIONS}
    recordings = [each for each in materials if each.format in _RECORDINGS]
    told = [(each, captions.get(_stem(each.path), each)) for each in recordings]
    stems = {_stem(each.path) for each in recordings}
    told += [(each, each) for stem, each in captions.items() if stem not in stems]
    for deck in materials:
        if deck.format in _DECKS:
            for recording, text in told:
                yield recording, text, deck


def _name_inputs(deck: GatheringMaterial, text: GatheringMaterial) -> str:
    parts = (ALIGNER_VERSION, EXTRACTOR_VERSION, deck.digest, text.digest, text.transcribed)
    return " ".join(map(str, parts))


def _to_slides(passages: Sequence[Passage]) -> list[SlideText]:
    """The slides of a deck, each whole."""
    slides = []
    told = [each for each in passages if each.locator.unit is Unit.SLIDE]
    for number, together in groupby(told, key=lambda each: each.locator.number):
        parts = list(together)
        slides.append(
            SlideText(
                number, parts[0].title, "\n".join(each.text for each in parts), "\n".join(each.notes for each in parts)
            )
        )
    return slides


def _stem(path: str) -> str:
    return path.rpartition(".")[0]
