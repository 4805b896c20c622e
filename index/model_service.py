"""A service with OpenAI's interface (Albert API, vLLM, llama.cpp, Ollama…): one client for all that is asked of it."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TypeVar

    import requests

    _Result = TypeVar("_Result")

_CONNECT_SECONDS = 10.0
_LONGEST_WAIT_SECONDS = 60.0
# Bytes of one answer that are read; what is asked for here is far smaller.
_MOST_ANSWER_BYTES = 16 * 2**20

_CHUNK_BYTES = 8 * 1024
_SERVER_ERRORS = 500
_ABOUT_THE_REQUEST = frozenset({400, 413, 415, 422})


class ServiceRefusalError(Exception):
    """The service gave no answer: `is_temporary` where it may later, `about_request` where it refuses this request.

    The message is in French, for whoever looks after the installation; it holds neither the key nor what was sent.
    """

    def __init__(
        self, message: str, *, is_temporary: bool = False, about_request: bool = False, wait: float = 0
    ) -> None:
        super().__init__(message)
        self.is_temporary = is_temporary
        self.about_request = about_request
        self.wait = wait
        """The seconds that the service asks to wait for; 0 where it does not say."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a service is asked again while it is busy, silent or out of order, and for how many seconds at most."""

    attempts: int
    seconds: float
    first_wait: float = 1.0


