"""The vocabulary: themes, territories, event types, acronyms and synonyms, read from YAML files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

from index.model import FACETS, OWN_FORMATS, ExplainedError, Facet, UnreadFormat, list_family, shorten_text
from index.plain_yaml import YamlError, load_yaml
from index.text import STOP_WORDS, join_compounds, tokenise

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from index.model import DocumentFormat


class VocabularyError(ExplainedError):
    """A vocabulary file, or a change of an entry, cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class VocabularyEntry:
    """A theme or an event type: its slug, its label, and other words for it."""

    slug: str
    label: str
    aliases: tuple[str, ...] = ()

    @property
    def expressions(self) -> tuple[str, ...]:
        """Its label and the other words for it."""
        return (self.label, *self.aliases)


@dataclass(frozen=True, slots=True)
class Territory:
    """A territory of the experiment. `department` and `region` are names, `wave` is 1 or 2.

    `places` are towns and areas by which questions mean it, although its documents need not name them.
    """

    slug: str
    label: str
    aliases: tuple[str, ...] = ()
    kind: str = ""
    department: str = ""
    department_code: str = ""
    region: str = ""
    wave: int | None = None
    places: tuple[str, ...] = ()

    @property
    def expressions(self) -> tuple[str, ...]:
        """Its name and the other names for it."""
        return (self.label, *self.aliases)


@dataclass(frozen=True, slots=True)
class Acronym:
    """An acronym and what it stands for; an ambiguous one is not taken for that without other signs."""

    letters: str
    meaning: str
    aliases: tuple[str, ...] = ()
    ambiguous: bool = False


AnyEntry = VocabularyEntry | Territory | Acronym | tuple[str, ...]
"""Any entry of a vocabulary; a tuple is a group of synonyms."""


class EntryKind(Enum):
    """The kinds of vocabulary entries: one for each facet whose values the vocabulary holds, and two of words."""

    THEME = Facet.THEME.value
    TERRITORY = Facet.TERRITORY.value
    TARGET_GROUP = Facet.TARGET_GROUP.value
    EVENT_TYPE = Facet.EVENT_TYPE.value
    ACRONYM = "sigle"
    SYNONYMS = "synonymes"

    @property
    def facet(self) -> Facet | None:
        """The facet whose values are entries of this kind; None for acronyms and synonyms."""
        return next((facet for facet in _VOCABULARY_LISTS if facet.value == self.value), None)


_VOCABULARY_LISTS = {spec.facet: spec.vocabulary_list for spec in FACETS if spec.vocabulary_list}
"""The lists of the vocabulary's file that hold the values of facets."""


FacetEntries = Mapping[str, VocabularyEntry | Territory]
"""The values of a facet that the vocabulary holds, by slug."""


