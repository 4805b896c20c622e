"""The command `ruche serve`. Its docstring is the help that users read.

One process answers requests, with the indexer as its child; or several do, as children of a supervisor, which therefore
loads none of what they need.
"""

from __future__ import annotations

import os
import socket
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.command_context import importing
from index.config import CONFIG_VARIABLE
from index.private_files import open_installation
from index.web_processes import WebProcess
from webapp.supervision import format_url, open_socket, run_web_processes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from index.config import Settings
    from index.model import DocumentFormat


def serve(
    context: typer.Context,
    *,
    web_process: Annotated[str, typer.Option("--web-process", hidden=True)] = "",
) -> None:
    """Sert les pages et l’API, et suit le dossier, jusqu’à l’arrêt (Ctrl-C)."""
    if web_process:
        _serve_as_one_of_several(context.obj.config, context.obj.formats, web_process)
    else:
        serve_installation(context.obj.config, context.obj.formats)


def serve_installation(config: Path | None, formats: Mapping[str, DocumentFormat]) -> None:
    """Serve an installation, with its indexer as a child process; `config` is its settings file, if one was named.

    Raises typer.Exit where web processes of several could not start.
    """
    settings = open_installation(config, keeps_log=True)
    # The children are other processes: they find the settings file through the environment.
    if config:
        os.environ[CONFIG_VARIABLE] = str(config.resolve())
    indexer = [sys.executable, "-m", "ruche", "watch", "--companion"]
    if settings.web_processes > 1:
        _supervise_installation(settings, indexer)
        return
    with importing():
        from webapp.web_server import serve_alone  # noqa: PLC0415 - the supervisor needs none of it
    serve_alone(settings, formats, indexer, _announce_address)


def _supervise_installation(settings: Settings, indexer: list[str]) -> None:
    # First: an address that is taken is said once, before anything starts.
    with open_socket(settings.host, settings.port) as listening:
        code = run_web_processes(
            listening,
            settings.web_processes,
            partial(web_command, listening.fileno()),
            indexer,
            partial(_announce_address, format_url(settings.host, listening)),
        )
    if code:
        raise typer.Exit(code)


def web_command(descriptor: int, process: WebProcess) -> list[str]:
    """Return the command of one web process, which inherits the socket; `_serve_as_one_of_several` reads its option."""
    place = f"{process.number}:{descriptor}:{process.folder}"
    return [sys.executable, "-m", "ruche", "serve", "--web-process", place]


def _serve_as_one_of_several(config: Path | None, formats: Mapping[str, DocumentFormat], place: str) -> None:
    with importing():
        from webapp.web_server import serve_beside_others  # noqa: PLC0415 - as above
    settings = open_installation(config, keeps_log=True)
    number, descriptor, folder = place.split(":", 2)
    listening = socket.socket(fileno=int(descriptor))
    # Nothing that this process starts may hold the port when the service has ended.
    listening.set_inheritable(False)
    serve_beside_others(settings, formats, WebProcess(int(number), Path(folder)), listening)


def _announce_address(url: str) -> None:
    typer.echo(f"Ruche est à l’écoute : {typer.style(url, bold=True)}  (Ctrl-C pour arrêter)")
