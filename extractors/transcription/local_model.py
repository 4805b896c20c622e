"""A Whisper model on this machine, by faster-whisper and CTranslate2, on one thread."""

from __future__ import annotations

import os
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from extractors.transcription.hallucinations import HeardSegment

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator, Sequence

# Linear algebra libraries reserve memory for each processor as they load, beyond the limit of a worker.
_THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
_PAUSE_MILLISECONDS = 500
_TEMPERATURES = (0.0, 0.4)
_APART_SECONDS = 1.0


def hear_samples(samples: array[int], folder: str) -> Iterator[HeardSegment]:
    """What the model in a folder hears where voice detection finds somebody; seconds are from the first sample.

    ModuleNotFoundError where faster-whisper is not installed; OSError or ValueError where the folder holds no model.
    """
    model = _load_model(folder)
    numpy = import_module("numpy")
    sound = numpy.frombuffer(samples.tobytes(), dtype=numpy.int16).astype(numpy.float32) / 32_768
    # Neither the words before nor those of the vocabulary are given: models repeat the former and make up the latter.
    segments, _ = model.transcribe(
        sound,
        language="fr",
        beam_size=5,
        # One second try where words repeat or are unlikely: more would take many times as long on music and noise.
        temperature=_TEMPERATURES,
        best_of=2,
        condition_on_previous_text=False,
        vad_filter=True,
        vad_parameters={"min_silence_duration_ms": _PAUSE_MILLISECONDS},
        # A segment may span a silence that voice detection took out: its words tell where.
        word_timestamps=True,
    )
    for each in segments:
        for words in _split_at_pauses(each.words or []):
            text = "".join(word.word for word in words)
            start, end = float(words[0].start), float(words[-1].end)
            yield HeardSegment(start, end, text, each.avg_logprob, each.no_speech_prob)


def _split_at_pauses(words: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The words of a segment, apart where nobody speaks for a while."""
    first = 0
    for place in range(1, len(words)):
        if words[place].start - words[place - 1].end >= _APART_SECONDS:
            yield words[first:place]
            first = place
    if words:
        yield words[first:]


@lru_cache(maxsize=1)
def _load_model(folder: str) -> Any:
    """The model, loaded once by the process that hears."""
    os.environ.update(_THREADS)
    whisper = import_module("faster_whisper")
    return whisper.WhisperModel(
        folder, device="cpu", compute_type="int8", cpu_threads=1, num_workers=1, local_files_only=True
    )
