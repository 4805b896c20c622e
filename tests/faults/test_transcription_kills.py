"""kill -9 at any moment of a transcription costs the piece under way: no piece that was heard is heard again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import wave
from collections import Counter
from contextlib import closing
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from benchmarks.generated_speech import music
from index.catalogue import Catalogue
from index.config import Settings
from tests.model_server import serve_model

if TYPE_CHECKING:
    from pathlib import Path

    from index.model import TranscriptPiece
    from tests.faults.conftest import Counts

ENGINE = "un-modele (127.0.0.1)"
PIECE_SECONDS = 540
_PATIENCE = 240.0


@pytest.mark.timeout(1_800)
def test_nothing_is_lost_or_heard_twice(tmp_path: Path, counts: Counts) -> None:
    """Pieces follow each other to the end, and a kill costs one request at most."""
    if counts.is_short:
        # The process that hears is of the lowest priority: beside other tests it hardly gets on.
        pytest.skip("it takes a machine to itself: « make test-faults »")
    # Each kill waits for a piece, so that there is something to lose.
    kills = min(counts.kills, 20)
    settings = Settings(library=tmp_path / "bibliotheque", data=tmp_path / "donnees")
    settings.library.mkdir()
    _record(settings.library / "reunion.wav", (kills + 1) * PIECE_SECONDS)
    chance = random.Random(kills)  # noqa: S311
    with serve_model() as service:
        for kill in range(kills):
            process = _start(settings, service.address)
            _wait_for_pieces(settings, kill)
            time.sleep(chance.uniform(0.0, 4.0))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        process = _start(settings, service.address)
        try:
            pieces = _wait_for_the_end(settings)
        finally:
            process.terminate()
            process.wait()
        sent = Counter(body for _, _, body in service.requests)
    assert [each.is_last for each in pieces] == [False] * (len(pieces) - 1) + [True]
    assert all(first.end == second.start for first, second in pairwise(pieces))
    # A form's boundary is drawn anew, so equal sounds differ there: the number of requests is what counts.
    assert sum(sent.values()) <= len(pieces) + kills


def _record(path: Path, seconds: int) -> None:
    """A long recording in few bytes: a second of music again and again."""
    second = bytes((sample >> 8) + 128 for sample in music(1)[::2])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8_000)
        file.writeframes(second * seconds)


def _start(settings: Settings, address: str) -> subprocess.Popen[bytes]:
    told = {
        "RUCHE_LIBRARY": str(settings.library),
        "RUCHE_DATA": str(settings.data),
        "RUCHE_TRANSCRIPTION": address,
        "RUCHE_TRANSCRIPTION_MODEL": "un-modele",
        "RUCHE_SETTLE_SECONDS": "0.1",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "ruche", "watch"],
        env=os.environ | told,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _wait_for_pieces(settings: Settings, count: int) -> None:
    until = time.monotonic() + _PATIENCE
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        while time.monotonic() < until:
            recordings = catalogue.transcripts.list_recordings(["son"])
            if any(len(catalogue.transcripts.list_pieces(each.digest, ENGINE)) >= count for each in recordings):
                return
            time.sleep(0.1)
    raise AssertionError(f"piece {count} is not heard")


def _wait_for_the_end(settings: Settings) -> tuple[TranscriptPiece, ...]:
    until = time.monotonic() + _PATIENCE
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        while time.monotonic() < until:
            for each in catalogue.transcripts.list_recordings(["son"]):
                if each.transcribed:
                    return catalogue.transcripts.list_pieces(each.digest, ENGINE)
            time.sleep(0.2)
    raise AssertionError("the recording is not written down")
