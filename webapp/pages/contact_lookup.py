"""Who may be asked: the contacts of a theme, of a territory, and those that a question means, for members alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import g

from index.accounts import Contact, contact_words
from index.model import Facet
from index.text import STOP_WORDS, fold_accents, tokenise
from webapp.auth import current_person, requires_accounts
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.search import Answer

MOST_ON_CARD = 6
"""Contacts shown beside something else; the directory has the others."""

# « Qui connaît… », « à qui m’adresser pour… », « contact à Grigny », « le référent RGPD de Flers ».
_ASKS_WHOM = re.compile(
    r"^\W*(?:a |avec |par |chez )?qui\b|\b(?:contacts?|annuaire|coordonnees|joindre|contacter|appeler|adresser)\b"
    r"|\b(?:referente?s?|interlocut\w+|coordinat\w+|coordonnat\w+|correspondante?s?)\b"
)
_FEWEST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class FoundContacts:
    """The contacts that a question means, the first of them, and how many more there are."""

    first: tuple[Contact, ...] = ()
    more: int = 0
    themes: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()


def contact_lifetime() -> timedelta:
    """Return how long an agreement to be in the directory holds here."""
    return timedelta(days=services().settings.contact_days)


def list_visible_contacts() -> tuple[Contact, ...]:
    """Return the contacts that the person may read: none without accounts, none for whoever is not signed in."""
    if not requires_accounts() or current_person() is None:
        return ()
    # A page may ask several times: for its cards, and for what stands beside them.
    if "contacts" not in g:
        g.contacts = services().catalogue.directory.list_visible(contact_lifetime())
    # Of this request alone: the next one may be another’s.
    found: tuple[Contact, ...] = g.contacts
    return found


def filter_contacts(
    themes: frozenset[str] = frozenset(), territories: frozenset[str] = frozenset(), words: str = ""
) -> list[Contact]:
    """Return the contacts with one of the themes, of one of the territories, with all words; nothing asks for all."""
    # By beginnings and middles too: one types as one remembers.
    wanted = fold_accents(words).split()
    return [
        each
        for each in list_visible_contacts()
        if each.shown
        and (not themes or themes & set(each.shown.themes))
        and (not territories or each.shown.territory in territories)
        and all(word in contact_words(each.shown) for word in wanted)
    ]


def find_contacts(answer: Answer) -> FoundContacts:
    """Return the contacts that a question means: those of the themes and places it names, where it asks for someone.

    Without these, those whose name, function or organisation has all of its words.
    """
    question = answer.question
    if not question.text or question.page > 1 or question.exact or not list_visible_contacts():
        return FoundContacts()
    # « Grigny » alone asks for documents: people come where someone is asked for.
    asks = bool(_ASKS_WHOM.search(fold_accents(question.text)))
    territories = _named_territories(question.text) if asks else frozenset[str]()
    themes = _named_themes(question.text) if asks else frozenset[str]()
    named = bool(territories or themes)
    found = filter_contacts(themes, territories) if named else _find_by_name(question.text, asks=asks)
    kept = tuple(sorted(themes)), tuple(sorted(territories))
    return FoundContacts(tuple(found[:MOST_ON_CARD]), max(0, len(found) - MOST_ON_CARD), *kept)


def _named_territories(text: str) -> frozenset[str]:
    """Return the territories that a question names, and those of the areas that it names, with documents or without."""
    vocabulary, asked = services().vocabulary, _stems(text)
    # Regions and départements have no contacts of their own: their territories have.
    areas = {
        (facet, value)
        for facet in (Facet.DEPARTMENT, Facet.REGION)
        for value, label in vocabulary.facet_labels(facet).items()
        if _holds_run(asked, _stems(label))
    }
    return frozenset(
        slug
        for slug, each in vocabulary.territories.items()
        if areas & set(vocabulary.areas_of(slug).items())
        or any(_holds_run(asked, _stems(name)) for name in (each.label, *each.aliases))
    )


def _named_themes(text: str) -> frozenset[str]:
    """Return the themes of which a name stands in a question, in any of its forms."""
    asked = _stems(text)
    return frozenset(
        theme.slug
        for theme in services().vocabulary.themes.values()
        if any(_holds_run(asked, _stems(name)) for name in (theme.label, *theme.aliases))
    )


@lru_cache(maxsize=4_096)
def _stems(name: str) -> tuple[str, ...]:
    return tuple(token.word.stem for token in tokenise(name))


def _holds_run(words: Sequence[str], run: Sequence[str]) -> bool:
    places = range(len(words) - len(run) + 1) if run else ()
    return any(words[at : at + len(run)] == run for at in places)


def _find_by_name(text: str, *, asks: bool) -> list[Contact]:
    """Return the contacts whose name, function or organisation has all words of a question but those that ask."""
    words = [
        # Acronyms keep their capitals: what is searched has none.
        token.word.exact.lower()
        for token in tokenise(text)
        if token.lower not in STOP_WORDS and not (asks and _ASKS_WHOM.search(token.word.exact))
    ]
    # « Qui ? » would be everybody.
    if not words or max(map(len, words)) < _FEWEST_LETTERS:
        return []
    return [
        each
        for each in list_visible_contacts()
        if each.shown and set(words) <= {token.word.exact for token in tokenise(contact_words(each.shown))}
    ]
