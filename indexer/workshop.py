"""Everything that indexing needs, opened together and closed together. One workshop at a time works on a catalogue."""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

from extractors import Limits, Pool
from index.catalogue import Catalogue
from index.commands import FOLLOWED
from index.generations import Follower
from index.library_names import CALENDAR_NAME
from index.sole import sole_indexer
from index.vocabulary import load as load_vocabulary
from indexer.errors import LibraryUnavailableError
from indexer.indexer import Indexer, Pace
from indexer.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.settings import Settings


@contextmanager
def workshop(settings: Settings) -> Iterator[Indexer]:
    """An indexer with its catalogue, its index and its workers.

    Raises IndexerRunningError when another indexer is at work, LibraryUnavailableError when this catalogue follows
    another folder.
    """
    with ExitStack() as stack:
        stack.enter_context(sole_indexer(settings.data))
        catalogue = Catalogue.open(settings.catalogue_url)
        stack.callback(catalogue.close)
        _refuse_another_library(catalogue, settings.library)
        follower = stack.enter_context(Follower(settings.index_folder, catalogue, settings.engine, settings.cluster))
        limits = Limits(seconds=settings.extraction_seconds, memory_bytes=settings.extraction_megabytes * 2**20)
        pool = stack.enter_context(Pool(settings.workers, limits))
        words = load_vocabulary(settings.vocabulary)
        rules = Rules(catalogue, words, settings.library, settings.data / CALENDAR_NAME)
        pace = Pace(settings.settle_seconds, settings.guard_share)
        yield stack.enter_context(closing(Indexer(settings.library, catalogue, follower, rules, pool, pace=pace)))


def _refuse_another_library(catalogue: Catalogue, library: Path) -> None:
    """A catalogue that follows one folder must not forget everything because it was shown another."""
    followed = catalogue.memo(FOLLOWED)
    if followed != str(library):
        paths = catalogue.places()
        if followed and paths and not any((library / path).exists() for path in paths):
            raise LibraryUnavailableError(
                f"Ce catalogue suit le dossier {followed}, dont aucun fichier n’est dans {library}. "
                "Pour un autre dossier, donnez un autre emplacement au réglage « data »."
            )
        with catalogue.writing() as write:
            write.remember(FOLLOWED, str(library))
