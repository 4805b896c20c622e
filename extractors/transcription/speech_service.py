"""A transcription service with OpenAI's interface, as Albert API, vLLM and others offer it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests
import stamina

from extractors.transcription.hallucinations import HeardSegment

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES = 20 * 2**20
"""The largest file that is sent: services refuse larger ones."""

_ANSWER_SECONDS = 300.0
_CONNECT_SECONDS = 10.0
_ATTEMPTS = 6
_PATIENCE_SECONDS = 600.0
_LONGEST_WAIT_SECONDS = 60.0
_FRENCH = frozenset({"", "fr", "fra", "fre", "french", "français", "francais"})

_TOO_MANY = 429
_SERVER_ERRORS = 500
_ABOUT_THE_FILE = frozenset({400, 413, 415, 422})


class ServiceRefusalError(Exception):
    """The service gave no transcription: `is_temporary` where it may later, `about_file` where it refuses this one.

    The message is in French, for whoever looks after the installation; it holds neither the key nor any text.
    """

    def __init__(self, message: str, *, is_temporary: bool = False, about_file: bool = False, wait: float = 0) -> None:
        super().__init__(message)
        self.is_temporary = is_temporary
        self.about_file = about_file
        self.wait = wait
        """The seconds that the service asks to wait for; 0 where it does not say."""


def hear_by_service(sound: bytes, address: str, model: str, key: str) -> tuple[list[HeardSegment], str]:
    """What the service hears in an MP3, seconds from its beginning, and a warning in French, or "".

    Where it is busy, silent or out of order it is asked again, a few times. Raises ServiceRefusalError.
    """
    if len(sound) > MOST_BYTES:
        raise ServiceRefusalError("morceau de plus de 20 Mio", about_file=True)
    for attempt in stamina.retry_context(
        on=_tell_wait,
        attempts=_ATTEMPTS,
        timeout=_PATIENCE_SECONDS,
        wait_initial=1.0,
        wait_max=_LONGEST_WAIT_SECONDS,
    ):
        with attempt:
            return _read_answer(_post_sound(sound, address, model, key))
    raise AssertionError("stamina gives the result of the last attempt, or its error")


def _tell_wait(error: Exception) -> bool | float:
    """Whether to ask again, or in how many seconds."""
    if not isinstance(error, ServiceRefusalError) or not error.is_temporary:
        return False
    return min(error.wait, _LONGEST_WAIT_SECONDS) or True


def _post_sound(sound: bytes, address: str, model: str, key: str) -> Any:
    """The JSON that the service answers; ServiceRefusalError for any other answer, or none."""
    try:
        answer = requests.post(
            f"{address.rstrip('/')}/audio/transcriptions",
            data={"model": model, "language": "fr", "response_format": "verbose_json", "temperature": "0"},
            files={"file": ("son.mp3", sound, "audio/mpeg")},
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=(_CONNECT_SECONDS, _ANSWER_SECONDS),
            # An address that the service leads to elsewhere is not one that somebody chose to send recordings to.
            allow_redirects=False,
        )
    except requests.Timeout as error:
        raise ServiceRefusalError("le service ne répond pas dans le temps prévu", is_temporary=True) from error
    except requests.RequestException as error:
        # Half an answer is one of these too.
        raise ServiceRefusalError("le service est injoignable ou coupe la connexion", is_temporary=True) from error
    _check_status(answer)
    try:
        return answer.json()
    except ValueError as error:
        raise ServiceRefusalError("le service a répondu autre chose que du JSON", is_temporary=True) from error


def _check_status(answer: requests.Response) -> None:
    code = answer.status_code
    if code == _TOO_MANY:
        raise ServiceRefusalError(
            "le service a reçu trop de demandes (429)", is_temporary=True, wait=_parse_wait(answer.headers)
        )
    if code >= _SERVER_ERRORS:
        raise ServiceRefusalError(
            f"le service est en panne ({code})", is_temporary=True, wait=_parse_wait(answer.headers)
        )
    if code in _ABOUT_THE_FILE:
        raise ServiceRefusalError(f"le service refuse ce son ou ce modèle ({code})", about_file=True)
    if code != requests.codes.ok:
        raise ServiceRefusalError(f"le service refuse la demande ({code}) : vérifiez son adresse et la clé")


def _parse_wait(headers: Mapping[str, str]) -> float:
    told = headers.get("Retry-After", "")
    # Nine digits are beyond the bound already; a date is not looked at.
    return float(told[:9]) if told.isascii() and told.isdigit() else 0.0


def _read_answer(answer: Any) -> tuple[list[HeardSegment], str]:
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
