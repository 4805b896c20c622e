"""A service of several web processes, each of which can be asked by itself."""

from __future__ import annotations

import http.client
import os
import signal
import urllib.request
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from index.accounts.audit import CONSOLE
from index.accounts.model import Lifetimes, NewAccount, Role, Scope
from tests.service.installation import Installation, wait_until
from tests.webapp.accounts import COOKIE, PASSWORD
from tests.webapp.page_parser import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.service.installation import Service

METRICS_TOKEN = "un jeton pour les mesures"  # noqa: S105 - of the tests' own service
ANIMATOR = NewAccount("anne@ruche.example", "Anne", Role.ANIMATOR)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back on a connection; `cookies` are those that it sets, as they are sent back."""

    status: int
    cookies: str
    text: str


@dataclass(frozen=True, slots=True)
class WebProcesses:
    """A running service that asks for accounts; `cookie` and `token` are those of an animator."""

    service: Service
    installation: Installation
    cookie: str
    token: str

    @property
    def shared_folder(self) -> Path:
        """The folder that its web processes share."""
        return Path(_option(next(iter(self.process_ids().values()))).split(":", 2)[2])

    def process_ids(self) -> dict[int, int]:
        """The ids of the web processes that run now, by number."""
        return {int(place.partition(":")[0]): pid for pid in self.children() if (place := _option(pid))}

    def children(self) -> list[int]:
        """The ids of all processes that the service itself has started and that run."""
        tasks = Path(f"/proc/{self.service.process.pid}/task").glob("*/children")
        return [int(each) for task in tasks for each in task.read_text(encoding="ascii").split()]

    @contextmanager
    def connect(self, number: int) -> Iterator[http.client.HTTPConnection]:
        """A connection that this web process holds: the others are stopped while it is made."""
        others = [pid for other, pid in self.process_ids().items() if other != number]
        address = urlsplit(self.service.url)
        with closing(http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)) as connection:
            for each in others:
                os.kill(each, signal.SIGSTOP)
            try:
                assert ask(connection, "/sante").status == 200
            finally:
                for each in others:
                    os.kill(each, signal.SIGCONT)
            yield connection

    def metrics(self, connection: http.client.HTTPConnection) -> dict[str, float]:
        """The metrics, by their name with labels."""
        answer = ask(connection, "/metriques", Authorization=f"Bearer {METRICS_TOKEN}")
        rows = (row.rpartition(" ") for row in answer.text.splitlines() if not row.startswith("#"))
        return {name: float(value) for name, _, value in rows}

    def wait_for_all(self, count: int = 2) -> None:
        """Return once so many web processes answer."""
        wait_until(lambda: self._count_answering() == count, f"{count} web processes never answered")

    def _count_answering(self) -> float:
        asked = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.service.url}metriques", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - idem
            rows = answer.read().decode().splitlines()
        return float(next(row for row in rows if row.startswith("ruche_web_processes ")).rpartition(" ")[2])


@contextmanager
def serve_several(folder: Path, **settings: str) -> Iterator[WebProcesses]:
    """A service of two web processes over an empty library, once both answer."""
    chosen = {"web_processes": "2", "auth": "comptes", "metrics_token": METRICS_TOKEN} | settings
    installation = Installation.new(folder, **chosen)
    with installation.catalogue() as catalogue:
        account = catalogue.access.accounts.create(ANIMATOR, PASSWORD, CONSOLE)
        cookie = catalogue.access.sessions.open(account.id, Lifetimes())
        token = catalogue.access.api_tokens.create(account.id, "outil", Scope.ANIMATE, Lifetimes().session)
    with installation.serve() as service:
        running = WebProcesses(service, installation, f"{COOKIE}={cookie}", token)
        running.wait_for_all()
        yield running


def ask(
    connection: http.client.HTTPConnection, path: str, form: dict[str, Any] | None = None, **headers: str
) -> Answer:
    """Ask on a connection, which stays open; a form is posted."""
    body = None if form is None else urlencode(form)
    if body is not None:
        headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    connection.request("GET" if body is None else "POST", path, body, {"Accept": "text/html", **headers})
    answer = connection.getresponse()
    cookies = "; ".join(each.partition(";")[0] for each in answer.headers.get_all("Set-Cookie", []))
    return Answer(answer.status, cookies, answer.read().decode())


def csrf_field(page: str) -> dict[str, str]:
    """The field of a page's form without which nothing is changed."""
    (field, *_) = read(page).all("input", name="csrf_token")
    return {"csrf_token": str(field.attributes["value"])}


def _option(pid: int) -> str:
    """The value of `--web-process` in a process's command line, empty where it has none."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
    except FileNotFoundError:
        return ""
    return words[words.index("--web-process") + 1] if "--web-process" in words else ""
