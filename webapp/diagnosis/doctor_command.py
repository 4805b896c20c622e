"""The command `ruche doctor`. Its docstring is the help that users read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from index.catalogue import CatalogueError, CatalogueUnreachableError
from index.config import SettingsError
from index.private_files import open_installation
from index.terminal import console
from index.terminal_text import format_count
from webapp.app import create_app
from webapp.diagnosis.check_results import Finding, Level, find_fault
from webapp.diagnosis.diagnosis import diagnose, examine_catalogue
from webapp.server import services_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.command_context import CommandContext

_MARKS = {Level.FINE: "[green]✓[/green]", Level.WARNING: "[yellow]![/yellow]", Level.FAULT: "[red]✗[/red]"}


def doctor(context: typer.Context) -> None:
    """Examine l’installation : une ligne par sujet, et un remède pour ce qui ne va pas. Ne change rien."""
    counts = dict.fromkeys(Level, 0)
    for each in _examine(context.obj):
        counts[each.level] += 1
        console.print(
            f"{_MARKS[each.level]} [bold]{escape(each.subject)}[/bold] : {escape(each.message)}", soft_wrap=True
        )
        if each.remedy:
            console.print(f"    → {each.remedy}", markup=False, soft_wrap=True)
    faults, warnings = counts[Level.FAULT], counts[Level.WARNING]
    told = [format_count(faults, "panne")] if faults else []
    told += [f"{warnings} à voir"] if warnings else []
    console.print(f"\n{', '.join(told) if told else 'Tout est en ordre.'}")
    if faults:
        raise typer.Exit(1)


def _examine(context: CommandContext) -> Iterator[Finding]:
    try:
        settings = open_installation(context.config)
    except SettingsError as error:
        # Nothing else can be said without them.
        yield find_fault("Réglages", str(error), "Corrigez, puis relancez « ruche doctor ».")
        return
    yield Finding("Réglages", Level.FINE, f"Ils se lisent ; bibliothèque : {settings.library}.")
    catalogue = examine_catalogue(settings)
    services = None
    if catalogue:
        yield catalogue
    else:
        try:
            services = services_of(create_app(settings, context.formats))
        except (CatalogueError, CatalogueUnreachableError) as error:
            yield find_fault("Catalogue", str(error), "Vérifiez que le serveur de la base répond.")
    yield from diagnose(settings, context.list_programs(), services)
