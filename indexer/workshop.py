"""Everything that indexing needs, opened together and closed together. One workshop at a time works on a catalogue."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from extractors import Limits, Pool
from index.catalogue import Catalogue
from index.commands import FOLLOWED
from index.errors import ExplainedError
from index.generations import Follower
from index.previews import Previews
from index.vocabulary import load as load_vocabulary
from indexer.indexer import Indexer
from indexer.previewing import Previewer
from indexer.snapshot import LibraryUnavailableError
from indexer.tagging import Tagger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.settings import Settings

_LAST = 19
"""The niceness of what nobody waits for."""


class IndexerRunningError(ExplainedError):
    """Another indexer works on this catalogue."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """An indexer ready to work, what brings the index up to date, and who draws pages meanwhile."""

    indexer: Indexer
    follower: Follower
    previewer: Previewer


@contextmanager
def workshop(settings: Settings) -> Iterator[Workshop]:
    """Open the catalogue, the index and the workers.

    Raises IndexerRunningError when another indexer is at work, LibraryUnavailableError when this catalogue follows
    another folder.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(_sole_indexer(settings.data))
        catalogue = Catalogue.open(settings.catalogue_url)
        stack.callback(catalogue.close)
        _refuse_another_library(catalogue, settings.library)
        follower = stack.enter_context(Follower(settings.index_folder, catalogue, settings.engine))
        limits = Limits(seconds=settings.extraction_seconds, memory_bytes=settings.extraction_megabytes * 2**20)
        pool = stack.enter_context(Pool(settings.workers, limits))
        tagger = Tagger(load_vocabulary(settings.vocabulary))
        indexer = Indexer(settings.library, catalogue, follower, tagger, pool, settle_seconds=settings.settle_seconds)
        yield Workshop(indexer, follower, _previewer(settings, catalogue, limits, stack))


def _previewer(settings: Settings, catalogue: Catalogue, limits: Limits, stack: ExitStack) -> Previewer:
    # A pool of its own: a deck that takes long to draw must not stand before a file that was just dropped.
    limits = replace(limits, niceness=_LAST)
    pool = stack.enter_context(Pool(1, limits))
    previews = Previews(settings.preview_folder, settings.preview_megabytes * 2**20)
    return Previewer(settings.library, catalogue, previews, pool, limits)


@contextmanager
def _sole_indexer(data: Path) -> Iterator[None]:
    owner = data / "indexeur.pid"
    try:
        with FileLock(data / "indexeur.lock", timeout=0):
            owner.write_text(str(os.getpid()), encoding="utf-8")
            yield
    except Timeout as error:
        number = owner.read_text(encoding="utf-8") if owner.exists() else "inconnu"
        raise IndexerRunningError(
            f"Un indexeur travaille déjà sur {data} (processus {number}) : laissez-le finir ou arrêtez-le."
        ) from error


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
