"""Rebuilds the index: builds a generation, checks it against the catalogue, makes it live; or rolls back."""

from __future__ import annotations

import logging
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from index import shelf
from index.analysis import tokens
from index.engine import Query, UnreadableIndexError, Word
from index.engines import remove
from index.errors import ExplainedError
from index.live import Generation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from index.catalogue import Catalogue, Holdings
    from index.engine import Cluster, Engine, IndexedDocument

log = logging.getLogger(__name__)

# Documents, spread evenly over the catalogue, that a new index must find by their words before it is put into service.
_ASKED_FOR = 50


class RebuildError(ExplainedError):
    """A new generation was not put into service; the message says what it lacks."""


class RollbackError(ExplainedError):
    """There is no earlier generation, or this version cannot read it."""


def rebuild(
    folder: Path,
    catalogue: Catalogue,
    engine: str = "tantivy",
    progress: Callable[[int], None] = lambda _: None,
    cluster: Cluster | None = None,
) -> Path:
    """Build a generation while the live one stays in service, check it, and make it live; return its folder.

    `progress` is called with the number of documents read so far. Raises RebuildError, with the live generation
    untouched, when another rebuild is under way or the new generation is incomplete.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        target = shelf.next_folder(folder, cluster)
        with closing(Generation(target, engine, cluster)) as generation:
            generation.build(catalogue, progress)
            generation.relate(catalogue)
            # Changes made while associations were computed: the check compares with the catalogue as it is now.
            generation.catch_up(catalogue)
            found = flaw(generation, catalogue)
        if found:
            remove(target, cluster)
            raise RebuildError(f"{found} L’ancien index reste en service.")
        # A rebuild ends an earlier rollback: newer versions may be built again.
        shelf.refuse(folder, None)
        shelf.put_live(target, cluster)
        log.info("index %s put into service", target.name)
    return target


def rollback(folder: Path, catalogue: Catalogue, engine: str = "tantivy", cluster: Cluster | None = None) -> Path:
    """Make the generation before the live one live again, after bringing it up to date; return its folder.

    The one that it replaces is kept, so that two rollbacks cancel out; the indexer does not rebuild the rejected
    versions by itself. Raises RollbackError, with nothing changed, where there is no readable earlier generation, and
    IndexBusyError where the indexer still writes to it.
    """
    with _alone(folder):
        kept = shelf.kept_folder(folder)
        if kept is None:
            raise RollbackError("Aucun index précédent n’est gardé : « ruche rebuild » en construit un nouveau.")
        try:
            # Before the switch: searches would otherwise miss all that changed since that generation was live.
            with closing(Generation(kept, cluster=cluster)) as generation:
                generation.catch_up(catalogue)
        except UnreadableIndexError as error:
            raise RollbackError(
                f"L’index précédent ({kept.name}) vient d’une autre version de Ruche, que celle-ci ne sait pas "
                "lire : remettez cette version-là, ou lancez « ruche rebuild »."
            ) from error
        shelf.refuse(folder, shelf.versions(engine))
        shelf.put_live(kept, cluster)
        log.info("index %s put back into service", kept.name)
    return kept


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        # The operating system frees the lock of a process that is killed.
        with FileLock(folder / "reconstruction.lock", timeout=0):
            yield
    except Timeout as error:
        raise RebuildError("Une reconstruction de l’index est déjà en cours : attendez qu’elle se termine.") from error


def flaw(generation: Generation, catalogue: Catalogue) -> str:
    """Return what a generation lacks, in a French sentence; an empty string if it is complete.

    Compared with the catalogue at the generation's revision, it must hold the same documents and as many passages, and
    find some documents by words of their titles and texts.
    """
    known = catalogue.holdings(generation.revision)
    return _miscount(generation.engine, known) or _unfound(generation, catalogue, known)


def _miscount(engine: Engine, known: Holdings) -> str:
    held = engine.ids()
    # Documents that have changed since this revision may or may not be in the index.
    steady = held - known.changed
    if steady != known.documents.keys():
        return f"L’index reconstruit a {len(steady)} documents, le catalogue {len(known.documents)}."
    passages = engine.passages() - engine.passages(known.changed & held)
    wanted = sum(known.documents.values())
    if passages != wanted:
        return f"L’index reconstruit a {passages} passages, le catalogue {wanted}."
    return ""


def _unfound(generation: Generation, catalogue: Catalogue, known: Holdings) -> str:
    ids = sorted(known.documents)
    sample = ids[:: max(1, -(-len(ids) // _ASKED_FOR))]
    revision = generation.revision
    # A document that has changed since this index's revision has other words in the catalogue.
    asked = (each.document for each in catalogue.revisions_of(sample) if each.number <= revision)
    for document in filter(None, asked):
        for lost in _lost_words(generation.engine, document):
            return f"L’index reconstruit ne trouve pas « {lost} » dans « {document.title} »."
    return ""


def _lost_words(engine: Engine, document: IndexedDocument) -> Iterator[str]:
    """Yield a word of the title that does not find the document, a word of a passage that finds no passage of it."""
    title = _longest(document.title)
    if title and _found(engine, document, title) is None:
        yield title.exact
    middle = document.passages[len(document.passages) // 2 :][:1]
    for word in filter(None, (_longest(passage.text) for passage in middle)):
        if not _found(engine, document, word):
            yield word.exact


def _found(engine: Engine, document: IndexedDocument, word: Word) -> tuple[int, ...] | None:
    """Return the ordinals of a document's passages found by a word, None where the document is not found."""
    query = Query(word, document.groups, among=frozenset({document.id}))
    return next((hit.passages for hit in engine.search(query).hits if hit.document_id == document.id), None)


def _longest(text: str) -> Word | None:
    # The longest word of a text is seldom a stop word.
    found = max(tokens(text), key=lambda token: len(token.lower), default=None)
    return found.word if found else None
