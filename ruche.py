"""The `ruche` command: loads the module of the command asked for, and prints errors that a person can act upon."""

from __future__ import annotations

import gc
import sys
from collections import UserDict
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from index.errors import ExplainedError
from index.logs import last_words

# Only the module of the command asked for is loaded: loading them all would make each of them slow to start.
_MODULES = {
    "init": "index.commands:init",
    "serve": "webapp.commands:serve",
    "index": "indexer.commands:index",
    "watch": "indexer.running:watch",
    "search": "index.commands:search",
    "status": "index.commands:status",
    "confirm": "index.commands:confirm",
    "rebuild": "index.upkeep:rebuild_index",
    "rollback": "index.upkeep:roll_back",
    "backup": "index.upkeep:backup",
    "restore": "index.upkeep:restore",
    "digest": "webapp.commands:digest",
    "mcp": "webapp.commands:mcp",
    "compte": "index.accounts.commands:accounts",
}
"""Where each command is defined, as « module:function »."""


class _Commands(UserDict[str, Any]):
    """Commands by name; a command that is not loaded yet is held as its « module:function »."""

    def __getitem__(self, name: str) -> Any:
        held = super().__getitem__(name)
        if isinstance(held, str):
            held = self.data[name] = _loaded(name, held)
        return held


class _Group(TyperGroup):
    """The commands of the table above, and those that are registered on the application."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = _Commands(_MODULES | dict(self.commands))


def _loaded(name: str, place: str) -> Any:
    """Import a command's module; gives the Click command that runs its function."""
    module, _, attribute = place.partition(":")
    # What modules create lives until the end: without this, the garbage collector goes over it again and again while
    # they are imported, a tenth of the time. Frozen, it is never gone over later either.
    gc.disable()
    try:
        found = getattr(import_module(module), attribute)
    finally:
        gc.freeze()
        gc.enable()
    # « compte » is a group of commands already; the others are plain functions.
    if isinstance(found, typer.Typer):
        return typer.main.get_command(found)
    alone = typer.Typer(add_completion=False)
    alone.command(name)(found)
    return typer.main.get_command(alone)


app = typer.Typer(
    cls=_Group,
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


@app.command()
def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="DOSSIER", help="Dossier de la démonstration, créé s’il manque.")
    ] = Path("demo"),
) -> None:
    """Écrit une bibliothèque de démonstration, l’indexe et la sert."""
    # Imported here, like the modules of the other commands, and because writing all formats needs many libraries.
    from index.installation import install  # noqa: PLC0415
    from index.settings import FILE_NAME, load  # noqa: PLC0415
    from index.terminal import console  # noqa: PLC0415
    from indexer.commands import index_once  # noqa: PLC0415
    from indexer.demo import write_demo_library  # noqa: PLC0415
    from webapp.commands import serve_installation  # noqa: PLC0415

    config = folder / FILE_NAME
    # A second run keeps the settings, which may have been changed since the first.
    if not config.exists():
        install(folder, site_name='"Ruche – démonstration"')
    settings = load(config)
    written = write_demo_library(settings.library)
    console.print(f"Bibliothèque de démonstration : {written} fichiers dans {settings.library}", soft_wrap=True)
    index_once(settings)
    serve_installation(settings, config)


def main() -> None:
    """Run the command line; an error that a person can act upon is one line on standard error, and exit code 1."""
    try:
        app()
    except ExplainedError as error:
        last_words(str(error))
        # The sentence says what to do: a traceback would hide it.
        sys.exit(1)


if __name__ == "__main__":
    main()
