"""Reads what metadata files (sidecars and the calendar) share: their names, their YAML and the values in them.

A mistake is reported by name to whoever wrote the file; what is right in it counts all the same.
"""

from __future__ import annotations

import difflib
import re
from datetime import date, time
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from index.model import CALENDAR_NAME, Facet, PartialDate, list_family, shorten_text
from index.plain_yaml import YamlError, load_yaml
from index.text import fold_accents
from indexer.describe import naming

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from index.model import FacetSpec
    from index.vocabulary import Vocabulary

SIDECAR_NAMES = frozenset({"_fiche.yaml", "_fiche.yml"})
CALENDAR_NAMES = frozenset({CALENDAR_NAME, "evenements.yml"})

MOST_BYTES = 512 * 1024
"""Bytes: a larger file is no sidecar, and is not read."""

_CHOOSE_ADVICE = " : choisissez un mot du vocabulaire, ou ajoutez-le (espace d’animation, Vocabulaire)"
# « 14h », « 14h30 », « 14:00 ».
_TIME_PATTERN = re.compile(r"(\d{1,2})\s*(?:[:hH]\s*(\d{2})?)")
# « 2024-01-25 », « 2024-1-5T10:00:00 »: as programs write a day, with its hour or without.
_ISO_DAY_PATTERN = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt ][\d:.+Zz -]*)?")
_YEARS = range(1900, 2101)

_LONGEST_TEXT = 5_000
"""Characters of a text: a description is a paragraph or two."""

_LONGEST_PHRASE = 200
"""Characters of what is looked for in the vocabulary, or read as a date: more is none of these."""

_MOST_LISTED = 100
"""Values of one key: a document has a few themes."""

_MOST_PROBLEMS = 50
"""Problems told of one file: the same mistake in a thousand lines is mended at once."""

_LONGEST_PROBLEM = 400


def is_sidecar(path: str) -> bool:
    """Whether a file of the library is its folder's sidecar."""
    return fold_accents(PurePosixPath(path).name) in SIDECAR_NAMES


def is_calendar(path: str) -> bool:
    """Whether a file of the library is the calendar: it lies at the root."""
    return "/" not in path and fold_accents(path) in CALENDAR_NAMES


