"""Applies animators' changes to the vocabulary of the files, at once and without restart."""

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
"""The field of a vocabulary for each kind of entry."""

_TYPES = {Kind.THEME: Entry, Kind.TERRITORY: Territory, Kind.EVENT_TYPE: Entry, Kind.ACRONYM: Acronym}

_SLUG = re.compile(r"[a-z0-9]+(?:[-~][a-z0-9]+)*")
# Characters of a slug or of an acronym.
_LONGEST = 80


class Wording:
    """Gives the current vocabulary: that of the files with the catalogue's changes."""

    def __init__(self, files: Vocabulary, catalogue: Catalogue) -> None:
        self._files = files
        self._catalogue = catalogue
        self._laid = 0, files

    def vocabulary(self) -> Vocabulary:
        """Return the current vocabulary; it is the same object as long as nothing changes."""
        # Called before each request: it reads one number, and the changes only when that differs.
        revision = self._catalogue.vocabulary_revision()
        known, vocabulary = self._laid
        if revision != known:
            vocabulary = laid_over(self._files, self._catalogue.vocabulary_changes())
            self._laid = revision, vocabulary
        return vocabulary


def laid_over(vocabulary: Vocabulary, changes: Iterable[VocabularyChange]) -> Vocabulary:
    """Return a vocabulary with the changes that are in force, applied in the order of their numbers."""
    parts: dict[str, Any] = {name: dict(getattr(vocabulary, name)) for name in _PARTS.values()}
    for change in sorted(changes, key=lambda each: each.number):
        part = parts[_PARTS[change.kind]]
        # An undoing changes nothing itself: it takes the change that it undoes out of force.
        if not change.in_force or change.undoes is not None:
            continue
        if change.entry is None:
            part.pop(change.slug, None)
        else:
            part[change.slug] = change.entry
    return replace(vocabulary, **parts)


def undone(undoes: Iterable[tuple[int, int | None]]) -> frozenset[int]:
    """Return the numbers of the changes that are undone, given each change's number and that of the one it undoes."""
    # From the latest: a change that is itself undone undoes nothing.
    gone: set[int] = set()
    for number, target in sorted(undoes, reverse=True):
        if target is not None and number not in gone:
            gone.add(target)
    return frozenset(gone)


def checked(kind: Kind, slug: str, entry: AnyEntry) -> AnyEntry:
    """Return the entry if it can be stored under this kind and slug.

    Raises VocabularyError when it is of another kind, its name is empty, or its slug does not fit a web address or
    differs from the entry's own.
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
