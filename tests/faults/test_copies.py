"""Files that take their time, or come by halves."""

from __future__ import annotations

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index.catalogue.file_statuses import FileState
from tests.faults.equality import differences, found_at, rows
from tests.faults.writing_files import docx, pdf, pptx, text
from tests.service.installation import Installation, wait_until

if TYPE_CHECKING:
    from index.catalogue.catalogue import Catalogue

SETTLE = 0.5
PAUSE = 3 * SETTLE

_WITHOUT_PRIVILEGE = ("setpriv", "--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search")
"""root opens every file, locked or not, unless this is taken from it."""


def _in_pieces(file: Path, content: bytes, pieces: int = 3) -> None:
    """Copy as over a slow line: the file stays open, and each pause is longer than what a file must stand still."""
    size = len(content) // pieces + 1
    with file.open("wb") as slowly:
        for start in range(0, len(content), size):
            slowly.write(content[start : start + size])
            slowly.flush()
            time.sleep(PAUSE)


WORDS = {
    "lent.pptx": ("pelican", "narval"),
    "lent.pdf": ("cormoran", "morse"),
    "lent.docx": ("flamant", "otarie"),
    "lent.txt": ("heron", "phoque"),
    "tronque.pptx": ("busard", "orque"),
    "vide.txt": ("sterne", "rorqual"),
    "verrouille.txt": ("courlis", "lamantin"),
}
"""The first and the last words of each file."""

MAKERS = {".pptx": pptx, ".pdf": pdf, ".docx": docx, ".txt": text}
WHOLE = {name: MAKERS[Path(name).suffix](*words) for name, words in WORDS.items()}
SLOW = [name for name in WHOLE if name.startswith("lent")]
REFUSED = [name for name in WHOLE if name not in SLOW]


def _states(catalogue: Catalogue) -> dict[str, FileState]:
    return {each.path: each.state for each in catalogue.file_statuses.find()}


def _come_by_halves(library: Path) -> None:
    """A copy cut short, a new version that brought nothing, and one that its owner still keeps to himself."""
    deck = WHOLE["tronque.pptx"]
    (library / "tronque.pptx").write_bytes(deck[: len(deck) // 2])
    (library / "vide.txt").write_bytes(b"")
    # Under a name that is ignored until it is locked: an indexer that is quick would have read it before.
    locked = library / ".verrouille.part"
    locked.write_bytes(WHOLE["verrouille.txt"])
    locked.chmod(0)
    locked.rename(library / "verrouille.txt")


def _come_slowly(library: Path) -> None:
    with ThreadPoolExecutor() as together:
        list(together.map(lambda name: _in_pieces(library / name, WHOLE[name]), SLOW))


def _come_whole(library: Path) -> None:
    for name in REFUSED:
        (library / name).chmod(0o600)
        (library / name).write_bytes(WHOLE[name])


@pytest.mark.timeout(300)
@pytest.mark.skipif(os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root opens locked files too")
def test_each_copy_is_one_document_whole(tmp_path: Path) -> None:
    """Copied in pieces, cut short, emptied or locked: each file is one document in the end, read once it is whole."""
    installation = Installation.new(tmp_path, settle_seconds=str(SETTLE), rescan_seconds="2")
    library, index = installation.library, installation.data / "index"
    with ExitStack() as stack:
        stack.enter_context(installation.start("watch", before=_WITHOUT_PRIVILEGE if os.geteuid() == 0 else ()))
        wait_until((index / "actuel").exists, "the indexer did not start")
        catalogue = stack.enter_context(installation.catalogue())
        # Its workers are at work when the others come, so that nothing but patience makes it wait for them.
        (library / "vide.txt").write_bytes(text("albatros"))
        wait_until(lambda: _states(catalogue) == {"vide.txt": FileState.INDEXED}, "the indexer does not work")
        _come_by_halves(library)
        _come_slowly(library)
        failed = dict.fromkeys(REFUSED, FileState.FAILED)
        wait_until(lambda: failed.items() <= _states(catalogue).items(), "what came by halves is not named as failed")
        _come_whole(library)
        wait_until(
            lambda: _states(catalogue) == dict.fromkeys(WHOLE, FileState.INDEXED), "not all is indexed in the end"
        )
        wait_until(lambda: not differences(library, catalogue, index), "they never become equal")
        expected = {word: {name} for name, words in WORDS.items() for word in words}
        assert found_at(expected, catalogue, index) == expected
        versions = {
            path: len(catalogue.documents.list_versions(str(place.document_id), frozenset({"membres"})))
            for path, place in catalogue.files.find_in_extent().items()
        }
        assert {name: versions[name] for name in SLOW} == dict.fromkeys(SLOW, 1)
    database = installation.data / "catalogue.sqlite"
    assert rows(database, "SELECT count(*) FROM document") == [(len(WHOLE),)]
    assert rows(database, "SELECT count(*) FROM failure") == [(len(REFUSED),)]
