"""Evaluates judged questions in a thread: hundreds of them, in a large library, take longer than a request may."""

from __future__ import annotations

import logging
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from index.catalogue import EvaluationTakenOverError
from index.model import ExplainedError
from index.search import evaluate_questions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.catalogue import Catalogue, EvaluationRun, JudgedQuestion, RankingConditions
    from index.search import Search

log = logging.getLogger(__name__)

_TELL_SECONDS = 1.0
"""Progress is written at most this often: nobody reads it faster, and each time takes the catalogue's one writer."""

_UNFORESEEN = "une erreur l’a arrêtée, que le journal du service décrit."
"""Told where nothing else says why: an exception that ends the thread is logged there."""


def evaluate_in_background(
    catalogue: Catalogue, questions: Sequence[JudgedQuestion], passes: Sequence[tuple[Search, RankingConditions]]
) -> threading.Thread | None:
    """Begin to ask the questions of each search in turn, and return the thread; None while others are evaluated.

    The evaluations are recorded together at the end: one that breaks off leaves nothing to compare with.
    """
    run = catalogue.evaluation_runs.begin()
    if run is None:
        return None
    # A daemon: a service that is told to stop does not wait for it, and its page then says that it broke off.
    thread = threading.Thread(
        target=_evaluate, args=(catalogue, run, questions, passes), name="evaluation", daemon=True
    )
    thread.start()
    return thread


def _evaluate(
    catalogue: Catalogue,
    run: EvaluationRun,
    questions: Sequence[JudgedQuestion],
    passes: Sequence[tuple[Search, RankingConditions]],
) -> None:
    reporter = _ProgressReporter(catalogue, run, len(passes))
    # Until it is known better: else, after an error that nobody foresaw, the page says « en cours » for a minute more.
    failure = _UNFORESEEN
    try:
        found = [
            evaluate_questions(search, catalogue, questions, conditions, partial(reporter.tell, number))
            for number, (search, conditions) in enumerate(passes)
        ]
        for evaluation in found:
            catalogue.judged_questions.record_evaluation(evaluation)
        # Last: a page that no longer says « en cours » shows the result.
        catalogue.evaluation_runs.end(run)
        failure = ""
    except EvaluationTakenOverError:
        log.warning("an evaluation was silent for so long that another one took its place")
        failure = ""
    except ExplainedError as error:
        failure = str(error)
    finally:
        if failure:
            catalogue.evaluation_runs.tell_failure(run, failure)


class _ProgressReporter:
    """Writes how many questions of all passes were asked, for the page that shows it."""

    def __init__(self, catalogue: Catalogue, run: EvaluationRun, passes: int) -> None:
        self._catalogue, self._run, self._passes = catalogue, run, passes
        self._told_at = float("-inf")

    def tell(self, number: int, asked: int, total: int) -> None:
        """Say that of a pass's questions so many were asked. Raises EvaluationTakenOverError."""
        # At the end always: an evaluation that was taken over meanwhile must not be recorded.
        if asked < total and time.monotonic() - self._told_at < _TELL_SECONDS:
            return
        self._catalogue.evaluation_runs.tell_progress(self._run, number * total + asked, self._passes * total)
        self._told_at = time.monotonic()
