"""What sidecars and the calendar share: their names, their YAML, and the values that people write in them.

Whoever writes one is told of each mistake by its name; what is right in it counts all the same.
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
"""Bytes: more is no sidecar."""

PLACES = (Facet.TERRITORY, Facet.DEPARTMENT, Facet.REGION)
"""What a named territory may be, the most likely first."""

_CHOOSE = " : choisissez un mot du vocabulaire, ou ajoutez-le (espace d’animation, Vocabulaire)"
_TIME = re.compile(r"(\d{1,2})\s*(?:[:hH]\s*(\d{2})?)")
_LAST_MINUTE = 24 * 60


def is_sidecar(path: str) -> bool:
    """Whether a file of the library is the sidecar of its folder."""
    return fold(PurePosixPath(path).name) in SIDECAR_NAMES


def is_calendar(path: str) -> bool:
    """Whether a file of the library is its calendar: it stands at the root."""
    return "/" not in path and fold(path) in CALENDAR_NAMES


class Reader:
    """Reads values of a notice; what is wrong is kept in `problems`, told with its place."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.problems: list[str] = []

    def load(self, text: str) -> Any:
        """The content of a YAML text, None with a problem when it is none."""
        try:
            return yaml.safe_load(text)
        except yaml.MarkedYAMLError as error:
            line = f" à la ligne {error.problem_mark.line + 1}" if error.problem_mark else ""
            self.problems.append(f"ce n’est pas du YAML correct{line} : vérifiez les deux-points et les retraits")
        except (yaml.YAMLError, ValueError, RecursionError):
            self.problems.append("ce n’est pas du YAML correct : vérifiez les dates et les retraits")
        return None

    def keys(self, content: Any, known: Mapping[str, str], where: str) -> dict[str, Any]:
        """The known keys of a mapping by their canonical names; `known` gives these by folded name."""
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
            elif value is not None:
                read[name] = value
        return read

    def text(self, value: Any, key: str, where: str) -> str:
        """A text on one line."""
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return " ".join(str(value).split())
        if value is not None:
            self.tell(where, f"« {key} » doit être un texte")
        return ""

    def texts(self, value: Any, key: str, where: str) -> list[str]:
        """Texts, written as a list or separated by commas."""
        if isinstance(value, list):
            return [read for each in value if (read := self.text(each, key, where))]
        return [read for each in self.text(value, key, where).split(",") if (read := each.strip())]

    def date(self, value: Any, where: str) -> PartialDate | None:
        """A day or a month, as YAML reads it or as people write it."""
        if isinstance(value, datetime | date):
            return PartialDate(value.year, value.month, value.day)
        if value is None:
            return None
        found = naming.find_date(str(value))
        if found is None or found.rest:
            self.tell(where, f"date incomprise « {value} » : écrivez par exemple 2024-01-25 ou 2024-01")
            return None
        return found.date

    def time(self, value: Any, key: str, where: str) -> time | None:
        """A time of the day: 14:00, 14h, 14h30."""
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LAST_MINUTE:
            # YAML 1.1 reads 14:30 as a number in base sixty.
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
        """The slug of a kind of gathering."""
        said = self.text(value, "type", where)
        if not said:
            return ""
        named = self.vocabulary.values_named(Facet.EVENT_TYPE, said)
        found = naming.find_type(said, self.vocabulary)
        if not named and found is None:
            labels = [each.label for each in self.vocabulary.event_types.values()]
            self.tell(where, f"type de rendez-vous inconnu « {said} »{nearest(said, labels, all_of_them=True)}")
        return min(named) if named else found.entry.slug if found else ""

    def themes(self, value: Any, where: str) -> list[tuple[Facet, str]]:
        """The themes that are named."""
        labels = [each.label for each in self.vocabulary.themes.values()]
        return self._named(self.texts(value, "themes", where), (Facet.THEME,), f"{where}thème", labels)

    def territories(self, value: Any, where: str) -> list[tuple[Facet, str]]:
        """The territories that are named, or departments, or regions."""
        labels = [each.label for each in self.vocabulary.territories.values()]
        return self._named(self.texts(value, "territoires", where), PLACES, f"{where}territoire", labels)

    def _named(
        self, said: Iterable[str], facets: Iterable[Facet], what: str, labels: Iterable[str]
    ) -> list[tuple[Facet, str]]:
        found: list[tuple[Facet, str]] = []
        for each in said:
            by_facet = ((facet, self.vocabulary.values_named(facet, each)) for facet in facets)
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
    """A proposal to end a problem with: the known word that is nearest, or all of them, or nothing."""
    by_folded = {fold(each): each for each in known}
    near = difflib.get_close_matches(fold(said), by_folded, n=1)
    if near:
        return f" ; vouliez-vous dire « {by_folded[near[0]]} » ?"
    return f" ; connus : {', '.join(by_folded.values())}" if all_of_them else ""


def decoded(content: bytes) -> str | None:
    """A notice's text; None when it is not in UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
