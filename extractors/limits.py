"""Limits on what reading one file may cost."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may use. A file that would exceed a limit is refused, or read in part with a warning.

    `seconds` and `memory_bytes` (address space of a worker) are enforced by the Pool, the others by `extract` itself.
    `expansion_ratio` bounds an archive's content relative to its size on disk; an archive whose content stays under
    `expansion_floor` bytes is never refused, since short repetitive documents compress very well.
    `sheet_characters` is how much of one sheet is kept: beyond, it is a database rather than something to read.
    `nesting` is how deep attachments of attachments are read. `ocr_pages` and `ocr_seconds` (part of `seconds`) bound
    character recognition in one file. `niceness` is the Unix niceness of a worker. `passwords` are tried on protected
    files, after the empty one.
    """

    # Hashable, passwords as a tuple: a reader of a cluster keeps one pool for each set of limits.
    seconds: float = 60.0
    memory_bytes: int = 2048 * MEBIBYTE
    output_characters: int = 20_000_000
    text_bytes: int = 50 * MEBIBYTE
    archive_entries: int = 20_000
    expansion_ratio: int = 200
    expansion_floor: int = 100_000_000
    sheet_characters: int = 2_000_000
    nesting: int = 3
    ocr_pages: int = 60
    ocr_seconds: float = 40.0
    niceness: int = 10
    passwords: tuple[str, ...] = ()
