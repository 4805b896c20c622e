"""The main job, against the running service: drop a deck in a folder, find its slide."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.request
from typing import TYPE_CHECKING

import pytest

from tests.indexer.conftest import write_deck
from tests.service.installation import Service, ruche

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 60.0
"""Seconds after which it will not happen any more. How long it takes is measured by benchmarks/bench_drop.py."""


def _index_once(service: Service, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """`ruche index` over the service's own library and catalogue."""
    environment = os.environ | {"RUCHE_LIBRARY": str(service.library), "RUCHE_DATA": str(tmp_path / "donnees")}
    return subprocess.run(  # noqa: S603 - our own command
        ruche("index"), env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )


def test_drop_rename_delete(service: Service) -> None:
    """A dropped deck is found at its slide, keeps its identity when its folder is renamed, and goes when deleted."""
    folder = service.library / "Webinaires" / "2025-05-06 - La lutte contre l'illectronisme"
    write_deck(folder / "deck.pptx", "Ouverture", "Repérer l’illectronisme à l’accueil")
    answer, _ = service.wait_for("illectronisme accueil", lambda each: each["total"] == 1, PATIENCE)
    (found,) = answer["results"]
    assert found["passages"][0]["locator"]["label"] == "diapositive 2"
    assert found["event"]["date"] == "2025-05-06"

    folder.rename(service.library / "Webinaires" / "2025-05-06 - Illectronisme")
    renamed, _ = service.wait_for(
        "illectronisme accueil",
        lambda each: each["total"] == 1 and "Illectronisme/" in each["results"][0]["paths"][0],
        PATIENCE,
    )
    assert renamed["results"][0]["id"] == found["id"]

    (service.library / "Webinaires" / "2025-05-06 - Illectronisme" / "deck.pptx").unlink()
    service.wait_for("illectronisme accueil", lambda each: each["total"] == 0, PATIENCE)


def test_a_slow_copy_is_read_whole(service: Service) -> None:
    """A file that arrives in pieces is read once, when it is whole."""
    file = service.library / "notes.txt"
    with file.open("w", encoding="utf-8") as slowly:
        for number in range(8):
            slowly.write(f"Phrase numéro {number}.\n")
            slowly.flush()
            time.sleep(0.3)
        slowly.write("La toute dernière parle de maraude.\n")
    answer, _ = service.wait_for("maraude", lambda each: each["total"] == 1, PATIENCE)
    assert answer["total"] == service.search("phrase")["total"] == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly(service: Service, number: signal.Signals, tmp_path: Path) -> None:
    """SIGTERM and Ctrl-C end the web and the indexer, with exit code 0, and give back the catalogue."""
    service.process.send_signal(number)
    assert service.process.wait(15) == 0
    again = _index_once(service, tmp_path)
    assert again.returncode == 0, again.stderr


def test_a_second_indexer_refuses(service: Service, tmp_path: Path) -> None:
    """An indexer started by mistake beside the service says that one is at work, in one line."""
    second = _index_once(service, tmp_path)
    assert second.returncode == 1
    assert second.stderr.startswith("ruche : Un indexeur travaille déjà")
    assert len(second.stderr.splitlines()) == 1


def test_the_original_is_given_back(service: Service) -> None:
    """What is downloaded is what was dropped, byte for byte."""
    file = service.library / "notes.txt"
    file.write_text("La maraude du soir.", encoding="utf-8")
    answer, _ = service.wait_for("maraude", lambda each: each["total"] == 1, PATIENCE)
    address = f"{service.url}documents/{answer['results'][0]['id']}/original"
    with urllib.request.urlopen(address, timeout=10) as original:  # noqa: S310 - a fixed address
        assert original.read() == file.read_bytes()
        assert original.headers["Content-Disposition"].startswith("attachment")
