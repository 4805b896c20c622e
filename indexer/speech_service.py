"""A transcription service with OpenAI's interface, as Albert API, vLLM and others offer it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from extractors.transcription import HeardSegment, Hearing, PieceRefusal, RefusalKind
from index.model_service import ModelService, Patience, ServiceRefusalError, ask_patiently

MOST_BYTES = 20 * 2**20
"""The largest file that is sent: services refuse larger ones."""

_ANSWER_SECONDS = 300.0
_PATIENCE = Patience(attempts=6, seconds=600.0)
_FRENCH = frozenset({"", "fr", "fra", "fre", "french", "français", "francais"})


@dataclass(frozen=True, slots=True)
class SpeechService:
    """What a worker process calls to have a sound heard elsewhere."""

    service: ModelService

    def __call__(self, sound: bytes) -> Hearing | PieceRefusal:
        """Return what the service hears in an MP3, or why it hears nothing."""
        try:
            return hear_by_service(sound, self.service)
        except ServiceRefusalError as error:
            return PieceRefusal(str(error), RefusalKind.ASIDE if error.about_request else RefusalKind.LATER)


def hear_by_service(sound: bytes, service: ModelService) -> Hearing:
    """What the service hears in an MP3, seconds from its beginning, and a warning in French, or "".

    Where it is busy, silent or out of order it is asked again, a few times. Raises ServiceRefusalError.
    """
    if len(sound) > MOST_BYTES:
        raise ServiceRefusalError("morceau de plus de 20 Mio", about_request=True)
    return ask_patiently(partial(_hear_once, sound, service), _PATIENCE)


def _hear_once(sound: bytes, service: ModelService) -> Hearing:
    # No words of ours go with the sound: models repeat them.
    answer = service.post(
        "audio/transcriptions",
        _ANSWER_SECONDS,
        data={"model": service.model, "language": "fr", "response_format": "verbose_json", "temperature": "0"},
        files={"file": ("son.mp3", sound, "audio/mpeg")},
    )
    return _read_answer(answer)


def _read_answer(answer: Any) -> Hearing:
    if not isinstance(answer, dict) or not isinstance(answer.get("segments"), list):
        # Without times, words could not be found at their minute.
        raise ServiceRefusalError("le service ne donne pas de minutage (« verbose_json »)")
    if not answer["segments"] and str(answer.get("text") or "").strip():
        raise ServiceRefusalError("le service donne des mots sans minutage (« verbose_json »)")
    language = str(answer.get("language") or "")
    warning = (
        ""
        if language.lower() in _FRENCH
        else f"Le service a entendu une autre langue que le français ({language[:20]})."
    )
    try:
        return [_read_segment(each) for each in answer["segments"]], warning
    except (KeyError, TypeError, ValueError) as error:
        raise ServiceRefusalError("la réponse du service est incomplète", is_temporary=True) from error


def _read_segment(told: dict[str, Any]) -> HeardSegment:
    certainty, silence = told.get("avg_logprob"), told.get("no_speech_prob")
    return HeardSegment(
        float(told["start"]),
        float(told["end"]),
        str(told["text"]),
        None if certainty is None else float(certainty),
        None if silence is None else float(silence),
    )
