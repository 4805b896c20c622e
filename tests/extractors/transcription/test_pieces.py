"""A piece of a recording, from its sound to clean segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.generated_speech import join, music, silence, to_wave
from extractors.transcription import (
    HeardSegment,
    PieceRefusal,
    RefusalKind,
    SpeechEngine,
    TranscribedPiece,
    transcribe_piece,
)
from tests.extractors.readers.test_sound import CODECS, encode, tone
from tests.extractors.samples import sample

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.transcription import Hearing

ADDRESS = "http://127.0.0.1:9/v1"


class Service:
    """A service that hears the same in each sound, and remembers what it was sent."""

    def __init__(self, *segments: HeardSegment) -> None:
        self._segments = segments
        self.sounds: list[bytes] = []

    def __call__(self, sound: bytes) -> Hearing:
        """Hear."""
        self.sounds.append(sound)
        return list(self._segments), ""


def test_times_are_those_of_the_recording(tmp_path: Path) -> None:
    """Segments of a later piece start where it starts; one that ends after the sound ends with it."""
    path = tmp_path / "a.wav"
    path.write_bytes(to_wave(join((music(10), silence(5), music(5)))))
    piece = transcribe_piece(path, 12.0, SpeechEngine("m", ADDRESS, Service(HeardSegment(1.0, 30.0, "Bonjour."))))
    assert isinstance(piece, TranscribedPiece)
    assert (piece.start, piece.end, piece.is_last) == (12.0, 20.0, True)
    assert [(each.start, each.end) for each in piece.segments] == [(13.0, 20.0)]


def test_long_recordings_are_cut_in_a_pause(tmp_path: Path) -> None:
    """A service is sent ten minutes at most, and the next piece begins where this one ends."""
    path = tmp_path / "a.wav"
    path.write_bytes(to_wave(join((music(60) * 9, silence(6), music(60) * 2))))
    service = Service(HeardSegment(0.5, 2.0, "Bonjour."))
    piece = transcribe_piece(path, 0.0, SpeechEngine("m", ADDRESS, service))
    assert isinstance(piece, TranscribedPiece)
    assert not piece.is_last
    assert 540 < piece.end < 546
    (sound,) = service.sounds
    assert len(sound) < 20 * 2**20


def test_silence_is_not_sent(tmp_path: Path) -> None:
    """Nothing is asked about what is silent."""
    path = tmp_path / "a.wav"
    path.write_bytes(to_wave(silence(30)))
    service = Service(HeardSegment(0.5, 2.0, "Bonjour."))
    piece = transcribe_piece(path, 0.0, SpeechEngine("m", ADDRESS, service))
    assert isinstance(piece, TranscribedPiece)
    assert piece.segments == ()
    assert service.sounds == []


def test_a_refusal_is_handed_on(tmp_path: Path) -> None:
    """What the service refuses is told as it tells it."""
    path = tmp_path / "a.wav"
    path.write_bytes(to_wave(music(2)))
    refusal = PieceRefusal("le service est en panne (500)", RefusalKind.LATER)
    assert transcribe_piece(path, 0.0, SpeechEngine("m", ADDRESS, lambda _: refusal)) == refusal


def test_what_has_no_sound_is_never_heard(tmp_path: Path) -> None:
    """A silent film is told for good."""
    path = tmp_path / "a.mp4"
    path.write_bytes(sample(".mp4"))
    assert transcribe_piece(path, 0.0, SpeechEngine("m", ADDRESS, Service())) == PieceRefusal(
        "aucune piste sonore", RefusalKind.FINAL
    )


def test_a_damaged_file_is_told_in_french(tmp_path: Path) -> None:
    """Members read the reason: it names no file of the machine."""
    path = tmp_path / "a.m4a"
    whole = encode(tone(20), *CODECS[".m4a"])
    path.write_bytes(whole[: len(whole) * 2 // 3])
    assert transcribe_piece(path, 0.0, SpeechEngine("m", ADDRESS, Service())) == PieceRefusal(
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
