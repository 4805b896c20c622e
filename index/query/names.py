"""The names by which questions mean event types, territories, areas, formats and roles of documents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from index.model import Facet
from index.text import STOP_WORDS, fold_accents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from index.vocabulary import Vocabulary


class WishKind(Enum):
    """What a wish is about."""

    EVENT = "rendez-vous"
    EVENT_TYPE = "type"
    TERRITORY = "territoire"
    FORMAT = "format"
    ROLE = "nature"


@dataclass(frozen=True, slots=True)
class Name:
    """A name that questions use: of which kind it is, what it stands for, what a member reads."""

    kind: WishKind
    facet: Facet
    values: frozenset[str]
    label: str
    title: tuple[str, ...] = ()


@dataclass(slots=True)
class NameSpan:
    """Where a name stands in a question, its first and last character and its first and last word."""

    name: Name
    start: int
    end: int
    first: int
    last: int


_DECKS = ("diaporama", "diapo", "diapositive", "slide", "ppt", "pptx", "powerpoint")
_RECORDINGS = ("replay", "vidéo", "enregistrement", "rediffusion")
_ROLES = {
    "comptes rendus": ("compte rendu", ("compte rendu", "cr", "compte-rendu", "relevé de décisions", "procès-verbal")),
    "synthèses": ("synthèse", ("synthèse",)),
    "questions-réponses": ("questions réponses", ("questions réponses", "questions-réponses")),
}
"""What a document is to its event: by what a member reads, the words of its title and those of questions."""

# Words that are as often something else: « la réunion » is a meeting, unless it is all that was asked or has a capital.
_ORDINARY = frozenset({("la", "reunion"), ("nord",)})

PLACE_WORDS = frozenset(
    """
    ain aisne allier alpes alsace aquitaine ardeche ardennes ariege armor atlantiques aube aude auvergne aveyron belfort
    bouches bourgogne bretagne calais calvados cantal charente cher comte correze corse creuse denis dome dordogne doubs
    drome essonne eure finistere gard garonne gers gironde guadeloupe guyane herault ille indre isere jura landes loir
    loire loiret lorraine lot lozere maine manche maritimes marne martinique mayenne mayotte meurthe meuse morbihan
    moselle nievre nord normandie occitanie oise orientales orne paris picardie provence puy pyrenees reunion rhin rhone
    saone sarthe savoie seine sevres somme tarn var vaucluse vendee vienne vilaine vosges yonne yvelines
    """.split()  # noqa: SIM905 - a list would stand one word a line
)
"""Words of the names of départements and regions, folded: who types « seine saint denis » does not mean « seize »."""

_BEFORE_CODES = frozenset({("departement",), ("dept",), ("dpt",)})

WORD = re.compile(r"\w+")


class NameTable:
    """The names of a vocabulary, to be found in questions."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._names: dict[tuple[str, ...], Name] = {}
        self._codes: dict[str, Name] = {}
        self._add_event_types()
        self._add_formats()
        self._add_places()
        self._longest = max(map(len, self._names), default=0)

    def _add_event_types(self) -> None:
        for slug, entry in self._vocabulary.event_types.items():
            label = " ".join(word if word in STOP_WORDS else _plural(word) for word in entry.label.lower().split())
            name = Name(WishKind.EVENT_TYPE, Facet.EVENT_TYPE, frozenset({slug}), label)
            self._add(name, entry.label, *entry.aliases)

    def _add_formats(self) -> None:
        formats = self._vocabulary.formats
        decks = frozenset(value for value, each in formats.items() if each.is_deck)
        recordings = frozenset(value for value, each in formats.items() if each.is_recording or each.is_captions)
        self._add(Name(WishKind.FORMAT, Facet.FORMAT, decks, "diaporamas"), *_DECKS)
        self._add(Name(WishKind.FORMAT, Facet.FORMAT, recordings, "replays et vidéos"), *_RECORDINGS)
        if "pdf" in formats:
            self._add(Name(WishKind.FORMAT, Facet.FORMAT, frozenset({"pdf"}), "PDF"), "pdf")
        for label, (title, names) in _ROLES.items():
            self._add(Name(WishKind.ROLE, Facet.FORMAT, frozenset(), label, (title,)), *names)

    def _add_places(self) -> None:
        territories = self._vocabulary.territories.values()
        # A territory prevails over the department of its name, and that over a region.
        for each in territories:
            name = _place(Facet.TERRITORY, {each.slug}, f"territoire {each.label}")
            self._add(name, each.label, *each.aliases)
        for facet in (Facet.DEPARTMENT, Facet.REGION):
            for slug, label in self._vocabulary.facet_labels(facet).items():
                held = [each.label for each in territories if self._vocabulary.areas_of(each.slug).get(facet) == slug]
                read = f"{facet.label.lower()} {label} ({', '.join(held)})"
                self._add(_place(facet, {slug}, read), label)
        for each in territories:
            if each.department_code:
                slug = self._vocabulary.areas_of(each.slug)[Facet.DEPARTMENT]
                label = f"département {self._vocabulary.label(Facet.DEPARTMENT, slug)}"
                self._codes[each.department_code.lower()] = _place(Facet.DEPARTMENT, {slug}, label)
        meant: dict[str, list[str]] = {}
        for each in territories:
            for place in each.places:
                meant.setdefault(place, []).append(each.slug)
        for place, slugs in meant.items():
            labels = ", ".join(self._vocabulary.label(Facet.TERRITORY, slug) for slug in slugs)
            plural = "s" if len(slugs) > 1 else ""
            self._add(_place(Facet.TERRITORY, set(slugs), f"territoire{plural} {labels}"), place)

    def _add(self, name: Name, *texts: str) -> None:
        for text in texts:
            if key := _key(WORD.findall(fold_in_place(text))):
                self._names.setdefault(key, name)

    def find_names(self, text: str, words: list[re.Match[str]], free: list[re.Match[str]]) -> Iterator[NameSpan]:
        """Yield the names of a question, the longest at each place; none overlaps another."""
        at = 0
        while at < len(words):
            for size in range(min(self._longest, len(words) - at), 0, -1):
                run = words[at : at + size]
                name = self._find_name(text, run, alone=size == len(words)) if all(w in free for w in run) else None
                if name:
                    yield NameSpan(name, run[0].start(), run[-1].end(), at, at + size - 1)
                    at += size - 1
                    break
            at += 1

    def _find_name(self, text: str, run: list[re.Match[str]], *, alone: bool) -> Name | None:
        plain = tuple(word.group() for word in run)
        # « 01 » alone, « département 01 » in any question.
        if plain[-1] in self._codes and ((alone and len(plain) == 1) or plain[:-1] in _BEFORE_CODES):
            return self._codes[plain[-1]]
        if plain in _ORDINARY and not alone and not text[run[-1].start()].isupper():
            return None
        return self._names.get(_key(plain))


def fold_in_place(text: str) -> str:
    """Return a text in lower case without accents, each character in its place."""
    return "".join(letter if letter.isascii() else (fold_accents(letter) or letter)[:1] for letter in text).lower()


def _key(words: Iterable[str]) -> tuple[str, ...]:
    # Without the mark of a plural: « webinaires », « comités de pilotage ».
    return tuple(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words)  # noqa: PLR2004


def _plural(word: str) -> str:
    return word if word.endswith(("s", "x")) else f"{word}s"


def _place(facet: Facet, values: set[str], label: str) -> Name:
    return Name(WishKind.TERRITORY, facet, frozenset(values), label)
