"""What a question means: its words corrected and widened, its dates, territories and events understood as wishes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from index.model import PartialDate
from index.query import (
    And,
    AtLeast,
    KnownWords,
    Lexicon,
    Or,
    SynonymExpander,
    WishKind,
    WishReader,
    correct_spelling,
    join_wishes,
    keep_rarest,
    loosen_compounds,
    original_spelling,
    parse_query,
    require_exact,
    restore_accents,
)
from index.search.questions import Interpretation, Question, count_query

if TYPE_CHECKING:
    from index.catalogue import Catalogue
    from index.generations import LiveIndex
    from index.query import Match
    from index.search.autocompletion import WordVisibility
    from index.search.questions import IndexView
    from index.vocabulary import Vocabulary

# Wishes that few documents match: all webinars would be no answer to a word that no document holds.
_NAMED_KINDS = frozenset({WishKind.EVENT, WishKind.TERRITORY})


class Interpreter:
    """Reads questions with one vocabulary, and with the words that the asker may see in the index."""

    def __init__(
        self, live: LiveIndex, catalogue: Catalogue, vocabulary: Vocabulary, word_visibility: WordVisibility
    ) -> None:
        self._live = live
        self._events = catalogue.events
        self._vocabulary = vocabulary
        self._word_visibility = word_visibility
        self._expander = SynonymExpander(vocabulary)
        self._wish_reader = WishReader(vocabulary)
        self._vocabulary_lexicon = Lexicon(dict.fromkeys(vocabulary.words, 1))

    def interpret(self, question: Question, view: IndexView | None) -> Interpretation:
        """Parse a question, restore accents, correct unknown words, and add acronyms and synonyms.

        Without an index, or without words, it is only parsed.
        """
        if view is None or not question.text.strip():
            return Interpretation(parse_query(question.text, self._vocabulary))
        if question.exact:
            return self._interpret_words(question, view)
        understood = self._wish_reader.read(
            question.text,
            list_events=lambda: self._events.list_all(question.groups),
            has_documents=lambda match: _count_visible(match, view) > 0,
            today=read_today(),
        )
        words = self._interpret_words(replace(question, text=understood.rest or question.text), view)
        if not understood.wishes:
            return words
        if understood.rest:
            # Nobody wrote what stands beside a territory or an event: what is said of these is better than nothing.
            named = tuple(wish.match for wish in understood.wishes if wish.kind in _NAMED_KINDS)
            if not named or _count_visible(words.match, view):
                return replace(words, wishes=understood.wishes)
            return Interpretation(Or(named), wishes=understood.wishes, dropped_words=understood.rest)
        # Nothing is left to require: what is wished is found, and so is what says all of it in words.
        match = And(words.match.parts) if isinstance(words.match, AtLeast) else words.match
        return replace(words, match=join_wishes(match, understood.wishes), corrections=(), wishes=understood.wishes)

    def _interpret_words(self, question: Question, view: IndexView) -> Interpretation:
        lexicon = self._live.lexicon_of(view.groups)
        match = restore_accents(
            parse_query(question.text, self._vocabulary), lexicon, self._vocabulary.words_in_capitals
        )
        match = keep_rarest(match, lexicon)
        if question.exact:
            return Interpretation(require_exact(match, question.text))
        sees = self._word_visibility.for_groups(view.engine, view.indexed_revision, view.groups)

        def count(asked: Match) -> int:
            return _count_visible(asked, view)

        match, corrections = correct_spelling(
            match,
            lexicon,
            KnownWords(
                # In the asker's documents only: a word left as typed must not reveal that hidden documents hold it.
                is_known=lambda word: count(word) > 0,
                is_visible=lambda written: not view.hidden_ids and sees(written),
                count=count,
                vocabulary=self._vocabulary_lexicon,
            ),
        )
        match, expansions = self._expander.expand(match, lambda word: count(word) == 0)
        return Interpretation(
            loosen_compounds(match),
            tuple(replace(each, typed=original_spelling(each.typed, question.text)) for each in expansions),
            tuple(replace(each, typed=original_spelling(each.typed, question.text)) for each in corrections),
        )


def _count_visible(match: Match, view: IndexView) -> int:
    return view.engine.search(count_query(match, Question(groups=view.groups), view.hidden_ids)).total


def read_today() -> PartialDate:
    """Return the day: events are dated in local time."""
    now = datetime.now(UTC).astimezone()
    return PartialDate(now.year, now.month, now.day)
