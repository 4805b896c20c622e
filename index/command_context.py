"""What `ruche.py` hands to each command, through Typer's context object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from index.model import DocumentFormat


@dataclass(frozen=True, slots=True)
class CommandContext:
    """The settings file that was named, if any, and what only extractors know: their formats, and their programs."""

    config: Path | None
    formats: Mapping[str, DocumentFormat]
    list_programs: Callable[[], tuple[str, ...]]
    """Gives the names of the programs that read and draw files, of those installed now."""