@dataclass(frozen=True)
class Vocabulary:
    """All entries by slug, in the order of the files; acronyms by their letters, synonyms as groups of expressions.

    `facet_entries` are those of each facet that has a list in the files; `formats` are not in them: they are those that
    the extractors read, with those that lie in no file, by their value in the catalogue.
    """

    facet_entries: Mapping[Facet, FacetEntries] = field(default_factory=dict)
    acronyms: Mapping[str, Acronym] = field(default_factory=dict)
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    formats: Mapping[str, DocumentFormat] = field(default_factory=dict)
    _labels: Mapping[Facet, Mapping[str, str]] = field(init=False, repr=False, compare=False)
    _values_by_stems: Mapping[Facet, Mapping[str, frozenset[str]]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        places = self.territories.values()
        labels = {
            Facet.FORMAT: {value: each.label for value, each in self.formats.items()},
            Facet.REGION: {slugify(each.region): each.region for each in places if each.region},
            Facet.DEPARTMENT: {slugify(each.department): each.department for each in places if each.department},
            **{
                facet: {slug: entry.label for slug, entry in entries.items()}
                for facet, entries in self.facet_entries.items()
            },
        }
        # Computed once, since an answer shows dozens of labels and a sidecar may name a thousand values; a frozen
        # dataclass is set in this way.
        object.__setattr__(self, "_labels", labels)
        object.__setattr__(self, "_values_by_stems", {facet: self._group_by_stems(facet) for facet in labels})

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of all entries, in lower case, acronyms in capitals, without stop words."""
        texts = [
            *(
                text
                for entries in self.facet_entries.values()
                for each in entries.values()
                for text in each.expressions
            ),
            *(text for each in self.acronyms.values() for text in (each.letters, each.meaning, *each.aliases)),
            *(text for group in self.synonyms.values() for text in group),
        ]
        # Compounds in one piece too, as the index has them.
        compounds = (joined for text in texts for joined in join_compounds(text))
        words = (token.lower for text in texts for token in tokenise(text) if token.lower not in STOP_WORDS)
        return frozenset((*words, *compounds))

    @cached_property
    def words_in_capitals(self) -> frozenset[str]:
        """The acronyms that its entries hold, those of former names and of synonyms too."""
        return frozenset(filter(str.isupper, self.words))

    @property
    def themes(self) -> Mapping[str, VocabularyEntry]:
        """The themes."""
        return cast("Mapping[str, VocabularyEntry]", self.entries_of(Facet.THEME))

    @property
    def territories(self) -> Mapping[str, Territory]:
        """The territories."""
        return cast("Mapping[str, Territory]", self.entries_of(Facet.TERRITORY))

    @property
    def event_types(self) -> Mapping[str, VocabularyEntry]:
        """The event types."""
        return cast("Mapping[str, VocabularyEntry]", self.entries_of(Facet.EVENT_TYPE))

    def entries_of(self, facet: Facet) -> FacetEntries:
        """Return the entries that are values of a facet; none where the vocabulary has no list for it."""
        return self.facet_entries.get(facet, {})

    def entries_of_kind(self, kind: EntryKind) -> Mapping[str, AnyEntry]:
        """Return the entries of one kind, by slug."""
        if kind is EntryKind.ACRONYM:
            return self.acronyms
        if kind is EntryKind.SYNONYMS:
            return self.synonyms
        return self.entries_of(Facet(kind.value))

    def label(self, facet: Facet, value: str) -> str:
        """Return what a member reads for a value; the value itself where the vocabulary does not know it."""
        return self._labels.get(facet, {}).get(value, value)

    def format_of(self, value: str) -> DocumentFormat:
        """Return the format of this value; an UnreadFormat where the registry does not hold it."""
        return self.formats.get(value) or UnreadFormat(value)

    def facet_labels(self, facet: Facet) -> dict[str, str]:
        """Return the labels of a facet's values, by value, formats included."""
        return dict(self._labels.get(facet, {}))

    def find_values(self, facet: Facet, text: str) -> frozenset[str]:
        """Return the values of a facet whose slug, label or alias has the same stems as a text."""
        return self._values_by_stems.get(facet, {}).get(_stem_text(text), frozenset())

    def _group_by_stems(self, facet: Facet) -> dict[str, frozenset[str]]:
        """Return the values of a facet by the stems of each of their names."""
        # Regions and departments have no entries of their own: territories name them, by their label alone.
        is_slug_a_name = facet not in list_family(Facet.TERRITORY)[1:]
        found: dict[str, set[str]] = {}
        for value, label in self._labels[facet].items():
            entry = self.entries_of(facet).get(value)
            for name in (*([value] if is_slug_a_name else []), label, *(entry.aliases if entry else ())):
                found.setdefault(_stem_text(name), set()).add(value)
        return {stems: frozenset(values) for stems, values in found.items()}

    def areas_of(self, territory: str) -> dict[Facet, str]:
        """Return the department and the region of a territory as slugs, by facet, as far as they are known."""
        entry = self.territories.get(territory)
        names = {Facet.REGION: entry.region, Facet.DEPARTMENT: entry.department} if entry else {}
        return {facet: slugify(name) for facet, name in names.items() if name}


@lru_cache(maxsize=4_096)
def slugify(name: str) -> str:
    """Return a name as a slug: `pays-de-la-chataigneraie` for « Pays de La Châtaigneraie »."""
    return "-".join(token.word.exact.lower() for token in tokenise(name))


def _stem_text(text: str) -> str:
    return " ".join(token.word.stem for token in tokenise(text.lower()))


def load_vocabulary(formats: Mapping[str, DocumentFormat], extra: Path | None = None) -> Vocabulary:
    """Load the vocabulary shipped with Ruche, and over it the administrator's file, whose entries add or replace.

    `formats` are those of the registry that the extractors hold.

    Raises VocabularyError when that file is absent, is not YAML, or has an entry without its required keys.
    """
    shipped = resources.files("index").joinpath("data/vocabulaire.yaml").read_text(encoding="utf-8")
    sources = [_parse_yaml(shipped, "vocabulaire.yaml")]
    if extra is not None:
        sources.append(_parse_yaml(_read_text(extra), str(extra)))
    return Vocabulary(
        facet_entries={facet: _parse_facet(sources, facet) for facet in _VOCABULARY_LISTS},
        acronyms={
            each.letters: each for each in map(_parse_acronym, _collect_rows(sources, "sigles", ("sigle", "expansion")))
        },
        synonyms=_key_by_slug(group for source in sources for group in _parse_synonyms(source)),
        formats={**formats, **OWN_FORMATS},
    )


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise VocabularyError(
            f"vocabulaire illisible : {path} ({error}). Vérifiez le réglage « vocabulary »."
        ) from error


def _parse_yaml(text: str, name: str) -> dict[str, Any]:
    try:
        content = load_yaml(text) or {}
    except YamlError as error:
        raise VocabularyError(f"{name}\u00a0: {error}") from error
    if not isinstance(content, dict):
        raise VocabularyError(f"{name} doit contenir des listes nommées : territoires, themes, sigles…")
    # For error messages; no list has this name.
    return {**content, "_name": name}


def _collect_rows(sources: Iterable[dict[str, Any]], key: str, required: tuple[str, ...]) -> list[_Row]:
    rows = []
    for source in sources:
        where = f"{source['_name']}, liste « {key} »"
        for row in _list_of(source.get(key), where):
            missing = [name for name in required if not isinstance(row, dict) or not row.get(name)]
            if missing:
                raise VocabularyError(f"{where} : il manque {', '.join(missing)} à « {shorten_text(row)} »")
            rows.append(_Row(row, where))
    return rows


def _list_of(value: Any, where: str) -> list[Any]:
    if value is None or isinstance(value, list):
        return value or []
    raise VocabularyError(f"{where} : une liste est attendue, et non « {shorten_text(value)} »")


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry as a file has it, and the list that it is in."""

    values: dict[str, Any]
    where: str

    def text(self, key: str) -> str:
        """Return the text of a key, "" where it is absent. Raises VocabularyError for anything else."""
        value = self.values.get(key)
        if value is None or isinstance(value, str):
            return value or ""
        raise VocabularyError(f"{self.where} : « {key} » doit être un texte, et non « {shorten_text(value)} »")

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts of a key's list. Raises VocabularyError for anything else."""
        values = _list_of(self.values.get(key), f"{self.where}, « {key} »")
        if all(isinstance(each, str) for each in values):
            return tuple(values)
        raise VocabularyError(f"{self.where} : « {key} » ne doit contenir que des textes")

    def wave(self) -> int | None:
        """Return the wave. Raises VocabularyError for one that was not."""
        value = self.text("vague")
        if value not in {"", "1", "2"}:
            raise VocabularyError(f"{self.where} : « vague » est 1 ou 2, et non « {shorten_text(value)} »")
        return int(value) if value else None


_TRUE = frozenset({"true", "yes", "oui", "vrai", "on"})


def _parse_facet(sources: list[dict[str, Any]], facet: Facet) -> FacetEntries:
    key = _VOCABULARY_LISTS[facet]
    if facet is Facet.TERRITORY:
        return {each.slug: each for each in map(_parse_territory, _collect_rows(sources, key, ("id", "nom")))}
    # Event types list « motifs », by which names of files tell them; the other lists have « synonymes ».
    rows = _collect_rows(sources, key, ("id", "libelle"))
    return {
        row.text("id"): VocabularyEntry(
            row.text("id"), row.text("libelle"), row.texts("synonymes") or row.texts("motifs")
        )
        for row in rows
    }


def _parse_territory(row: _Row) -> Territory:
    return Territory(
        slug=row.text("id"),
        label=row.text("nom"),
        aliases=row.texts("alias"),
        kind=row.text("type"),
        department=row.text("departement"),
        department_code=row.text("code_departement"),
        region=row.text("region"),
        wave=row.wave(),
        places=row.texts("lieux"),
    )


def _parse_acronym(row: _Row) -> Acronym:
    return Acronym(row.text("sigle"), row.text("expansion"), row.texts("alias"), row.text("ambigu").lower() in _TRUE)


def _parse_synonyms(source: dict[str, Any]) -> list[tuple[str, ...]]:
    where = f"{source['_name']}, liste « synonymes »"
    groups = _list_of(source.get("synonymes"), where)
    for group in groups:
        # One word has no synonym.
        if not isinstance(group, list) or len(group) < 2 or not all(isinstance(each, str) for each in group):  # noqa: PLR2004 - as said
            raise VocabularyError(
                f"{where} : « {shorten_text(group)} » doit être une liste de deux expressions au moins"
            )
    return [tuple(group) for group in groups]


def _key_by_slug(groups: Iterable[tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return groups by the slug of their first expression; « ~2 » follows that of a second group with the same one."""
    named: dict[str, tuple[str, ...]] = {}
    for group in groups:
        slug, others = slugify(group[0]), 1
        while (name := f"{slug}~{others}" if others > 1 else slug) in named:
            others += 1
        named[name] = group
    return named
