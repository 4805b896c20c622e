"""A service of models on this machine, which answers as a test wants and remembers what it was sent."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEGMENT = {"start": 0.5, "end": 2.0, "text": " Bonjour à tous.", "avg_logprob": -0.2, "no_speech_prob": 0.01}
HEARD: dict[str, Any] = {"language": "french", "text": "Bonjour à tous.", "segments": [SEGMENT]}


@dataclass
class Answer:
    """One answer: a status, a body, headers; `cut` ends the connection in the middle of the body.

    `hold` is waited for before the second half of the body is sent.
    """

    status: int = 200
    body: Any = field(default_factory=lambda: HEARD)
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    seconds: float = 0.0
    hold: threading.Event | None = None


@dataclass
class ModelServer:
    """Where it answers, what it will answer (the last answer again and again), and what it was sent."""

    address: str = ""
    answers: list[Answer] = field(default_factory=lambda: [Answer()])
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    respond: Callable[[dict[str, Any]], Answer] | None = None

    @property
    def sent(self) -> str:
        """All that it was ever sent."""
        return "\n".join(body.decode(errors="replace") for _, _, body in self.requests)

    def choose_answer(self, sent: bytes) -> Answer:
        """The next answer: that of the script, else the next of the list, the last one again and again."""
        if self.respond and sent:
            return self.respond(json.loads(sent))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def serve_model(*answers: Answer) -> Iterator[ModelServer]:
    """Serve a service that gives these answers, in order."""
    state = ModelServer(answers=list(answers) or [Answer()])
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_PUT(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"] or 0))
            state.requests.append((self.path, dict(self.headers), sent))
            answer = state.choose_answer(sent)
            closing.wait(answer.seconds)
            body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            half = len(body) // 2
            self.wfile.write(body[:half])
            self.wfile.flush()
            if answer.hold:
                answer.hold.wait(20)
            if not answer.cut:
                self.wfile.write(body[half:])

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.address = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield state
    finally:
        closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def stream_chat(content: str, size: int = 7, **others: Any) -> Answer:
    """A chat's answer, streamed in pieces of a few characters."""
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    told = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
    lines = [f"data: {json.dumps(each, ensure_ascii=False)}\n\n" for each in told]
    body = "".join([*lines, "data: [DONE]\n\n"]).encode()
    return Answer(body=body, headers={"Content-Type": "text/event-stream"}, **others)


def quote_as_json(*quotations: tuple[int, str]) -> str:
    """What the model is asked to write: numbers of passages with words of theirs."""
    listed = [{"passage": number, "citation": words} for number, words in quotations]
    return json.dumps({"phrases": listed}, ensure_ascii=False)
