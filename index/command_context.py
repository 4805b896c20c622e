"""What `ruche.py` hands to each command, through Typer's context object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from index.model import DocumentFormat


@dataclass(frozen=True, slots=True)
class CommandContext:
    """The settings file that was named, if any, and the registry of formats, which only extractors and indexer know."""

    config: Path | None
    formats: Mapping[str, DocumentFormat]
