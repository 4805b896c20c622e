"""Cards above the results: the events, territories, themes and acronyms that a question names, and who did what."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.engines import Sort
from index.model import Facet
from index.query import WishKind
from index.search.questions import Question
from index.text import STOP_WORDS, fold_accents, tokenise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from index.catalogue import Catalogue
    from index.model import Document, Event
    from index.search.questions import Answer, RankedDocument
    from index.vocabulary import Acronym, Vocabulary

# More is a list, which the results are.
_MAX_EVENTS, _MAX_TERRITORIES, _MAX_ACRONYMS = 3, 3, 2

_RANKED_FOR_GROUPS = 50
_MAX_GROUPS, _MAX_DOCUMENTS_OF_GROUP = 8, 3

# One territory is no answer to « quels territoires »: those that lack the theme alone are then named after it.
_FEWEST_GROUPS = 2

# A document that is of more territories is about none of them.
_MAX_TERRITORIES_OF_DOCUMENT = 3

# « Quels territoires… », « Dans quelles villes… », « Qui… », but not « qui appeler ».
_ASKS_WHO = re.compile(
    r"^\W*(?:(?:dans|pour|avec|sur|de|a)\s+)?(?:qui\b(?!\s+\w+(?:er|ir|dre|ttre)\b)"
    r"|quel(?:le)?s?\s+(?:sont\s+les\s+)?(?:territoire|ville|commune|collectivite|departement|metropole)s?\b)"
)
_ASKS_MEANING = re.compile(r"^\W*(?:que (?:veut dire|signifie)|c['’ ]est quoi|qu['’]est[- ]ce que?|sigle|definition)\b")

# Verbs that say that something was done, not what.
_DOING = re.compile(
    r"(?:travaill|utilis|experiment|organis|propos|men|fai|fon|mett|mis|lanc|pratiqu|test|essay)\w{0,5}|place|deja|t"
)


@dataclass(frozen=True, slots=True)
class EventCard:
    """An event that the question means, with the documents that the asker may see."""

    event: Event
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class SubjectCard:
    """A territory or a theme that the question names: its slug, label, area, and number of documents."""

    facet: Facet
    slug: str
    label: str
    area: str
    documents: int


@dataclass(frozen=True, slots=True)
class TerritoryGroup:
    """A territory with the documents by which it answers a question, the best first."""

    slug: str
    label: str
    found: tuple[RankedDocument, ...]


@dataclass(frozen=True, slots=True)
class Cards:
    """What is shown above the results; each part may be empty."""

    events: tuple[EventCard, ...] = ()
    subjects: tuple[SubjectCard, ...] = ()
    acronyms: tuple[Acronym, ...] = ()
    groups: tuple[TerritoryGroup, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is a card."""
        return bool(self.events or self.subjects or self.acronyms or self.groups)


@dataclass(frozen=True, slots=True)
class CardSources:
    """What cards are made from; `ask` and `count_documents` answer with the rights of the question."""

    catalogue: Catalogue
    vocabulary: Vocabulary
    ask: Callable[[Question], Answer]
    count_documents: Callable[[Question], int]


def build_cards(answer: Answer, sources: CardSources) -> Cards:
    """Return the cards of an answer: none beyond its first page, nor where the exact words were asked for."""
    question = answer.question
    if not question.text or question.page > 1 or question.exact or answer.preparing:
        return Cards()
    return Cards(
        events=tuple(_build_events(answer, sources)),
        subjects=tuple(_build_subjects(answer, sources)),
        acronyms=tuple(find_meant_acronyms(question.text, sources.vocabulary)),
        groups=_group_by_territory(question, sources),
    )


def _build_events(answer: Answer, sources: CardSources) -> Iterator[EventCard]:
    meant = {event.id: event for wish in answer.wishes for event in wish.events}
    if len(meant) <= _MAX_EVENTS:
        for event in meant.values():
            yield EventCard(event, sources.catalogue.documents.list_of_event(event.id, answer.question.groups))


def _build_subjects(answer: Answer, sources: CardSources) -> Iterator[SubjectCard]:
    vocabulary, groups = sources.vocabulary, answer.question.groups
    named = [
        *((Facet.TERRITORY, slug) for slug in _list_territories(answer, vocabulary)),
        *((Facet.THEME, slug) for slug in sorted(vocabulary.find_values(Facet.THEME, answer.question.text))),
    ]
    for facet, slug in named:
        count = sources.count_documents(Question(selection={facet: frozenset({slug})}, groups=groups))
        if count:
            yield SubjectCard(
                facet, slug, vocabulary.label(facet, slug), _describe_area(vocabulary, facet, slug), count
            )


def _list_territories(answer: Answer, vocabulary: Vocabulary) -> list[str]:
    """Return the territories that a question names, or that lie in the areas that it names; none if they are many."""
    wishes = [wish for wish in answer.wishes if wish.kind is WishKind.TERRITORY and wish.facet]
    slugs = [
        slug
        for slug in vocabulary.territories
        for wish in wishes
        if slug in wish.values or vocabulary.areas_of(slug).get(wish.facet or Facet.TERRITORY) in wish.values
    ]
    return slugs if len(slugs) <= _MAX_TERRITORIES else []


