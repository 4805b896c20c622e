"""Searches: from a question to ranked documents with their passages, and all that was understood."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from index.search.answering import DocumentPassage, PassageAnswer, find_sentences
from index.search.autocompletion import Suggestion, find_similar_expressions
from index.search.cards import Cards, EventCard, SubjectCard, TerritoryGroup, find_meant_acronyms
from index.search.highlighting import Fragment, find_spans, highlight_text
from index.search.news import find_latest_documents, find_news
from index.search.questions import Answer, Excerpt, FacetCount, Question, RankedDocument
from index.search.service import Search, open_search

if TYPE_CHECKING:
    from index.search.meaning import MeaningRanker, RankingModels, choose_models
    from index.search.trial import JudgedQuestionsError, TrialDeferredError, read_judged_questions, run_trial

__all__ = [
    "Answer",
    "Cards",
    "DocumentPassage",
    "EventCard",
    "Excerpt",
    "FacetCount",
    "Fragment",
    "JudgedQuestionsError",
    "MeaningRanker",
    "PassageAnswer",
    "Question",
    "RankedDocument",
    "RankingModels",
    "Search",
    "SubjectCard",
    "Suggestion",
    "TerritoryGroup",
    "TrialDeferredError",
    "choose_models",
    "find_latest_documents",
    "find_meant_acronyms",
    "find_news",
    "find_sentences",
    "find_similar_expressions",
    "find_spans",
    "highlight_text",
    "open_search",
    "read_judged_questions",
    "run_trial",
]

_MEANING = {"MeaningRanker", "RankingModels", "choose_models"}
_TRIAL = {"JudgedQuestionsError", "TrialDeferredError", "read_judged_questions", "run_trial"}


def __getattr__(name: str) -> Any:
    # Imported late: clients of services, which only installations with vectors or a reranker use.
    if name not in _MEANING | _TRIAL:
        raise AttributeError(name)
    return getattr(import_module(f"index.search.{'meaning' if name in _MEANING else 'trial'}"), name)
