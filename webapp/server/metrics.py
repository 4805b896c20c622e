"""Prometheus metrics. Labels take few values, known in advance: never a word searched, a name or an address."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from flask import current_app
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest, values
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from index.web_processes import current_web_process, list_process_ids
from webapp.server.app_services import services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask, Response

    from index.catalogue import IndexerState
    from index.search import Answer, Question
    from index.web_processes import WebProcess
    from webapp.server.app_services import AppServices

_EXTENSION_KEY = "ruche.metrics"

_BUCKET_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
"""Upper bounds of the histogram, in seconds: from a good search to one that nobody waits for."""


_WEB_PROCESSES = ("ruche_web_processes", "Processus web qui répondent.")


class SearchSurface(Enum):
    """Where a search came from."""

    PAGE = "page"
    API = "api"


class Metrics:
    """The metrics of an application: counts since it started, and what its library holds at each scrape."""

    def __init__(self, app_services: AppServices) -> None:
        # Not the global registry: tests make several applications in one process.
        self.registry = CollectorRegistry()
        process = current_web_process()
        if process:
            _share_values(process)
        # What several processes count is read from their files, all together.
        registry = None if process else self.registry
        self._searches = Histogram(
            "ruche_search_seconds", "Durée des recherches.", ["surface"], buckets=_BUCKET_SECONDS, registry=registry
        )
        self._empty = Counter(
            "ruche_searches_without_result", "Recherches qui n’ont rien trouvé.", ["surface"], registry=registry
        )
        self._responses = Counter(
            "ruche_responses", "Réponses, par centaine de leur code (5xx : pannes).", ["code"], registry=registry
        )
        self._quotations = Counter(
            "ruche_assistant_quotations",
            "Citations choisies par l’assistant, par verdict.",
            ["verdict"],
            registry=registry,
        )
        self._assistant_answers = Counter(
            "ruche_assistant_answers", "Réponses de l’assistant, par issue.", ["outcome"], registry=registry
        )
        # Made at once, so that each series starts at 0: a rate needs a first value.
        for surface in SearchSurface:
            self._searches.labels(surface.value)
            self._empty.labels(surface.value)
        if process:
            # Imported late: a process that is alone needs none of it.
            from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

            MultiProcessCollector(self.registry, str(process.folder))  # type: ignore[no-untyped-call]  # it has no types
            self.registry.register(_WebProcessCollector(process.folder))
        else:
            # Memory, CPU and open files of this process.
            ProcessCollector(registry=self.registry)
            Gauge(*_WEB_PROCESSES, registry=self.registry).set(1)
        self.registry.register(_LibraryCollector(app_services))

    def observe_search(self, surface: SearchSurface, seconds: float, total: int) -> None:
        """Record a search, its duration and the number of documents that it found."""
        self._searches.labels(surface.value).observe(seconds)
        if not total:
            self._empty.labels(surface.value).inc()

    def count_quotations(self, shown: int, refused: int, *, failed: bool) -> None:
        """Record an answer of the assistant: the quotations shown, those refused, and whether the service failed."""
        self._quotations.labels("shown").inc(shown)
        self._quotations.labels("refused").inc(refused)
        self._assistant_answers.labels("failed" if failed else "answered" if shown else "empty").inc()

    def count_response(self, response: Response) -> Response:
        """Count a response by the class of its status code; returns it, for Flask's `after_request`."""
        # By hundreds: single codes would be many series that nobody watches.
        self._responses.labels(f"{response.status_code // 100}xx").inc()
        return response

    def render_exposition(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)


def _share_values(process: WebProcess) -> None:
    """Have the library keep what this process counts in files of the folder, named by the number of the process.

    By its number and not by its id: the process that takes the place of one that died counts on from there, and no
    counter ever goes down.
    """
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(process.folder)
    values.ValueClass = values.MultiProcessValue(lambda: process.number)  # type: ignore[no-untyped-call]  # idem


