"""What Ruche understood of a document, in words for the team: each value with its reason, and what is doubtful."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.catalogue import MetadataField, find_sure_values
from index.model import MANUAL_FACETS, Facet, find_stem
from webapp.pages import find_picture, thumbnail_address
from webapp.server import capitalise, services

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from index.model import Document
    from webapp.pages import PagePicture


@dataclass(frozen=True, slots=True)
class UnderstoodValue:
    """A value of a document's facet: its label, the reasons of its tags in French, and whether it needs no look."""

    facet: Facet
    value: str
    label: str
    reason: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Understanding:
    """What Ruche understood of a document.

    `doubts` are French sentences about what is to be checked, empty where nothing is. `date_reason` and `event_reason`
    say where these come from, "" where nobody knows.
    """

    document: Document
    values: tuple[UnderstoodValue, ...]
    doubts: tuple[str, ...]
    doubtful: tuple[Facet, ...]
    date_reason: str
    event_reason: str

    @property
    def doubtful_values(self) -> tuple[UnderstoodValue, ...]:
        """The values that someone is to confirm: those of doubtful facets that no source makes sure."""
        return tuple(each for each in self.values if each.facet in self.doubtful and not each.sure)

    @property
    def other_values(self) -> tuple[UnderstoodValue, ...]:
        """All other values."""
        asked = self.doubtful_values
        return tuple(each for each in self.values if each not in asked)

    @property
    def title_reason(self) -> str:
        """Where its title comes from."""
        decided = services().catalogue.decisions.find(self.document.id).fields.get(MetadataField.TITLE)
        if decided and decided.value:
            return "choix de l’équipe d’animation"
        # The rules make a title of a file's name in this way where the file has none.
        stems = {" ".join(find_stem(path).replace("_", " ").split()) for path in self.document.paths}
        return "nom du fichier" if self.document.title in stems else "titre lu dans le document, ou dans sa fiche"

    @property
    def thumbnail(self) -> str:
        """The address of its thumbnail, "" where none is drawn."""
        return thumbnail_address(self.document)

    @property
    def picture(self) -> PagePicture | None:
        """The image of its first page, where one is drawn; the indexer is asked for it otherwise."""
        found = find_picture(self.document, 1)
        if found is None and services().previews.count_pages(self.document.digest) is None:
            services().previews.request_pages(self.document.digest)
        return found


def describe_understanding(document: Document, doubtful: Sequence[Facet]) -> Understanding:
    """Say what was understood of a document; `doubtful` are the facets of which the catalogue is not sure."""
    # Those that animators set by hand: type, year and format follow from these, or are told elsewhere.
    values = tuple(value for facet in MANUAL_FACETS for value in _list_values(document, facet))
    return Understanding(
        document,
        values,
        tuple(_describe_doubt(document, facet, values) for facet in doubtful),
        tuple(doubtful),
        _join_reasons(document, Facet.YEAR),
        _join_reasons(document, Facet.EVENT_TYPE) if document.event else "",
    )


def _list_values(document: Document, facet: Facet) -> Iterator[UnderstoodValue]:
    sure = find_sure_values(document, facet)
    for value in document.facet_values(facet):
        yield UnderstoodValue(
            facet, value, services().label(facet, value), _join_reasons(document, facet, value), value in sure
        )


def _join_reasons(document: Document, facet: Facet, value: str = "") -> str:
    tags = (tag for tag in document.tags if tag.facet is facet and value in {"", tag.value})
    return "\u00a0; ".join(dict.fromkeys(tag.reason for tag in tags))


def _describe_doubt(document: Document, facet: Facet, values: Sequence[UnderstoodValue]) -> str:
    if facet is Facet.EVENT:
        return _describe_event_doubt(document)
    name = facet.label.lower()
    if not any(each.facet is facet for each in values):
        return f"aucun {name} reconnu"
    # A text may only mention a place; a name may hold an ordinary word.
    return f"{name} à confirmer, {'seul le texte' if facet is Facet.TERRITORY else 'une seule source'} le dit"


def _describe_event_doubt(document: Document) -> str:
    if document.event is None:
        return "aucun rendez-vous reconnu"
    # The month's day is what is asked for, whoever named the month.
    if not document.event.date.day:
        return "rendez-vous à confirmer, son jour n’est pas connu"
    return "rendez-vous à confirmer, seul le nom du fichier le dit"


def describe_reason(value: UnderstoodValue) -> str:
    """Return a value's reason with how sure it is: « À vérifier – nom du fichier « Repères » »."""
    return f"{'Sûr' if value.sure else 'À vérifier'} – {capitalise(value.reason)}"
