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

from benchmarks.generated_speech import join, music, silence, speak, to_wave
from extractors.transcription.sound import RATE
from extractors.transcription.speech_model import MODEL_FOLDER
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
        told = {"RUCHE_TRANSCRIPTION": service.address, "RUCHE_TRANSCRIPTION_MODEL": "un-modele"}
        for kill in range(kills):
            process = _start(settings, told)
            _wait_for_pieces(settings, kill)
            time.sleep(chance.uniform(0.0, 4.0))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        process = _start(settings, told)
        try:
            pieces = _wait_for_the_end(settings, ENGINE, _PATIENCE)
        finally:
            process.terminate()
            process.wait()
        sent = Counter(body for _, _, body in service.requests)
    assert [each.is_last for each in pieces] == [False] * (len(pieces) - 1) + [True]
    assert all(first.end == second.start for first, second in pairwise(pieces))
    # A form's boundary is drawn anew, so equal sounds differ there: the number of requests is what counts.
    assert sum(sent.values()) <= len(pieces) + kills


@pytest.mark.timeout(10_000)
@pytest.mark.skipif(not (MODEL_FOLDER / "model.bin").is_file(), reason="make install-transcription")
def test_the_model_of_this_machine_hears_no_piece_again(tmp_path: Path, counts: Counts) -> None:
    """Killed at any moment of its real pieces, what hears goes on where it was, and every piece has its words."""
    if counts.is_short:
        pytest.skip("it hears for ten minutes: « make test-faults »")
    kills = min(counts.kills, 20)
    settings = Settings(library=tmp_path / "bibliotheque", data=tmp_path / "donnees")
    settings.library.mkdir()
    (settings.library / "reunion.wav").write_bytes(_speak_for(kills * _LOCAL_PIECE_SECONDS * 5 // 4))
    chance, engine = random.Random(kills), MODEL_FOLDER.name  # noqa: S311
    told = {"RUCHE_TRANSCRIPTION": "locale"}
    heard: tuple[TranscriptPiece, ...] = ()
    pace = 0.0
    for kill in range(kills):
        began = time.monotonic()
        process = _start(settings, told)
        # Every third one waits for a piece, so that the recording gets on; the others die at any moment of one.
        if kill % 3 == 0:
            _wait_for_pieces(settings, len(heard) + 1, engine, _LONG_PATIENCE)
            pace = (time.monotonic() - began) / max(1, len(_list_pieces(settings, engine)) - len(heard))
        time.sleep(chance.uniform(0.0, 1.2) * pace)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        now = _list_pieces(settings, engine)
        print(f"kill {kill + 1}: {len(now)} pieces, {pace:.0f} s for one")  # noqa: T201 - it takes long
        assert now[: len(heard)] == heard
        heard = now
    process = _start(settings, told)
    try:
        pieces = _wait_for_the_end(settings, engine, _LONG_PATIENCE)
    finally:
        process.terminate()
        process.wait()
    assert pieces[: len(heard)] == heard
    assert [each.is_last for each in pieces] == [False] * (len(pieces) - 1) + [True]
    assert all(first.end == second.start for first, second in pairwise(pieces))
    assert all(each.segments for each in pieces)


_LOCAL_PIECE_SECONDS = 105
_LONG_PATIENCE = 3_600.0
_SENTENCE = "Nous parlons ce matin du chèque énergie, de la rénovation des logements et du conseil numéro {}."


def _speak_for(seconds: int) -> bytes:
    """Sentences with pauses, as long as is asked."""
    spoken = [join((speak(_SENTENCE.format(number)), silence(2))) for number in range(20)]
    sound = join(spoken)
    return to_wave(join([sound] * (seconds * RATE // len(sound) + 1))[: seconds * RATE])


def _list_pieces(settings: Settings, engine: str) -> tuple[TranscriptPiece, ...]:
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        recordings = catalogue.transcripts.list_recordings(["son"])
        return catalogue.transcripts.list_pieces(recordings[0].digest, engine) if recordings else ()


def _record(path: Path, seconds: int) -> None:
    """A long recording in few bytes: a second of music again and again."""
    second = bytes((sample >> 8) + 128 for sample in music(1)[::2])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8_000)
        file.writeframes(second * seconds)


def _start(settings: Settings, transcription: dict[str, str]) -> subprocess.Popen[bytes]:
    told = {
        "RUCHE_LIBRARY": str(settings.library),
        "RUCHE_DATA": str(settings.data),
        "RUCHE_SETTLE_SECONDS": "0.1",
        **transcription,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "ruche", "watch"],
        env=os.environ | told,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _wait_for_pieces(settings: Settings, count: int, engine: str = ENGINE, patience: float = _PATIENCE) -> None:
    until = time.monotonic() + patience
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        while time.monotonic() < until:
            recordings = catalogue.transcripts.list_recordings(["son"])
            if any(len(catalogue.transcripts.list_pieces(each.digest, engine)) >= count for each in recordings):
                return
            time.sleep(0.1)
    raise AssertionError(f"piece {count} is not heard")


def _wait_for_the_end(settings: Settings, engine: str, patience: float) -> tuple[TranscriptPiece, ...]:
    until = time.monotonic() + patience
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        while time.monotonic() < until:
            for each in catalogue.transcripts.list_recordings(["son"]):
                if each.transcribed:
                    return catalogue.transcripts.list_pieces(each.digest, engine)
            time.sleep(0.2)
    raise AssertionError("the recording is not written down")
