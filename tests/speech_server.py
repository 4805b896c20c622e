"""A transcription service on this machine, which answers as a test wants."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

SEGMENT = {"start": 0.5, "end": 2.0, "text": " Bonjour à tous.", "avg_logprob": -0.2, "no_speech_prob": 0.01}
HEARD: dict[str, Any] = {"language": "french", "text": "Bonjour à tous.", "segments": [SEGMENT]}


@dataclass
class Answer:
    """One answer: a status, a body, headers; `cut` ends the connection in the middle of the body."""

    status: int = 200
    body: Any = field(default_factory=lambda: HEARD)
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    seconds: float = 0.0


@dataclass
class SpeechServer:
    """Where it answers, what it will answer (the last answer again and again), and what it was sent."""

    address: str = ""
    answers: list[Answer] = field(default_factory=lambda: [Answer()])
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def serve_speech(*answers: Answer) -> Iterator[SpeechServer]:
    """A service that gives these answers, in order."""
    state = SpeechServer(answers=list(answers) or [Answer()])
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"] or 0))
            state.requests.append((self.path, dict(self.headers), sent))
            answer = state.answers.pop(0) if len(state.answers) > 1 else state.answers[0]
            closing.wait(answer.seconds)
            body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if answer.cut else body)

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
