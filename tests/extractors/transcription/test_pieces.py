"""A piece of a recording, from its sound to clean segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.generated_speech import join, music, silence, to_wave
from extractors.transcription import PieceRefusal, RefusalKind, SpeechEngine, TranscribedPiece, transcribe_piece
from tests.extractors.readers.test_sound import CODECS, encode, tone
from tests.extractors.samples import sample
from tests.extractors.transcription.speech_server import HEARD, SEGMENT, Answer, serve_speech

if TYPE_CHECKING:
    from pathlib import Path


def test_times_are_those_of_the_recording(tmp_path: Path) -> None:
    """Segments of a later piece start where it starts; one that ends after the sound ends with it."""
    path = tmp_path / "a.wav"
    path.write_bytes(to_wave(join((music(10), silence(5), music(5)))))
    segment = {**SEGMENT, "start": 1.0, "end": 30.0}
    with serve_speech(Answer(body={**HEARD, "segments": [segment]})) as service:
        piece = transcribe_piece(path, 12.0, SpeechEngine("m", service.address))
    assert isinstance(piece, TranscribedPiece)
    assert (piece.start, piece.end, piece.is_last) == (12.0, 20.0, True)
    assert [(each.start, each.end) for each in piece.segments] == [(13.0, 20.0)]


def test_long_recordings_are_cut_in_a_pause(tmp_path: Path) -> None:
    """A service is sent ten minutes at most, and the next piece begins where this one ends."""
    path = tmp_path / "a.wav"
    path.write_bytes(to_wave(join((music(60) * 9, silence(6), music(60) * 2))))
    with serve_speech() as service:
        piece = transcribe_piece(path, 0.0, SpeechEngine("m", service.address))
    assert isinstance(piece, TranscribedPiece)
    assert not piece.is_last
    assert 540 < piece.end < 546
    ((_, _, body),) = service.requests
    assert len(body) < 20 * 2**20


def test_silence_is_not_sent(tmp_path: Path) -> None:
    """Nothing is asked about what is silent."""
    path = tmp_path / "a.wav"
    path.write_bytes(to_wave(silence(30)))
    with serve_speech() as service:
        piece = transcribe_piece(path, 0.0, SpeechEngine("m", service.address))
    assert isinstance(piece, TranscribedPiece)
    assert piece.segments == ()
    assert service.requests == []


@pytest.mark.parametrize(
    ("answer", "kind"), [(Answer(401), RefusalKind.LATER), (Answer(413), RefusalKind.ASIDE)], ids=["401", "413"]
)
def test_refusals_say_what_follows(answer: Answer, kind: RefusalKind, tmp_path: Path) -> None:
    """One recording may be refused, or all of them."""
    path = tmp_path / "a.wav"
    path.write_bytes(to_wave(music(2)))
    with serve_speech(answer) as service:
        piece = transcribe_piece(path, 0.0, SpeechEngine("m", service.address))
    assert isinstance(piece, PieceRefusal)
    assert piece.kind is kind


def test_what_has_no_sound_is_never_heard(tmp_path: Path) -> None:
    """A silent film is told for good."""
    path = tmp_path / "a.mp4"
    path.write_bytes(sample(".mp4"))
    assert transcribe_piece(path, 0.0, SpeechEngine("m", "http://127.0.0.1:9/v1")) == PieceRefusal(
        "aucune piste sonore", RefusalKind.FINAL
    )


def test_a_damaged_file_is_told_in_french(tmp_path: Path) -> None:
    """Members read the reason: it names no file of the machine."""
    path = tmp_path / "a.m4a"
    whole = encode(tone(20), *CODECS[".m4a"])
    path.write_bytes(whole[: len(whole) * 2 // 3])
    assert transcribe_piece(path, 0.0, SpeechEngine("m", "http://127.0.0.1:9/v1")) == PieceRefusal(
        "fichier abîmé ou incomplet", RefusalKind.FINAL
    )


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    """So is a library that is not installed: both are for whoever looks after the machine."""
    path = tmp_path / "a.wav"
    path.write_bytes(to_wave(music(2)))
    piece = transcribe_piece(path, 0.0, SpeechEngine(str(tmp_path / "absent")))
    assert isinstance(piece, PieceRefusal)
    assert piece.kind is RefusalKind.LATER
    assert str(tmp_path) not in piece.message


def test_a_key_ends_in_no_log() -> None:
    """What is printed of an engine is its name."""
    assert "secrete" not in repr(SpeechEngine("m", "https://a.example.fr/v1", "cle-secrete"))
