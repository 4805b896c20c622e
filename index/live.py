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

from index.engine import EngineUnavailableError, Everything, Query, UnreadableIndexError
from index.engines import open_engine
from index.model import MEMBERS
from index.related import associations
from index.shelf import is_current, keep_state, live_folder, read_json, state, versions, write_whole
from index.spelling import Lexicon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from index.catalogue import Catalogue
    from index.engine import Cluster, Engine, IndexedDocument

log = logging.getLogger(__name__)

BATCH = 500
"""Documents read at once, and written in one commit by an update: few, so that they are soon found."""

BUILT_AT_ONCE = 5_000
"""Documents written in one commit of a new generation: many, since nobody reads it yet and each commit takes time."""

# Passages from which word associations are computed: enough for a library's common words, and read in seconds.
_SAMPLE = 10_000

_RELATED = "voisins.json"

# How long the words of a changing index are kept: spelling need not know a word in the minute in which it comes.
_LEXICON_SECONDS = 60.0


class Generation:
    """An index in its folder, with the last revision of the catalogue that it holds."""

    def __init__(self, folder: Path, engine: str = "", cluster: Cluster | None = None) -> None:
        """Open the generation of a folder, whichever version made it, or create one with `engine`.

        Raises UnreadableIndexError when this version cannot open or search it, EngineUnavailableError when its cluster
        does not answer.
        """
        held = state(folder)
        name = str(held.get("engine", engine))
        self.folder = folder
        # An index of another version may lack a field, which shows only when it is searched.
        probed = bool(held) and not is_current(folder, name)
        self.engine: Engine = open_engine(name, folder, probed=probed, cluster=cluster)
        # Those that it was made with: an update does not make it an index of this version.
        self._versions = {**versions(name), **held}

    @property
    def revision(self) -> int:
        """The last revision of the catalogue that this index holds, 0 for a new one."""
        return int(state(self.folder).get("revision", 0))

    def catch_up(self, catalogue: Catalogue) -> int:
        """Index what changed in the catalogue since this index's revision; return how many documents that is."""
        learnt, since = 0, self.revision
        while revisions := catalogue.revisions(since, BATCH):
            self.engine.write(
                put=[each.document for each in revisions if each.document],
                drop=[each.document_id for each in revisions if each.document is None],
            )
            since = revisions[-1].number
            # After the commit: a crash between the two has the same changes indexed again, which alters nothing.
            self._remember(since)
            learnt += len(revisions)
        return learnt

    def build(self, catalogue: Catalogue, progress: Callable[[int], None] = lambda _: None) -> None:
        """Index the whole catalogue, in few commits. Calls `progress` with the number of documents read so far."""
        self._remember(0)
        stream = _Stream(catalogue, progress)
        while not stream.ended:
            self.engine.write(put=stream.documents(BUILT_AT_ONCE))
            # Documents that were removed from the catalogue while the others were read.
            if stream.gone:
                self.engine.write(drop=stream.gone)
            self._remember(stream.since)

    def relate(self, catalogue: Catalogue) -> None:
        """Compute word associations from a sample of the catalogue's passages, and write them beside the index."""
        known = associations(catalogue.sample(_SAMPLE))
        write_whole(self.folder / _RELATED, json.dumps(known, ensure_ascii=False))

    def close(self) -> None:
        """Release files and locks."""
        self.engine.close()

    def _remember(self, revision: int) -> None:
        keep_state(self.folder, {**self._versions, "revision": revision})


class _Stream:
    """Reads the catalogue's documents in the order of their revisions, as fast as an engine takes them."""

    def __init__(self, catalogue: Catalogue, progress: Callable[[int], None]) -> None:
        self._catalogue = catalogue
        self._progress = progress
        self._read = 0
        self.since = 0
        self.ended = False
        self.gone: set[str] = set()

    def documents(self, most: int) -> Iterator[IndexedDocument]:
        """Yield about `limit` more documents; `removed_ids` are then those read so far that were removed since."""
        enough = self._read + most
        while self._read < enough and not self.ended:
            revisions = self._catalogue.revisions(self.since, BATCH)
            self.ended = not revisions
            for each in revisions:
                # A document that changes or goes while the others are read comes again at its new revision.
                (self.gone.discard if each.document else self.gone.add)(each.document_id)
                if each.document:
                    yield each.document
            if revisions:
                self.since = revisions[-1].number
                self._read += len(revisions)
                self._progress(self._read)


