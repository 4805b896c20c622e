"""Reads the sidecar of a folder, `_fiche.yaml`: what the team says of its documents, of all or one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from index.model import FACETS, Tag, TagSource, list_family, shorten_text
from index.text import fold_accents
from indexer.describe import naming
from indexer.describe.metadata_files import MetadataReader, suggest_nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from index.model import Facet, PartialDate
    from index.vocabulary import Vocabulary

# Folded keys that people may write, singular or plural, and their canonical names.
_FILE_KEYS = {
    "titre": "titre",
    "date": "date",
    "auteur": "auteurs",
    "auteurs": "auteurs",
    "description": "description",
} | {key: spec.sidecar_keys[0] for spec in FACETS for key in spec.sidecar_keys}
# One type is a property of the event; other facets are tags, of which a document may have several.
_TAG_SPECS = tuple(spec for spec in FACETS if spec.sidecar_keys and not spec.single)
_FOLDER_KEYS = {**_FILE_KEYS, "fichiers": "fichiers"}
"""At the head of a sidecar, single files may be named too."""


@dataclass(frozen=True, slots=True)
class SidecarMetadata:
    """What a sidecar says of a document; what it does not say is empty.

    `sidecar_label` is how a person names the sidecar in French; `title` is the document's, `event_title` its event's.
    """

    sidecar_label: str = ""
    title: str = ""
    event_title: str = ""
    date: PartialDate | None = None
    type: str = ""
    tags: tuple[Tag, ...] = ()
    authors: tuple[str, ...] = ()
    summary: str = ""


NO_METADATA = SidecarMetadata()


_MOST_MISSING = 20
"""Entries told of that name no file: for each, all names of the folder are compared to find the nearest."""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A folder's sidecar: `defaults` hold for all its documents, `files` for single ones (by path from the folder)."""

    folder: str
    defaults: SidecarMetadata = NO_METADATA
    files: Mapping[str, SidecarMetadata] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    _by_folded_name: Mapping[str, SidecarMetadata] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Systems differ in capitals, and in how they compose accents. Folded once: each document of the folder asks.
        folded = {fold_accents(name): entry for name, entry in reversed([*self.files.items()])}
        object.__setattr__(self, "_by_folded_name", folded)

    @property
    def path(self) -> str:
        """Where a file of the sidecar's folder lies, by which one knows who sees it."""
        return f"{self.folder}/_fiche.yaml" if self.folder else "_fiche.yaml"

    def list_missing_files(self, paths: Collection[str]) -> tuple[str, ...]:
        """List the problems of entries that name no file of the library."""
        if not self.files:
            return ()
        inside = [_relative_path(path, self.folder) for path in paths if is_in_folder(path, self.folder)]
        known = {fold_accents(name) for name in inside}
        missing = (name for name in self.files if fold_accents(name) not in known)
        return tuple(
            f"« fichiers » : aucun fichier « {shorten_text(name)} » dans ce dossier{suggest_nearest(name, inside)}"
            for name in islice(missing, _MOST_MISSING)
        )

    def find_entry(self, path: str) -> SidecarMetadata | None:
        """The entry of one file; None where there is none."""
        return self._by_folded_name.get(fold_accents(_relative_path(path, self.folder)))


def parse_sidecar(path: str, text: str, vocabulary: Vocabulary) -> Sidecar:
    """Parse a sidecar; what is wrong in it is in its problems, what is right is kept."""
    reader, folder = MetadataReader(vocabulary), parent_folder(path)
    content = reader.load_yaml(text)
    if content is None:
        return Sidecar(folder, problems=tuple(reader.problems))
    label = f"fiche du dossier « {PurePosixPath(folder).name} »" if folder else "fiche de la bibliothèque"
    keys = reader.read_keys(content, _FOLDER_KEYS, "")
    head = _read_metadata(reader, keys, label, "")
    # A title at the head, without an event, is probably meant for a document: it would be lost without a word.
    if "titre" in keys and not _is_event_folder(folder, head, vocabulary):
        reader.add_problem("", _TITLE_WITHOUT_EVENT)
    files = _read_files(reader, keys.get("fichiers"), label)
    return Sidecar(folder, _to_defaults(head), files, tuple(reader.problems))


_TITLE_WITHOUT_EVENT = (
    "« titre » en tête nomme le rendez-vous du dossier : donnez aussi sa « date » et son "
    "« type », ou mettez le titre d’un document sous « fichiers »"
)


