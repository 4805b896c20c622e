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

from index.analysis import fold
from index.library_names import CALENDAR_NAME
from index.model import Facet, PartialDate
from indexer import naming

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from index.vocabulary import Vocabulary

SIDECAR_NAMES = frozenset({"_fiche.yaml", "_fiche.yml"})
CALENDAR_NAMES = frozenset({CALENDAR_NAME, "evenements.yml"})

LARGEST = 512 * 1024
"""Bytes: a larger file is no sidecar, and is not read."""

PLACES = (Facet.TERRITORY, Facet.DEPARTMENT, Facet.REGION)
"""The kinds of area that « territoires » may name, the most likely first."""

_CHOOSE = " : choisissez un mot du vocabulaire, ou ajoutez-le (espace d’animation, Vocabulaire)"
# « 14h », « 14h30 », « 14:00 ».
_TIME = re.compile(r"(\d{1,2})\s*(?:[:hH]\s*(\d{2})?)")
_LAST_MINUTE = 24 * 60


def is_sidecar(path: str) -> bool:
    """Whether a file of the library is its folder's sidecar."""
    return fold(PurePosixPath(path).name) in SIDECAR_NAMES


def is_calendar(path: str) -> bool:
    """Whether a file of the library is the calendar: it lies at the root."""
    return "/" not in path and fold(path) in CALENDAR_NAMES


class Reader:
    """Reads the values of one metadata file, and keeps what is wrong in `problems`, each with its place."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.problems: list[str] = []

    def load(self, text: str) -> Any:
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

    def keys(self, content: Any, known: Mapping[str, str], where: str) -> dict[str, Any]:
        """Take the known keys of a mapping under their canonical names, which `known` gives by folded key."""
        if not isinstance(content, dict):
            self.tell(where, "des lignes « clé : valeur » sont attendues")
            return {}
        read: dict[str, Any] = {}
        for key, value in content.items():
            name = known.get(fold(str(key)).strip())
            if name is None:
                self.tell(where, f"clé inconnue « {key} »{nearest(str(key), known)}")
            elif name in read:
                self.tell(where, f"« {key} » est dit deux fois")
            # A key without a value is one that the author left blank.
            elif value is not None:
                read[name] = value
        return read

    def text(self, value: Any, key: str, where: str) -> str:
        """Read a text, on one line."""
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return " ".join(str(value).split())
        if value is not None:
            self.tell(where, f"« {key} » doit être un texte")
        return ""

    def texts(self, value: Any, key: str, where: str) -> list[str]:
        """Read texts, written as a list or separated by commas."""
        if isinstance(value, list):
            return [read for each in value if (read := self.text(each, key, where))]
        return [read for each in self.text(value, key, where).split(",") if (read := each.strip())]

    def date(self, value: Any, where: str) -> PartialDate | None:
        """Read a day or a month, as YAML or as people write it."""
        # YAML has read « 2024-01-25 » as a date already.
        if isinstance(value, datetime | date):
            return PartialDate(value.year, value.month, value.day)
        if value is None:
            return None
        found = naming.find_date(str(value))
        # Unlike in a name, words beside the date are a mistake.
        if found is None or found.rest:
            self.tell(where, f"date incomprise « {value} » : écrivez par exemple 2024-01-25 ou 2024-01")
            return None
        return found.date

    def time(self, value: Any, key: str, where: str) -> time | None:
        """Read a time of the day: 14:00, 14h, 14h30."""
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LAST_MINUTE:
            # YAML 1.1 reads 14:30 as a number in base sixty, 870.
            return time(*divmod(value, 60))
        found = _TIME.fullmatch(str(value).strip())
        try:
            if found:
                return time(int(found[1]), int(found[2] or 0))
        except ValueError:
            found = None
        self.tell(where, f"heure incomprise « {value} » pour « {key} » : écrivez par exemple 14h30")
        return None

    def event_type(self, value: Any, where: str) -> str:
        """Read an event type; gives its slug, or "" with a problem."""
        said = self.text(value, "type", where)
        if not said:
            return ""
        # A label or alias of the vocabulary as it is, else a word that a name would be understood by, such as a plural.
        named = self.vocabulary.values_named(Facet.EVENT_TYPE, said)
        found = naming.find_type(said, self.vocabulary)
        if not named and found is None:
            labels = [each.label for each in self.vocabulary.event_types.values()]
            self.tell(where, f"type de rendez-vous inconnu « {said} »{nearest(said, labels, all_of_them=True)}")
        return min(named) if named else found.entry.slug if found else ""

    def themes(self, value: Any, where: str) -> list[tuple[Facet, str]]:
        """Read themes, as pairs of facet and slug."""
        labels = [each.label for each in self.vocabulary.themes.values()]
        return self._named(self.texts(value, "themes", where), (Facet.THEME,), f"{where}thème", labels)

    def territories(self, value: Any, where: str) -> list[tuple[Facet, str]]:
        """Read territories, departments or regions, as pairs of facet and slug."""
        labels = [each.label for each in self.vocabulary.territories.values()]
        return self._named(self.texts(value, "territoires", where), PLACES, f"{where}territoire", labels)

    def _named(
        self, said: Iterable[str], facets: Iterable[Facet], what: str, labels: Iterable[str]
    ) -> list[tuple[Facet, str]]:
        found: list[tuple[Facet, str]] = []
        for each in said:
            by_facet = ((facet, self.vocabulary.values_named(facet, each)) for facet in facets)
            # A name may be a territory's and a department's: the first facet that knows it has it.
            facet, values = next(((facet, values) for facet, values in by_facet if values), (None, frozenset()))
            if facet is None:
                self.problems.append(f"{what} inconnu « {each} »{nearest(each, labels) or _CHOOSE}")
            else:
                found += [(facet, value) for value in sorted(values)]
        return found

    def tell(self, where: str, problem: str) -> None:
        """Keep a problem with its place."""
        self.problems.append(f"{where}{problem}")


def nearest(said: str, known: Iterable[str], *, all_of_them: bool = False) -> str:
    """A suggestion to end a problem with: the known word that is nearest, or all of them, or nothing."""
    by_folded = {fold(each): each for each in known}
    near = difflib.get_close_matches(fold(said), by_folded, n=1)
    if near:
        return f" ; vouliez-vous dire « {by_folded[near[0]]} » ?"
    return f" ; connus : {', '.join(by_folded.values())}" if all_of_them else ""


def decoded(content: bytes) -> str | None:
    """The text of a metadata file; None when it is not in UTF-8."""
    try:
        # Windows editors begin with a byte order mark.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