class _WebProcessCollector(Collector):
    """Memory, CPU and open files of each web process, by number, and how many there are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        """Yield the present values; a process that has just died has none."""
        families: dict[str, Metric] = {}
        numbers = set()
        for number, process_id in list_process_ids(self._folder).items():
            for found in ProcessCollector(pid=partial(int, process_id), registry=None).collect():
                family = families.setdefault(found.name, Metric(found.name, found.documentation, found.type))
                numbers.add(number)
                for sample in found.samples:
                    family.add_sample(sample.name, {"web_process": str(number)}, sample.value)
        yield from families.values()
        yield GaugeMetricFamily(*_WEB_PROCESSES, len(numbers))


class _LibraryCollector(Collector):
    """Metrics of the library and of the indexer, read from the catalogue and the index at each scrape."""

    def __init__(self, app_services: AppServices) -> None:
        self._app_services = app_services

    def collect(self) -> Iterator[Metric]:
        """Yield the present values; none of the indexer before one has ever run."""
        catalogue = self._app_services.catalogue
        totals = catalogue.documents.count_all()
        yield GaugeMetricFamily("ruche_documents", "Documents de la bibliothèque.", totals.documents)
        yield GaugeMetricFamily("ruche_passages", "Passages où l’on cherche.", totals.passages)
        yield GaugeMetricFamily("ruche_files_failed", "Fichiers qui n’ont pas pu être lus.", totals.failures)
        lost = len(catalogue.folders.list_lost_rules())
        yield GaugeMetricFamily("ruche_folder_rules_lost", "Règles qui ne trouvent plus leur dossier.", lost)
        # Without an index all documents are behind.
        lag = catalogue.revisions.count_since(self._app_services.search.indexed_revision or 0)
        yield GaugeMetricFamily("ruche_index_lag_documents", "Documents que l’index n’a pas encore appris.", lag)
        if state := catalogue.indexer.read_state():
            yield from _indexer_metrics(state, datetime.now(UTC))


def _indexer_metrics(state: IndexerState, now: datetime) -> Iterator[Metric]:
    # The clock of an indexer on another machine may be ahead.
    age = max(0.0, (now - state.heartbeat).total_seconds())
    yield GaugeMetricFamily("ruche_indexer_heartbeat_age_seconds", "Âge du dernier signe de vie de l’indexeur.", age)
    yield GaugeMetricFamily("ruche_files_pending", "Fichiers qui attendent d’être lus.", state.pending)
    yield GaugeMetricFamily("ruche_deletions_held", "Suppressions qui attendent une confirmation.", state.held)
    yield CounterMetricFamily("ruche_contents_read", "Contenus lus depuis le départ de l’indexeur.", state.read)
    yield CounterMetricFamily("ruche_contents_failed", "Contenus qui n’ont pas pu l’être.", state.failed)
    yield CounterMetricFamily(
        "ruche_reading_seconds", "Durée pendant laquelle une lecture au moins était en cours.", state.reading_seconds
    )


def install_metrics(app: Flask, app_services: AppServices) -> None:
    """Have an application count its responses."""
    app_metrics = Metrics(app_services)
    app.extensions[_EXTENSION_KEY] = app_metrics
    app.after_request(app_metrics.count_response)


def current_metrics() -> Metrics:
    """Return the metrics of the application that serves the current request."""
    return cast("Metrics", current_app.extensions[_EXTENSION_KEY])


class _Counted(Protocol):
    """What tells how many documents were found."""

    @property
    def total(self) -> int: ...


CountedAnswer = TypeVar("CountedAnswer", bound=_Counted)


def search_and_measure(question: Question, surface: SearchSurface) -> Answer:
    """Return the answer to a question, and record the search."""
    return measure_search(surface, lambda: services().search.ask(question))


def measure_search(surface: SearchSurface, find: Callable[[], CountedAnswer]) -> CountedAnswer:
    """Return what `find` gives, and record the search: how long it took, and how many documents it found."""
    began = time.perf_counter()
    answer = find()
    current_metrics().observe_search(surface, time.perf_counter() - began, answer.total)
    return answer
