"""The `ruche` command: loads the module of the command asked for, and prints errors that a person can act upon."""

from __future__ import annotations

import os
import sys
from collections import UserDict
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from index.command_context import CommandContext, importing
from index.logs import log_fatal_error
from index.model import ExplainedError
from index.terminal_text import accept_any_locale

# Only the module of the command asked for is loaded: loading them all would make each of them slow to start.
_COMMAND_TARGETS = {
    "init": "index.ops.commands:init",
    "serve": "webapp.serve_command:serve",
    "index": "indexer.runtime.index_command:index",
    "watch": "indexer.runtime.watch_command:watch",
    "search": "index.ops.commands:search",
    "status": "index.ops.commands:status",
    "confirm": "index.ops.commands:confirm",
    "rebuild": "index.ops.commands:rebuild_index",
    "rollback": "index.ops.commands:roll_back",
    "backup": "index.ops.commands:backup",
    "restore": "index.ops.commands:restore",
    "upgrade": "index.ops.commands:upgrade",
    "evaluer": "index.ops.evaluation_command:evaluate",
    "digest": "webapp.web_commands:digest",
    "doctor": "webapp.diagnosis.doctor_command:doctor",
    "mcp": "webapp.web_commands:mcp",
    "compte": "index.ops.account_commands:accounts",
}
"""Where each command is defined, as « module:function »."""


class _LazyCommands(UserDict[str, Any]):
    """Commands by name; a command that is not loaded yet is held as its « module:function »."""

    def __getitem__(self, name: str) -> Any:
        command = super().__getitem__(name)
        if isinstance(command, str):
            command = self.data[name] = _load_command(name, command)
        return command


class _LazyGroup(TyperGroup):
    """The commands of the table above, and those that are registered on the application."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = _LazyCommands(_COMMAND_TARGETS | dict(self.commands))


def _load_command(name: str, target: str) -> Any:
    """Import a command's module; gives the Click command that runs its function."""
    module, _, attribute = target.partition(":")
    with importing():
        found = getattr(import_module(module), attribute)
    # « compte » is a group of commands already; the others are plain functions.
    if isinstance(found, typer.Typer):
        return typer.main.get_command(found)
    application = typer.Typer(add_completion=False)
    application.command(name)(found)
    return typer.main.get_command(application)


app = typer.Typer(
    cls=_LazyGroup,
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
    # Here, and not above: a process that reads files for others loads this module and none of the packages.
    from extractors.formats import FORMATS  # noqa: PLC0415
    from extractors.programs import list_installed_programs  # noqa: PLC0415

    # The web process may not know the extractors, and shows what they read: it is handed their registry.
    context.obj = CommandContext(config, FORMATS, list_installed_programs)


@app.command()
def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="DOSSIER", help="Dossier de la démonstration, créé s’il manque.")
    ] = Path("demo"),
) -> None:
    """Écrit une bibliothèque de démonstration, l’indexe et la sert."""
    # Imported here, like the modules of the other commands, and because writing all formats needs many libraries.
    from extractors.formats import FORMATS  # noqa: PLC0415
    from index.catalogue import Catalogue  # noqa: PLC0415
    from index.config import SETTINGS_FILE_NAME, create_installation, load_settings  # noqa: PLC0415
    from index.private_files import open_installation  # noqa: PLC0415
    from index.terminal import console  # noqa: PLC0415
    from indexer.demo import write_demo_judged_questions, write_demo_library, write_demo_questions  # noqa: PLC0415
    from indexer.runtime.index_command import index_once  # noqa: PLC0415
    from webapp.serve_command import serve_installation  # noqa: PLC0415

    config = folder / SETTINGS_FILE_NAME
    # A second run keeps the settings, which may have been changed since the first.
    if not config.exists():
        _refuse_other_library(folder)
        create_installation(folder, site_name='"Ruche – démonstration"', demonstration="true")
    # Before the process creates private files only: the library is for those who would look into it.
    library = load_settings(config).library
    written = write_demo_library(library)
    console.print(f"Bibliothèque de démonstration : {written} fichiers dans {library}", soft_wrap=True)
    settings = open_installation(config)
    index_once(settings)
    # Once its documents are read, which the answers cite; the index follows when the service starts.
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        write_demo_questions(catalogue)
        write_demo_judged_questions(catalogue)
    serve_installation(config, FORMATS)


def _refuse_other_library(folder: Path) -> None:
    """Refuse to write a demonstration among somebody's files. Raises ExplainedError."""
    # As in the container image, whose environment names the library for all commands.
    named = os.environ.get("RUCHE_LIBRARY", "")
    # Resolved as settings are: a relative path starts from the folder, and a link leads elsewhere.
    library = (folder / Path(named).expanduser()).resolve()
    if named and library.is_dir() and any(library.iterdir()) and folder.resolve() not in library.parents:
        raise ExplainedError(
            f"RUCHE_LIBRARY nomme {named}, qui n’est pas vide : la démonstration n’y écrit rien. Ôtez cette variable, "
            "ou nommez un dossier vide."
        )


def main() -> None:
    """Run the command line; an error that a person can act upon is one line on standard error, and exit code 1."""
    accept_any_locale()
    try:
        app()
    except ExplainedError as error:
        log_fatal_error(str(error))
        # The sentence says what to do: a traceback would hide it.
        sys.exit(1)


if __name__ == "__main__":
    main()
