"""A generation of the index, and the live generation as searches see it."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.engines import EngineUnavailableError, Query, UnreadableIndexError, open_engine
from index.generations.generation_store import (
    current_versions,
    find_live_folder,
    is_current,
    read_json,
    read_state,
    write_atomically,
    write_state,
)
from index.generations.word_store import keep_words, read_words
from index.model import MEMBERS
from index.query import Everything, Lexicon
from index.text import compute_associations

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    from index.catalogue import Catalogue
    from index.engines import Engine, IndexedDocument, SearchCluster

log = logging.getLogger(__name__)

BATCH_DOCUMENTS = 500
"""Documents read at once, and written in one commit by an update: few, so that they are soon found."""

BUILD_COMMIT_DOCUMENTS = 5_000
"""Documents written in one commit of a new generation: many, since nobody reads it yet and each commit takes time."""

# Passages from which word associations are computed: enough for a library's common words, and read in seconds.
_SAMPLED_PASSAGES = 10_000

_ASSOCIATIONS_NAME = "voisins.json"

# How long the words of a changing index are kept: spelling need not know a word in the minute in which it comes.
_LEXICON_SECONDS = 60.0

_ALL_MEMBERS = frozenset({MEMBERS})

# Sets of groups whose words are kept in memory: those for which they were read last.
_MAX_LEXICONS = 12


class Generation:
    """An index in its folder, with the last revision of the catalogue that it holds."""

    def __init__(self, folder: Path, engine: str = "", cluster: SearchCluster | None = None) -> None:
        """Open the generation of a folder, whichever version made it, or create one with `engine`.

        Raises UnreadableIndexError when this version cannot open or search it, EngineUnavailableError when its cluster
        does not answer.
        """
        held = read_state(folder)
        name = str(held.get("engine", engine))
        self.folder = folder
        # An index of another version may lack a field, which shows only when it is searched.
        probed = bool(held) and not is_current(folder, name)
        self.engine: Engine = open_engine(name, folder, create=not held, probe=probed, cluster=cluster)
        # Those that it was made with: an update does not make it an index of this version.
        self._versions = {**current_versions(name), **held}

    @property
    def indexed_revision(self) -> int:
        """The last revision of the catalogue that this index holds, 0 for a new one."""
        return int(read_state(self.folder).get("revision", 0))

    def synchronise(self, catalogue: Catalogue) -> int:
        """Index what changed in the catalogue since this index's revision; return how many documents that is."""
        learnt, since = 0, self.indexed_revision
        while revisions := catalogue.revisions.list_since(since, BATCH_DOCUMENTS):
            self.engine.write(
                put=[each.document for each in revisions if each.document],
                drop=[each.document_id for each in revisions if each.document is None],
            )
            since = revisions[-1].number
            # After the commit: a crash between the two has the same changes indexed again, which alters nothing.
            self._write_revision(since)
            learnt += len(revisions)
        return learnt

    def build(self, catalogue: Catalogue, progress: Callable[[int], None] = lambda _: None) -> None:
        """Index the whole catalogue, in few commits. Calls `progress` with the number of documents read so far."""
        self._write_revision(0)
        stream = _DocumentStream(catalogue, progress)
        while not stream.is_exhausted:
            self.engine.write(put=stream.read_documents(BUILD_COMMIT_DOCUMENTS))
            # Documents that were removed from the catalogue while the others were read.
            if stream.removed_ids:
                self.engine.write(drop=stream.removed_ids)
            self._write_revision(stream.last_revision)

    def learn_associations(self, catalogue: Catalogue) -> None:
        """Compute word associations from a sample of the catalogue's passages, and write them beside the index."""
        known = compute_associations(catalogue.revisions.sample_passages(_SAMPLED_PASSAGES))
        write_atomically(self.folder / _ASSOCIATIONS_NAME, json.dumps(known, ensure_ascii=False))

    @property
    def has_associations(self) -> bool:
        """Whether its word associations are there: they are a file beside the index."""
        return (self.folder / _ASSOCIATIONS_NAME).exists()

    def close(self) -> None:
        """Release files and locks."""
        self.engine.close()

    def _write_revision(self, revision: int) -> None:
        write_state(self.folder, {**self._versions, "revision": revision})


