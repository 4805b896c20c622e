"""Whether the catalogue and the index equal the library."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from index.generations.generation_store import find_live_folder
from index.generations.live import Generation, LiveIndex
from index.generations.rebuild import find_flaw
from index.model.documents import MEMBERS
from index.search.questions import Question
from index.search.service import Search
from indexer.watch.scan import scan_library
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from index.catalogue.catalogue import Catalogue

EVERYONE = frozenset({MEMBERS})
VOCABULARY = load_vocabulary()


def files_of(library: Path) -> dict[str, str]:
    """The digest of each file of a library, by path."""
    return {path: hashlib.sha256((library / path).read_bytes()).hexdigest() for path in scan_library(library).files}


def differences(library: Path, catalogue: Catalogue, index_folder: Path, unreadable: Collection[str] = ()) -> list[str]:
    """How the catalogue and the index differ from the library, a line each; `unreadable` files give no document."""
    files = files_of(library)
    readable = {path: digest for path, digest in files.items() if path not in unreadable}
    places = {path: place.digest for path, place in catalogue.files.find_in_extent().items()}
    found = [f"{path}: known as {places.get(path)}, is {files.get(path)}" for path in _unequal(places, files)]
    documents = catalogue.documents.find_each(catalogue.documents.list_ids(), EVERYONE)
    held = {path: each.digest for each in documents.values() for path in each.paths}
    found += [f"{path}: found as {held.get(path)}, is {readable.get(path)}" for path in _unequal(held, readable)]
    found += [f"{each.id}: lies nowhere" for each in documents.values() if not each.paths]
    # A document is a content and an audience.
    contents = [(each.digest, each.groups) for each in documents.values()]
    found += [f"{each[0]}: in several documents" for each in set(contents) if contents.count(each) > 1]
    return found + _index_differences(catalogue, index_folder)


def _unequal(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


def _index_differences(catalogue: Catalogue, index_folder: Path) -> list[str]:
    folder = find_live_folder(index_folder)
    if folder is None:
        return ["no index"]
    with closing(Generation(folder)) as generation:
        ids = generation.engine.document_ids() ^ set(catalogue.documents.list_ids())
        found = [f"{id_}: in the index or in the catalogue only" for id_ in ids]
        if behind := catalogue.revisions.count_since(generation.indexed_revision):
            found.append(f"the index has {behind} documents to learn")
        # The product's own check of a new index: passages are counted, and documents found by their words.
        return found or list(filter(None, [find_flaw(generation, catalogue)]))


def found_at(words: Iterable[str], catalogue: Catalogue, index_folder: Path) -> dict[str, set[str]]:
    """Where the documents lie that each word finds."""
    live = LiveIndex(index_folder)
    search = Search(live, catalogue, VOCABULARY)
    found = {}
    for word in words:
        answer = search.ask(Question(word, exact=True, per_page=100))
        found[word] = {path for each in answer.found for path in each.document.paths}
    if live.engine:
        live.engine.close()
    return found


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    """What the database itself answers: documents that are removed are among its rows, and no code of ours between."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=60)) as connection:
        return connection.execute(query).fetchall()
