"""Searches: from a question to ranked documents with their passages, and all that was understood."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from index.search.answering import DocumentPassage, PassageAnswer, find_sentences
from index.search.autocompletion import Suggestion
from index.search.cards import Cards, EventCard, SubjectCard, TerritoryGroup, find_meant_acronyms
from index.search.evaluation import (
    DEPTHS,
    FEW_QUESTIONS,
    EvaluationComparison,
    Verdict,
    compare_evaluations,
    evaluate_questions,
    read_conditions,
)
from index.search.highlighting import Fragment, find_spans, highlight_text
from index.search.judged_answers import (
    JudgedQuestionsError,
    ResolvedQuestion,
    digest_questions,
    parse_judged_questions,
    pin_documents,
    render_judged_questions,
    resolve_questions,
)
from index.search.near_expressions import find_meant_expressions, find_other_spellings
from index.search.news import find_latest_documents, find_news
from index.search.questions import Answer, Excerpt, FacetCount, Question, RankedDocument
from index.search.service import Search, open_search

if TYPE_CHECKING:
    from index.search.meaning import MeaningRanker, RankingModels, choose_models
    from index.search.trial import TrialDeferredError, run_trial

__all__ = [
    "DEPTHS",
    "FEW_QUESTIONS",
    "Answer",
    "Cards",
    "DocumentPassage",
    "EvaluationComparison",
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
    "ResolvedQuestion",
    "Search",
    "SubjectCard",
    "Suggestion",
    "TerritoryGroup",
    "TrialDeferredError",
    "Verdict",
    "choose_models",
    "compare_evaluations",
    "digest_questions",
    "evaluate_questions",
    "find_latest_documents",
    "find_meant_acronyms",
    "find_meant_expressions",
    "find_news",
    "find_other_spellings",
    "find_sentences",
    "find_spans",
    "highlight_text",
    "open_search",
    "parse_judged_questions",
    "pin_documents",
    "read_conditions",
    "render_judged_questions",
    "resolve_questions",
    "run_trial",
]

_MEANING = {"MeaningRanker", "RankingModels", "choose_models"}
_TRIAL = {"TrialDeferredError", "run_trial"}


def __getattr__(name: str) -> Any:
    # Imported late: clients of services, which only installations with vectors or a reranker use.
    if name not in _MEANING | _TRIAL:
        raise AttributeError(name)
    return getattr(import_module(f"index.search.{'meaning' if name in _MEANING else 'trial'}"), name)
