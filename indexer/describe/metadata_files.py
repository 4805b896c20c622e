"""Reads what metadata files (sidecars and the calendar) share: their names, their YAML and the values in them.

A mistake is reported by name to whoever wrote the file; what is right in it counts all the same.
"""

from __future__ import annotations

import difflib
import re
from datetime import date, datetime, time
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml

from index.model import CALENDAR_NAME, Facet, PartialDate, list_family
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
_MINUTES_A_DAY = 24 * 60


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
        """Load a YAML text; None, with a problem, when it is not YAML."""
        try:
            # Anyone may put a file into the library: `safe_load` builds plain values only.
            return yaml.safe_load(text)
        except yaml.MarkedYAMLError as error:
            line = f" à la ligne {error.problem_mark.line + 1}" if error.problem_mark else ""
            self.problems.append(f"ce n’est pas du YAML correct{line} : vérifiez les deux-points et les retraits")
        # PyYAML raises ValueError for an impossible date, and Python RecursionError for lists nested without end.
        except (yaml.YAMLError, ValueError, RecursionError):
            self.problems.append("ce n’est pas du YAML correct : vérifiez les dates et les retraits")
        return None

    def read_keys(self, content: Any, known: Mapping[str, str], where: str) -> dict[str, Any]:
        """Take the known keys of a mapping under their canonical names, which `known` gives by folded key."""
        if not isinstance(content, dict):
            self.add_problem(where, "des lignes « clé : valeur » sont attendues")
            return {}
        values: dict[str, Any] = {}
        for key, value in content.items():
            name = known.get(fold_accents(str(key)).strip())
            if name is None:
                self.add_problem(where, f"clé inconnue « {key} »{suggest_nearest(str(key), known)}")
            elif name in values:
                self.add_problem(where, f"« {key} » est dit deux fois")
            # A key without a value is one that the author left blank.
            elif value is not None:
                values[name] = value
        return values

    def read_text(self, value: Any, key: str, where: str) -> str:
        """Read a text, on one line."""
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return " ".join(str(value).split())
        if value is not None:
            self.add_problem(where, f"« {key} » doit être un texte")
        return ""

    def read_texts(self, value: Any, key: str, where: str) -> list[str]:
        """Read texts, written as a list or separated by commas."""
        if isinstance(value, list):
            return [read for each in value if (read := self.read_text(each, key, where))]
        return [read for each in self.read_text(value, key, where).split(",") if (read := each.strip())]

    def read_date(self, value: Any, where: str) -> PartialDate | None:
        """Read a day or a month, as YAML or as people write it."""
        # YAML has read « 2024-01-25 » as a date already.
        if isinstance(value, datetime | date):
            return PartialDate(value.year, value.month, value.day)
        if value is None:
            return None
        found = naming.find_date(str(value))
        # Unlike in a name, words beside the date are a mistake.
        if found is None or found.rest:
            self.add_problem(where, f"date incomprise « {value} » : écrivez par exemple 2024-01-25 ou 2024-01")
            return None
        return found.date

    def read_time(self, value: Any, key: str, where: str) -> time | None:
        """Read a time of the day: 14:00, 14h, 14h30."""
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MINUTES_A_DAY:
            # YAML 1.1 reads 14:30 as a number in base sixty, 870.
            return time(*divmod(value, 60))
        found = _TIME_PATTERN.fullmatch(str(value).strip())
        try:
            if found:
                return time(int(found[1]), int(found[2] or 0))
        except ValueError:
            found = None
        self.add_problem(where, f"heure incomprise « {value} » pour « {key} » : écrivez par exemple 14h30")
        return None

    def read_event_type(self, value: Any, where: str) -> str:
        """Read an event type; gives its slug, or "" with a problem."""
        text = self.read_text(value, "type", where)
        if not text:
            return ""
        # A label or alias of the vocabulary as it is, else a word that a name would be understood by, such as a plural.
        named = self.vocabulary.find_values(Facet.EVENT_TYPE, text)
        found = naming.find_type(text, self.vocabulary)
        if not named and found is None:
            labels = [each.label for each in self.vocabulary.event_types.values()]
            self.add_problem(
                where, f"type de rendez-vous inconnu « {text} »{suggest_nearest(text, labels, all_of_them=True)}"
            )
        return min(named) if named else found.entry.slug if found else ""

    def read_facet_values(self, spec: FacetSpec, value: Any, where: str) -> list[tuple[Facet, str]]:
        """Read values of a facet, or of those that it brings along, as pairs of facet and slug."""
        found: list[tuple[Facet, str]] = []
        for each in self.read_texts(value, spec.sidecar_keys[0], where):
            by_facet = ((facet, self.vocabulary.find_values(facet, each)) for facet in list_family(spec.facet))
            # A name may be a territory's and a department's: the first facet that knows it has it.
            facet, values = next(((facet, values) for facet, values in by_facet if values), (None, frozenset()))
            if facet is None:
                labels = [entry.label for entry in self.vocabulary.entries_of(spec.facet).values()]
                self.add_problem(
                    where,
                    f"{spec.label.lower()} inconnu « {each} »{suggest_nearest(each, labels) or _CHOOSE_ADVICE}",
                )
            else:
                found += [(facet, value) for value in sorted(values)]
        return found

    def add_problem(self, where: str, problem: str) -> None:
        """Keep a problem with its place."""
        self.problems.append(f"{where}{problem}")


def suggest_nearest(text: str, known: Iterable[str], *, all_of_them: bool = False) -> str:
    """A suggestion to end a problem with: the known word that is nearest, or all of them, or nothing."""
    by_folded = {fold_accents(each): each for each in known}
    near = difflib.get_close_matches(fold_accents(text), by_folded, n=1)
    if near:
        return f" ; vouliez-vous dire « {by_folded[near[0]]} » ?"
    return f" ; connus : {', '.join(by_folded.values())}" if all_of_them else ""


def decode_text(content: bytes) -> str | None:
    """The text of a metadata file; None when it is not in UTF-8."""
    try:
        # Windows editors begin with a byte order mark.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
