"""Many files at once, and an indexer that dies in the middle."""

from __future__ import annotations

import os
import signal
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.faults.equality import differences, found_at, rows
from tests.faults.writing_files import MAKERS
from tests.service.installation import Installation, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from index.catalogue.catalogue import Catalogue
    from tests.faults.conftest import Counts


def _words(number: int) -> dict[str, str]:
    """A word of its own for each file, by path."""
    suffixes = list(MAKERS)
    return {
        f"lot-{each % 7}/fiche-{each}{suffixes[each % len(suffixes)]}": f"balise{each:05d}" for each in range(number)
    }


def _write(library: Path, words: dict[str, str]) -> None:
    for path, word in words.items():
        file = library / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(MAKERS[file.suffix](word))


def _indexer(installation: Installation, unlike: int = 0) -> int:
    """The process number of the indexer at work, another than `unlike`."""
    owner = installation.data / "indexeur.pid"
    wait_until(lambda: owner.exists() and owner.read_text() not in {"", str(unlike)}, "no indexer came back")
    return int(owner.read_text())


@pytest.mark.timeout(1800)
def test_each_file_of_a_burst_is_indexed_once(tmp_path: Path, counts: Counts) -> None:
    """Files pour in, the indexer is killed in the middle and comes back: each is one document, found."""
    installation = Installation.new(tmp_path)
    words = _words(counts.burst)
    with installation.serve(), installation.catalogue() as catalogue:
        pouring = threading.Thread(target=_write, args=(installation.library, words))
        pouring.start()
        indexer = 0
        ends = max(1, counts.burst // 500)
        for wanted in (counts.burst * number // (ends + 1) for number in range(1, ends + 1)):
            wait_until(partial(_holds, catalogue, wanted), "the burst is not read", 600)
            indexer = _indexer(installation, unlike=indexer)
            os.kill(indexer, signal.SIGKILL)
        pouring.join()
        wait_until(partial(_holds, catalogue, counts.burst), "not all files are indexed", 900)
        index = installation.data / "index"
        wait_until(lambda: not differences(installation.library, catalogue, index), "they never become equal")
        assert found_at(words.values(), catalogue, index) == {word: {path} for path, word in words.items()}
    assert rows(installation.data / "catalogue.sqlite", "SELECT count(*) FROM document") == [(counts.burst,)]


def _holds(catalogue: Catalogue, number: int) -> bool:
    return catalogue.documents.count_all().documents >= number
