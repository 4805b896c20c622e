"""What tests of transcription need, where it is installed: a speech model, and a voice."""

from __future__ import annotations

import shutil
from importlib.util import find_spec

import pytest

from extractors.transcription.speech_model import MODEL_FOLDER

needs_model = pytest.mark.skipif(
    not find_spec("faster_whisper") or not (MODEL_FOLDER / "model.bin").exists(),
    reason="no speech model here: « make install-transcription » sets one up",
)
needs_voice = pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")
