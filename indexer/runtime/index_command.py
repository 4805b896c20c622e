"""The command `ruche index`: brings the library into the index once."""

from __future__ import annotations

import sys
import time
from pathlib import Path  # noqa: TC003 - typer reads it
from typing import TYPE_CHECKING, Annotated

import typer

from index.command_context import importing
from index.private_files import open_installation
from index.terminal_text import format_count, print_line
from indexer.runtime.stop_signals import stop_on_signal

if TYPE_CHECKING:
    from index.config import Settings
    from indexer.runtime.indexer import Indexer, IndexingResult


_SIGNAL_CODES = 128
"""The exit code of a command that a signal ended is this and the signal's number."""


def index(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="DOSSIER", help="Dossier à indexer, à la place du réglage « library ».")
    ] = None,
) -> None:
    """Compare une fois le dossier et le catalogue, lit ce qui est nouveau, et met l’index à jour."""
    settings = open_installation(context.obj.config)
    if folder:
        settings = settings.model_copy(update={"library": folder.resolve()})
    index_once(settings)


def index_once(settings: Settings) -> None:
    """Index the library, with a progress bar, until every file has settled.

    Raises DeletionsHeldError when so many files are missing that nothing was removed.
    """
    started = time.monotonic()
    stop = stop_on_signal()
    if settings.extraction == "local":
        # What reads files loads at the same time as all that is imported below: of the formats' readers all where the
        # whole library is to be read, else none, since a file or two need few.
        from extractors.workers import start_forkserver  # noqa: PLC0415 - readers may be on other machines

        start_forkserver(None if settings.index_folder.exists() else (), ["indexer.describe.prepared_text"])
    # Late, so that a process which reads files starts before them: they take longer than to read one file.
    with importing():
        from indexer.errors import DeletionsHeldError  # noqa: PLC0415 - as above
        from indexer.runtime.open_indexer import open_indexer  # noqa: PLC0415 - as above

    with open_indexer(settings, stop) as indexer:
        results = [_run_once(indexer)]
        while results[-1].unsettled and not indexer.stop.is_set():
            indexer.stop.wait(settings.settle_seconds)
            results.append(_run_once(indexer))
        # A rebuild in the background would end with this process, and begin anew each time.
        if not indexer.stop.is_set():
            indexer.wait_for_rebuild()
    read, failed = sum(each.read for each in results), sum(each.failed for each in results)
    seconds = f"{time.monotonic() - started:.1f}".replace(".", ",")
    print_line(f"{format_count(read, 'fichier lu')}, {format_count(failed, 'illisible')}, en {seconds} s.")
    if failed:
        print_line("« ruche status » dit lesquels, pourquoi, et que faire.")
    if stop.signal_number:
        # As a shell says it: interrupted, whatever was done before.
        raise typer.Exit(_SIGNAL_CODES + stop.signal_number)
    # Raised last: what could be read has been read, and the exit code tells scripts that a person is needed.
    if results[-1].guard_message:
        raise DeletionsHeldError(results[-1].guard_message)


def _run_once(indexer: Indexer) -> IndexingResult:
    if not sys.stdout.isatty():
        # Nobody watches a bar in a file, and what draws it takes a while to load.
        return indexer.run_once()
    from index.terminal import progress_bar  # noqa: PLC0415 - as above

    with progress_bar() as bar:
        task = bar.add_task("Indexation", total=None, path="comparaison du dossier et du catalogue")
        return indexer.run_once(
            lambda progress: bar.update(task, completed=progress.done, total=progress.total, path="")
        )
