"""Providers of identities as processes of their own, stopped by their number; and someone who walks between sites."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from tests import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

_SECONDS = 30


@contextmanager
def signing() -> Iterator[str]:
    """The address of the provider that signs userinfo."""
    command = [sys.executable, "-m", "tests.webapp.strict_identity_provider"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@contextmanager
def plain() -> Iterator[str]:
    """The address of oidc-provider-mock, which tells userinfo as JSON."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - idem
        try:
            _until_answers(address := f"http://127.0.0.1:{port}")
            yield address
        finally:
            process.kill()


@contextmanager
def saying(text: str, to: str = "") -> Iterator[str]:
    """The address of a site that answers the same to all, or sends them elsewhere; in the text, @ is its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302 if to else 200)
            if to:
                self.send_header("Location", to)
            self.end_headers()
            self.wfile.write(text.replace("@", address).encode())

        def log_message(self, *_: object) -> None:
            """Nothing: the test reads what Ruche logs."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as listening:
        address = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield address
        listening.shutdown()
        thread.join()


def free_port() -> int:
    """A port where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def put(address: str, what: dict[str, Any]) -> None:
    """Tell a provider something about its world."""
    requests.put(address, json=what, timeout=_SECONDS).raise_for_status()


def through(address: str, sub: str = "") -> str:
    """Go through a provider as a browser would, signing in as `sub` if it asks; gives the address that it sends to."""
    answer = requests.get(address, allow_redirects=False, timeout=_SECONDS)
    if answer.status_code == requests.codes.ok:
        answer = requests.post(address, data={"sub": sub, "sujet": sub}, allow_redirects=False, timeout=_SECONDS)
    assert answer.is_redirect, (answer.status_code, answer.text)
    return answer.headers["Location"]


def come_back(client: FlaskClient, address: str) -> TestResponse:
    """Open an address of Ruche that a provider sent to."""
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def _until_answers(address: str) -> None:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            requests.get(f"{address}/jwks", timeout=1)
        except requests.ConnectionError:
            assert time.monotonic() < deadline, "the provider does not start"
            time.sleep(0.1)
        else:
            return
