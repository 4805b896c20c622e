"""Places of documents that dossiers hold: told by their anchor, and found again where an update has moved them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.catalogue import ItemPlace, fingerprint_place
from index.model import Locator, Unit, timecode
from webapp.auth import current_groups
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.model import Document, Passage

_ANCHOR = re.compile(r"(page|diapositive|section|feuille|t)-(\d{1,7})")
_PAGED_UNITS = {Unit.PAGE, Unit.SLIDE}


@dataclass(frozen=True, slots=True)
class PlaceText:
    """What stands at a place: its title and its text, "" where it is an image alone."""

    locator: Locator
    title: str = ""
    text: str = ""

    @property
    def fingerprint(self) -> str:
        """What stands for the text, whatever its spaces, capitals and accents; "" where there is none."""
        return fingerprint_place(self.title, self.text)

    @property
    def label(self) -> str:
        """The place as people read it: « diapositive 5 », « minute 4:07 »; a section is told by its title."""
        if self.locator.unit is Unit.TIME:
            return f"minute {timecode(self.locator.start or 0.0)}"
        return self.title if self.locator.unit is Unit.HEADING and self.title else self.locator.label


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """Where a place is now, None for the whole document, and a French sentence where it is no longer as it was."""

    place: PlaceText | None
    notice: str = ""


def list_places(document: Document) -> dict[str, PlaceText]:
    """Return what stands at each place of a document, by anchor; the words of a video are those of its captions."""
    spoken = services().find_spoken_document(document, current_groups())
    return _gather(services().catalogue.documents.list_passages(spoken.id))


def draft_place(document: Document, anchor: str) -> ItemPlace:
    """Return what a dossier keeps of a place; of the whole document where it has no place of this anchor."""
    places = list_places(document) if anchor else {}
    found = _find_at(document, anchor, places)
    return ItemPlace(document.id, anchor, found.fingerprint) if found else ItemPlace(document.id)


def locate(document: Document, kept: ItemPlace, places: dict[str, PlaceText]) -> FoundPlace:
    """Return where a place that was kept is in the present version of its document."""
    if not kept.place:
        return FoundPlace(None)
    here = _find_at(document, kept.place, places)
    # A minute stays one, whoever writes down what is said in it.
    if here and (here.locator.unit is Unit.TIME or here.fingerprint == kept.fingerprint):
        return FoundPlace(here)
    named = _parse_anchor(kept.place)
    former = named.label if named else "place"
    # Only what still reads the same is « the same slide »: a guess would cite what was never chosen.
    same = [each for each in places.values() if each.fingerprint == kept.fingerprint] if kept.fingerprint else []
    if same and named:
        # Slides that repeat, such as a plan between parts, are told apart by how far they are.
        nearest = min(same, key=lambda each: abs(each.locator.number - named.number))
        return FoundPlace(nearest, f"C’était la {former} quand elle a été ajoutée.")
    if here:
        return FoundPlace(here, f"Le contenu de cette {here.locator.unit.value} a changé depuis l’ajout.")
    return FoundPlace(None, f"La {former} n’existe plus dans la version actuelle\u00a0: le lien mène au document.")


def _gather(passages: Iterable[Passage]) -> dict[str, PlaceText]:
    found: dict[str, PlaceText] = {}
    for each in passages:
        before = found.get(each.locator.anchor)
        # Passages of one place repeat its title.
        text = f"{before.text}\n{each.text}" if before else each.text
        found[each.locator.anchor] = PlaceText(each.locator, each.title, text)
    return found


def _find_at(document: Document, anchor: str, places: dict[str, PlaceText]) -> PlaceText | None:
    if (found := places.get(anchor)) or not (locator := _parse_anchor(anchor)):
        return found
    if locator.unit is Unit.TIME:
        return _find_minute(document, locator, places)
    # A page of pictures alone has no text, and is a place all the same.
    drawn = services().previews.count_pages(document.digest) or 0
    return PlaceText(locator) if locator.unit in _PAGED_UNITS and 0 < locator.number <= drawn else None


def _find_minute(document: Document, locator: Locator, places: dict[str, PlaceText]) -> PlaceText | None:
    """Return what is said at a second of a recording: the passage that began last before it."""
    format_ = services().format_of(document)
    second = locator.start or 0.0
    if not (format_.is_recording or format_.is_captions) or (document.duration and second > document.duration):
        return None
    spoken = [each for each in places.values() if (each.locator.start or 0.0) <= second]
    return PlaceText(locator, text=spoken[-1].text if spoken else "")


def _parse_anchor(anchor: str) -> Locator | None:
    match = _ANCHOR.fullmatch(anchor)
    if match is None:
        return None
    number = int(match[2])
    return Locator(Unit.TIME, 1, float(number)) if match[1] == "t" else Locator(Unit(match[1]), number)
