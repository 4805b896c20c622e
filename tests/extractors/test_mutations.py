"""What other readers read of a file, however it is written, is read here.

A few dozen a format in passing; `make compare-readers MUTANTS=1000` goes through that many of each.
"""

from __future__ import annotations

import logging
import os
import re
from random import Random
from typing import TYPE_CHECKING

import pytest

from extractors import Limits, UnreadableFileError, extract
from tests.extractors.mutated_captions import mutate_ssa, mutate_subrip, mutate_webvtt, read_by_ffmpeg
from tests.extractors.mutated_mail import mutate_mail, read_by_library
from tests.extractors.mutated_pages import mutate_html, mutate_pdf, read_by_html_parser, read_by_pypdf

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Mutate = Callable[[Random], bytes]
    ReadByOther = Callable[[bytes], str]

log = logging.getLogger(__name__)

MUTANTS = int(os.environ.get("MUTANTS", "30"))
_WORD = re.compile(r"[^\W\d_]{3,}")
# What the other readers keep of mark-up: the names of tags and their attributes.
_MARKUP = frozenset({"html", "body", "font", "color", "fff"})


def words(text: str) -> set[str]:
    """The words of a text, in lower case: pages may be written in capitals."""
    return set(_WORD.findall(text.lower())) - _MARKUP


def read_words(path: Path) -> set[str]:
    """What is read here of a file; nothing of one that is refused."""
    try:
        extraction = extract(path, Limits())
    except UnreadableFileError:
        return set()
    parts = [extraction.title, *(f"{part.title}\n{part.text}\n{part.notes}" for part in extraction.sections)]
    return words("\n".join(parts))


@pytest.mark.parametrize(
    ("suffix", "mutate", "read_by_other"),
    [
        (".eml", mutate_mail, read_by_library),
        (".srt", mutate_subrip, read_by_ffmpeg),
        (".vtt", mutate_webvtt, read_by_ffmpeg),
        (".ass", mutate_ssa, read_by_ffmpeg),
        (".html", mutate_html, read_by_html_parser),
        (".pdf", mutate_pdf, read_by_pypdf),
    ],
)
def test_other_readers(suffix: str, mutate: Mutate, read_by_other: ReadByOther, tmp_path: Path) -> None:
    """Each word that another reader finds in a mutant is found here."""
    path, lost, compared = tmp_path / f"a{suffix}", dict[int, set[str]](), 0
    for number in range(MUTANTS):
        content = mutate(Random(number))  # noqa: S311  it draws examples
        path.write_bytes(content)
        other = words(read_by_other(content))
        compared += bool(other)
        if missing := other - read_words(path):
            lost[number] = missing
    log.warning("%s: %d mutants, %d read by the other, %d disagreements", suffix, MUTANTS, compared, len(lost))
    assert compared > MUTANTS / 3
    assert lost == {}