def _describe_area(vocabulary: Vocabulary, facet: Facet, slug: str) -> str:
    territory = vocabulary.territories.get(slug) if facet is Facet.TERRITORY else None
    if territory is None:
        return ""
    areas = dict.fromkeys((territory.department, territory.region))
    return ", ".join(area for area in areas if area and area != territory.label)


def find_meant_acronyms(text: str, vocabulary: Vocabulary) -> Iterator[Acronym]:
    """Yield the acronyms that a question is about: it is made of them, or asks what they mean."""
    # By their exact forms, which are the letters of « C.A.F. » and of « les CAFs » too.
    meaningful = [token.word.exact.lower() for token in tokenise(text) if token.lower not in STOP_WORDS]
    asks = _ASKS_MEANING.search(fold_accents(text))
    entries = vocabulary.acronyms.values()
    letters = {fold_accents(name): each for each in entries for name in each.aliases if name.isupper()}
    letters |= {fold_accents(name): each for name, each in vocabulary.acronyms.items()}
    known = [letters[word] for word in meaningful if word in letters]
    if known and (asks or len(meaningful) == len(known)):
        yield from dict.fromkeys(known[:_MAX_ACRONYMS])


def _group_by_territory(question: Question, sources: CardSources) -> tuple[TerritoryGroup, ...]:
    """Return who did what a question asks for: by territory, the documents that hold all of its words.

    Where these are of one territory at most, those follow that hold all words but the theme's: a sheet may treat a
    theme without naming it, an organisation it names. They say that they lack it.
    """
    asked = _extract_deed(question.text)
    if not asked:
        return ()
    deed = _split_deed(asked, sources.vocabulary)
    groups = _collect_groups(deed.text, question, sources)
    if len(groups) < _FEWEST_GROUPS and deed.others:
        for slug, documents in _collect_groups(deed.others, question, sources).items():
            groups.setdefault(slug, [replace(each, missing_words=(deed.theme,)) for each in documents])
    return tuple(
        TerritoryGroup(slug, sources.vocabulary.label(Facet.TERRITORY, slug), tuple(found[:_MAX_DOCUMENTS_OF_GROUP]))
        for slug, found in list(groups.items())[:_MAX_GROUPS]
    )


def _collect_groups(asked: str, question: Question, sources: CardSources) -> dict[str, list[RankedDocument]]:
    """Return by territory the documents that hold all words of a text, with the rights of the question."""
    whole = replace(question, text=asked, per_page=_RANKED_FOR_GROUPS, sort=Sort.RELEVANCE, facets=frozenset())
    groups: dict[str, list[RankedDocument]] = {}
    for found in sources.ask(whole).found:
        slugs = found.document.facet_values(Facet.TERRITORY)
        if found.missing_words or len(slugs) > _MAX_TERRITORIES_OF_DOCUMENT:
            continue
        for slug in slugs:
            groups.setdefault(slug, []).append(found)
    return groups


@dataclass(frozen=True, slots=True)
class _Deed:
    """What territories are asked to have done, as a question: `theme` is its part that names one, as typed.

    `text` asks for the theme in any of its words, or as a tag; `others` are the words beside it.
    """

    text: str
    theme: str = ""
    others: str = ""


def _split_deed(asked: str, vocabulary: Vocabulary) -> _Deed:
    tokens = [token for token in tokenise(asked) if token.lower not in STOP_WORDS]
    stems = [token.word.stem for token in tokens]
    for theme in vocabulary.themes.values():
        names = (theme.label, *theme.aliases)
        for name in names:
            wanted = [token.word.stem for token in tokenise(name) if token.lower not in STOP_WORDS]
            for at in range(len(stems) - len(wanted) + 1 if wanted else 0):
                if stems[at : at + len(wanted)] == wanted:
                    end = at + len(wanted)
                    others = " ".join(asked[token.start : token.end] for token in (*tokens[:at], *tokens[end:]))
                    # As compounds, which are compared by stems: « équipes mobiles » is one of « équipe mobile ».
                    said = " OU ".join(["-".join(each.split()) for each in names] + [f"thème:{theme.slug}"])
                    typed = asked[tokens[at].start : tokens[end - 1].end]
                    return _Deed(f"({said}) {others}".strip(), typed, others)
    return _Deed(asked)


def _extract_deed(text: str) -> str:
    """Return what « Quels territoires ont travaillé l’aller-vers avec une CAF ? » asks for, without what asks it."""
    if not _ASKS_WHO.search(fold_accents(text)):
        return ""
    head = _ASKS_WHO.match(fold_accents(text))
    words = [token for token in tokenise(text) if head is None or token.start >= head.end()]
    while words and (words[0].lower in STOP_WORDS or _DOING.fullmatch(words[0].word.exact)):
        words.pop(0)
    return text[words[0].start :].rstrip(" ?!.\u00a0\u202f") if words else ""