class _DocumentStream:
    """Reads the catalogue's documents in the order of their revisions, as fast as an engine takes them."""

    def __init__(self, catalogue: Catalogue, progress: Callable[[int], None]) -> None:
        self._catalogue = catalogue
        self._progress = progress
        self._read_count = 0
        self.last_revision = 0
        self.is_exhausted = False
        self.removed_ids: set[str] = set()

    def read_documents(self, limit: int) -> Iterator[IndexedDocument]:
        """Yield about `limit` more documents; `removed_ids` are then those read so far that were removed since."""
        enough = self._read_count + limit
        while self._read_count < enough and not self.is_exhausted:
            revisions = self._catalogue.revisions.list_since(self.last_revision, BATCH_DOCUMENTS)
            self.is_exhausted = not revisions
            for each in revisions:
                # A document that changes or goes while the others are read comes again at its new revision.
                (self.removed_ids.discard if each.document else self.removed_ids.add)(each.document_id)
                if each.document:
                    yield each.document
            if revisions:
                self.last_revision = revisions[-1].number
                self._read_count += len(revisions)
                self._progress(self._read_count)


@dataclass(frozen=True, slots=True)
class _CachedLexicon:
    """The words of an index at a revision, as some groups see it.

    `expires` is the moment of the monotonic clock until which they serve; `is_stored` says that a file has them.
    """

    engine: Engine
    revision: int | None
    lexicon: Lexicon
    expires: float
    is_stored: bool = False


