"""The command `ruche index`: brings the library into the index once."""

from __future__ import annotations

import time
from pathlib import Path  # noqa: TC003 - typer reads it
from typing import TYPE_CHECKING, Annotated

import typer

from index.settings import load
from index.terminal import console, counted, progress_bar
from indexer.errors import DeletionsHeldError
from indexer.running import stopped_by_signal
from indexer.workshop import workshop

if TYPE_CHECKING:
    from index.settings import Settings
    from indexer.indexer import Indexer, Outcome


def index(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="DOSSIER", help="Dossier à indexer, à la place du réglage « library ».")
    ] = None,
) -> None:
    """Compare une fois le dossier et le catalogue, lit ce qui est nouveau, et met l’index à jour."""
    settings = load(context.obj)
    if folder:
        settings = settings.model_copy(update={"library": folder.resolve()})
    index_once(settings)


def index_once(settings: Settings) -> None:
    """Index the library, with a progress bar, until every file has settled.

    Raises DeletionsHeldError when so many files are missing that nothing was removed.
    """
    started = time.monotonic()
    stop = stopped_by_signal()
    # Files are most likely to be read: workers start at once rather than with the first of them.
    with workshop(settings, stop, ready=True) as indexer:
        outcomes = [_step(indexer)]
        while outcomes[-1].unsettled and not indexer.stop.is_set():
            indexer.stop.wait(settings.settle_seconds)
            outcomes.append(_step(indexer))
        # A rebuild in the background would end with this process, and begin anew each time.
        if not indexer.stop.is_set():
            indexer.finish()
    read, failed = sum(each.read for each in outcomes), sum(each.failed for each in outcomes)
    seconds = f"{time.monotonic() - started:.1f}".replace(".", ",")
    console.print(f"{counted(read, 'fichier lu')}, {counted(failed, 'illisible')}, en {seconds} s.")
    if failed:
        console.print("« ruche status » dit lesquels, pourquoi, et que faire.")
    # Raised last: what could be read has been read, and the exit code tells scripts that a person is needed.
    if outcomes[-1].guard:
        raise DeletionsHeldError(outcomes[-1].guard)


def _step(indexer: Indexer) -> Outcome:
    with progress_bar() as bar:
        task = bar.add_task("Indexation", total=None, path="comparaison du dossier et du catalogue")
        return indexer.step(lambda progress: bar.update(task, completed=progress.done, total=progress.total, path=""))
