"""What becomes of a hostile file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors import Extraction, Pool, Reason, UnreadableFileError

if TYPE_CHECKING:
    from pathlib import Path

Outcome = Extraction | Reason
"""What a file gives, or why not."""

PATIENCE = 60
"""Seconds after which a promise counts as broken."""


def read_by(pool: Pool, path: Path, content: bytes) -> Outcome:
    """What the pool makes of this content under this path."""
    path.write_bytes(content)
    try:
        return pool.submit(path).result(PATIENCE)
    except UnreadableFileError as refused:
        return refused.reason


def said(outcome: Outcome) -> str:
    """Everything that was read."""
    assert isinstance(outcome, Extraction), outcome
    return "\n".join(f"{section.title}\n{section.text}\n{section.notes}" for section in outcome.sections)
