"""The commands `ruche serve`, `ruche mcp` and `ruche digest`. Their docstrings are the help that users read."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import typer

from index import logs
from index.settings import CONFIG_VARIABLE, load_settings
from webapp.accounts.upkeep import purge_hourly
from webapp.app import create_app
from webapp.counting import usage_counter
from webapp.hive import services_of
from webapp.server import serve_app, share_malloc_arena

if TYPE_CHECKING:
    from pathlib import Path

    from index.settings import Settings


def serve(context: typer.Context) -> None:
    """Sert les pages et l’API, et suit le dossier, jusqu’à l’arrêt (Ctrl-C)."""
    serve_installation(load_settings(context.obj), context.obj)


def serve_installation(settings: Settings, config: Path | None) -> None:
    """Serve an installation, with its indexer as a child process; `config` is its settings file, if one was named."""
    logs.configure_logging(settings.log_format)
    # The indexer is another process: it finds the settings file through the environment.
    if config:
        os.environ[CONFIG_VARIABLE] = str(config.resolve())
    indexer = [sys.executable, "-m", "ruche", "watch", "--companion"]
    # Before any thread starts: the allocator gives each new thread an arena of its own.
    share_malloc_arena()
    app = create_app(settings)
    # The index is opened before the first request, which would otherwise wait for it.
    services_of(app).search.preload()
    try:
        with purge_hourly(services_of(app).catalogue, settings):
            serve_app(app, settings.host, settings.port, indexer, _announce_address)
    finally:
        # Counts of the last seconds are written.
        usage_counter(app).close()


def mcp(context: typer.Context) -> None:
    """Donne à un assistant (protocole MCP) de quoi chercher, lire et citer ; c’est l’assistant qui la lance."""
    # Imported late: the SDK takes as long to load as all the rest, and no other command needs it.
    from webapp.assistants import serve_assistant  # noqa: PLC0415

    settings = load_settings(context.obj)
    logs.configure_logging(settings.log_format)
    serve_assistant(create_app(settings), settings)


def digest(context: typer.Context) -> None:
    """Envoie les courriels d’alerte qui sont dus ; à lancer chaque jour."""
    from webapp.following.digest import DigestResult, send_digests  # noqa: PLC0415 - as above

    settings = load_settings(context.obj)
    told = send_digests(create_app(settings), settings)
    typer.echo(
        f"Courriels envoyés : {told[DigestResult.SENT]} ; rien de nouveau pour {told[DigestResult.NOTHING_NEW]}."
    )
    if told[DigestResult.REFUSED]:
        typer.echo(f"Adresses refusées par le serveur : {told[DigestResult.REFUSED]}.")


def _announce_address(url: str) -> None:
    typer.echo(f"Ruche est à l’écoute : {typer.style(url, bold=True)}  (Ctrl-C pour arrêter)")
