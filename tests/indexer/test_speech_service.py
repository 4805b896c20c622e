"""A service that does not answer as it should is waited for, or told about; it never loses a recording."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest
import stamina

from extractors.transcription import PieceRefusal, RefusalKind
from index.model_service import ModelService, ServiceRefusalError
from indexer import speech_service
from indexer.speech_service import SpeechService, hear_by_service
from tests.model_server import HEARD, SEGMENT, Answer, serve_model

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _at_once() -> Iterator[None]:
    """Retries without the waits between them."""
    with stamina.set_testing(True, attempts=3):
        yield


def test_what_is_sent_and_heard() -> None:
    """The sound goes as a file, with the model, the language and the key; segments come with their times."""
    with serve_model() as service:
        heard, warning = hear_by_service(b"mp3", ModelService(service.address, "un-modele", "cle-secrete"))
    ((path, headers, body),) = service.requests
    assert path == "/v1/audio/transcriptions"
    assert headers["Authorization"] == "Bearer cle-secrete"
    assert all(each in body for each in (b"un-modele", b"verbose_json", b'filename="son.mp3"', b"\r\nfr\r\n"))
    # No words of ours go with it: models repeat them.
    assert b"prompt" not in body
    assert [(each.start, each.text.strip()) for each in heard] == [(0.5, "Bonjour à tous.")]
    assert warning == ""


@pytest.mark.parametrize(
    "first",
    [
        Answer(429, headers={"Retry-After": "1"}),
        Answer(500),
        Answer(503, b"<html>"),
        Answer(cut=True),
        Answer(200, b"<html>"),
        Answer(200, {**HEARD, "segments": [{"start": 1}]}),
    ],
    ids=["429", "500", "503", "half", "html", "segment"],
)
def test_trouble_that_passes_is_waited_for(first: Answer) -> None:
    """A service that is busy, down, or answers by half is asked again."""
    with serve_model(first, Answer()) as service:
        heard, _ = hear_by_service(b"mp3", ModelService(service.address, "m"))
    assert len(service.requests) == 2
    assert len(heard) == 1


@pytest.mark.parametrize(
    ("answer", "message", "kind", "times"),
    [
        (Answer(429), "trop de demandes", "temporary", 3),
        (Answer(500), r"en panne \(500\)", "temporary", 3),
        (Answer(cut=True), "coupe la connexion", "temporary", 3),
        (Answer(401), "vérifiez son adresse et la clé", "lasting", 1),
        (Answer(404), "vérifiez son adresse et la clé", "lasting", 1),
        (Answer(302, headers={"Location": "http://127.0.0.1:1/"}), "vérifiez son adresse", "lasting", 1),
        (Answer(413), "refuse ce qui lui est envoyé", "about the file", 1),
        (Answer(200, {"text": "Bonjour"}), "minutage", "lasting", 1),
        (Answer(200, {"text": "Bonjour", "segments": []}), "sans minutage", "lasting", 1),
    ],
)
def test_trouble_that_stays_is_told(answer: Answer, message: str, kind: str, times: int) -> None:
    """Retries are bounded; a refusal that no wait will end is told at once."""
    with serve_model(answer) as service, pytest.raises(ServiceRefusalError, match=message) as refused:
        hear_by_service(b"mp3", ModelService(service.address, "m", "cle-secrete"))
    assert refused.value.is_temporary == (kind == "temporary")
    assert refused.value.about_request == (kind == "about the file")
    assert len(service.requests) == times
    assert "cle-secrete" not in str(refused.value)


def test_a_service_that_hangs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that does not come in time is given up."""
    monkeypatch.setattr(speech_service, "_ANSWER_SECONDS", 0.2)
    with (
        serve_model(Answer(seconds=20)) as service,
        pytest.raises(ServiceRefusalError, match="ne répond pas") as refused,
    ):
        hear_by_service(b"mp3", ModelService(service.address, "m"))
    assert refused.value.is_temporary


def test_no_service_at_all_is_told() -> None:
    """A closed port is a service that is down."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
    with pytest.raises(ServiceRefusalError, match="injoignable"):
        hear_by_service(b"mp3", ModelService(address, "m"))


def test_another_language_is_told() -> None:
    """What was heard as another language is kept, and said to be one."""
    with serve_model(Answer(body={**HEARD, "language": "english"})) as service:
        heard, warning = hear_by_service(b"mp3", ModelService(service.address, "m"))
    assert len(heard) == 1
    assert warning == "Le service a entendu une autre langue que le français (english)."


def test_certainty_may_be_missing() -> None:
    """Some services give times and words only."""
    bare: dict[str, Any] = {key: SEGMENT[key] for key in ("start", "end", "text")}
    with serve_model(Answer(body={"segments": [bare]})) as service:
        heard, _ = hear_by_service(b"mp3", ModelService(service.address, "m"))
    assert heard[0].log_probability is None
    unknown = {**SEGMENT, "no_speech_prob": None, "avg_logprob": None}
    with serve_model(Answer(body={"segments": [unknown]})) as service:
        heard, _ = hear_by_service(b"mp3", ModelService(service.address, "m"))
    assert heard[0].silence is None


def test_a_sound_that_is_too_large_is_not_sent() -> None:
    """No request is made for what the service would refuse."""
    with serve_model() as service, pytest.raises(ServiceRefusalError, match="20 Mio"):
        hear_by_service(bytes(20 * 2**20 + 1), ModelService(service.address, "m"))
    assert service.requests == []


@pytest.mark.parametrize(
    ("answer", "kind"), [(Answer(401), RefusalKind.LATER), (Answer(413), RefusalKind.ASIDE)], ids=["401", "413"]
)
def test_refusals_say_what_follows(answer: Answer, kind: RefusalKind) -> None:
    """One recording may be refused, or all of them."""
    with serve_model(answer) as service:
        refusal = SpeechService(ModelService(service.address, "m"))(b"mp3")
    assert isinstance(refusal, PieceRefusal)
    assert refusal.kind is kind
