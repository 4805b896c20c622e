"""What a question names beside its words: dates, events, territories, formats. Each is a wish, never a filter."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from index.model import Facet
from index.query.dates import AskedDate, find_dates
from index.query.names import WORD, NameSpan, NameTable, WishKind, fold_in_place
from index.query.parser import is_sentence_question
from index.query.syntax import And, InTitle, Match, Or, Tagged
from index.text import STOP_WORDS, fold_accents, tokenise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from index.model import Event, PartialDate
    from index.vocabulary import Vocabulary


_SCORES = {
    WishKind.EVENT: 60.0,
    WishKind.EVENT_TYPE: 10.0,
    WishKind.TERRITORY: 40.0,
    WishKind.FORMAT: 30.0,
    WishKind.ROLE: 30.0,
}
"""What a document gains in the ranking. The words of a question give 10 to 40: an event that is named comes first."""


@dataclass(frozen=True, slots=True)
class UnderstoodWish:
    """A part of a question that was understood: what a member reads of it, what it matches, what that gains.

    `typed` are its words in the question, `events` the events that it means, `values` the values of its facet.
    """

    kind: WishKind
    label: str
    match: Match
    typed: str = ""
    events: tuple[Event, ...] = ()
    facet: Facet | None = None
    values: frozenset[str] = frozenset()

    @property
    def score(self) -> float:
        """What a document that matches gains."""
        return _SCORES[self.kind]


_SCORE_OF_BOTH = 60.0
"""What a document gains besides where it is of an event that is meant and of the kind that is named beside it."""


def score_wishes(wishes: Sequence[UnderstoodWish]) -> tuple[tuple[Match, float], ...]:
    """Return what documents gain by the wishes of a question: for each match, its score.

    « replay aller-vers » means the replay of this event: the words of its deck may weigh more than a format does.
    """
    events = [wish.match for wish in wishes if wish.kind is WishKind.EVENT]
    kinds = [wish.match for wish in wishes if wish.kind in {WishKind.FORMAT, WishKind.ROLE}]
    both = tuple((And((event, kind)), _SCORE_OF_BOTH) for event in events for kind in kinds)
    return (*((wish.match, wish.score) for wish in wishes), *both)


@dataclass(frozen=True, slots=True)
class Understanding:
    """A question's wishes, and `rest`: its text without the words that were understood."""

    rest: str
    wishes: tuple[UnderstoodWish, ...] = ()


_ORDINALS = {
    **dict.fromkeys(("premier", "premiere"), 1),
    **dict.fromkeys(("deuxieme", "second", "seconde"), 2),
    **{word: number for number, word in enumerate(("troisieme", "quatrieme", "cinquieme", "sixieme"), 3)},
    **dict.fromkeys(("dernier", "derniere", "derniers", "dernieres"), -1),
}
_NEXT = frozenset({"prochain", "prochaine", "prochains", "prochaines"})
_NUMBER = re.compile(r"(\d{1,3})(?:e|eme|er|ere|re|nd|nde)?")
_NUMBER_SIGNS = frozenset({"n", "no", "numero"})

# « l’Ain », « de juin », « dans les Landes »: what leads to a name goes with it.
_LEADS = frozenset(
    ["a", "au", "aux", "d", "dans", "de", "des", "du", "en", "l", "la", "le", "les", "lors", "pour", "sur"]
)
_LEADS_TO_PLACES = _LEADS | frozenset(["departement", "departements", "region", "regions", "territoire", "territoires"])

_OPERATORS = re.compile(
    r"[\"«»“”„*~()]|(?:^|\s)[+-]\S|\w\s?:\S|(?:^|\s)(?:ET|OU|SAUF|AND|OR|NOT)(?=\s|$)",
)
"""Who uses operators says what must be there: nothing is understood beside it."""

_LONGEST_QUESTION = 20
"""Words of a question in which names are looked for: a longer one is a pasted text."""


