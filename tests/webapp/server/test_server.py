"""The server, in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests import ROOT
from tests.webapp.small_library import VIDEO, VIDEO_BYTES, build
from webapp.supervision.listening import AddressInUseError, AddressUnusableError
from webapp.web_server import THREADS, serve_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from tests.webapp.small_library import SmallLibrary

_SERVE = """
import sys
from pathlib import Path
from index.config.settings import Settings
from tests.composition import create_app
from webapp.web_server import serve_app
library, data, log = map(Path, sys.argv[1:4])
note = f"open({str(log)!r}, 'a').write"
beside = f"import sys; {note}('né '); sys.stdin.read(); {note}('orphelin')"
app = create_app(Settings(library=library, data=data, auth=sys.argv[4]))
serve_app(app, "127.0.0.1", 0, [sys.executable, "-c", beside], lambda address: print(address, flush=True))
print("fini", flush=True)
"""


@contextmanager
def _served(
    library: SmallLibrary, log: Path, auth: str = "aucune"
) -> Iterator[tuple[subprocess.Popen[str], IO[str], str]]:
    """A server in a process of its own, with what it prints and its address."""
    command = [sys.executable, "-c", _SERVE, str(library.settings.library), str(library.settings.data), str(log), auth]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:  # noqa: S603 - our own command
        assert process.stdout
        try:
            yield process, process.stdout, process.stdout.readline().strip()
        finally:
            process.kill()


def _wait_for(log: Path, text: str) -> None:
    deadline = time.monotonic() + 20
    while not (log.exists() and text in log.read_text(encoding="utf-8")):
        assert time.monotonic() < deadline, f"« {text} » never came"
        time.sleep(0.02)


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_cleanly(library: SmallLibrary, tmp_path: Path, asked: signal.Signals) -> None:
    """The service answers at the address announced; asked to stop, it ends its companion and exits with 0."""
    log = tmp_path / "log"
    with _served(library, log) as (process, printed, address):
        with urllib.request.urlopen(f"{address}recherche?q=droits") as answer:  # noqa: S310 - our own server
            assert answer.status == 200
            assert "waitress" not in (answer.headers["Server"] or "")
        _wait_for(log, "né")
        process.send_signal(asked)
        assert process.wait(30) == 0
        assert printed.read() == "fini\n"
    assert log.read_text(encoding="utf-8") == "né "


def test_the_companion_notices_the_death_of_the_server(library: SmallLibrary, tmp_path: Path) -> None:
    """Killed, the server can stop nobody: the end of its standard input tells the companion."""
    log = tmp_path / "log"
    with _served(library, log) as (process, _, _):
        _wait_for(log, "né")
        os.kill(process.pid, signal.SIGKILL)
        _wait_for(log, "orphelin")


@pytest.mark.parametrize("scheme", ["https", "https, http", "https,http,http", " https , http"])
def test_links_are_those_of_the_server_in_front(scheme: str, library: SmallLibrary, tmp_path: Path) -> None:
    """Behind servers that people reach by a name of theirs, permanent links have this name and the first's scheme."""
    with _served(library, tmp_path / "log") as (_, _, address):
        forwarded = {"X-Forwarded-Proto": scheme, "X-Forwarded-Host": "ruche.example.org"}
        asked = urllib.request.Request(f"{address}api/v1/search?q=non-recours", headers=forwarded)  # noqa: S310 - ours
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - idem
            url = json.load(answer)["results"][0]["url"]
    assert url.startswith("https://ruche.example.org/documents/")


def test_tries_are_counted_where_people_come_from(library: SmallLibrary, tmp_path: Path) -> None:
    """Behind a server in front, what it says last of where someone comes from is believed; what they say is not."""
    with _served(library, tmp_path / "log", auth="comptes") as (_, _, address):

        def refused(forwarded: str) -> int:
            asked = urllib.request.Request(f"{address}connexion", b"", {"X-Forwarded-For": forwarded})  # noqa: S310 - ours
            with pytest.raises(urllib.error.HTTPError) as caught, urllib.request.urlopen(asked, timeout=10):  # noqa: S310 - idem
                pass
            caught.value.close()
            return caught.value.code

        assert {refused(f"203.0.113.{number}, 192.0.2.7") for number in range(20)} == {400}
        assert refused("203.0.113.99, 192.0.2.7") == 429
        assert refused("203.0.113.99, 192.0.2.8") == 400


def test_videos_being_watched_leave_room_for_searches(tmp_path: Path) -> None:
    """More people than there are threads may watch, and pause, without anyone else having to wait."""
    library = build(tmp_path / "site")
    with (library.settings.library / VIDEO).open("r+b") as video:
        video.truncate(200_000_000)
    with _served(library, tmp_path / "log") as (_, _, address), ExitStack() as stack:
        server = urlsplit(address)
        asked = f"GET /documents/{library.ids[VIDEO]}/original HTTP/1.1\r\nHost: x\r\nRange: bytes=7-\r\n\r\n"
        for _ in range(THREADS + 2):
            watcher = stack.enter_context(socket.create_connection((str(server.hostname), int(server.port or 0))))
            watcher.sendall(asked.encode())
            assert watcher.recv(2_000).startswith(b"HTTP/1.1 206")
        with urllib.request.urlopen(f"{address}recherche?q=droits", timeout=10) as answer:  # noqa: S310 - our own server
            assert answer.status == 200


def test_a_part_of_a_video_is_exact(tmp_path: Path) -> None:
    """Through the real server too, a range gives these bytes and no others."""
    library = build(tmp_path / "site")
    with _served(library, tmp_path / "log") as (_, _, address):
        part = urllib.request.Request(  # noqa: S310 - our own server
            f"{address}documents/{library.ids[VIDEO]}/original", headers={"Range": "bytes=10-29"}
        )
        with urllib.request.urlopen(part, timeout=10) as answer:  # noqa: S310 - idem
            assert (answer.status, answer.read()) == (206, VIDEO_BYTES[10:30])


def test_a_signal_during_the_start_stops_too(app: Flask) -> None:
    """Whoever changes their mind at once does not have to insist, and the signals are Python's again afterwards."""
    before = signal.getsignal(signal.SIGTERM)
    serve_app(app, "127.0.0.1", 0, [], lambda _: signal.raise_signal(signal.SIGTERM))
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_port_in_use_is_explained(app: Flask) -> None:
    """The message names the address and says what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressInUseError, match=f"écoute déjà sur 127.0.0.1:{port}.*choisissez un autre port"):
            serve_app(app, "127.0.0.1", port, [], print)


@pytest.mark.parametrize("host", ["pas une adresse", "203.0.113.1"])
def test_an_address_of_another_machine_is_explained(app: Flask, host: str) -> None:
    """So is a host that means nothing, or that is elsewhere."""
    with pytest.raises(AddressUnusableError, match="n’est pas celle de la machine"):
        serve_app(app, host, 8420, [], print)
