"""Opens an indexer with all that it needs, and closes it; one indexer at a time works on a catalogue."""

from __future__ import annotations

import threading
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from extractors import FORMATS, Limits, Pool
from extractors.workers import open_dask_pool
from index.catalogue import LIBRARY_MEMO, Catalogue
from index.generations import IndexSynchroniser
from index.model import CALENDAR_NAME
from index.ops import hold_catalogue_lease, hold_indexer_lock
from index.preview_cache import PreviewCache
from index.vocabulary import load_vocabulary
from indexer.describe import DescriptionRules, prepare_text
from indexer.errors import ExtractionUnavailableError, LibraryUnavailableError
from indexer.runtime.indexer import Indexer, IndexerOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from extractors import ExtractionExecutor
    from extractors.transcription import SpeechEngine
    from index.config import Settings

_PIECE_SECONDS = 3_600.0
"""A piece of a recording takes seconds to minutes; a service may be waited for, within its own bounds."""

_MODEL_ROOM = 2 * 2**30
"""Bytes that hearing takes besides twice the model's own."""

_LOCAL_MODEL_ROOM = 6 * 2**30
"""Bytes for a model of vectors in a Python package, whose size nothing tells beforehand."""

_NICENESS = 19


@contextmanager
def open_indexer(
    settings: Settings,
    stop: threading.Event | None = None,
    wait: Callable[[], None] | None = None,
) -> Iterator[Indexer]:
    """Open an indexer with its catalogue, its index and its workers; it works until `stop` is set.

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
        engine = _choose_speech_engine(settings)
        # Closed before the indexer, whose last status then tells of nothing under way.
        pool = stack.enter_context(_open_background_pool(settings, engine))
        indexer.watch_with(PreviewCache(settings.preview_folder, settings.preview_megabytes * 2**20), pool)
        if engine:
            indexer.transcribe_with(engine, pool)
        _open_vectors(settings, catalogue, indexer, pool)
        yield indexer


def _choose_speech_engine(settings: Settings) -> SpeechEngine | None:
    """What hears recordings, by the settings; None where they are not to be transcribed."""
    if not settings.transcription:
        return None
    from indexer.pipeline import choose_engine  # noqa: PLC0415 - loads what decodes sound and asks services

    return choose_engine(settings)


def _open_background_pool(settings: Settings, engine: SpeechEngine | None) -> Pool:
    """The one process for what can wait, at low priority: hearing, looking at videos, vectors. It starts when needed.

    The library that hears reserves more memory than readers may have, and so do those of vectors.
    """
    has_local_model = bool(settings.embedding) and "://" not in settings.embedding
    weights = Path(engine.model) / "model.bin" if engine and not engine.address else None
    room = _MODEL_ROOM + (_LOCAL_MODEL_ROOM if has_local_model else 0)
    size = weights.stat().st_size if weights and weights.is_file() else 0
    return Pool(1, Limits(seconds=_PIECE_SECONDS, memory_bytes=room + 2 * size, niceness=_NICENESS))


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
        return Pool(settings.workers, limits, prepare_text)
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
