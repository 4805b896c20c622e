"""Opens an indexer with all that it needs, and closes it; one indexer at a time works on a catalogue."""

from __future__ import annotations

import threading
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

from extractors import FORMATS, Limits, Pool
from extractors.workers import open_dask_pool
from index.catalogue import LIBRARY_MEMO, Catalogue
from index.generations import IndexSynchroniser
from index.model import CALENDAR_NAME
from index.ops import hold_catalogue_lease, hold_indexer_lock
from index.preview_cache import PreviewCache
from index.vocabulary import load_vocabulary
from indexer.describe import DescriptionRules
from indexer.errors import ExtractionUnavailableError, LibraryUnavailableError
from indexer.pipeline import choose_engine, open_background_pool
from indexer.runtime.indexer import Indexer, IndexerOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from extractors import ExtractionExecutor
    from index.config import Settings


@contextmanager
def open_indexer(
    settings: Settings,
    stop: threading.Event | None = None,
    wait: Callable[[], None] | None = None,
    *,
    preload: bool = False,
) -> Iterator[Indexer]:
    """Open an indexer with its catalogue, its index and its workers; it works until `stop` is set.

    With `preload`, workers load their libraries while all else is opened: files are expected to have come.
    `wait` is called as long as another indexer is at work, and may raise to give up; without it, IndexerRunningError is
    raised at once. Raises LibraryUnavailableError when this catalogue belongs to another folder, and
    ExtractionUnavailableError when the settings ask for a cluster that cannot be used here. Once another indexer has
    taken over, `stop` is set and what we write raises LeaseLostError.
    """
    stop = stop or threading.Event()
    with ExitStack() as stack:
        # The lock on the data folder comes first: whoever waits for it has started nothing yet.
        stack.enter_context(hold_indexer_lock(settings.data, wait))
        executor = stack.enter_context(closing(_open_executor(settings)))
        if preload:
            executor.warm_up()
        catalogue = Catalogue.open(settings.catalogue_url)
        stack.callback(catalogue.close)
        # The lease lies in the catalogue itself: it also excludes indexers of other machines and other data folders.
        stack.enter_context(hold_catalogue_lease(catalogue, stop.set, wait))
        _refuse_another_library(catalogue, settings.library)
        synchroniser = stack.enter_context(
            IndexSynchroniser(settings.index_folder, catalogue, settings.engine, settings.cluster)
        )
        base_vocabulary = load_vocabulary(FORMATS, settings.vocabulary)
        rules = DescriptionRules(catalogue, base_vocabulary, settings.library, settings.data / CALENDAR_NAME)
        options = IndexerOptions(settings.settle_seconds, settings.guard_share)
        indexer = stack.enter_context(
            closing(Indexer(settings.library, catalogue, synchroniser, rules, executor, options=options, stop=stop))
        )
        # Closed before the indexer, whose last status then tells of nothing under way.
        has_local_model = bool(settings.embedding) and "://" not in settings.embedding
        engine = choose_engine(settings)
        pool = stack.enter_context(open_background_pool(engine, has_local_model=has_local_model))
        indexer.watch_with(PreviewCache(settings.preview_folder, settings.preview_megabytes * 2**20), pool)
        if engine:
            indexer.transcribe_with(engine, pool)
        _open_vectors(settings, catalogue, indexer, pool)
        yield indexer


def _open_vectors(settings: Settings, catalogue: Catalogue, indexer: Indexer, pool: Pool) -> None:
    """Have vectors made, and ranking decided, as the settings say; what is no longer wanted is deleted."""
    if not settings.embedding and catalogue.vectors.read_progress():
        with catalogue.transaction() as transaction:
            transaction.vectors.drop_all()
    if settings.embedding or settings.reranker:
        from index.search import choose_models  # noqa: PLC0415 - idem
        from indexer.pipeline import PassageEmbedder  # noqa: PLC0415 - idem

        indexer.embed_with(PassageEmbedder(catalogue, settings, choose_models(settings), pool))


def _open_executor(settings: Settings) -> ExtractionExecutor:
    """Open the readers that the settings name: processes of this machine, or those of a cluster."""
    limits = Limits(seconds=settings.extraction_seconds, memory_bytes=settings.extraction_megabytes * 2**20)
    if settings.extraction == "local":
        return Pool(settings.workers, limits)
    try:
        return open_dask_pool(settings.extraction, limits)
    except ModuleNotFoundError as error:
        raise ExtractionUnavailableError(
            f"Le réglage « extraction » nomme un cluster Dask ({settings.extraction}), mais {error.name} n’est pas "
            "installé : voir « Lire les fichiers sur plusieurs machines » dans docs/operations.md."
        ) from error


def _refuse_another_library(catalogue: Catalogue, library: Path) -> None:
    """Raise LibraryUnavailableError where the catalogue belongs to another folder: all its files would seem deleted."""
    followed = catalogue.indexer.read_memo(LIBRARY_MEMO)
    if followed != str(library):
        # A library that was moved, or is mounted elsewhere, still has some of its files under the same relative paths.
        paths = catalogue.files.find_in_extent()
        if followed and paths and not any((library / path).exists() for path in paths):
            raise LibraryUnavailableError(
                f"Ce catalogue suit le dossier {followed}, dont aucun fichier n’est dans {library}. "
                "Pour un autre dossier, donnez un autre emplacement au réglage « data »."
            )
        with catalogue.transaction() as transaction:
            transaction.indexer.write_memo(LIBRARY_MEMO, str(library))
