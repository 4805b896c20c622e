"""The disk that holds the catalogue and the index is full, then has room again."""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.error
import urllib.request
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.equality import differences, found_at
from tests.faults.writing_files import text
from tests.service.installation import Installation, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.catalogue.catalogue import Catalogue
    from tests.faults.conftest import Counts

_SIZE = "48m"
_LEFT = 100_000
"""Bytes left on the full disk: enough for a decision, not for what is dropped."""

TOLD = "le disque du dossier « data » est sans doute plein"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Installation]:
    """An installation whose data and temporary files are on a disk of their own."""
    installation = Installation.new(tmp_path, rescan_seconds="5")
    installation.data.mkdir()
    mounted = subprocess.run(  # noqa: S603 - a fixed command
        ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(installation.data)],  # noqa: S607 - the system's
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"needs to mount a small disk: {mounted.stderr.strip()}")
    yield installation
    subprocess.run(["umount", str(installation.data)], check=True)  # noqa: S603, S607 - idem


def _readiness(url: str) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(f"{url}pret", timeout=30) as answer:  # noqa: S310 - our own service
            told: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            told = json.load(error)
    return told


def _fill(folder: Path) -> Path:
    """A file that leaves hardly any room."""
    filler = folder / "rempli"
    with filler.open("wb") as file:
        file.write(bytes(shutil.disk_usage(folder).free - _LEFT))
    return filler


def _holds(catalogue: Catalogue, number: int) -> bool:
    return catalogue.documents.count_all().documents == number


@pytest.mark.timeout(600)
def test_a_full_disk_is_told_and_survived(small_disk: Installation, counts: Counts) -> None:
    """Searches go on, the log says in French that the disk is full, and with room again all is caught up with.

    However often the indexer stopped for it meanwhile: no file is blamed.
    """
    ends = 1 if counts.is_short else 4
    library, journal = small_disk.library, small_disk.journal
    words = {f"fiche-{number}.txt": f"balise{number:02d}" for number in range(30)}
    first = dict(list(words.items())[:5])
    for path, word in first.items():
        (library / path).write_bytes(text(word))
    with small_disk.serve() as service, small_disk.catalogue() as catalogue:
        wait_until(partial(_holds, catalogue, len(first)), "the first files are not indexed")
        filler = _fill(small_disk.data)
        for path, word in words.items():
            if path not in first:
                (library / path).write_bytes(text(word, *(f"remplissage{number}" for number in range(1_000))))
        wait_until(lambda: journal.read_text(encoding="utf-8").count(TOLD) >= ends, "the full disk is not told", 300)
        assert service.search("balise00")["total"] == 1
        filler.unlink()
        wait_until(partial(_holds, catalogue, len(words)), "what waited is not read", 300)
        index = small_disk.data / "index"
        wait_until(lambda: not differences(library, catalogue, index), "they never become equal")
        expected = {word: {path} for path, word in words.items()}
        assert found_at(expected, catalogue, index) == expected
        wait_until(lambda: _readiness(service.url)["pret"], "the service is not ready again")
