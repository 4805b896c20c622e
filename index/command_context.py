"""What `ruche.py` hands to each command, through Typer's context object, and how commands load what they need."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from index.model import DocumentFormat


@dataclass(frozen=True, slots=True)
class CommandContext:
    """The settings file that was named, if any, and what only extractors know: their formats, and their programs."""

    config: Path | None
    formats: Mapping[str, DocumentFormat]
    list_programs: Callable[[], tuple[str, ...]]
    """Gives the names of the programs that read and draw files, of those installed now."""


@contextmanager
def importing() -> Iterator[None]:
    """Import many modules inside, a tenth sooner: what they create lives until the end.

    Without this, the garbage collector goes over it again and again while they are imported. Frozen, it is never gone
    over later either.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