class WishReader:
    """Reads questions by the names of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._names = NameTable(vocabulary)

    def read(
        self,
        text: str,
        list_events: Callable[[], Sequence[Event]],
        has_documents: Callable[[Match], bool],
        today: PartialDate,
    ) -> Understanding:
        """Return what a question is understood to wish.

        `list_events` gives the events that the asker may see, `has_documents` says whether they may see a document
        that matches: a territory without any is a word like others.
        """
        folded = fold_in_place(text)
        words = list(WORD.finditer(folded))
        if not words or len(words) > _LONGEST_QUESTION or _OPERATORS.search(text):
            return Understanding(text)
        dates = find_dates(folded)
        free = [word for word in words if not any(each.start <= word.start() < each.end for each in dates)]
        spans = [
            span
            for span in self._names.find_names(text, words, free)
            if not span.name.values
            or span.name.kind is WishKind.EVENT_TYPE
            or has_documents(Tagged(span.name.facet, span.name.values))
        ]
        if not dates and not spans:
            return Understanding(text)
        reading = _Reading(text, folded, words, list(dates), spans, is_sentence=is_sentence_question(text))
        # Only now: most questions name nothing, and events are read from the catalogue.
        named_events = dates or any(span.name.kind is not WishKind.TERRITORY for span in spans)
        return reading.understand(list_events() if named_events else (), today)


@dataclass(slots=True)
class _Reading:
    """A question that is being understood: its dates and names, and the spans that are taken out of its words."""

    text: str
    folded: str
    words: list[re.Match[str]]
    dates: list[AskedDate]
    spans: list[NameSpan]
    is_sentence: bool
    taken: list[tuple[int, int]] = field(default_factory=list)

    def understand(self, events: Sequence[Event], today: PartialDate) -> Understanding:
        """Return the question's wishes, and its words without those that were understood."""
        types = [span for span in self.spans if span.name.kind is WishKind.EVENT_TYPE]
        others = [span for span in self.spans if span.name.kind in {WishKind.FORMAT, WishKind.ROLE}]
        # A type of which the asker may see no event is a word like others.
        types = [span for span in types if any(each.type in span.name.values for each in events)]
        wishes = [wish for wish in (self._read_events(types, others, events, today),) if wish]
        # « Où retrouver l’enregistrement d’un webinaire ? » is about recordings: it does not ask for one.
        if not self.is_sentence:
            wishes += [self._wish_name(span) for span in (*([] if wishes else types), *others)]
        wishes += [self._wish_name(span) for span in self.spans if span.name.kind is WishKind.TERRITORY]
        if not wishes:
            return Understanding(self.text)
        if any(date.month for date in self.dates) and not any(wish.kind is WishKind.EVENT for wish in wishes):
            # The date found nothing: what stands beside it is looked for as words too, or next to nothing is asked.
            return Understanding(self.text, tuple(wishes))
        rest = self._remove_taken()
        if not self.is_sentence and not any(wish.kind is WishKind.EVENT for wish in wishes) and (types or others):
            wishes = [*self._name_events(rest, types, events), *wishes]
        return Understanding(rest, tuple(wishes))

    def _read_events(
        self, types: list[NameSpan], others: list[NameSpan], events: Sequence[Event], today: PartialDate
    ) -> UnderstoodWish | None:
        """Return the wish for the events that a date or a number means; None where there are none."""
        kinds = frozenset().union(*(span.name.values for span in types))
        among = [each for each in events if not kinds or each.type in kinds]
        said = types[0].name.label if types else ""
        for date in self.dates:
            # A month or a year alone is a date beside a type or a format, or where nothing else was asked.
            if not (date.month and (date.year or date.day)) and not (
                types or (others and date.month) or (date.month and self._is_all(date))
            ):
                continue
            # « webinaire 21/03/2024 » is the plenary of that day, where no webinar was held.
            named, others_named = [[each for each in those if date.covers(each.date)] for those in (among, events)]
            if not named and others_named and date.day:
                self._take(date.start, date.end)
                for span in types:
                    self._take(span.start, span.end)
                return _wish_events(others_named, f"rendez-vous {_of(date.label)}")
            meant = named
            # « mensuelle du 12 juin »: some events are known by their month only.
            meant = meant or [each for each in among if not each.date.day and replace(date, day=0).covers(each.date)]
            if meant:
                self._take(date.start, date.end)
                for span in types:
                    self._take(span.start, span.end)
                return _wish_events(meant, f"{said or 'rendez-vous'} {_of(date.label)}")
        for span in types:
            if found := self._read_number(span, [each for each in events if each.type in span.name.values], today):
                event, start, end = found
                self._take(min(start, span.start), max(end, span.end))
                return _wish_events([event], _describe_event(event, span.name.label))
        return None

    def _read_number(
        self, span: NameSpan, events: Sequence[Event], today: PartialDate
    ) -> tuple[Event, int, int] | None:
        """Return the event that « dernier », « première » or « n° 3 » means, and where these words stand."""
        before = [self.words[span.first - 1]] if span.first else []
        after = self.words[span.last + 1 : span.last + 3]
        past = [each for each in events if not _is_after(each.date, today)]
        ahead = [each for each in events if _is_after(each.date, today)]
        for word in (*before, *after[:1]):
            said = word.group()
            if said in _NEXT and ahead:
                return ahead[0], word.start(), word.end()
            if said in _ORDINALS and past:
                number = _ORDINALS[said]
                event = past[-1] if number < 0 else _find_numbered(events, number)
                if event:
                    return event, word.start(), word.end()
        numbers = [*before, *after[:1]]
        if after and after[0].group() in _NUMBER_SIGNS:
            numbers = after[1:]
        for word in numbers:
            if (found := _NUMBER.fullmatch(word.group())) and (event := _find_numbered(events, int(found[1]))):
                start = after[0].start() if word in after else word.start()
                return event, start, word.end()
        return None

    def _wish_name(self, span: NameSpan) -> UnderstoodWish:
        name = span.name
        self._take(span.start, span.end, _LEADS_TO_PLACES if name.kind is WishKind.TERRITORY else _LEADS)
        typed = self.text[span.start : span.end]
        if name.title:
            words = tuple(token.word for token in tokenise(name.title[0]))
            match: Match = InTitle(words[0] if len(words) == 1 else And(words))
            return UnderstoodWish(name.kind, name.label, match, typed)
        match = Tagged(name.facet, name.values)
        return UnderstoodWish(name.kind, name.label, match, typed, facet=name.facet, values=name.values)

    def _name_events(self, rest: str, types: list[NameSpan], events: Sequence[Event]) -> list[UnderstoodWish]:
        """Return the wish for the events whose title holds all other words of the question."""
        kinds = frozenset().union(*(span.name.values for span in types))
        asked = _list_stems(rest)
        if not asked:
            return []
        meant = [each for each in events if (not kinds or each.type in kinds) and asked <= _list_stems(each.title)]
        return [_wish_events(meant, _describe_named(meant))] if meant else []

    def _is_all(self, date: AskedDate) -> bool:
        return all(
            date.start <= word.start() < date.end or word.group() in _LEADS or word.group() in STOP_WORDS
            for word in self.words
        )

    def _take(self, start: int, end: int, leads: frozenset[str] = _LEADS) -> None:
        # With the words that lead to it: « de », « l’ ».
        for word in reversed(self.words):
            if word.end() <= start and word.group() in leads and not self.folded[word.end() : start].strip(" '’"):
                start = word.start()
        self.taken.append((start, end))

    def _remove_taken(self) -> str:
        kept, at = [], 0
        for start, end in sorted(self.taken):
            kept.append(self.text[at:start])
            at = max(at, end)
        rest = " ".join(" ".join([*kept, self.text[at:]]).split())
        return rest if _list_stems(rest) else ""


