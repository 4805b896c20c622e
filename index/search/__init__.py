"""Searches: from a question to ranked documents with their passages, and all that was understood."""

from index.search.answering import DocumentPassage, PassageAnswer, find_sentences
from index.search.autocompletion import Suggestion, find_similar_expressions
from index.search.cards import Cards, EventCard, SubjectCard, TerritoryGroup
from index.search.highlighting import Fragment, find_spans, highlight_text
from index.search.news import find_latest_documents, find_news
from index.search.questions import Answer, Excerpt, FacetCount, Question, RankedDocument
from index.search.service import Search, open_search

__all__ = [
    "Answer",
    "Cards",
    "DocumentPassage",
    "EventCard",
    "Excerpt",
    "FacetCount",
    "Fragment",
    "PassageAnswer",
    "Question",
    "RankedDocument",
    "Search",
    "SubjectCard",
    "Suggestion",
    "TerritoryGroup",
    "find_latest_documents",
    "find_news",
    "find_sentences",
    "find_similar_expressions",
    "find_spans",
    "highlight_text",
    "open_search",
]
