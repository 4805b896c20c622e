"""Reads the sidecar of a folder, `_fiche.yaml`: what the team says of its documents, of all or one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from index.analysis import fold
from index.model import Facet, Tag, TagSource
from indexer import naming
from indexer.notices import PLACES, Reader, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from index.model import PartialDate
    from index.vocabulary import Vocabulary

# Folded keys that people may write, singular or plural, and their canonical names.
_SPOKEN = {
    "titre": "titre",
    "date": "date",
    "type": "type",
    "rendez-vous": "type",
    "theme": "themes",
    "themes": "themes",
    "territoire": "territoires",
    "territoires": "territoires",
    "auteur": "auteurs",
    "auteurs": "auteurs",
    "description": "description",
}
_OF_FOLDER = {**_SPOKEN, "fichiers": "fichiers"}
"""At the head of a sidecar, single files may be named too."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a sidecar says of a document; what it does not say is empty.

    `sidecar_label` is how a person names the sidecar in French; `title` is the document's, `event_title` its event's.
    """

    where: str = ""
    title: str = ""
    event_title: str = ""
    date: PartialDate | None = None
    type: str = ""
    tags: tuple[Tag, ...] = ()
    authors: tuple[str, ...] = ()
    summary: str = ""


NOTHING = Statement()


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A folder's sidecar: `defaults` hold for all its documents, `files` for single ones (by path from the folder)."""

    folder: str
    general: Statement = NOTHING
    files: Mapping[str, Statement] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def missing(self, paths: Collection[str]) -> tuple[str, ...]:
        """List the problems of entries that name no file of the library."""
        if not self.files:
            return ()
        inside = [_inside(path, self.folder) for path in paths if is_in(path, self.folder)]
        known = {fold(name) for name in inside}
        return tuple(
            f"« fichiers » : aucun fichier « {name} » dans ce dossier{nearest(name, inside)}"
            for name in self.files
            if fold(name) not in known
        )

    def of(self, path: str) -> Statement | None:
        """The entry of one file; None where there is none."""
        # Systems differ in capitals, and in how they compose accents.
        own = fold(_inside(path, self.folder))
        return next((said for name, said in self.files.items() if fold(name) == own), None)


def parse(path: str, text: str, vocabulary: Vocabulary) -> Sidecar:
    """Parse a sidecar; what is wrong in it is in its problems, what is right is kept."""
    reader, folder = Reader(vocabulary), folder_of(path)
    content = reader.load(text)
    if content is None:
        return Sidecar(folder, problems=tuple(reader.problems))
    where = f"fiche du dossier « {PurePosixPath(folder).name} »" if folder else "fiche de la bibliothèque"
    keys = reader.keys(content, _OF_FOLDER, "")
    general = _statement(reader, keys, where, "")
    # A title at the head, without an event, is probably meant for a document: it would be lost without a word.
    if "titre" in keys and not _is_gathering(folder, general, vocabulary):
        reader.tell("", _LOOSE_TITLE)
    files = _files(reader, keys.get("fichiers"), where)
    return Sidecar(folder, _of_folder(general), files, tuple(reader.problems))


_LOOSE_TITLE = (
    "« titre » en tête nomme le rendez-vous du dossier : donnez aussi sa « date » et son "
    "« type », ou mettez le titre d’un document sous « fichiers »"
)


def said_of(path: str, sidecars: Mapping[str, Sidecar]) -> Statement:
    """Merge what sidecars say of the document at a path: its own entry first, then its folder's, then those above."""
    said = list(_statements(path, sidecars))
    if not said:
        return NOTHING
    # The date and the label come from one sidecar: the reason for the date names it.
    dated = next((each for each in said if each.date), NOTHING)
    return Statement(
        where=dated.where or said[0].where,
        title=next((each.title for each in said if each.title), ""),
        event_title=next((each.event_title for each in said if each.event_title), ""),
        date=dated.date,
        type=next((each.type for each in said if each.type), ""),
        # Themes and areas are replaced apart: a sidecar that names themes leaves the areas of the one above in force.
        tags=(*_nearest_tags(said, (Facet.THEME,)), *_nearest_tags(said, PLACES)),
        authors=next((each.authors for each in said if each.authors), ()),
        summary=next((each.summary for each in said if each.summary), ""),
    )


def _nearest_tags(said: list[Statement], facets: Collection[Facet]) -> tuple[Tag, ...]:
    tags = (tuple(tag for tag in each.tags if tag.facet in facets) for each in said)
    return next(filter(None, tags), ())


def _statements(path: str, sidecars: Mapping[str, Sidecar]) -> Iterator[Statement]:
    for folder in PurePosixPath(path).parents:
        sidecar = sidecars.get(_name(folder))
        if sidecar:
            yield from filter(None, (sidecar.of(path), sidecar.general))


def _of_folder(general: Statement) -> Statement:
    """Turn what the head of a sidecar says into defaults: a title there is the event's."""
    return Statement(
        where=general.where,
        event_title=general.title,
        date=general.date,
        type=general.type,
        tags=general.tags,
        authors=general.authors,
        summary=general.summary,
    )


def _files(reader: Reader, content: Any, where: str) -> dict[str, Statement]:
    if content is None:
        return {}
    if not isinstance(content, dict):
        reader.tell("", "« fichiers » attend des noms de fichiers, chacun suivi de ce qui le décrit")
        return {}
    files = {}
    for name, said in content.items():
        place = f"fichier « {name} » : "
        files[str(name)] = _statement(reader, reader.keys(said, _SPOKEN, place), where, place)
    return files


def _statement(reader: Reader, keys: Mapping[str, Any], where: str, place: str) -> Statement:
    tagged = (*reader.themes(keys.get("themes"), place), *reader.territories(keys.get("territoires"), place))
    return Statement(
        where=where,
        title=reader.text(keys.get("titre"), "titre", place),
        date=reader.date(keys.get("date"), place),
        type=reader.event_type(keys.get("type"), place),
        tags=tuple(Tag(facet, value, TagSource.SIDECAR, where) for facet, value in tagged),
        authors=tuple(reader.texts(keys.get("auteurs"), "auteurs", place)),
        summary=reader.text(keys.get("description"), "description", place),
    )


def _is_gathering(folder: str, general: Statement, vocabulary: Vocabulary) -> bool:
    """Whether a folder is an event's, by its sidecar and its name."""
    # Names are read for a file: any name inside the folder will do.
    named = naming.read(f"{folder}/x" if folder else "x", vocabulary)
    return bool((general.date or named.date) and (general.type or named.type))


def is_in(path: str, folder: str) -> bool:
    """Whether a path lies in a folder, at any depth; "" is the library itself."""
    return not folder or path.startswith(f"{folder}/")


def _inside(path: str, folder: str) -> str:
    return path.removeprefix(f"{folder}/") if folder else path


def folder_of(path: str) -> str:
    """The folder in which a file lies; "" for the library itself."""
    return _name(PurePosixPath(path).parent)


def _name(folder: PurePosixPath) -> str:
    # pathlib calls the library itself « . »; everywhere else it is the empty path.
    return "" if folder == PurePosixPath() else str(folder)
