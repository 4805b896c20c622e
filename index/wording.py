"""The words in force: the files' vocabulary, and over it what animators changed, at once and without restart."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from index.vocabulary import Acronym, AnyEntry, Entry, Kind, Territory, Vocabulary, VocabularyError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from index.catalogue import Catalogue
    from index.vocabulary import VocabularyChange

_PARTS = {
    Kind.THEME: "themes",
    Kind.TERRITORY: "territories",
    Kind.EVENT_TYPE: "event_types",
    Kind.ACRONYM: "acronyms",
    Kind.SYNONYMS: "synonyms",
}
"""Where a vocabulary holds each kind."""

_TYPES = {Kind.THEME: Entry, Kind.TERRITORY: Territory, Kind.EVENT_TYPE: Entry, Kind.ACRONYM: Acronym}

_SLUG = re.compile(r"[a-z0-9]+(?:[-~][a-z0-9]+)*")
_LONGEST = 80
"""Characters of a slug or of a set of letters."""


class Wording:
    """Gives the vocabulary in force. It asks the catalogue for no more than a number while nothing changes."""

    def __init__(self, files: Vocabulary, catalogue: Catalogue) -> None:
        self._files = files
        self._catalogue = catalogue
        self._laid = 0, files

    def vocabulary(self) -> Vocabulary:
        """The vocabulary in force now; the same object as long as nothing changes."""
        revision = self._catalogue.vocabulary_revision()
        known, vocabulary = self._laid
        if revision != known:
            vocabulary = laid_over(self._files, self._catalogue.vocabulary_changes())
            self._laid = revision, vocabulary
        return vocabulary


def laid_over(vocabulary: Vocabulary, changes: Iterable[VocabularyChange]) -> Vocabulary:
    """A vocabulary with changes made in the order of their numbers, those taken back left out."""
    parts: dict[str, Any] = {name: dict(getattr(vocabulary, name)) for name in _PARTS.values()}
    for change in sorted(changes, key=lambda each: each.number):
        part = parts[_PARTS[change.kind]]
        if not change.in_force or change.undoes is not None:
            continue
        if change.entry is None:
            part.pop(change.slug, None)
        else:
            part[change.slug] = change.entry
    return replace(vocabulary, **parts)


def undone(undoes: Iterable[tuple[int, int | None]]) -> frozenset[int]:
    """Of changes (number, number of the one it takes back), those that are taken back. The last word counts."""
    gone: set[int] = set()
    for number, target in sorted(undoes, reverse=True):
        if target is not None and number not in gone:
            gone.add(target)
    return frozenset(gone)


def checked(kind: Kind, slug: str, entry: AnyEntry) -> AnyEntry:
    """An entry that can take its place in a vocabulary.

    Raises VocabularyError when it is not one of its kind, when its name is empty, or when its slug cannot stand in an
    address.
    """
    if isinstance(entry, tuple):
        if kind is not Kind.SYNONYMS or len([each for each in entry if each.strip()]) < 2:  # noqa: PLR2004 - one word has no synonym
            raise VocabularyError("Des synonymes sont deux expressions au moins : donnez-en une autre.")
        _check_slug(slug)
        return entry
    if not isinstance(entry, _TYPES.get(kind, ())):
        raise VocabularyError(f"« {slug} » n’est pas une entrée de la liste « {kind.value} ».")
    if isinstance(entry, Acronym):
        if not entry.letters.strip() or not entry.meaning.strip() or len(entry.letters) > _LONGEST:
            raise VocabularyError("Un sigle a des lettres et un sens : donnez les deux.")
        name = entry.letters
    else:
        if not entry.label.strip():
            raise VocabularyError("Donnez un nom à cette entrée du vocabulaire.")
        _check_slug(slug)
        name = entry.slug
    if name != slug:
        raise VocabularyError(f"« {name} » ne peut pas prendre la place de « {slug} » : retirez l’un, ajoutez l’autre.")
    return entry


def _check_slug(slug: str) -> None:
    if not _SLUG.fullmatch(slug) or len(slug) > _LONGEST:
        raise VocabularyError(
            f"« {slug} » ne convient pas comme identifiant : {_LONGEST} caractères au plus, "
            "des lettres sans accents, des chiffres et des tirets."
        )
