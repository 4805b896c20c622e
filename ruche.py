"""The `ruche` command: it puts the four packages together, and says in one line what went wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from index.accounts.commands import accounts
from index.commands import confirm, console, init, search, status
from index.errors import ExplainedError
from index.installation import install
from index.logs import last_words
from index.settings import FILE_NAME, load
from index.upkeep import backup, rebuild_index, restore, roll_back
from indexer.commands import index, index_once, watch
from webapp.commands import digest, mcp, serve, serve_installation

app = typer.Typer(
    help="Ruche retrouve la diapositive, la page ou la minute dans les documents d’une communauté apprenante.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
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
    # The libraries that write files of all formats; no other command needs them.
    from indexer.demo import write_demo_library  # noqa: PLC0415

    config = folder / FILE_NAME
    if not config.exists():
        install(folder, site_name='"Ruche – démonstration"')
    settings = load(config)
    written = write_demo_library(settings.library)
    console.print(f"Bibliothèque de démonstration : {written} fichiers dans {settings.library}", soft_wrap=True)
    index_once(settings)
    serve_installation(settings, config)


app.command()(init)
app.command()(serve)
app.command()(index)
app.command()(watch)
app.command()(search)
app.command()(status)
app.command()(confirm)
app.command(name="rebuild")(rebuild_index)
app.command(name="rollback")(roll_back)
app.command()(backup)
app.command()(restore)
app.command()(digest)
app.command()(mcp)
app.command()(demo)
app.add_typer(accounts)


def main() -> None:
    """Run the command line; an error that a person can act upon is one line on standard error, and exit code 1."""
    try:
        app()
    except ExplainedError as error:
        last_words(str(error))
        sys.exit(1)


if __name__ == "__main__":
    main()
