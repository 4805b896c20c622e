"""What anybody may have the real server hold, over real sockets: bodies on the disk, connections, headers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index.accounts.audit import CONSOLE
from index.accounts.model import Lifetimes, NewAccount, Role, Scope
from index.catalogue.catalogue import Catalogue
from tests import ROOT
from tests.webapp.accounts import COOKIE, PASSWORD
from tests.webapp.small_library import build

if TYPE_CHECKING:
    from collections.abc import Iterator

MEBIBYTE = 2**20
LARGE = 40 * MEBIBYTE
SPOOLED_AT_MOST = MEBIBYTE
DEPOSIT = "/animation/depot"
API_DEPOSIT = "/api/v1/deposits"

_SERVE = """
import sys
from pathlib import Path
from index.config.settings import Settings
from tests.composition import create_app
from webapp.web_server import serve_app
app = create_app(Settings(library=Path(sys.argv[1]), data=Path(sys.argv[2]), auth="comptes", deposit_megabytes=60))
serve_app(app, "127.0.0.1", 0, [], lambda address: print(address, flush=True))
"""


@dataclass(frozen=True)
class RunningServer:
    """A server in a process of its own, that asks for accounts."""

    process_id: int
    port: int
    cookies: dict[Role, str]
    token: str

    def connect(self) -> socket.socket:
        """A connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def spooled_bytes(self) -> int:
        """The bytes of temporary files that the process holds; they have no name any more."""
        held = 0
        for each in Path(f"/proc/{self.process_id}/fd").iterdir():
            with suppress(FileNotFoundError):
                held += each.stat().st_size if "(deleted)" in str(each.readlink()) else 0
        return held

    def memory_bytes(self) -> int:
        """The memory that the process takes."""
        pages = Path(f"/proc/{self.process_id}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The real server, over a small library, with one account for each role."""
    library = build(tmp_path_factory.mktemp("ruche"))
    settings = library.settings
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        accounts = {
            role: catalogue.access.accounts.create(
                NewAccount(f"{role.value}@ruche.example", "Ada", role), PASSWORD, CONSOLE
            )
            for role in Role
        }
        cookies = {
            role: catalogue.access.sessions.open(account.id, Lifetimes.from_settings(settings))
            for role, account in accounts.items()
        }
        day = Lifetimes.from_settings(settings).session
        token = catalogue.access.api_tokens.create(accounts[Role.ANIMATOR].id, "outil", Scope.ANIMATE, day)
    command = [sys.executable, "-c", _SERVE, str(settings.library), str(settings.data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:  # noqa: S603 - our own command
        assert process.stdout
        try:
            port = int(process.stdout.readline().strip().rstrip("/").rpartition(":")[2])
            yield RunningServer(process.pid, port, cookies, token)
        finally:
            process.kill()


def _head(path: str, *headers: str, chunked: bool = False, length: int = LARGE, method: str = "POST") -> bytes:
    size = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {length}"
    lines = [f"{method} {path} HTTP/1.1", "Host: ruche.example", size, "Accept: text/html", *headers, "", ""]
    return "\r\n".join(lines).encode()


def _chunk(content: bytes, *, chunked: bool) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content) if chunked else content


def _push(connection: socket.socket, size: int, *, chunked: bool) -> None:
    """Send as much of a body as the server takes within its time."""
    block = _chunk(b"x" * MEBIBYTE, chunked=chunked)
    with suppress(OSError):
        for _ in range(size // MEBIBYTE):
            connection.sendall(block)


def _answer(connection: socket.socket) -> bytes:
    received = b""
    with suppress(OSError):
        while b"\r\n\r\n" not in received and (data := connection.recv(65_536)):
            received += data
    return received


MULTIPART = "Content-Type: multipart/form-data; boundary=b"


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    ("path", "role", "status"),
    [
        (DEPOSIT, None, b"401"),
        (API_DEPOSIT, None, b"401"),
        ("/connexion", None, b"413"),
        ("/recherches", Role.ADMINISTRATOR, b"413"),
        ("/nulle-part", None, b"401"),
        (DEPOSIT, Role.READER, b"403"),
    ],
)
def test_a_large_body_is_refused_before_it_is_read(
    server: RunningServer,
    path: str,
    role: Role | None,
    status: bytes,
    chunked: bool,  # noqa: FBT001 - pytest's
) -> None:
    """Of 40 MiB that who may not deposit sends, all 40 were on the disk; less than one is now, and the answer comes."""
    cookie = [f"Cookie: {COOKIE}={server.cookies[role]}"] if role else []
    largest = 0
    with server.connect() as connection:
        connection.sendall(_head(path, MULTIPART, *cookie, chunked=chunked))
        pushing = threading.Thread(target=_push, args=(connection, LARGE - MEBIBYTE), kwargs={"chunked": chunked})
        pushing.start()
        answer = _answer(connection)
        while pushing.is_alive():
            largest = max(largest, server.spooled_bytes())
            pushing.join(0.05)
    assert largest < SPOOLED_AT_MOST
    assert answer.startswith(b"HTTP/1.1 " + status), answer[:200]


def test_many_large_bodies_of_strangers_take_nothing(server: RunningServer) -> None:
    """Three requests that nobody signed held 840 MB of the disk for as long as they lasted."""
    before = server.memory_bytes()
    with ExitStack() as stack:
        connections = [stack.enter_context(server.connect()) for _ in range(20)]
        for connection in connections:
            connection.sendall(_head(DEPOSIT, MULTIPART))
            connection.settimeout(0.5)
            _push(connection, 10 * MEBIBYTE, chunked=False)
        assert server.spooled_bytes() < SPOOLED_AT_MOST
    assert server.memory_bytes() - before < 50 * MEBIBYTE


def test_who_may_deposit_still_does(server: RunningServer) -> None:
    """An animator's large file comes through, said to continue first where it asks so; a tool's in pieces does too."""
    body = b'--b\r\nContent-Disposition: form-data; name="fichiers"; filename="grand.txt"\r\n\r\n'
    body += b"mot " * (3 * MEBIBYTE) + b"\r\n--b--\r\n"
    bearer = f"Authorization: Bearer {server.token}"
    with server.connect() as connection:
        connection.sendall(
            _head(API_DEPOSIT, MULTIPART, bearer, "Expect: 100-continue", "Connection: close", length=len(body))
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        connection.sendall(body)
        assert b"200 OK" in _answer(connection)
    with server.connect() as connection:
        connection.sendall(_head(API_DEPOSIT, MULTIPART, bearer, "Connection: close", chunked=True))
        connection.sendall(_chunk(body, chunked=True) + b"0\r\n\r\n")
        assert b"200 OK" in _answer(connection)


def test_an_animator_is_told_that_a_deposit_is_too_large(server: RunningServer) -> None:
    """In our words, before it is sent."""
    with server.connect() as connection:
        cookie = f"Cookie: {COOKIE}={server.cookies[Role.ANIMATOR]}"
        connection.sendall(_head(DEPOSIT, MULTIPART, cookie, "Expect: 100-continue", length=100 * MEBIBYTE))
        answer = b""
        while data := connection.recv(65_536):
            answer += data
    assert answer.startswith(b"HTTP/1.1 413")
    assert "ne peut pas dépasser 60\u00a0Mo".encode() in answer


def test_deposits_at_once_are_counted(server: RunningServer) -> None:
    """Eight large bodies are held at once; the ninth is asked to come back."""
    bearer = f"Authorization: Bearer {server.token}"
    with ExitStack() as stack:
        for _ in range(8):
            connection = stack.enter_context(server.connect())
            connection.sendall(_head(API_DEPOSIT, MULTIPART, bearer, "Expect: 100-continue"))
            assert connection.recv(100).startswith(b"HTTP/1.1 100")
        ninth = stack.enter_context(server.connect())
        ninth.sendall(_head(API_DEPOSIT, MULTIPART, bearer))
        answer = _answer(ninth)
        assert answer.startswith(b"HTTP/1.1 503")
        with suppress(OSError):
            while data := ninth.recv(65_536):
                answer += data
        assert "réessayez".encode() in answer


def test_long_headers_are_refused(server: RunningServer) -> None:
    """Beyond 32 KiB, of addresses and of headers alike; nothing breaks down on them."""
    for head in (f"GET /?q={'x' * 40_000} HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n" + "X-A: b\r\n" * 10_000 + "\r\n"):
        with server.connect() as connection:
            connection.sendall(head.encode())
            assert _answer(connection).startswith(b"HTTP/1.0 431")


@pytest.mark.timeout(150)
def test_slow_connections_do_not_keep_others_out(server: RunningServer) -> None:
    """Of 600 connections that send a byte now and then, in headers or in a body, none keeps a search waiting.

    A hundred of them were enough: no other was accepted for two minutes, and a byte a minute began these anew.
    """
    began = time.monotonic()
    with ExitStack() as stack:
        slow = [stack.enter_context(server.connect()) for _ in range(600)]
        for number, connection in enumerate(slow):
            connection.sendall(b"GET / HTTP/1.1\r\n" if number % 2 else _head("/connexion", length=1_000) + b"x")
        waits = []
        # One that is closed is left alone: who is kept waiting is asked for as long as there is one.
        while slow and time.monotonic() - began < 60:
            asked = time.monotonic()
            with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/sante", timeout=20) as answer:
                assert answer.status == 200
            waits.append(time.monotonic() - asked)
            for connection in slow:
                with suppress(OSError):
                    connection.send(b"x")
            time.sleep(1)
            slow = [connection for connection in slow if _is_open(connection)]
    assert max(waits) < 5
    assert slow == []


def _is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)  # noqa: FBT003 - the library's
    try:
        while connection.recv(65_536):
            continue
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