class LiveIndex:
    """The live generation as searches see it, opened again when another one takes its place. It never writes.

    A generation of another version of Ruche is searched as long as it answers; the indexer builds the next one.
    """

    def __init__(self, folder: Path, cluster: SearchCluster | None = None) -> None:
        self._folder = folder
        self._cluster = cluster
        self._generation: Generation | None = None
        self._unreadable: Path | None = None
        self._associations: Mapping[str, Sequence[str]] = {}
        self._associations_stamp = 0
        self._lexicons: dict[frozenset[str], _CachedLexicon] = {}
        self._lexicon_lock = threading.Lock()

    def preload(self) -> None:
        """Start to read the words of the index in the background, so that the first question need not wait for them."""
        threading.Thread(target=self._preload_lexicon, name="lexicon", daemon=True).start()

    @property
    def engine(self) -> Engine | None:
        """The live generation's engine; None where there is none that this version can search.

        Raises EngineUnavailableError when its cluster does not answer.
        """
        live = find_live_folder(self._folder)
        if live is None or live == self._unreadable:
            return None
        # In a local variable: another thread may replace the attribute at any moment.
        generation = self._generation
        if generation is None or generation.folder != live:
            try:
                # The former one is not closed: other threads may be searching in it.
                generation = self._generation = Generation(live, cluster=self._cluster)
            except UnreadableIndexError as error:
                log.warning("index %s cannot be asked, and waits for its rebuild: %s", live.name, error)
                self._generation, self._unreadable = None, live
                return None
        return generation.engine

    @property
    def indexed_revision(self) -> int | None:
        """The last revision of the catalogue that the live generation holds; None before there is one."""
        live = find_live_folder(self._folder)
        return int(read_state(live).get("revision", 0)) if live else None

    @property
    def exists(self) -> bool:
        """Whether there is an index to search, even if its engine does not answer for the moment."""
        try:
            return self.engine is not None
        except EngineUnavailableError:
            return True

    def outage_message(self) -> str:
        """Return why searches fail for the moment, in a French sentence; an empty string where they do not."""
        asked = Query(Everything(), frozenset({MEMBERS}), limit=1, passages_per_document=0, facets=frozenset())
        try:
            if engine := self.engine:
                engine.search(asked)
        except EngineUnavailableError as error:
            return str(error)
        except UnreadableIndexError:
            return "L’index n’est plus lisible : « ruche rebuild » le reconstruit."
        return ""

    def lexicon_of(self, groups: frozenset[str]) -> Lexicon:
        """Return the words of the live index that these groups may see; once it has changed, they are read again.

        They are counted in these groups' documents alone: otherwise a word that only others hold would take the place
        of one of theirs, or change which one is likelier.
        """
        engine = self.engine
        if engine is None:
            return Lexicon({})
        read = self._find_lexicon(engine, groups)
        if read is None:
            with self._lexicon_lock:
                # Checked again under the lock: another thread may have read them meanwhile.
                read = self._find_lexicon(engine, groups) or self._load_lexicon(engine, groups)
        elif time.monotonic() >= read.expires and self.indexed_revision != read.revision:
            # Extended before the thread starts, so that no second thread does.
            self._lexicons[groups] = replace(read, expires=time.monotonic() + _LEXICON_SECONDS)
            threading.Thread(target=self._refresh_lexicon, args=(engine, groups), name="lexicon", daemon=True).start()
        return read.lexicon

    def words_at(self, engine: Engine, revision: int | None, groups: frozenset[str]) -> Lexicon | None:
        """Return the words that these groups may see at a revision of an index; None where others are read so far."""
        read = self._find_lexicon(engine, groups)
        # They were read when the index was at this revision or beyond; at it now, it has not gone on.
        return read.lexicon if read and read.revision == revision is not None else None

    def identify(self, engine: Engine, revision: int | None, groups: frozenset[str]) -> Hashable | None:
        """Return what tells this index at a revision, with its words and associations, from any other.

        Other processes have the same. None while words of another revision serve.
        """
        generation = self._generation
        if generation is None or generation.engine is not engine or self.words_at(engine, revision, groups) is None:
            return None
        return str(generation.folder), revision, self._associations_stamp

    def _find_lexicon(self, engine: Engine | None, groups: frozenset[str]) -> _CachedLexicon | None:
        read = self._lexicons.get(groups)
        return read if read and read.engine is engine else None

    def _preload_lexicon(self) -> None:
        try:
            self.lexicon_of(_ALL_MEMBERS)
            self._keep_words()
        except (EngineUnavailableError, UnreadableIndexError) as error:
            log.warning("the words of the index could not be read, and will be when they are needed: %s", error)

    def _refresh_lexicon(self, engine: Engine, groups: frozenset[str]) -> None:
        try:
            with self._lexicon_lock:
                self._load_lexicon(engine, groups, preload=True)
                self._keep_words()
        except (EngineUnavailableError, UnreadableIndexError) as error:
            log.warning("the words of the index could not be read, and will be again: %s", error)

    def _load_lexicon(self, engine: Engine, groups: frozenset[str], *, preload: bool = False) -> _CachedLexicon:
        # The revision is read first: words that are indexed meanwhile are read the next time.
        live, revision = find_live_folder(self._folder), self.indexed_revision
        stored = read_words(live, revision) if live and groups == _ALL_MEMBERS else None
        lexicon = stored or Lexicon(engine.word_frequencies(groups=groups))
        if preload:
            lexicon.preload()
        until = time.monotonic() + _LEXICON_SECONDS
        read = _CachedLexicon(engine, revision, lexicon, until, is_stored=stored is not None)
        # Words of a generation that was replaced are kept no longer.
        kept = {key: each for key, each in self._lexicons.items() if each.engine is engine and key != groups}
        self._lexicons = dict([*kept.items(), (groups, read)][-_MAX_LEXICONS:])
        return read

    def _keep_words(self) -> None:
        """Keep the words that all members see for the next start. In the background: no question waits for it."""
        live, read = find_live_folder(self._folder), self._lexicons.get(_ALL_MEMBERS)
        if live and read and not read.is_stored and self._find_lexicon(self.engine, _ALL_MEMBERS):
            keep_words(live, read.revision, read.lexicon)
            self._lexicons[_ALL_MEMBERS] = replace(read, is_stored=True)

    @property
    def associations(self) -> Mapping[str, Sequence[str]]:
        """Word associations of the live generation: for each stem, words and themes, the closest first."""
        live = find_live_folder(self._folder)
        if live is None:
            return self._associations
        try:
            stamp = os.stat(file := f"{live}/{_ASSOCIATIONS_NAME}").st_mtime_ns  # noqa: PTH116 - each search asks
        except FileNotFoundError:
            stamp = 0
        if stamp != self._associations_stamp:
            self._associations, self._associations_stamp = read_json(Path(file)), stamp
        return self._associations
