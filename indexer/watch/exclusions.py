"""Reads `.rucheignore`: what those who keep the library want left out, written like a `.gitignore`."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.catalogue import IgnoredPath
from index.model import shorten_text
from indexer.errors import LibraryUnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pathspec import GitIgnoreSpec

IGNORE_FILE = ".rucheignore"

_MOST_BYTES = 64 * 1024
_MOST_LINES = 500
_MOST_STARS = 4
_MOST_STARS_IN_A_NAME = 3
"""Runs of stars in a pattern, and between two slashes. Each multiplies what a path may cost by its length: four between
two slashes take 0.4 seconds for one path, five half a minute."""


# Windows editors begin with a byte order mark.
_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be", codecs.BOM_UTF8: "utf-8"}
_MOST_NAMED = 10
_STARS = re.compile(r"\*+")


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Patterns with their lines in the file; `invalid_lines` are those that mean nothing, to be reported."""

    spec: GitIgnoreSpec | None = None
    lines: tuple[tuple[int, str], ...] = ()
    invalid_lines: tuple[IgnoredPath, ...] = ()

    def explain_exclusion(self, path: str) -> str:
        """Why a path is left out, in French; empty when it is not. A folder's path ends with « / »."""
        if self.spec is None:
            return ""
        # The index of the pattern that decided leads to the line as the person wrote it.
        found = self.spec.check_file(unicodedata.normalize("NFC", path))
        if not found.include or found.index is None:
            return ""
        number, pattern = self.lines[found.index]
        return f"écarté par la ligne {number} de {IGNORE_FILE} (« {shorten_text(pattern)} »)"


def read_exclusions(library: Path) -> Exclusions:
    """Read the patterns of a library; there are none where the file is absent.

    Raises LibraryUnavailableError when the file exists and cannot be read: what should be left out must not get in.
    """
    try:
        with (library / IGNORE_FILE).open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return Exclusions()
    except OSError as error:
        raise LibraryUnavailableError(
            f"Le fichier {IGNORE_FILE} de la bibliothèque ne se lit pas ({error.strerror}) : vérifiez ses droits."
        ) from error
    lines = [(number, line) for number, line in enumerate(_decode_lines(content), 1) if line.strip()]
    if len(content) > _MOST_BYTES or len(lines) > _MOST_LINES:
        raise LibraryUnavailableError(
            f"Le fichier {IGNORE_FILE} de la bibliothèque est trop long : {_MOST_LINES} lignes et "
            f"{_MOST_BYTES // 1024} Kio au plus. Raccourcissez-le ; rien n’est lu d’ici là."
        )
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - most libraries leave nothing out, and do without it

    good = tuple(each for each in lines if _is_valid_pattern(each[1]))
    invalid = [each for each in lines if each not in good]
    return Exclusions(
        GitIgnoreSpec.from_lines(unicodedata.normalize("NFC", line) for _, line in good),
        good,
        # One entry for all: what is left out is recorded by path, and they share the file's.
        (_report_invalid(invalid),) if invalid else (),
    )


def _report_invalid(lines: Sequence[tuple[int, str]]) -> IgnoredPath:
    numbers = ", ".join(str(number) for number, _ in lines[:_MOST_NAMED])
    shown = f"« {shorten_text(lines[0][1])} »"
    return IgnoredPath(
        IGNORE_FILE,
        f"ligne {numbers} incomprise ({shown})" if len(lines) == 1 else f"lignes {numbers} incomprises ({shown}…)",
        f"corrigez-la : les motifs s’écrivent comme dans un .gitignore, avec {_MOST_STARS} étoiles au plus",
    )


def _decode_lines(content: bytes) -> list[str]:
    """The lines of the file, each in its own encoding: several programs may have added to it, each in its own."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, errors="replace").splitlines()
    return [_decode_line(line) for line in content.splitlines()]


def _decode_line(line: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")


def _is_valid_pattern(line: str) -> bool:
    stars = [len(_STARS.findall(name)) for name in line.split("/")]
    if sum(stars) > _MOST_STARS or max(stars) > _MOST_STARS_IN_A_NAME:
        return False
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - as above

    # pathspec refuses a whole list for one bad line: each is tried alone.
    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    # A control character is a sign that the line is in no encoding that anybody reads.
    return not any(unicodedata.category(sign) == "Cc" and sign != "\t" for sign in line)
