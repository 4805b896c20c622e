"""What the parts of a run share: where to work, what to read, how large to be, and the library of 100,000 passages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from benchmarks.generated_site import build
from index.config.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

_PASSAGES = 100_000


@dataclass(frozen=True, slots=True)
class Library:
    """An installation that is catalogued and indexed, with the ids of its documents and of its events."""

    settings: Settings
    documents: tuple[str, ...]
    events: tuple[str, ...]
    passages: int


@dataclass(frozen=True)
class Workbench:
    """`scratch` is an empty folder, `corpus` one of real files, `judged` one of judged questions (each may be absent).

    `judged` may hold several sets, each in its folder.

    `share` is that of the full sizes: 1 for figures, less to see that all works.
    """

    scratch: Path
    corpus: Path
    judged: Path
    share: float

    def of(self, full: int, least: int = 1) -> int:
        """A size, at this run's share of the full one."""
        return max(least, round(full * self.share))

    def folder(self, name: str) -> Path:
        """A new folder to work in."""
        folder = self.scratch / name
        folder.mkdir()
        return folder

    def settings(self, name: str, **others: object) -> Settings:
        """A new installation's settings; its library is there, and empty."""
        root = self.scratch / name
        settings = Settings(library=root / "bibliotheque", data=root / "donnees", **others)  # type: ignore[arg-type]
        settings.library.mkdir(parents=True, exist_ok=True)
        return settings

    @cached_property
    def library(self) -> Library:
        """100,000 generated passages: built once, by the first part that needs them."""
        passages = self.of(_PASSAGES, 600)
        settings = self.settings("cent-mille")
        documents, events = build(settings, passages)
        return Library(settings, tuple(documents), tuple(events), passages)
