"""What commands say to whoever runs them."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column

console = Console(highlight=False)


def counted(number: int, noun: str) -> str:
    """A number with its words in agreement: French says « 0 fichier lu », « 2 fichiers lus »."""
    return f"{number} {noun}" if number < 2 else f"{number} {' '.join(f'{word}s' for word in noun.split())}"  # noqa: PLR2004 - plural from two


def progress_bar() -> Progress:
    """A bar with what is done, what is to do, and the time left."""
    return Progress(
        TextColumn("{task.description}", table_column=Column(no_wrap=True, min_width=11)),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        # What is read now gives way first in a narrow terminal.
        TextColumn("{task.fields[path]}", style="dim", markup=False, table_column=Column(no_wrap=True, ratio=1)),
        console=console,
        expand=True,
    )
