"""Building a generation beside the live one, checking it against the catalogue, putting it into service; going back."""

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

_ASKED_FOR = 50
"""Documents of the catalogue, spread over it, that a new index must find by their words."""


class RebuildError(ExplainedError):
    """A new generation does not hold what the catalogue holds, so it was not put into service; the message says why."""


class RollbackError(ExplainedError):
    """There is no generation to go back to, or none that would answer."""


def rebuild(
    folder: Path,
    catalogue: Catalogue,
    engine: str = "tantivy",
    progress: Callable[[int], None] = lambda _: None,
    cluster: Cluster | None = None,
) -> Path:
    """Build a generation beside the live one, check it, and put it into service; gives its folder.

    Raises RebuildError, the live one untouched, when another rebuild is under way or the new one is not whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        target = shelf.next_folder(folder, cluster)
        with closing(Generation(target, engine, cluster)) as generation:
            generation.build(catalogue, progress)
            generation.relate(catalogue)
            # What changed while the words that go together were learnt.
            generation.catch_up(catalogue)
            found = flaw(generation, catalogue)
        if found:
            remove(target, cluster)
            raise RebuildError(f"{found} L’ancien index reste en service.")
        shelf.refuse(folder, None)
        shelf.put_live(target, cluster)
        log.info("index %s put into service", target.name)
    return target


def rollback(folder: Path, catalogue: Catalogue, engine: str = "tantivy", cluster: Cluster | None = None) -> Path:
    """Put the generation before the live one back into service, brought up to date; gives its folder.

    The one that it replaces is kept: going back twice changes nothing. The versions that one has gone back from are not
    built again unasked. Raises RollbackError, nothing changed, where there is nothing to go back to, IndexBusyError
    where the indexer has not left that generation after a while.
    """
    with _alone(folder):
        kept = shelf.kept_folder(folder)
        if kept is None:
            raise RollbackError("Aucun index précédent n’est gardé : « ruche rebuild » en construit un nouveau.")
        try:
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
        with FileLock(folder / "reconstruction.lock", timeout=0):
            yield
    except Timeout as error:
        raise RebuildError("Une reconstruction de l’index est déjà en cours : attendez qu’elle se termine.") from error


def flaw(generation: Generation, catalogue: Catalogue) -> str:
    """What a generation lacks of the catalogue as it was at its revision, in a French sentence; nothing if it is whole.

    It must hold the same documents and as many passages, and find documents by words of their titles and their texts.
    """
    known = catalogue.holdings(generation.revision)
    return _miscount(generation.engine, known) or _unfound(generation, catalogue, known)


def _miscount(engine: Engine, known: Holdings) -> str:
    held = engine.ids()
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
    # A document that has changed since is not in this index as it is in the catalogue.
    asked = (each.document for each in catalogue.revisions_of(sample) if each.number <= revision)
    for document in filter(None, asked):
        for lost in _lost_words(generation.engine, document):
            return f"L’index reconstruit ne trouve pas « {lost} » dans « {document.title} »."
    return ""


def _lost_words(engine: Engine, document: IndexedDocument) -> Iterator[str]:
    """Words of the title and of a passage by which the document, or any of its passages, is not found."""
    title = _longest(document.title)
    if title and _found(engine, document, title) is None:
        yield title.exact
    middle = document.passages[len(document.passages) // 2 :][:1]
    for word in filter(None, (_longest(passage.text) for passage in middle)):
        if not _found(engine, document, word):
            yield word.exact


def _found(engine: Engine, document: IndexedDocument, word: Word) -> tuple[int, ...] | None:
    """The passages by which a document is found, None where it is not."""
    query = Query(word, document.groups, among=frozenset({document.id}))
    return next((hit.passages for hit in engine.search(query).hits if hit.document_id == document.id), None)


def _longest(text: str) -> Word | None:
    found = max(tokens(text), key=lambda token: len(token.lower), default=None)
    return found.word if found else None
