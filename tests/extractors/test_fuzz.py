"""Mutations of sound files: whatever is done to them, they are read or refused for a named reason.

A few dozen a format in passing; `make fuzz-extract SECONDS=600` goes on for that long with each.
"""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from extractors import Extraction, Format, Limits, Pool, UnreadableFileError, programs
from extractors.programs import is_installed, private_folder
from tests.extractors.samples import SUFFIXES, ZIPS, sample, unzipped, zipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Outcome = Extraction | UnreadableFileError

log = logging.getLogger(__name__)

SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
PATIENCE = 60
_IN_PASSING = 25
# LibreOffice takes a second or two for each.
_OLD_IN_PASSING = 2
_AT_A_TIME = 8

# What formats count with and nest by; random bytes alone seldom hit upon it.
_TOKENS = st.sampled_from(
    [
        *(
            b"",
            b"\0",
            b"\xff",
            b"\xff\xff\xff\xff",
            b"\0\0\0\0",
            b"\x7f\xff\xff\xff",
            b"\x80",
            b"\xc3",
            b"\xed\xa0\x80",
        ),
        *(
            b"-1",
            b"0",
            b"99999999999",
            b"1e999",
            b"NaN",
            b"<",
            b">",
            b"</",
            b"&",
            b"&#0;",
            b"&#x110000;",
            b"]]>",
            b"<!--",
        ),
        *(b"(", b")", b"[", b"]", b"{", b"}", b"<<", b">>", b"obj", b"endobj", b"stream", b"\\", b"\\'", b'"', b"--"),
        *(b"\n", b"\r", b"\t", b"-->", b"00:00:00.000", b"99:99:99,999", b"---", b"#", b"```", b"|", b";", b"="),
    ]
)


@st.composite
def mutated(draw: st.DrawFn, content: bytes) -> bytes:
    """The content with a few pieces replaced, removed, doubled or repeated, and sometimes its end cut off."""
    changed = bytearray(content)
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(changed)))
        end = min(len(changed), start + draw(st.sampled_from([0, 1, 1, 2, 4, 16, 200, 5000])))
        piece = bytes(changed[start:end])
        token = draw(_TOKENS | st.binary(max_size=8))
        changed[start:end] = draw(st.sampled_from([token, piece + piece, token * 50, b"", piece[::-1], piece + token]))
    return bytes(changed[: draw(st.integers(0, len(changed)))] if draw(st.integers(0, 9)) == 0 else changed)


@st.composite
def mutated_file(draw: st.DrawFn, suffix: str) -> bytes:
    """The sample of this suffix, mutated; in a zip also inside an entry, behind its checksum."""
    content = sample(suffix)
    if suffix not in ZIPS or draw(st.integers(0, 4)) == 0:
        return draw(mutated(content))
    entries = unzipped(content)
    name = draw(st.sampled_from(sorted(entries)))
    if draw(st.integers(0, 19)) == 0:
        del entries[name]
    else:
        entries[name] = draw(mutated(entries[name]))
    return zipped(entries)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """One worker: what a library does to its process is done to that one, and not to the tests."""
    with Pool(1, Limits(seconds=20)) as pool:
        yield pool


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_mutations(suffix: str, pool: Pool, tmp_path: Path) -> None:
    """Every mutation of a file gives an Extraction or a named reason."""
    sample(suffix)
    _go_on(suffix, mutated_file(suffix), pool, tmp_path / f"a{suffix}", _IN_PASSING)


@pytest.mark.skipif(not is_installed(programs.LIBREOFFICE), reason="LibreOffice is not installed")
@pytest.mark.parametrize(
    ("suffix", "modern"), [("doc", Format.WORD), ("ppt", Format.POWERPOINT), ("xls", Format.EXCEL)]
)
def test_mutations_of_old_formats(suffix: str, modern: Format, pool: Pool, tmp_path: Path) -> None:
    """Every mutation of a file that LibreOffice converts gives an Extraction or a named reason."""
    source = tmp_path / f"a.{modern.value}"
    source.write_bytes(sample(source.suffix))
    with private_folder() as folder:
        content = programs.convert_document(source, modern, suffix, folder, 60).read_bytes()
    _go_on(suffix, mutated(content), pool, tmp_path / f"b.{suffix}", _OLD_IN_PASSING)


def _go_on(suffix: str, contents: st.SearchStrategy[bytes], pool: Pool, path: Path, examples: int) -> None:
    """Try a few contents, then as many as the time given allows, and tell what became of them."""
    met = Counter[str]()

    def try_one(content: bytes) -> None:
        path.write_bytes(content)
        outcome = _outcome(pool, path)
        met["lu" if isinstance(outcome, Extraction) else outcome.reason.value] += 1

    _fuzz(contents, try_one, examples)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        _fuzz(contents, try_one, examples * _AT_A_TIME)
    log.warning("%s: %d files, %s", suffix, met.total(), dict(met.most_common()))


def _outcome(pool: Pool, path: Path) -> Outcome:
    """Any other error than UnreadableFileError fails the test, with the mutation that causes it."""
    try:
        return pool.submit(path).result(PATIENCE)
    except UnreadableFileError as refused:
        return refused


def _fuzz(contents: st.SearchStrategy[bytes], try_one: Callable[[bytes], None], examples: int) -> None:
    unhurried: Any = settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    unhurried(seed(time.monotonic_ns() if SECONDS else 0)(given(contents)(try_one)))()
