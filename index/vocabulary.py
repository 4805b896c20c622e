"""The vocabulary: themes, territories, event types, acronyms and synonyms, read from YAML files."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from index.analysis import tokens
from index.errors import ExplainedError
from index.model import FORMAT_LABELS, Facet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

# The loader in C is ten times as fast, and each process reads the vocabulary when it starts; not all builds have it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class VocabularyError(ExplainedError):
    """A vocabulary file, or a change of an entry, cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A theme or an event type: its slug, its label, and other words for it."""

    slug: str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Territory:
    """A territory of the experiment. `department` and `region` are names, `wave` is 1 or 2."""

    slug: str
    label: str
    aliases: tuple[str, ...] = ()
    kind: str = ""
    department: str = ""
    department_code: str = ""
    region: str = ""
    wave: int | None = None


@dataclass(frozen=True, slots=True)
class Acronym:
    """An acronym and what it stands for; an ambiguous one is not taken for that without other signs."""

    letters: str
    meaning: str
    aliases: tuple[str, ...] = ()
    ambiguous: bool = False


AnyEntry = Entry | Territory | Acronym | tuple[str, ...]
"""Any entry of a vocabulary; a tuple is a group of synonyms."""


class Kind(Enum):
    """The kinds of vocabulary entries."""

    THEME = "theme"
    TERRITORY = "territoire"
    EVENT_TYPE = "type"
    ACRONYM = "sigle"
    SYNONYMS = "synonymes"


@dataclass(frozen=True, slots=True)
class VocabularyChange:
    """An animator's change of the vocabulary: `entry` from then on (None if removed), or the undoing of a change.

    `number` counts from 1; `undoes` is the number of the change that this one undoes; `in_force` is false once this one
    is undone.
    """

    number: int
    kind: Kind
    slug: str
    entry: AnyEntry | None
    undoes: int | None
    who: str
    at: datetime
    in_force: bool = True


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All entries by slug, in the order of the files; acronyms by their letters, synonyms as groups of expressions."""

    themes: Mapping[str, Entry] = field(default_factory=dict)
    territories: Mapping[str, Territory] = field(default_factory=dict)
    event_types: Mapping[str, Entry] = field(default_factory=dict)
    acronyms: Mapping[str, Acronym] = field(default_factory=dict)
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _labels: Mapping[Facet, Mapping[str, str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        places = self.territories.values()
        labels = {
            Facet.FORMAT: FORMAT_LABELS,
            Facet.REGION: {slug_of(each.region): each.region for each in places if each.region},
            Facet.DEPARTMENT: {slug_of(each.department): each.department for each in places if each.department},
            **{
                facet: {slug: entry.label for slug, entry in self._entries(facet).items()}
                for facet in (Facet.THEME, Facet.TERRITORY, Facet.EVENT_TYPE)
            },
        }
        # Computed once, since an answer shows dozens of labels; a frozen dataclass is set in this way.
        object.__setattr__(self, "_labels", labels)

    def label(self, facet: Facet, value: str) -> str:
        """Return what a member reads for a value; the value itself where the vocabulary does not know it."""
        return self._labels.get(facet, {}).get(value, value)

    def values(self, facet: Facet) -> dict[str, str]:
        """Return the labels of a facet's values, by value, formats included."""
        return dict(self._labels.get(facet, {}))

    def values_named(self, facet: Facet, text: str) -> frozenset[str]:
        """Return the values of a facet whose slug, label or alias has the same stems as a text."""
        meant = _plain(text)
        if facet is Facet.FORMAT:
            return frozenset(each for each, label in FORMAT_LABELS.items() if meant in {_plain(each), _plain(label)})
        if facet in {Facet.REGION, Facet.DEPARTMENT}:
            return frozenset(slug for slug, name in self._labels[facet].items() if meant == _plain(name))
        return frozenset(
            each.slug
            for each in self._entries(facet).values()
            if meant in {_plain(each.slug), _plain(each.label), *map(_plain, each.aliases)}
        )

    def areas_of(self, territory: str) -> dict[Facet, str]:
        """Return the department and the region of a territory as slugs, by facet, as far as they are known."""
        entry = self.territories.get(territory)
        names = {Facet.REGION: entry.region, Facet.DEPARTMENT: entry.department} if entry else {}
        return {facet: slug_of(name) for facet, name in names.items() if name}

    def _entries(self, facet: Facet) -> Mapping[str, Entry | Territory]:
        entries: dict[Facet, Mapping[str, Entry | Territory]] = {
            Facet.THEME: self.themes,
            Facet.TERRITORY: self.territories,
            Facet.EVENT_TYPE: self.event_types,
        }
        return entries.get(facet, {})


@lru_cache(maxsize=4_096)
def slug_of(name: str) -> str:
    """Return a name as a slug: `pays-de-la-chataigneraie` for « Pays de La Châtaigneraie »."""
    return "-".join(token.word.exact for token in tokens(name))


def _plain(text: str) -> str:
    return " ".join(token.word.stem for token in tokens(text))


def load(extra: Path | None = None) -> Vocabulary:
    """Load the vocabulary shipped with Ruche, and over it the administrator's file, whose entries add or replace.

    Raises VocabularyError when that file is absent, is not YAML, or has an entry without its required keys.
    """
    shipped = resources.files("index").joinpath("data/vocabulaire.yaml").read_text(encoding="utf-8")
    sources = [_parsed(shipped, "vocabulaire.yaml")]
    if extra is not None:
        sources.append(_parsed(_text(extra), str(extra)))
    return Vocabulary(
        themes=_entries(sources, "themes"),
        territories={each.slug: each for each in map(_territory, _rows(sources, "territoires", ("id", "nom")))},
        event_types=_entries(sources, "types_evenement"),
        acronyms={each.letters: each for each in map(_acronym, _rows(sources, "sigles", ("sigle", "expansion")))},
        synonyms=_by_slug(group for source in sources for group in _synonyms(source)),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise VocabularyError(
            f"vocabulaire illisible : {path} ({error}). Vérifiez le réglage « vocabulary »."
        ) from error


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        content = yaml.load(text, Loader=_LOADER) or {}  # noqa: S506 - safe, one or the other  # nosec B506
    except yaml.YAMLError as error:
        raise VocabularyError(f"{name} n’est pas un fichier YAML correct : {error}") from error
    if not isinstance(content, dict):
        raise VocabularyError(f"{name} doit contenir des listes nommées : territoires, themes, sigles…")
    # For error messages; no list has this name.
    content["_name"] = name
    return content


def _rows(sources: Iterable[dict[str, Any]], key: str, required: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = []
    for source in sources:
        for row in source.get(key) or []:
            missing = [name for name in required if not isinstance(row, dict) or not row.get(name)]
            if missing:
                raise VocabularyError(f"{source['_name']}, liste « {key} » : il manque {', '.join(missing)} à {row!r}")
            rows.append(row)
    return rows


def _entries(sources: list[dict[str, Any]], key: str) -> dict[str, Entry]:
    rows = _rows(sources, key, ("id", "libelle"))
    return {
        row["id"]: Entry(row["id"], row["libelle"], tuple(row.get("synonymes") or row.get("motifs") or ()))
        for row in rows
    }


def _territory(row: dict[str, Any]) -> Territory:
    return Territory(
        slug=row["id"],
        label=row["nom"],
        aliases=tuple(row.get("alias") or ()),
        kind=row.get("type") or "",
        department=row.get("departement") or "",
        department_code=str(row.get("code_departement") or ""),
        region=row.get("region") or "",
        wave=row.get("vague"),
    )


def _acronym(row: dict[str, Any]) -> Acronym:
    aliases = tuple(map(str, row.get("alias") or ()))
    return Acronym(str(row["sigle"]), row["expansion"], aliases, bool(row.get("ambigu")))


def _synonyms(source: dict[str, Any]) -> list[tuple[str, ...]]:
    groups = source.get("synonymes") or []
    for group in groups:
        if not isinstance(group, list) or len(group) < 2:  # noqa: PLR2004 - one word has no synonym
            raise VocabularyError(
                f"{source['_name']}, liste « synonymes » : {group!r} doit être une liste de deux expressions au moins"
            )
    return [tuple(map(str, group)) for group in groups]


def _by_slug(groups: Iterable[tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return groups by the slug of their first expression; « ~2 » follows that of a second group with the same one."""
    named: dict[str, tuple[str, ...]] = {}
    for group in groups:
        slug, others = slug_of(group[0]), 1
        while (name := f"{slug}~{others}" if others > 1 else slug) in named:
            others += 1
        named[name] = group
    return named
