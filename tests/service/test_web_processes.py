"""Several web processes on one address: what they share, and what becomes of each when one is killed or all stop."""

from __future__ import annotations

import fcntl
import http.client
import os
import signal
import socket
import sqlite3
import threading
import urllib.error
import urllib.request
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.service.installation import PATIENCE, Installation, wait_until
from tests.service.web_processes import ANIMATOR, ask, csrf_field, serve_several
from tests.webapp.accounts import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgresql import Server
    from tests.service.web_processes import WebProcesses

LARGE = 1_000_000
"""Bytes of a body that the application is asked about."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebProcesses]:
    """A service of two web processes, for the tests that leave it whole."""
    with serve_several(tmp_path_factory.mktemp("ruche")) as service:
        yield service


def test_one_signs_in_and_another_knows_them(running: WebProcesses) -> None:
    """Form tokens and sessions made by one web process hold in the other."""
    with running.connect(1) as first, running.connect(2) as second:
        page = ask(first, "/connexion")
        form = csrf_field(page.text) | {"adresse": ANIMATOR.mail, "mot_de_passe": PASSWORD}
        entered = ask(second, "/connexion", form, Cookie=page.cookies)
        assert entered.status == 303
        assert ask(first, "/compte", Cookie=entered.cookies).status == 200


def test_a_limit_is_one_for_all(running: WebProcesses) -> None:
    """Tries that go to one web process and the other in turn are counted together, and both then refuse."""
    with running.connect(1) as first, running.connect(2) as second:
        address = {"X-Forwarded-For": "192.0.2.7"}
        tries = [ask((first, second)[number % 2], "/connexion", {}, **address).status for number in range(20)]
        assert set(tries) == {400}
        assert [ask(each, "/connexion", {}, **address).status for each in (first, second)] == [429, 429]
        # No network can be read in what they share.
        assert not any(b"192.0.2" in each.read_bytes() for each in running.shared_folder.iterdir())


def test_metrics_are_those_of_all(running: WebProcesses) -> None:
    """Whichever web process is asked says what all have counted, and shows the memory of each."""
    with running.connect(1) as first, running.connect(2) as second:
        name = 'ruche_search_seconds_count{surface="api"}'
        before = running.metrics(first)[name]
        for connection, times in ((first, 3), (second, 2)):
            for _ in range(times):
                token = f"Bearer {running.token}"
                assert ask(connection, "/api/v1/search?q=maraude", Authorization=token).status == 200
        for connection in (first, second):
            found = running.metrics(connection)
            assert found[name] == before + 5
            assert found["ruche_web_processes"] == 2
            assert {f'process_resident_memory_bytes{{web_process="{number}"}}' for number in (1, 2)} <= found.keys()


def test_an_answer_of_the_api_is_made_once_for_all(running: WebProcesses) -> None:
    """The other web process gives the same, and has added nothing to what they share."""
    with running.connect(1) as first, running.connect(2) as second:
        told = [
            ask(each, "/api/v1/search?q=guichet+mobile", Authorization=f"Bearer {running.token}").text
            for each in (first, second, first)
        ]
        assert len(set(told)) == 1
        with closing(sqlite3.connect(running.shared_folder / "reponses.sqlite")) as shared:
            packed = [row[0] for row in shared.execute("SELECT packed FROM answers")]
        assert sum(told[0].encode() in each for each in packed) == 1


def test_a_change_of_the_vocabulary_is_seen_by_all(running: WebProcesses) -> None:
    """What an animator changes through one web process is in the next page of the other."""
    with running.connect(1) as first, running.connect(2) as second:
        listed = "/animation/vocabulaire?liste=theme"
        assert "Mobilité solidaire" not in ask(second, listed, Cookie=running.cookie).text
        page = ask(first, "/animation/vocabulaire/entree?liste=theme", Cookie=running.cookie)
        cookie = f"{running.cookie}; {page.cookies}"
        form = csrf_field(page.text) | {"liste": "theme", "nom": "Mobilité solidaire", "autres": ""}
        assert ask(first, "/animation/vocabulaire/entree", form, Cookie=cookie).status == 303
        assert "Mobilité solidaire" in ask(second, listed, Cookie=running.cookie).text


def test_large_bodies_are_bounded_in_all(running: WebProcesses) -> None:
    """Eight deposits at once take all places, wherever they arrive; those that end give theirs back."""
    for _ in range(2):
        with ExitStack() as stack:
            asked = [stack.enter_context(running.connect(1 + number % 2)) for number in range(10)]
            said = [_announce_deposit(each, running.token) for each in asked]
            assert said == [100] * 8 + [503] * 2


def test_passwords_are_hashed_two_at_a_time_in_all(running: WebProcesses) -> None:
    """Each takes 64 MiB and a core: while two are hashed anywhere, a third waits, and is answered after."""
    with running.connect(2) as connection, ExitStack() as stack:
        page = ask(connection, "/connexion")
        for number in range(2):
            place = stack.enter_context((running.shared_folder / f"mots-de-passe-{number}").open("w"))
            fcntl.flock(place, fcntl.LOCK_EX)
        form = csrf_field(page.text) | {"adresse": "personne@ruche.example", "mot_de_passe": PASSWORD}
        statuses: list[int] = []
        waiting = threading.Thread(
            target=lambda: statuses.append(ask(connection, "/connexion", form, Cookie=page.cookies).status)
        )
        waiting.start()
        # The other things that the process does go on meanwhile.
        with running.connect(2) as other:
            assert ask(other, "/connexion").status == 200
        assert statuses == []
        stack.close()
        waiting.join(PATIENCE)
        assert statuses == [403]


def test_connections_that_stay_open_are_spread(running: WebProcesses) -> None:
    """Eight browsers are not all answered by one web process: the other has its part."""
    address = urlsplit(running.service.url)
    with ExitStack() as stack:
        for _ in range(8):
            connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
            stack.enter_context(closing(connection))
            assert ask(connection, "/sante").status == 200
        held = [_count_connections(pid, int(address.port or 0)) for pid in running.process_ids().values()]
        assert sum(held) == 8
        assert min(held) > 1


def test_there_is_one_indexer(running: WebProcesses) -> None:
    """The supervisor has two web processes and one indexer, and none of them holds what another needs."""
    commands = [Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8") for pid in running.children()]
    assert sum("watch" in each for each in commands) == 1
    assert len(commands) == 3


def test_one_is_killed_while_others_answer(tmp_path: Path) -> None:
    """Who is not being answered by it notices nothing; another takes its place and counts on from its counts."""
    with serve_several(tmp_path) as running:
        with running.connect(1) as first, running.connect(2) as second:
            for connection in (first, second):
                assert ask(connection, "/connexion").status == 200
            before = running.metrics(first)['ruche_responses_total{code="2xx"}']
            killed = running.process_ids()[2]
            failures: list[str] = []
            over = threading.Event()
            crowd = [threading.Thread(target=_visit, args=(running.service.url, failures, over)) for _ in range(3)]
            for each in crowd:
                each.start()
            os.kill(killed, signal.SIGKILL)
            wait_until(lambda: running.process_ids().get(2, killed) != killed, "nothing took its place")
            running.wait_for_all()
            over.set()
            for each in crowd:
                each.join(PATIENCE)
            # Those that it was answering when it was killed, at most.
            assert len(failures) <= len(crowd), failures
            assert ask(first, "/connexion").status == 200
        with running.connect(2) as third:
            assert running.metrics(third)['ruche_responses_total{code="2xx"}'] > before
    assert "web process 2 ended with code -9; starting it again" in running.installation.journal.read_text("utf-8")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_all_stop_in_order(tmp_path: Path, number: signal.Signals) -> None:
    """Asked to stop, they finish the request in hand; nothing runs on, listens on, or is left in the folder."""
    with serve_several(tmp_path) as running, running.connect(2) as connection, ExitStack() as stack:
        page = ask(connection, "/connexion")
        folder, children = running.shared_folder, running.children()
        for place in range(2):
            held = stack.enter_context((folder / f"mots-de-passe-{place}").open("w"))
            fcntl.flock(held, fcntl.LOCK_EX)
        form = csrf_field(page.text) | {"adresse": "personne@ruche.example", "mot_de_passe": PASSWORD}
        statuses: list[int] = []
        waiting = threading.Thread(
            target=lambda: statuses.append(ask(connection, "/connexion", form, Cookie=page.cookies).status)
        )
        waiting.start()
        wait_until(lambda: _is_waited_for(folder), "the request never came")
        running.service.process.send_signal(number)
        wait_until(lambda: "stopped" in running.installation.journal.read_text("utf-8"), "nothing stopped")
        stack.close()
        assert running.service.process.wait(PATIENCE) == 0
        waiting.join(PATIENCE)
        assert statuses == [403]
        assert not any(Path(f"/proc/{pid}").exists() for pid in children)
        assert not folder.exists()
        _check_port_is_free(running.service.url)


def test_none_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    """Killed, it can stop nobody: each sees the end of its standard input, ends, and the port is free again."""
    with serve_several(tmp_path) as running:
        folder, children = running.shared_folder, running.children()
        running.service.process.kill()
        wait_until(lambda: not any(map(_is_alive, children)), "some run on")
        assert not folder.exists()
        _check_port_is_free(running.service.url)


def test_a_catalogue_in_postgresql_serves_several_too(tmp_path: Path, postgresql: Server) -> None:
    """What one web process writes is what the other reads, whatever the database."""
    with (
        postgresql.database() as url,
        serve_several(tmp_path, catalogue=url) as running,
        running.connect(1) as first,
        running.connect(2) as second,
    ):
        page = ask(first, "/connexion")
        form = csrf_field(page.text) | {"adresse": ANIMATOR.mail, "mot_de_passe": PASSWORD}
        entered = ask(second, "/connexion", form, Cookie=page.cookies)
        assert ask(first, "/compte", Cookie=entered.cookies).status == 200


def test_a_start_that_fails_says_so_once(tmp_path: Path) -> None:
    """A catalogue that no web process can open, and an address that is taken, end the service with one line."""
    broken = Installation.new(tmp_path / "a", web_processes="2", catalogue="mysql://ruche@localhost/ruche")
    run = broken.run("serve")
    assert run.returncode == 1
    assert run.stderr.count("une base que Ruche ne connaît pas") == 1
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        run = Installation.new(tmp_path / "b", web_processes="2", port=port).run("serve")
    assert run.returncode == 1
    assert run.stderr.count("écoute déjà") == 1
    assert "à l’écoute" not in run.stdout


def test_the_number_is_bounded(tmp_path: Path) -> None:
    """None, or a hundred, is a mistake, which is told with the name of the setting."""
    for number in ("0", "100"):
        run = Installation.new(tmp_path / number, web_processes=number).run("status")
        assert run.returncode == 1
        assert "web_processes" in run.stderr


def _announce_deposit(connection: http.client.HTTPConnection, token: str) -> int:
    """Say that a large body will come, and return the status of what the server says of it."""
    head = [
        "POST /api/v1/deposits HTTP/1.1",
        "Host: ruche.example",
        f"Authorization: Bearer {token}",
        "Content-Type: multipart/form-data; boundary=x",
        f"Content-Length: {LARGE}",
        "Expect: 100-continue",
    ]
    connection.sock.sendall("\r\n".join([*head, "", ""]).encode())
    return int(connection.sock.recv(4_096).split()[1])


def _visit(url: str, failures: list[str], over: threading.Event) -> None:
    while not over.is_set():
        try:
            with urllib.request.urlopen(f"{url}connexion", timeout=30) as answer:  # noqa: S310 - our own server
                answer.read()
        except (OSError, http.client.HTTPException) as error:
            failures.append(repr(error))


def _count_connections(pid: int, port: int) -> int:
    """How many connections to a port a process holds."""
    held = {each.readlink().name for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()}
    rows = [row.split() for row in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    # 01 is « established ».
    return sum(
        int(row[1].rpartition(":")[2], 16) == port and row[3] == "01" and f"socket:[{row[9]}]" in held for row in rows
    )


def _is_waited_for(folder: Path) -> bool:
    """Whether somebody waits for the lock of a place: the kernel lists them."""
    numbers = {(folder / f"mots-de-passe-{number}").stat().st_ino for number in range(2)}
    rows = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    return any("->" in row and int(row.split()[-3].rpartition(":")[2]) in numbers for row in rows)


def _is_alive(pid: int) -> bool:
    # A zombie has ended: whoever inherits it has only to look.
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    return False


def _check_port_is_free(url: str) -> None:
    with closing(socket.create_server(("127.0.0.1", int(urlsplit(url).port or 0)))):
        pass