@dataclass(frozen=True, slots=True)
class _Read:
    """The words of an index at a revision; `expires` is the moment of the monotonic clock until which they serve."""

    engine: Engine | None
    revision: int | None
    lexicon: Lexicon
    until: float


class LiveIndex:
    """The live generation as searches see it, opened again when another one takes its place. It never writes.

    A generation of another version of Ruche is searched as long as it answers; the indexer builds the next one.
    """

    def __init__(self, folder: Path, cluster: Cluster | None = None) -> None:
        self._folder = folder
        self._cluster = cluster
        self._generation: Generation | None = None
        self._unreadable: Path | None = None
        self._related: Mapping[str, Sequence[str]] = {}
        self._related_stamp = 0
        self._lexicon = _Read(None, None, Lexicon({}), 0.0)
        self._reading = threading.Lock()

    def get_ready(self) -> None:
        """Start to read the words of the index in the background, so that the first question need not wait for them."""
        threading.Thread(target=self._get_ready, name="lexicon", daemon=True).start()

    @property
    def engine(self) -> Engine | None:
        """The live generation's engine; None where there is none that this version can search.

        Raises EngineUnavailableError when its cluster does not answer.
        """
        live = live_folder(self._folder)
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
    def revision(self) -> int | None:
        """The last revision of the catalogue that the live generation holds; None before there is one."""
        live = live_folder(self._folder)
        return int(state(live).get("revision", 0)) if live else None

    @property
    def is_there(self) -> bool:
        """Whether there is an index to search, even if its engine does not answer for the moment."""
        try:
            return self.engine is not None
        except EngineUnavailableError:
            return True

    def trouble(self) -> str:
        """Return why searches fail for the moment, in a French sentence; an empty string where they do not."""
        asked = Query(Everything(), frozenset({MEMBERS}), limit=1, passages=0, counted=frozenset())
        try:
            if engine := self.engine:
                engine.search(asked)
        except EngineUnavailableError as error:
            return str(error)
        except UnreadableIndexError:
            return "L’index n’est plus lisible : « ruche rebuild » le reconstruit."
        return ""

    @property
    def lexicon(self) -> Lexicon:
        """The words of the live index; once it has changed, they are read again in the background."""
        engine, read = self.engine, self._lexicon
        if engine is not None and engine is not read.engine:
            with self._reading:
                # Checked again under the lock: another thread may have read them meanwhile.
                if engine is not self._lexicon.engine:
                    self._read_words(engine)
        elif engine is not None and time.monotonic() >= read.until and self.revision != read.revision:
            # Extended before the thread starts, so that no second thread does.
            self._lexicon = replace(read, until=time.monotonic() + _LEXICON_SECONDS)
            threading.Thread(target=self._read_words_beside, args=(engine,), name="lexicon", daemon=True).start()
            return read.lexicon
        return self._lexicon.lexicon

    def _get_ready(self) -> None:
        try:
            len(self.lexicon)
        except (EngineUnavailableError, UnreadableIndexError) as error:
            log.warning("the words of the index could not be read, and will be when they are needed: %s", error)

    def _read_words_beside(self, engine: Engine) -> None:
        try:
            self._read_words(engine, ready=True)
        except (EngineUnavailableError, UnreadableIndexError) as error:
            log.warning("the words of the index could not be read, and will be again: %s", error)

    def _read_words(self, engine: Engine, *, ready: bool = False) -> None:
        # The revision is read first: words that are indexed meanwhile are read the next time.
        revision, lexicon = self.revision, Lexicon(engine.words())
        if ready:
            lexicon.get_ready()
        self._lexicon = _Read(engine, revision, lexicon, time.monotonic() + _LEXICON_SECONDS)

    @property
    def related(self) -> Mapping[str, Sequence[str]]:
        """Word associations of the live generation: for each stem, words and themes, the closest first."""
        live = live_folder(self._folder)
        if live is None:
            return self._related
        try:
            stamp = os.stat(file := f"{live}/{_RELATED}").st_mtime_ns  # noqa: PTH116 - each search asks
        except FileNotFoundError:
            stamp = 0
        if stamp != self._related_stamp:
            self._related, self._related_stamp = read_json(Path(file)), stamp
        return self._related
