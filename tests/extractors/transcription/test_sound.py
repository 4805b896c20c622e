"""The sound of a piece: where it starts, where it ends, and what damaged packets become."""

from __future__ import annotations

import random
from array import array
from typing import TYPE_CHECKING

import pytest

from benchmarks.generated_speech import join, silence, to_wave
from extractors.errors import UnreadableFileError
from extractors.transcription.sound import RATE, encode_mp3, find_cut, is_silent, read_samples
from tests.extractors.readers.test_sound import CODECS, encode, tone
from tests.extractors.samples import sample

if TYPE_CHECKING:
    from pathlib import Path


def marked(seconds: int) -> array[int]:
    """Silence with a tone at the beginning of each tenth second."""
    return join(each for _ in range(0, seconds, 10) for each in (tone(1), silence(9)))


def onsets(samples: array[int]) -> list[float]:
    """The seconds at which it becomes loud after half a second of quiet."""
    step = RATE // 100
    loud = [max(map(abs, samples[place : place + step])) > 2_000 for place in range(0, len(samples), step)]
    return [place / 100 for place in range(len(loud)) if loud[place] and not any(loud[max(0, place - 50) : place])]


@pytest.mark.parametrize("suffix", [".mp3", ".m4a", ".wav", ".opus", ".flac", ".wma", ".mkv"])
def test_a_piece_starts_where_it_is_asked_for(suffix: str, tmp_path: Path) -> None:
    """Times are those of the recording, to a tenth of a second, in any container."""
    path = tmp_path / f"a{suffix}"
    path.write_bytes(encode(marked(60), *CODECS[suffix]))
    assert onsets(read_samples(path, 0.0, 25)) == pytest.approx([0, 10, 20], abs=0.1)
    assert onsets(read_samples(path, 25.0, 20)) == pytest.approx([5, 15], abs=0.1)
    # The end comes before the seconds asked for.
    assert len(read_samples(path, 55.0, 20)) == pytest.approx(5 * RATE, abs=0.1 * RATE)
    assert len(read_samples(path, 90.0, 20)) == 0


def test_damaged_packets_become_silence(tmp_path: Path) -> None:
    """What comes after them keeps its second."""
    whole = bytearray(encode(marked(60), "webm", "libopus"))
    first, last = len(whole) * 22 // 60, len(whole) * 28 // 60
    whole[first:last] = bytes(last - first)
    path = tmp_path / "a.webm"
    path.write_bytes(bytes(whole))
    assert onsets(read_samples(path, 0.0, 60))[-2:] == pytest.approx([40, 50], abs=0.2)


@pytest.mark.parametrize("suffix", [".mp3", ".m4a", ".flac", ".mkv", ".wma"])
def test_noise_in_a_file_ends_nothing(suffix: str, tmp_path: Path) -> None:
    """Whatever bytes are wrong, what can be heard before them is heard, and nothing crashes."""
    whole = bytearray(encode(marked(30), *CODECS[suffix]))
    chance = random.Random(suffix)  # noqa: S311
    for _ in range(200):
        whole[chance.randrange(len(whole) // 2, len(whole) * 9 // 10)] = chance.randrange(256)
    path = tmp_path / f"a{suffix}"
    path.write_bytes(bytes(whole))
    heard = onsets(read_samples(path, 0.0, 60))
    assert heard[:1] == pytest.approx([0], abs=0.1)


def test_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    """There is nothing to hear."""
    path = tmp_path / "a.mp4"
    path.write_bytes(sample(".mp4"))
    with pytest.raises(UnreadableFileError) as refused:
        read_samples(path, 0.0, 10)
    assert refused.value.detail == "aucune piste sonore"


def test_a_piece_ends_in_a_pause() -> None:
    """The cut is in the middle of the quiet, never in a word."""
    samples = join((tone(12), silence(1), tone(7)))
    assert find_cut(samples, 10, 20) == pytest.approx(12.5, abs=0.4)
    # Without a pause it is somewhere in between.
    assert 10 <= find_cut(tone(20), 10, 20) <= 20


def test_silence_is_known() -> None:
    """Silence, and hardly anything else."""
    assert is_silent(silence(2))
    assert is_silent(array("h"))
    assert not is_silent(join((silence(2), tone(0.2))))


def test_what_is_sent_is_small_and_whole(tmp_path: Path) -> None:
    """Ten minutes fit many times into what a service takes; the sound arrives as it was."""
    path = tmp_path / "a.mp3"
    path.write_bytes(encode_mp3(marked(60)))
    assert path.stat().st_size < 60 * 6_200
    assert onsets(read_samples(path, 0.0, 60)) == pytest.approx([0, 10, 20, 30, 40, 50], abs=0.1)


def test_waves_are_read(tmp_path: Path) -> None:
    """What other tests write is what this reads."""
    path = tmp_path / "a.wav"
    path.write_bytes(to_wave(tone(2)))
    assert read_samples(path, 0.0, 5) == tone(2)
