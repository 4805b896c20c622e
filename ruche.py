"""The `ruche` command: it puts the four packages together, and says in one line what went wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def configure(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="Fichier de réglages ; sans lui, « ruche.toml » du dossier courant."),
    ] = None,
) -> None:
    """Ruche retrouve la diapositive, la page ou la minute dans les documents d’une communauté apprenante."""
    context.obj = config


def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="DOSSIER", help="Dossier de la démonstration, créé s’il manque.")
    ] = Path("demo"),
) -> None:
    """Écrit une bibliothèque de démonstration, l’indexe et la sert."""
    from index.commands import console
    from index.installation import install
    from index.settings import FILE_NAME, load
    from indexer.commands import index_once
    from indexer.demo import write_demo_library
    from webapp.commands import serve_installation

    config = folder / FILE_NAME
    if not config.exists():
        install(folder, site_name='"Ruche – démonstration"')
    settings = load(config)
    written = write_demo_library(settings.library)
    console.print(f"Bibliothèque de démonstration : {written} fichiers dans {settings.library}", soft_wrap=True)
    index_once(settings)
    serve_installation(settings, config)


def command_line() -> typer.Typer:
    """The commands, loaded by whoever is about to run one: each process that reads files imports this module too."""
    from index.accounts.commands import accounts
    from index.commands import confirm, init, search, status
    from index.upkeep import backup, rebuild_index, restore, roll_back
    from indexer.commands import index, watch
    from webapp.commands import digest, mcp, serve

    app = typer.Typer(
        help=configure.__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )
    app.callback()(configure)
    for first in (init, serve, index, watch, search, status, confirm):
        app.command()(first)
    app.command(name="rebuild")(rebuild_index)
    app.command(name="rollback")(roll_back)
    for last in (backup, restore, digest, mcp, demo):
        app.command()(last)
    app.add_typer(accounts)
    return app


def main() -> None:
    """Run the command line; an error that a person can act upon is one line on standard error, and exit code 1."""
    from index.errors import ExplainedError
    from index.logs import last_words

    try:
        command_line()()
    except ExplainedError as error:
        last_words(str(error))
        sys.exit(1)


if __name__ == "__main__":
    main()
