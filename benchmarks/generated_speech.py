"""Speech made by espeak-ng, and music without words: sounds whose words are known, for measures and for tests."""

from __future__ import annotations

import io
import math
import subprocess
import wave
from array import array
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from extractors.transcription.sound import RATE, read_samples

if TYPE_CHECKING:
    from collections.abc import Iterable


def speak(text: str, words_a_minute: int = 140, voice: str = "fr") -> array[int]:
    """A text said in French, as samples of 16 bits at 16 kHz."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.wav"
        command = ["espeak-ng", "-v", voice, "-s", str(words_a_minute), "-w", str(path), text]
        subprocess.run(command, capture_output=True, check=True)  # noqa: S603
        return read_samples(path, 0.0, 3_600.0)


def silence(seconds: float) -> array[int]:
    """Nothing."""
    return array("h", bytes(2 * round(seconds * RATE)))


def music(seconds: float) -> array[int]:
    """Three tones that rise and fall, without words."""
    return array(
        "h",
        (
            round(3_000 * sum(math.sin(2 * math.pi * each * n / RATE) for each in (220, 277, 330)) / 3)
            for n in range(round(seconds * RATE))
        ),
    )


def join(parts: Iterable[array[int]]) -> array[int]:
    """Sounds one after the other."""
    whole = array("h")
    for each in parts:
        whole.extend(each)
    return whole


def to_wave(samples: array[int]) -> bytes:
    """Samples as a WAV file."""
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return stream.getvalue()
