"""What a service of models answers is read within bounds, whatever it is, and told in French where it is of no use."""

from __future__ import annotations

import json
from typing import Any

import pytest

from index.model_service import ModelService, ServiceRefusalError
from tests.model_server import Answer, serve_model

STREAM = {"Content-Type": "text/event-stream"}


def events(*told: Any, ended: bool = True) -> Answer:
    """A streamed answer."""
    lines = [f"data: {json.dumps(each, ensure_ascii=False)}\n\n" for each in told]
    return Answer(body="".join([": rien\n\n", *lines, "data: [DONE]\n\n" if ended else ""]).encode(), headers=STREAM)


def test_a_key_ends_in_no_log() -> None:
    """What is printed of a service lacks its key."""
    assert "secrete" not in repr(ModelService("https://a.example.fr/v1", "m", "cle-secrete"))


def test_a_stream_is_read_event_by_event() -> None:
    """Comments and the mark of the end are no events, and letters of several bytes come through."""
    with serve_model(events({"mot": "été"}, {"mot": "œuvre"})) as service:
        told = list(ModelService(service.address, "m", "cle").stream("chat/completions", 5, {"model": "m"}))
    assert told == [{"mot": "été"}, {"mot": "œuvre"}]
    ((path, headers, body),) = service.requests
    assert (path, headers["Authorization"], json.loads(body)) == ("/v1/chat/completions", "Bearer cle", {"model": "m"})


def test_signs_of_life_are_no_events() -> None:
    """Services and gateways send comments while a model thinks, some as data, with any end of line."""
    body = b': ping\n\n:\r\n\r\ndata: : EN COURS\r\n\r\ndata:{"mot": 1}\r\n\r\nevent: ping\ndata:\n\ndata: [DONE]\n\n'
    with serve_model(Answer(body=body, headers=STREAM)) as service:
        assert list(ModelService(service.address, "m").stream("x", 5, {})) == [{"mot": 1}]


def test_a_service_that_does_not_stream_is_read_whole() -> None:
    """One answer is one event."""
    with serve_model(Answer(body={"mot": "été"})) as service:
        assert list(ModelService(service.address, "m").stream("x", 5, {})) == [{"mot": "été"}]


@pytest.mark.parametrize(
    ("answer", "message", "seconds"),
    [
        (events({"mot": "été"}, ended=False), "coupe la connexion", 5.0),
        (Answer(cut=True, headers=STREAM, body=b"data: {}\n\n" * 50), "coupe la connexion", 5.0),
        (Answer(body=b"data: {\n\n", headers=STREAM), "autre chose que du JSON", 5.0),
        (Answer(body=b"[" * 200_000), "autre chose que du JSON", 5.0),
        (Answer(body=b" " * (17 * 2**20)), "n’en finit pas", 20.0),
        (Answer(seconds=20), "ne répond pas", 0.3),
    ],
    ids=["without end", "cut", "broken", "deep", "endless", "silent"],
)
def test_half_an_answer_is_told(answer: Answer, message: str, seconds: float) -> None:
    """Neither half an answer nor one without end passes for an answer."""
    with serve_model(answer) as service, pytest.raises(ServiceRefusalError, match=message):
        list(ModelService(service.address, "m").stream("x", seconds, {}))


def test_models_are_listed() -> None:
    """The names that a service offers, whatever else it tells of them."""
    listed = {"object": "list", "data": [{"id": "petit", "owned_by": "x"}, {"id": "grand"}, {"name": "sans id"}, 3]}
    with serve_model(Answer(body=listed)) as service:
        assert ModelService(service.address, "").list_models(5) == ("petit", "grand")
    with serve_model(Answer(body=[])) as service:
        assert ModelService(service.address, "").list_models(5) == ()
