"""The console of all commands, with what they print in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column

from index.terminal_text import escape_controls

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType
    from rich.segment import Segment


class _SafeConsole(Console):
    """A console that sends no control character but its own."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=escape_controls(segment.text))


# Without highlighting: rich would colour numbers and paths.
console = _SafeConsole(highlight=False)


def progress_bar() -> Progress:
    """Return a progress bar with the numbers done and to do, the time left, and the file being read."""
    return Progress(
        TextColumn("{task.description}", table_column=Column(no_wrap=True, min_width=11)),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        # This column shrinks first in a narrow terminal.
        TextColumn("{task.fields[path]}", style="dim", markup=False, table_column=Column(no_wrap=True, ratio=1)),
        console=console,
        expand=True,
    )
