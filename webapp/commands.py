"""The commands `ruche serve`, `ruche mcp` and `ruche digest`. Their docstrings are the help that users read."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import typer

from index import logs
from index.settings import CONFIG_VARIABLE, load
from webapp.accounts.upkeep import purging
from webapp.app import create_app
from webapp.counting import ledger
from webapp.hive import sources
from webapp.server import run, share_memory

if TYPE_CHECKING:
    from pathlib import Path

    from index.settings import Settings


def serve(context: typer.Context) -> None:
    """Sert les pages et l’API, et suit le dossier, jusqu’à l’arrêt (Ctrl-C)."""
    serve_installation(load(context.obj), context.obj)


def serve_installation(settings: Settings, config: Path | None) -> None:
    """Serve an installation, with its indexer as a child process; `config` is its settings file, if one was named."""
    logs.set_up(settings.log_format)
    # The indexer is another process: it finds the settings file through the environment.
    if config:
        os.environ[CONFIG_VARIABLE] = str(config.resolve())
    indexer = [sys.executable, "-m", "ruche", "watch", "--companion"]
    # Before any thread starts: the allocator gives each new thread an arena of its own.
    share_memory()
    app = create_app(settings)
    # The index is opened before the first request, which would otherwise wait for it.
    sources(app).search.get_ready()
    try:
        with purging(sources(app).catalogue, settings):
            run(app, settings.host, settings.port, indexer, _announce)
    finally:
        # Counts of the last seconds are written.
        ledger(app).close()


def mcp(context: typer.Context) -> None:
    """Donne à un assistant (protocole MCP) de quoi chercher, lire et citer ; c’est l’assistant qui la lance."""
    # Imported late: the SDK takes as long to load as all the rest, and no other command needs it.
    from webapp.assistants import serve as serve_assistant  # noqa: PLC0415

    settings = load(context.obj)
    logs.set_up(settings.log_format)
    serve_assistant(create_app(settings), settings)


def digest(context: typer.Context) -> None:
    """Envoie les courriels d’alerte qui sont dus ; à lancer chaque jour."""
    from webapp.following.digest import Told  # noqa: PLC0415 - as above
    from webapp.following.digest import run as send_digests  # noqa: PLC0415 - idem

    settings = load(context.obj)
    told = send_digests(create_app(settings), settings)
    typer.echo(f"Courriels envoyés : {told[Told.SENT]} ; rien de nouveau pour {told[Told.NOTHING_NEW]}.")
    if told[Told.REFUSED]:
        typer.echo(f"Adresses refusées par le serveur : {told[Told.REFUSED]}.")


def _announce(url: str) -> None:
    typer.echo(f"Ruche est à l’écoute : {typer.style(url, bold=True)}  (Ctrl-C pour arrêter)")