class MetadataReader:
    """Reads the values of one metadata file, and keeps what is wrong in `problems`, each with its place."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.problems: list[str] = []

    def load_yaml(self, text: str) -> Any:
        """Load a YAML text; None, with a problem, when it is refused."""
        try:
            return load_yaml(text)
        except YamlError as error:
            self.problems.append(str(error))
        return None

    def read_keys(self, content: Any, known: Mapping[str, str], where: str) -> dict[str, Any]:
        """Take the known keys of a mapping under their canonical names, which `known` gives by folded key."""
        if not isinstance(content, dict):
            self.add_problem(where, "des lignes « clé : valeur » sont attendues")
            return {}
        values: dict[str, Any] = {}
        for key, value in content.items():
            name = known.get(fold_accents(key).strip())
            if name is None:
                self.add_problem(where, f"clé inconnue « {shorten_text(key)} »{self.suggest_nearest(key, known)}")
            elif name in values:
                self.add_problem(where, f"« {key} » est dit deux fois")
            # A key without a value is one that the author left blank.
            elif value is not None:
                values[name] = value
        return values

    def read_text(self, value: Any, key: str, where: str) -> str:
        """Read a text, on one line."""
        if isinstance(value, str):
            if len(value) <= _LONGEST_TEXT:
                return " ".join(value.split())
            self.add_problem(where, f"« {key} » dépasse {_LONGEST_TEXT} caractères : raccourcissez-le")
        elif value is not None:
            self.add_problem(where, f"« {key} » doit être un texte")
        return ""

    def read_texts(self, value: Any, key: str, where: str) -> list[str]:
        """Read texts, written as a list or separated by commas."""
        if isinstance(value, list):
            texts = [read for each in value[: _MOST_LISTED + 1] if (read := self.read_text(each, key, where))]
        else:
            texts = [read for each in self.read_text(value, key, where).split(",") if (read := each.strip())]
        if len(texts) > _MOST_LISTED:
            self.add_problem(where, f"« {key} » a plus de {_MOST_LISTED} valeurs : les premières seules sont lues")
        return texts[:_MOST_LISTED]

    def read_date(self, value: Any, where: str) -> PartialDate | None:
        """Read a day or a month, as programs or as people write it."""
        if value is None:
            return None
        if found := _find_whole_date(value):
            return found
        self.add_problem(
            where, f"date incomprise « {shorten_text(value)} » : écrivez par exemple 2024-01-25 ou 2024-01"
        )
        return None

    def read_time(self, value: Any, key: str, where: str) -> time | None:
        """Read a time of the day: 14:00, 14h, 14h30."""
        if value is None:
            return None
        found = _TIME_PATTERN.fullmatch(value.strip()) if isinstance(value, str) else None
        try:
            if found:
                return time(int(found[1]), int(found[2] or 0))
        except ValueError:
            found = None
        self.add_problem(
            where, f"heure incomprise « {shorten_text(value)} » pour « {key} » : écrivez par exemple 14h30"
        )
        return None

    def read_event_type(self, value: Any, where: str) -> str:
        """Read an event type; gives its slug, or "" with a problem."""
        text = self.read_text(value, "type", where)[:_LONGEST_PHRASE]
        if not text:
            return ""
        # A label or alias of the vocabulary as it is, else a word that a name would be understood by, such as a plural.
        named = self.vocabulary.find_values(Facet.EVENT_TYPE, text)
        found = naming.find_type(text, self.vocabulary)
        if not named and found is None:
            labels = [each.label for each in self.vocabulary.event_types.values()]
            self.add_problem(
                where,
                f"type de rendez-vous inconnu « {shorten_text(text)} »"
                f"{self.suggest_nearest(text, labels, all_of_them=True)}",
            )
        return min(named) if named else found.entry.slug if found else ""

    def read_facet_values(self, spec: FacetSpec, value: Any, where: str) -> list[tuple[Facet, str]]:
        """Read values of a facet, or of those that it brings along, as pairs of facet and slug."""
        found: list[tuple[Facet, str]] = []
        for text in self.read_texts(value, spec.sidecar_keys[0], where):
            each = text[:_LONGEST_PHRASE]
            by_facet = ((facet, self.vocabulary.find_values(facet, each)) for facet in list_family(spec.facet))
            # A name may be a territory's and a department's: the first facet that knows it has it.
            facet, values = next(((facet, values) for facet, values in by_facet if values), (None, frozenset()))
            if facet is None:
                labels = [entry.label for entry in self.vocabulary.entries_of(spec.facet).values()]
                self.add_problem(
                    where,
                    f"{spec.label.lower()} inconnu « {shorten_text(each)} »"
                    f"{self.suggest_nearest(each, labels) or _CHOOSE_ADVICE}",
                )
            else:
                found += [(facet, value) for value in sorted(values)]
        return found

    def add_problem(self, where: str, problem: str) -> None:
        """Keep a problem with its place."""
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(f"{where}{problem}"[:_LONGEST_PROBLEM])
        elif len(self.problems) == _MOST_PROBLEMS:
            self.problems.append(_MORE_PROBLEMS)

    def suggest_nearest(self, text: str, known: Iterable[str], *, all_of_them: bool = False) -> str:
        """Suggest the nearest known word, as `suggest_nearest` does, as long as problems are kept."""
        return suggest_nearest(text, known, all_of_them=all_of_them) if len(self.problems) < _MOST_PROBLEMS else ""


_MORE_PROBLEMS = "d’autres erreurs suivent : corrigez d’abord celles-ci"


def suggest_nearest(text: str, known: Iterable[str], *, all_of_them: bool = False) -> str:
    """A suggestion to end a problem with: the known word that is nearest, or all of them, or nothing."""
    by_folded = {fold_accents(each): each for each in known}
    near = difflib.get_close_matches(fold_accents(text[:_LONGEST_PHRASE]), by_folded, n=1)
    if near:
        return f" ; vouliez-vous dire « {by_folded[near[0]]} » ?"
    return f" ; connus : {', '.join(by_folded.values())}" if all_of_them else ""


def _find_whole_date(value: Any) -> PartialDate | None:
    """The date that a text is, with nothing else; None where it is none."""
    if not isinstance(value, str) or len(value) > _LONGEST_PHRASE:
        return None
    if written := _ISO_DAY_PATTERN.fullmatch(value.strip()):
        try:
            day = date(*map(int, written.groups()))
        except ValueError:
            return None
        return PartialDate(day.year, day.month, day.day) if day.year in _YEARS else None
    found = naming.find_date(value)
    # Unlike in a name, words beside the date are a mistake.
    return found.date if found and not found.rest else None


def decode_text(content: bytes) -> str | None:
    """The text of a metadata file; None when it is not in UTF-8."""
    try:
        # Windows editors begin with a byte order mark.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