def merge_metadata(path: str, sidecars: Mapping[str, Sidecar]) -> SidecarMetadata:
    """Merge what sidecars say of the document at a path: its own entry first, then its folder's, then those above."""
    entries = list(_iterate_entries(path, sidecars))
    if not entries:
        return NO_METADATA
    # The date and the label come from one sidecar: the reason for the date names it.
    dated = next((each for each in entries if each.date), NO_METADATA)
    return SidecarMetadata(
        sidecar_label=dated.sidecar_label or entries[0].sidecar_label,
        title=next((each.title for each in entries if each.title), ""),
        event_title=next((each.event_title for each in entries if each.event_title), ""),
        date=dated.date,
        type=next((each.type for each in entries if each.type), ""),
        # Each facet is replaced apart: a sidecar that names themes leaves the areas of the one above in force.
        tags=tuple(tag for spec in _TAG_SPECS for tag in _find_nearest_tags(entries, list_family(spec.facet))),
        authors=next((each.authors for each in entries if each.authors), ()),
        summary=next((each.summary for each in entries if each.summary), ""),
    )


def _find_nearest_tags(entries: list[SidecarMetadata], facets: Collection[Facet]) -> tuple[Tag, ...]:
    tags = (tuple(tag for tag in each.tags if tag.facet in facets) for each in entries)
    return next(filter(None, tags), ())


def _iterate_entries(path: str, sidecars: Mapping[str, Sidecar]) -> Iterator[SidecarMetadata]:
    for folder in PurePosixPath(path).parents:
        sidecar = sidecars.get(_folder_path(folder))
        if sidecar:
            yield from filter(None, (sidecar.find_entry(path), sidecar.defaults))


def _to_defaults(head: SidecarMetadata) -> SidecarMetadata:
    """Turn what the head of a sidecar says into defaults: a title there is the event's."""
    return SidecarMetadata(
        sidecar_label=head.sidecar_label,
        event_title=head.title,
        date=head.date,
        type=head.type,
        tags=head.tags,
        authors=head.authors,
        summary=head.summary,
    )


def _read_files(reader: MetadataReader, content: Any, label: str) -> dict[str, SidecarMetadata]:
    if content is None:
        return {}
    if not isinstance(content, dict):
        reader.add_problem("", "« fichiers » attend des noms de fichiers, chacun suivi de ce qui le décrit")
        return {}
    files = {}
    for name, written in content.items():
        place = f"fichier « {shorten_text(name)} » : "
        files[name] = _read_metadata(reader, reader.read_keys(written, _FILE_KEYS, place), label, place)
    return files


def _read_metadata(reader: MetadataReader, keys: Mapping[str, Any], label: str, place: str) -> SidecarMetadata:
    return SidecarMetadata(
        sidecar_label=label,
        title=reader.read_text(keys.get("titre"), "titre", place),
        date=reader.read_date(keys.get("date"), place),
        type=reader.read_event_type(keys.get("type"), place),
        tags=tuple(
            Tag(facet, value, TagSource.SIDECAR, label)
            for spec in _TAG_SPECS
            for facet, value in reader.read_facet_values(spec, keys.get(spec.sidecar_keys[0]), place)
        ),
        authors=tuple(reader.read_texts(keys.get("auteurs"), "auteurs", place)),
        summary=reader.read_text(keys.get("description"), "description", place),
    )


def _is_event_folder(folder: str, head: SidecarMetadata, vocabulary: Vocabulary) -> bool:
    """Whether a folder is an event's, by its sidecar and its name."""
    # Names are read for a file: any name inside the folder will do.
    names = naming.parse_names(f"{folder}/x" if folder else "x", vocabulary)
    return bool((head.date or names.date) and (head.type or names.type))


def is_in_folder(path: str, folder: str) -> bool:
    """Whether a path lies in a folder, at any depth; "" is the library itself."""
    return not folder or path.startswith(f"{folder}/")


def _relative_path(path: str, folder: str) -> str:
    return path.removeprefix(f"{folder}/") if folder else path


def parent_folder(path: str) -> str:
    """The folder in which a file lies; "" for the library itself."""
    return _folder_path(PurePosixPath(path).parent)


def _folder_path(folder: PurePosixPath) -> str:
    # pathlib calls the library itself « . »; everywhere else it is the empty path.
    return "" if folder == PurePosixPath() else str(folder)