@dataclass(frozen=True, slots=True)
class ModelService:
    """A model of a service at an `address` (« …/v1 »)."""

    address: str
    model: str
    # A key must end in no log.
    key: str = field(default="", repr=False)

    def post(self, path: str, seconds: float, **body: Any) -> Any:
        """Return the JSON that the service answers within `seconds`; `body` is as `requests` takes it.

        Raises ServiceRefusalError for any other answer, or none.
        """
        with self._open("POST", path, seconds, **body) as answer:
            return _parse_json(b"".join(_read_bounded(answer, seconds)))

    def stream(self, path: str, seconds: float, body: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the JSON of each event of a streamed answer as it comes; the whole answer, where it is not streamed.

        `seconds` bounds the answer as a whole. Raises ServiceRefusalError, even after some events.
        """
        # The request is made when the first event is asked for, and ends when the iterator is closed.
        with self._open("POST", path, seconds, json=dict(body)) as answer:
            chunks = _read_bounded(answer, seconds)
            # Some services ignore that a stream is wanted.
            if "event-stream" not in answer.headers.get("Content-Type", ""):
                yield _parse_json(b"".join(chunks))
                return
            yield from _parse_events(chunks)

    def list_models(self, seconds: float) -> tuple[str, ...]:
        """Return the names of the models that the service offers. Raises ServiceRefusalError."""
        with self._open("GET", "models", seconds) as answer:
            told = _parse_json(b"".join(_read_bounded(answer, seconds)))
        listed = told.get("data") if isinstance(told, dict) else None
        return tuple(str(each["id"]) for each in listed or () if isinstance(each, dict) and each.get("id"))

    @contextmanager
    def _open(self, method: str, path: str, seconds: float, **body: Any) -> Iterator[requests.Response]:
        # Here, and below: an installation without models loads no client of theirs.
        import requests  # noqa: PLC0415

        with _explain_troubles():
            answer = requests.request(
                method,
                f"{self.address.rstrip('/')}/{path}",
                headers={"Authorization": f"Bearer {self.key}"} if self.key else {},
                timeout=(min(_CONNECT_SECONDS, seconds), seconds),
                # An address that the service leads to elsewhere is not one that somebody chose to send documents to.
                allow_redirects=False,
                stream=True,
                **body,
            )
            # Closed at once whatever happens: a service that is left waiting goes on writing, for money.
            with answer:
                _check_status(answer)
                yield answer


def ask_patiently(ask: Callable[[], _Result], patience: Patience) -> _Result:
    """Return what `ask` gives; it is called again, within bounds, after each refusal that may pass.

    Raises the last ServiceRefusalError.
    """
    import stamina  # noqa: PLC0415

    for attempt in stamina.retry_context(
        on=_tell_wait,
        attempts=patience.attempts,
        timeout=patience.seconds,
        wait_initial=patience.first_wait,
        wait_max=_LONGEST_WAIT_SECONDS,
    ):
        with attempt:
            return ask()
    raise AssertionError("stamina gives the result of the last attempt, or its error")


def _tell_wait(error: Exception) -> bool | float:
    """Whether to ask again, or in how many seconds."""
    if not isinstance(error, ServiceRefusalError) or not error.is_temporary:
        return False
    return min(error.wait, _LONGEST_WAIT_SECONDS) or True


@contextmanager
def _explain_troubles() -> Iterator[None]:
    import requests  # noqa: PLC0415
    import urllib3  # noqa: PLC0415

    try:
        yield
    except (TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError) as error:
        raise ServiceRefusalError("le service ne répond pas dans le temps prévu", is_temporary=True) from error
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        # Half an answer is one of these too.
        raise ServiceRefusalError("le service est injoignable ou coupe la connexion", is_temporary=True) from error


def _check_status(answer: requests.Response) -> None:
    code = answer.status_code
    if code == HTTPStatus.TOO_MANY_REQUESTS:
        raise ServiceRefusalError(
            "le service a reçu trop de demandes (429)", is_temporary=True, wait=_parse_wait(answer.headers)
        )
    # What the service says of itself is not repeated: it may hold what was sent.
    if code >= _SERVER_ERRORS:
        raise ServiceRefusalError(
            f"le service est en panne ({code})", is_temporary=True, wait=_parse_wait(answer.headers)
        )
    # Another request may pass, which another key would not help.
    if code in _ABOUT_THE_REQUEST:
        raise ServiceRefusalError(f"le service refuse ce qui lui est envoyé, ou ce modèle ({code})", about_request=True)
    if code != HTTPStatus.OK:
        raise ServiceRefusalError(f"le service refuse la demande ({code}) : vérifiez son adresse et la clé")


def _parse_wait(headers: Mapping[str, str]) -> float:
    # As seconds, which is how services of models write it.
    told = headers.get("Retry-After", "")
    # Nine digits are beyond the bound already; a date is not looked at.
    return float(told[:9]) if told.isascii() and told.isdigit() else 0.0


def _read_bounded(answer: requests.Response, seconds: float) -> Iterator[bytes]:
    """Yield the body as it arrives. A service that sends a byte now and then never stops `requests`' own clock."""
    # `read1` gives what has come; other ways wait for a whole buffer, and a sentence with it.
    end, size = time.monotonic() + seconds, 0
    while chunk := answer.raw.read1(_CHUNK_BYTES, decode_content=True):
        size += len(chunk)
        if size > _MOST_ANSWER_BYTES:
            raise ServiceRefusalError("la réponse du service n’en finit pas")
        if time.monotonic() > end:
            raise TimeoutError
        yield chunk


def _parse_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ServiceRefusalError("le service a répondu autre chose que du JSON", is_temporary=True) from error


def _parse_events(chunks: Iterator[bytes]) -> Iterator[Any]:
    """Yield the JSON of each « data: » line, up to « [DONE] »."""
    waiting = b""
    for chunk in chunks:
        # Lines are cut as bytes: a letter of several bytes may be in two chunks.
        *lines, waiting = (waiting + chunk).split(b"\n")
        for line in lines:
            told = line.strip().removeprefix(b"data:").strip() if line.startswith(b"data:") else b""
            if told == b"[DONE]":
                return
            # Gateways pass on the comments of others as data.
            if told and not told.startswith(b":"):
                yield _parse_json(told)
    # Only the mark of the end tells a whole answer from half of one.
    raise ServiceRefusalError("le service est injoignable ou coupe la connexion", is_temporary=True)
