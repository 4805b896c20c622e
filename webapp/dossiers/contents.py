"""What a reader sees of a dossier: of each item its document, place, image, text and reference, by their own rights."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from flask import url_for

from index.model import Facet, Unit
from webapp.auth import current_groups
from webapp.dossiers.places import FoundPlace, PlaceText, list_places, locate
from webapp.pages import find_passage_picture, format_citation, passage_address
from webapp.server import CELL_SEPARATOR, services, typeset

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from index.catalogue import Dossier, DossierItem
    from index.model import Document
    from webapp.pages import PagePicture

_LONGEST_TEXT = 1_500
"""Characters of a place's text that a dossier shows; the document has the others."""

_WIDEST_PIXELS = 1_000
"""Of an image in a file: enough for a page of paper, and a dossier of many slides stays light enough for a mail."""

_QUALITY = 80
"""Of JPEG, in which Word and PDF take images; those of the cache are in WebP, which Word does not read."""


_PAPER_BREAK = re.compile(r"(?<=[^.!?:;…\n])\n(?=[a-zà-öø-ÿœ])")
"""Where a page breaks a line because the paper ends: the sentence has not, and a small letter goes on."""

log = logging.getLogger(__name__)

GONE_TEXT = (
    "Un document de ce dossier n’est plus disponible\u00a0: il a quitté la bibliothèque, ou ne vous est plus ouvert."
)
"""What is said of an item without a document; the same whether it is gone or hidden."""


@dataclass(frozen=True, slots=True)
class ExportedPicture:
    """The image of a page as JPEG, with its size in pixels."""

    stream: BytesIO
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item whose document the reader may see: `place` is None for the whole document.

    `address` leads to the place within the site, `permanent_link` is the same for other programs. `notice` says, in
    French, that the place is no longer as it was.
    """

    item: DossierItem
    document: Document
    place: PlaceText | None
    notice: str
    address: str
    permanent_link: str
    picture: PagePicture | None
    picture_file: Path | None
    reference: str

    @property
    def title(self) -> str:
        """The document's title, as it is printed."""
        return typeset(self.document.title)

    @property
    def headline(self) -> str:
        """The title of the place, such as a slide's; "" where there is none, or where it is the place's label."""
        return self.place.title if self.place and self.place.title != self.place.label else ""

    @property
    def text(self) -> str:
        """The text of the place, cut at the end of a word, or of a table's row, where it is long."""
        # An export of everything would be a copy of the library: the link leads to the rest.
        whole = self.place.text.strip() if self.place else ""
        if self.place and self.place.locator.unit is Unit.TIME:
            # Captions break lines to fit under a video.
            whole = " ".join(whole.split())
        elif self.place and self.place.locator.unit is Unit.PAGE:
            whole = _PAPER_BREAK.sub(" ", whole)
        if len(whole) <= _LONGEST_TEXT:
            return whole
        lines = whole[:_LONGEST_TEXT].rpartition("\n")[0]
        if lines and CELL_SEPARATOR in whole[len(lines) + 1 :].partition("\n")[0]:
            # A row that lacks cells would make lines of the whole table.
            return f"{lines}\n[…]"
        return whole[:_LONGEST_TEXT].rpartition(" ")[0] + "\u00a0[…]"


def load_picture(shown: ShownItem) -> ExportedPicture | None:
    """Return the image of an item's place; None where it has none, or where the cache has just deleted it."""
    # Pages show images by their addresses: the library is loaded for files alone.
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415

    if shown.picture_file is None:
        return None
    try:
        with Image.open(shown.picture_file) as opened:
            image = opened.convert("RGB")
    except (OSError, UnidentifiedImageError):
        # What is least looked at leaves the cache: the dossier is whole without its image.
        log.info("an image of a dossier is no longer in the cache")
        return None
    # Keeps the proportions, and never enlarges.
    image.thumbnail((_WIDEST_PIXELS, _WIDEST_PIXELS))
    stream = BytesIO()
    image.save(stream, "JPEG", quality=_QUALITY)
    # Both libraries read from where the stream stands.
    stream.seek(0)
    return ExportedPicture(stream, image.width, image.height)


@dataclass(frozen=True, slots=True)
class DossierContents:
    """What one reader sees of a dossier.

    `gone` are items whose document left the library; to the owner also those that they may not see any more: the two
    are told alike. `removed` are items that were taken out and can be put back, for the owner alone.
    """

    dossier: Dossier
    shown: tuple[ShownItem, ...]
    gone: tuple[DossierItem, ...]
    removed: tuple[ShownItem, ...] = ()


def read_own_contents(dossier: Dossier) -> DossierContents:
    """Return what the owner of a dossier sees of it."""
    items, documents = _read(dossier)
    shown = _show(items, documents)
    return DossierContents(
        dossier,
        tuple(each for each in shown if each.item.removed is None),
        tuple(each for each in items if each.place.document_id not in documents and each.removed is None),
        tuple(each for each in shown if each.item.removed is not None),
    )


def read_shared_contents(dossier: Dossier) -> DossierContents:
    """Return what anyone sees of a dossier by its link: nothing of an item whose document they may not see."""
    items, documents = _read(dossier)
    # What the owner took out is nobody else's business.
    kept = [each for each in items if each.removed is None]
    missing = {each.place.document_id for each in kept} - documents.keys()
    # Hidden documents are left out without a word; only those that the reader could have seen are told to be gone.
    gone = services().catalogue.dossiers.list_gone(missing, current_groups())
    return DossierContents(
        dossier, _show(kept, documents), tuple(each for each in kept if each.place.document_id in gone)
    )


def place_address(document: Document, place: PlaceText | None, *, external: bool = False) -> str:
    """Return the address of a place, or of its whole document."""
    page = url_for("documents.show", document_id=document.id, _external=external)
    return passage_address(page, place.locator, "") if place else page


def _read(dossier: Dossier) -> tuple[tuple[DossierItem, ...], dict[str, Document]]:
    items = services().catalogue.dossiers.list_items(dossier.id)
    ids = sorted({each.place.document_id for each in items})
    return items, services().catalogue.documents.find_each(ids, current_groups())


def _show(
    items: tuple[DossierItem, ...] | list[DossierItem], documents: Mapping[str, Document]
) -> tuple[ShownItem, ...]:
    # One reading of the passages of each document, however many of its places are in the dossier.
    wanted = {each.place.document_id for each in items if each.place.place}
    places = {id_: list_places(documents[id_]) for id_ in wanted & documents.keys()}
    return tuple(
        _show_item(each, document, locate(document, each.place, places.get(document.id, {})))
        for each in items
        if (document := documents.get(each.place.document_id))
    )


def _show_item(item: DossierItem, document: Document, found: FoundPlace) -> ShownItem:
    place, link = found.place, place_address(document, found.place, external=True)
    kind = services().search.label(Facet.EVENT_TYPE, document.event.type) if document.event else ""
    # Of a whole document no page stands for the others.
    picture = find_passage_picture(document, place.locator, None) if place else None
    return ShownItem(
        item,
        document,
        place,
        found.notice,
        place_address(document, place),
        link,
        picture,
        services().previews.find_page_image(document.digest, place.locator.number) if place and picture else None,
        format_citation(document, kind, link, datetime.now(UTC), place.label if place else ""),
    )
