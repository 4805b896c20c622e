"""Searches: from a question to ranked documents with their passages, and all that was understood."""

from index.search.autocompletion import Suggestion, find_similar_expressions
from index.search.highlighting import Fragment, find_spans, highlight_text
from index.search.news import find_latest_documents, find_news
from index.search.questions import Answer, Excerpt, FacetCount, Question, RankedDocument
from index.search.service import Search, open_search

__all__ = [
    "Answer",
    "Excerpt",
    "FacetCount",
    "Fragment",
    "Question",
    "RankedDocument",
    "Search",
    "Suggestion",
    "find_latest_documents",
    "find_news",
    "find_similar_expressions",
    "find_spans",
    "highlight_text",
    "open_search",
]
