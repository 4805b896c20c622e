"""The same library read by this machine and by a cluster: the same catalogue, whoever dies meanwhile."""

from __future__ import annotations

import shutil
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from index.catalogue.catalogue import Catalogue
from index.catalogue.file_statuses import FileState
from index.catalogue.indexer_state import Phase
from index.config.settings import Settings
from indexer.errors import ExtractionUnavailableError
from indexer.runtime.open_indexer import open_indexer
from tests.extractors.dask_cluster import DaskCluster, kill, until
from tests.extractors.test_corpus import CORPUS
from tests.indexer.conftest import write_deck
from tests.indexer.library_state import read_library_state
from tests.service.installation import Installation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("distributed", reason="needs Dask")

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[DaskCluster]:
    """A cluster of which nothing runs yet."""
    with DaskCluster(tmp_path) as cluster:
        yield cluster


def generated(folder: Path) -> Path:
    """A small library: sound files of several formats, one file twice, one broken, one empty."""
    for number in range(60):
        path = folder / f"2024-0{number % 9 + 1}-12 Webinaire" / f"note-{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Le non-recours au RSA, compte rendu numéro {number}. " * 30, encoding="utf-8")
    for number in range(6):
        write_deck(folder / "supports" / f"support-{number}.pptx", f"Diapositive {number}", "L’aller-vers")
    shutil.copyfile(folder / "supports" / "support-1.pptx", folder / "copie.pptx")
    (folder / "abime.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20)
    (folder / "vide.docx").touch()
    return folder


def whole(settings: Settings) -> list[list[tuple[object, ...]]]:
    """All that the catalogue of an installation holds."""
    catalogue = Catalogue.open(settings.catalogue_url)
    state = read_library_state(catalogue)
    catalogue.close()
    return state


def index_all(settings: Settings) -> None:
    """Index until every file has settled."""
    with open_indexer(settings) as indexer:
        while indexer.run_once().unsettled:
            indexer.stop.wait(settings.settle_seconds)


def index_by_two_of_which_one_dies(settings: Settings, dask: DaskCluster) -> None:
    """The same, on two readers; the first is killed once twenty files were read, while it reads another."""
    dask.schedule()
    doomed, _ = dask.reader(threads=2), dask.reader(threads=2)
    with open_indexer(settings) as indexer:
        catalogue = Catalogue.open(settings.catalogue_url)

        def strike() -> None:
            until(lambda: len(catalogue.documents.list_ids()) >= 20, "nothing is read")
            kill(doomed)

        striking = threading.Thread(target=strike)
        striking.start()
        while indexer.run_once().unsettled:
            indexer.stop.wait(settings.settle_seconds)
        striking.join()
        catalogue.close()
    assert doomed.returncode == -9


@pytest.mark.parametrize(
    "source",
    [
        "generated",
        pytest.param(
            "corpus",
            marks=[
                pytest.mark.corpus,
                pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the corpus is not at {CORPUS}"),
            ],
        ),
    ],
)
def test_the_same_catalogue(source: str, dask: DaskCluster, tmp_path: Path) -> None:
    """Documents, passages, titles, states and failures are those of the local pool, though a reader is killed."""
    library = CORPUS if source == "corpus" else generated(tmp_path / "bibliotheque")
    alone = Settings(library=library, data=tmp_path / "seul", settle_seconds=0.1)
    together = alone.model_copy(update={"data": tmp_path / "grappe", "extraction": f"dask://{dask.address}"})
    index_by_two_of_which_one_dies(together, dask)
    index_all(alone)
    expected = whole(alone)
    assert len(str(expected)) > 10_000
    for found, held in zip(whole(together), expected, strict=True):
        # What differs, and no more: two whole catalogues are not read by anybody.
        assert [each for each in found if each not in held] == [each for each in held if each not in found]
        assert len(found) == len(held)


def test_without_readers_it_says_so_and_loses_nothing(dask: DaskCluster, tmp_path: Path) -> None:
    """A scheduler that is away is told by status and readiness; what was dropped is read once it is there."""
    installation = Installation.new(tmp_path / "ruche", extraction=f"dask://{dask.address}", settle_seconds="0.1")
    (installation.library / "a.txt").write_text("la CAF", encoding="utf-8")
    with installation.serve(), installation.catalogue() as catalogue:

        def phase() -> Phase | None:
            state = catalogue.indexer.read_state()
            return state.phase if state else None

        until(lambda: phase() is Phase.WITHOUT_READERS, "it is not told")
        assert f"{dask.address} ne répond pas" in installation.run("status").stdout
        dask.schedule()
        dask.reader()
        until(lambda: phase() is Phase.IDLE and catalogue.documents.list_ids(), "the file is not read")
        assert [each.state for each in catalogue.file_statuses.find()] == [FileState.INDEXED]


def test_an_address_that_is_none(tmp_path: Path) -> None:
    """A wrong value of the setting is refused in one line that shows a right one."""
    refused = Installation.new(tmp_path, extraction="dask://nulle-part").run("status")
    assert refused.returncode != 0
    assert "dask://10.0.0.5:8786" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_dask_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the setting asks for a cluster and Dask is missing, one line says what to install."""
    monkeypatch.setitem(sys.modules, "extractors.workers.dask_cluster", None)
    settings = Settings(library=tmp_path / "b", data=tmp_path / "d", extraction="dask://127.0.0.1:8786")
    (tmp_path / "b").mkdir()
    with pytest.raises(ExtractionUnavailableError, match="installé"), open_indexer(settings):
        pass
