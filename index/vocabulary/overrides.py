"""Animators' changes of the vocabulary, laid over that of the files at once and without restart."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from index.vocabulary.vocabulary import (
    Acronym,
    AnyEntry,
    EntryKind,
    Territory,
    Vocabulary,
    VocabularyEntry,
    VocabularyError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


def apply_changes(vocabulary: Vocabulary, changes: Iterable[VocabularyChange]) -> Vocabulary:
    """Return a vocabulary with the changes that are in force, applied in the order of their numbers."""
    parts: dict[EntryKind, dict[str, Any]] = {kind: dict(vocabulary.entries_of_kind(kind)) for kind in EntryKind}
    for change in sorted(changes, key=lambda each: each.number):
        part = parts[change.kind]
        # An undoing changes nothing itself: it takes the change that it undoes out of force.
        if not change.in_force or change.undoes is not None:
            continue
        if change.entry is None:
            part.pop(change.slug, None)
        else:
            part[change.slug] = change.entry
    return replace(
        vocabulary,
        facet_entries={kind.facet: part for kind, part in parts.items() if kind.facet},
        acronyms=parts[EntryKind.ACRONYM],
        synonyms=parts[EntryKind.SYNONYMS],
    )


_SPECIAL_TYPES = {EntryKind.TERRITORY: Territory, EntryKind.ACRONYM: Acronym}
"""The classes of entries that are more than a label and its aliases."""


_SLUG = re.compile(r"[a-z0-9]+(?:[-~][a-z0-9]+)*")


# Characters of a slug or of an acronym.
_MAX_CHARACTERS = 80


def find_undone_changes(undoes: Iterable[tuple[int, int | None]]) -> frozenset[int]:
    """Return the numbers of the changes that are undone, given each change's number and that of the one it undoes."""
    # From the latest: a change that is itself undone undoes nothing.
    gone: set[int] = set()
    for number, target in sorted(undoes, reverse=True):
        if target is not None and number not in gone:
            gone.add(target)
    return frozenset(gone)


def check_entry(kind: EntryKind, slug: str, entry: AnyEntry) -> AnyEntry:
    """Return the entry if it can be stored under this kind and slug.

    Raises VocabularyError when it is of another kind, its name is empty, or its slug does not fit a web address or
    differs from the entry's own.
    """
    if isinstance(entry, tuple):
        if kind is not EntryKind.SYNONYMS or len([each for each in entry if each.strip()]) < 2:  # noqa: PLR2004 - one word has no synonym
            raise VocabularyError("Des synonymes sont deux expressions au moins : donnez-en une autre.")
        _check_slug(slug)
        return entry
    if kind is EntryKind.SYNONYMS or not isinstance(entry, _SPECIAL_TYPES.get(kind, VocabularyEntry)):
        raise VocabularyError(f"« {slug} » n’est pas une entrée de la liste « {kind.value} ».")
    if isinstance(entry, Acronym):
        if not entry.letters.strip() or not entry.meaning.strip() or len(entry.letters) > _MAX_CHARACTERS:
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
    if not _SLUG.fullmatch(slug) or len(slug) > _MAX_CHARACTERS:
        raise VocabularyError(
            f"« {slug} » ne convient pas comme identifiant : {_MAX_CHARACTERS} caractères au plus, "
            "des lettres sans accents, des chiffres et des tirets."
        )


@dataclass(frozen=True, slots=True)
class VocabularyChange:
    """An animator's change of the vocabulary: `entry` from then on (None if removed), or the undoing of a change.

    `number` counts from 1; `undoes` is the number of the change that this one undoes; `in_force` is false once this one
    is undone.
    """

    number: int
    kind: EntryKind
    slug: str
    entry: AnyEntry | None
    undoes: int | None
    who: str
    at: datetime
    in_force: bool = True


class ChangeLog(Protocol):
    """Where the changes are kept: in the catalogue."""

    def read_revision(self) -> int:
        """The number of the latest change; 0 before the first one."""
        ...

    def list_all(self) -> Iterable[VocabularyChange]:
        """All changes, those that were undone included."""
        ...


class VocabularyOverrides:
    """Gives the current vocabulary: that of the files with the catalogue's changes."""

    def __init__(self, files: Vocabulary, log: ChangeLog) -> None:
        self._base = files
        self._log = log
        self._cached = 0, files

    @property
    def file_vocabulary(self) -> Vocabulary:
        """The vocabulary of the files, without the changes."""
        return self._base

    def vocabulary_before(self, number: int) -> Vocabulary:
        """Return the vocabulary as it was just before a change."""
        earlier = [change for change in self._log.list_all() if change.number < number]
        # What was undone later was still in force then.
        gone = find_undone_changes((each.number, each.undoes) for each in earlier)
        return apply_changes(self._base, [replace(each, in_force=each.number not in gone) for each in earlier])

    def current_vocabulary(self) -> Vocabulary:
        """Return the current vocabulary; it is the same object as long as nothing changes."""
        # Called before each request: it reads one number, and the changes only when that differs.
        revision = self._log.read_revision()
        known, vocabulary = self._cached
        if revision != known:
            vocabulary = apply_changes(self._base, self._log.list_all())
            self._cached = revision, vocabulary
        return vocabulary
