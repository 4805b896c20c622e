"""Rebuilds the index: builds a generation, checks it against the catalogue, makes it live; or rolls back."""

from __future__ import annotations

import logging
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from index.engines import Query, UnreadableIndexError, remove_index
from index.generations import generation_store
from index.generations.live import Generation
from index.model import ExplainedError
from index.text import Word, tokenise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from index.catalogue import Catalogue, ExpectedContents
    from index.engines import Engine, IndexedDocument, SearchCluster

log = logging.getLogger(__name__)

# Documents, spread evenly over the catalogue, that a new index must find by their words before it is put into service.
_CHECKED_DOCUMENTS = 50


class RebuildError(ExplainedError):
    """A new generation was not put into service; the message says what it lacks."""


class RollbackError(ExplainedError):
    """There is no earlier generation, or this version cannot read it."""


def rebuild_live_index(
    folder: Path,
    catalogue: Catalogue,
    engine: str = "tantivy",
    progress: Callable[[int], None] = lambda _: None,
    cluster: SearchCluster | None = None,
) -> Path:
    """Build a generation while the live one stays in service, check it, and make it live; return its folder.

    `progress` is called with the number of documents read so far. Raises RebuildError, with the live generation
    untouched, when another rebuild is under way or the new generation is incomplete.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _hold_rebuild_lock(folder):
        target = generation_store.prepare_next_folder(folder, cluster)
        with closing(Generation(target, engine, cluster)) as generation:
            generation.build(catalogue, progress)
            generation.learn_associations(catalogue)
            # Changes made while associations were computed: the check compares with the catalogue as it is now.
            generation.synchronise(catalogue)
            found = find_flaw(generation, catalogue)
        if found:
            remove_index(target, cluster)
            raise RebuildError(f"{found} L’ancien index reste en service.")
        # A rebuild ends an earlier rollback: newer versions may be built again.
        generation_store.write_refused_versions(folder, None)
        generation_store.put_live(target, cluster)
        log.info("index %s put into service", target.name)
    return target


def roll_back_live_index(
    folder: Path, catalogue: Catalogue, engine: str = "tantivy", cluster: SearchCluster | None = None
) -> Path:
    """Make the generation before the live one live again, after bringing it up to date; return its folder.

    The one that it replaces is kept, so that two rollbacks cancel out; the indexer does not rebuild the rejected
    versions by itself. Raises RollbackError, with nothing changed, where there is no readable earlier generation, and
    IndexBusyError where the indexer still writes to it.
    """
    with _hold_rebuild_lock(folder):
        kept = generation_store.find_previous_folder(folder)
        if kept is None:
            raise RollbackError("Aucun index précédent n’est gardé : « ruche rebuild » en construit un nouveau.")
        try:
            # Before the switch: searches would otherwise miss all that changed since that generation was live.
            with closing(Generation(kept, cluster=cluster)) as generation:
                generation.synchronise(catalogue)
        except UnreadableIndexError as error:
            raise RollbackError(
                f"L’index précédent ({kept.name}) vient d’une autre version de Ruche, que celle-ci ne sait pas "
                "lire : remettez cette version-là, ou lancez « ruche rebuild »."
            ) from error
        generation_store.write_refused_versions(folder, generation_store.current_versions(engine))
        generation_store.put_live(kept, cluster)
        log.info("index %s put back into service", kept.name)
    return kept


@contextmanager
def _hold_rebuild_lock(folder: Path) -> Iterator[None]:
    # Imported here: searches load this package too, and never rebuild.
    from filelock import FileLock, Timeout  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    try:
        # The operating system frees the lock of a process that is killed.
        with FileLock(folder / "reconstruction.lock", timeout=0):
            yield
    except Timeout as error:
        raise RebuildError("Une reconstruction de l’index est déjà en cours : attendez qu’elle se termine.") from error


def find_flaw(generation: Generation, catalogue: Catalogue, asked_for: int = _CHECKED_DOCUMENTS) -> str:
    """Return what a generation lacks, in a French sentence; an empty string if it is complete.

    Compared with the catalogue at the generation's revision, it must hold the same documents and as many passages, and
    find some documents, `asked_for` at most, by words of their titles and texts.
    """
    known = catalogue.revisions.read_expected_contents(generation.indexed_revision)
    return _find_miscount(generation.engine, known) or _find_unfindable(generation, catalogue, known, asked_for)


def _find_miscount(engine: Engine, known: ExpectedContents) -> str:
    held = engine.document_ids()
    # Documents that have changed since this revision may or may not be in the index.
    steady = held - known.changed_ids
    if steady != known.passage_counts.keys():
        return f"L’index reconstruit a {len(steady)} documents, le catalogue {len(known.passage_counts)}."
    passages = engine.count_passages() - engine.count_passages(known.changed_ids & held)
    wanted = sum(known.passage_counts.values())
    if passages != wanted:
        return f"L’index reconstruit a {passages} passages, le catalogue {wanted}."
    return ""


def _find_unfindable(generation: Generation, catalogue: Catalogue, known: ExpectedContents, asked_for: int) -> str:
    ids = sorted(known.passage_counts)
    sample = ids[:: max(1, -(-len(ids) // asked_for))]
    revision = generation.indexed_revision
    # A document that has changed since this index's revision has other words in the catalogue.
    asked = (each.document for each in catalogue.revisions.list_of(sample) if each.number <= revision)
    for document in filter(None, asked):
        for lost in _find_lost_words(generation.engine, document):
            return f"L’index reconstruit ne trouve pas « {lost} » dans « {document.title} »."
    return ""


def _find_lost_words(engine: Engine, document: IndexedDocument) -> Iterator[str]:
    """Yield a word of the title that does not find the document, a word of a passage that finds no passage of it."""
    title = _longest_word(document.title)
    if title and _find_passages(engine, document, title) is None:
        yield title.exact
    middle = document.passages[len(document.passages) // 2 :][:1]
    for word in filter(None, (_longest_word(passage.text) for passage in middle)):
        if not _find_passages(engine, document, word):
            yield word.exact


def _find_passages(engine: Engine, document: IndexedDocument, word: Word) -> tuple[int, ...] | None:
    """Return the ordinals of a document's passages found by a word, None where the document is not found."""
    # Without counts of facets: a hundred words are asked for, and counting takes as long as finding.
    query = Query(word, document.groups, only_among=frozenset({document.id}), limit=1, facets=frozenset())
    return next((hit.passage_ordinals for hit in engine.search(query).hits if hit.document_id == document.id), None)


def _longest_word(text: str) -> Word | None:
    # The longest word of a text is seldom a stop word.
    found = max(tokenise(text), key=lambda token: len(token.lower), default=None)
    return found.word if found else None
