"""kill -9 at any moment while vectors are made costs the batch under way: no text that was made is given again."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from index.catalogue import Catalogue
from index.config import Settings
from tests.model_server import Answer, serve_model
from tests.tiny_model import serve_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.catalogue import VectorProgress
    from tests.faults.conftest import Counts

_FILES, _HEADINGS = 250, 20
_BATCH = 128
_PATIENCE = 240.0


@pytest.mark.timeout(1_800)
def test_no_text_is_made_twice(tmp_path: Path, counts: Counts) -> None:
    """Killed again and again, the indexer goes on where it was, and every passage has its vector in the end."""
    if counts.is_short:
        # The process that makes vectors is of the lowest priority: beside other tests it hardly gets on.
        pytest.skip("it takes a machine to itself: « make test-faults »")
    settings = Settings(library=tmp_path / "bibliotheque", data=tmp_path / "donnees")
    write_library(settings.library)
    chance, kills = random.Random(7), min(counts.kills, 20)  # noqa: S311 - repeatable, no secret
    respond = serve_vectors()

    def respond_slowly(sent: dict[str, Any]) -> Answer:
        answer = respond(sent)
        answer.seconds = 0.2
        return answer

    with serve_model() as service:
        service.respond = respond_slowly
        for _ in range(kills):
            with _run(settings, service.address) as process:
                before = len(service.requests)
                # A known sentence is asked at each start; the next request is a batch.
                _wait(lambda before=before: len(service.requests) > before + 1 or None)
                time.sleep(chance.uniform(0.0, 0.5))
                os.kill(process.pid, signal.SIGKILL)
        assert _read_complete(settings) is None
        with _run(settings, service.address):
            progress = _wait(lambda: _read_complete(settings))
        texts = [text for _, _, body in service.requests for text in json.loads(body)["input"]]
    sent = [text for text in texts if text.startswith("Partie")]
    assert len(set(sent)) == _FILES * _HEADINGS
    assert len(sent) <= len(set(sent)) + kills * _BATCH
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        made = [len(vectors) // 5 for *_, vectors in catalogue.vectors.list_since(progress.model, 0)]
    print(f"{kills} kills: {len(set(sent))} texts, {len(sent)} sent")  # noqa: T201 - what a kill costs
    assert sum(made) == _FILES * _HEADINGS


def write_library(folder: Path) -> None:
    """Files with headings, each passage with a text of its own."""
    folder.mkdir()
    for file in range(_FILES):
        parts = [
            f"# Partie {file}-{number}\n\nLe budget numéro {file * 100 + number}.\n" for number in range(_HEADINGS)
        ]
        (folder / f"{file}.md").write_text("\n".join(parts), encoding="utf-8")


@contextmanager
def _run(settings: Settings, address: str) -> Iterator[subprocess.Popen[bytes]]:
    """An indexer that makes vectors by a service; it has ended afterwards."""
    told = {
        "RUCHE_LIBRARY": str(settings.library),
        "RUCHE_DATA": str(settings.data),
        "RUCHE_SETTLE_SECONDS": "0.1",
        "RUCHE_EMBEDDING": address,
        "RUCHE_EMBEDDING_MODEL": "petit",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "ruche", "watch"],
        env=os.environ | told,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _read_complete(settings: Settings) -> VectorProgress | None:
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        progress = catalogue.vectors.read_progress()
        done = progress and progress.is_complete and catalogue.revisions.count_since(progress.revision) == 0
        return progress if done and catalogue.documents.count_all().documents == _FILES else None


def _wait(look: Any) -> Any:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if (found := look()) is not None:
            return found
        time.sleep(0.1)
    raise AssertionError("the vectors do not get on")