def _list_stems(text: str) -> frozenset[str]:
    return frozenset(token.word.stem for token in tokenise(text) if token.lower not in STOP_WORDS)


def _is_after(date: PartialDate, today: PartialDate) -> bool:
    if date.day:
        return date > today
    return (date.year, date.month) > (today.year, today.month)


def _find_numbered(events: Sequence[Event], number: int) -> Event | None:
    """Return the event whose title has a number, such as « Plénière 2 »; else the one that comes at that number."""
    titled = re.compile(rf"^\D*\b{number}\b")
    named = next((each for each in events if titled.search(each.title)), None)
    return named or (events[number - 1] if 0 < number <= len(events) else None)


def _of(label: str) -> str:
    """Return « de novembre 2024 », « d’avril », « du 7 novembre 2024 »."""
    if label[0].isdigit() and not label.isdigit():
        return f"du {label}"
    return f"d’{label}" if fold_accents(label)[0] in "ao" else f"de {label}"


def _wish_events(events: Sequence[Event], label: str) -> UnderstoodWish:
    ids = frozenset(each.id for each in events)
    return UnderstoodWish(
        WishKind.EVENT, label, Tagged(Facet.EVENT, ids), events=tuple(events), facet=Facet.EVENT, values=ids
    )


def _describe_event(event: Event, kind: str) -> str:
    return f"{kind.removesuffix('s')} {_of(event.date.label)}"


def _describe_named(events: Sequence[Event]) -> str:
    titles = " et ".join(f"« {each.title} »" for each in events[:3])
    return f"rendez-vous {titles}"


def join_wishes(match: Match, wishes: Iterable[UnderstoodWish]) -> Match:
    """Return what must be found where a question holds nothing but wishes: its words, or what one of them means."""
    return Or((match, *(wish.match for wish in wishes)))
