"""Reads `.rucheignore`: what those who keep the library want left out, written like a `.gitignore`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathspec import GitIgnoreSpec

from index.catalogue import IgnoredPath
from indexer.errors import LibraryUnavailableError

if TYPE_CHECKING:
    from pathlib import Path

IGNORE_FILE = ".rucheignore"


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Patterns with their lines in the file; `invalid_lines` are those that mean nothing, to be reported."""

    spec: GitIgnoreSpec
    lines: tuple[tuple[int, str], ...]
    invalid_lines: tuple[IgnoredPath, ...] = ()

    def explain_exclusion(self, path: str) -> str:
        """Why a path is left out, in French; empty when it is not. A folder's path ends with « / »."""
        # The index of the pattern that decided leads to the line as the person wrote it.
        found = self.spec.check_file(path)
        if not found.include or found.index is None:
            return ""
        number, pattern = self.lines[found.index]
        return f"écarté par la ligne {number} de {IGNORE_FILE} (« {pattern} »)"


def read_exclusions(library: Path) -> Exclusions:
    """Read the patterns of a library; there are none where the file is absent.

    Raises LibraryUnavailableError when the file exists and cannot be read: what should be left out must not get in.
    """
    try:
        # `utf-8-sig` and `replace`: Windows editors begin with a byte order mark, or write accents in another encoding.
        text = (library / IGNORE_FILE).read_text(encoding="utf-8-sig", errors="replace")
    except FileNotFoundError:
        text = ""
    except OSError as error:
        raise LibraryUnavailableError(
            f"Le fichier {IGNORE_FILE} de la bibliothèque ne se lit pas ({error.strerror}) : vérifiez ses droits."
        ) from error
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    good = tuple(each for each in lines if _is_valid_pattern(each[1]))
    invalid_lines = tuple(
        IgnoredPath(
            IGNORE_FILE,
            f"ligne {number} incomprise (« {line} »)",
            "corrigez-la : les motifs s’écrivent comme dans un .gitignore",
        )
        for number, line in lines
        if (number, line) not in good
    )
    # One mistake is reported at a time: what is left out is recorded by path, and they share the file's.
    return Exclusions(GitIgnoreSpec.from_lines(line for _, line in good), good, invalid_lines[:1])


def _is_valid_pattern(line: str) -> bool:
    # pathspec refuses a whole list for one bad line: each is tried alone.
    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True
