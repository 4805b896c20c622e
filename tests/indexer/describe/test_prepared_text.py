"""What workers make of a text: what the process that writes would have made of it, to the letter."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from extractors import Extraction, Format, Limits, Pool, Reason, Section, SectionUnit, UnreadableFileError
from extractors.formats import FORMATS
from index.personal_data import find_personal_data
from index.text import (
    CACHED_CHARACTERS,
    REMEMBERED_TEXTS,
    analyse_text,
    forget_analyses,
    remember_analyses,
    signature,
)
from indexer.describe import PreparedText, cut_passages, prepare_text

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "L’accès aux droits à Grigny : 10 500 usager·ère·s, le non-recours et la C.A.F. " * 20


def _extraction(*texts: str) -> Extraction:
    sections = (Section(SectionUnit.PAGE, number, text, "Titre") for number, text in enumerate(texts, 1))
    return Extraction(Format.PDF, tuple(sections))


def test_passages_signature_and_words() -> None:
    """They are those of the text; a text too long to be kept comes without its words."""
    extraction = _extraction(TEXT, "x" * (CACHED_CHARACTERS + 1))
    prepared = prepare_text(extraction)
    assert prepared.passages == cut_passages(extraction.sections)
    assert prepared.signature == signature(prepared.passages)
    assert prepared.analysed
    for text, streams in pickle.loads(pickle.dumps(prepared)).analysed.items():  # noqa: S301 - our own
        assert len(text) <= CACHED_CHARACTERS
        assert streams == analyse_text(text)


def test_personal_data_is_found_by_readers() -> None:
    """What animators are told of is what the finder finds in the passages."""
    prepared = prepare_text(_extraction("Écrire à ada.lovelace@gmail.com ou au 06 12 34 56 78."))
    assert prepared.findings == find_personal_data(prepared.passages) != ()


def test_what_was_analysed_elsewhere_is_not_analysed_again() -> None:
    """An analysis that is handed over is the one that is given from then on, in its place and no other's."""
    streams = analyse_text("un texte que personne d’autre ne connaît")
    remember_analyses({"reçu d’un autre processus": streams})
    assert analyse_text("reçu d’un autre processus") is streams
    assert analyse_text("un texte que personne d’autre ne connaît") is streams
    assert analyse_text("reçu d’un autre processus encore") != streams


def test_what_was_analysed_elsewhere_is_bounded() -> None:
    """The last texts are remembered, until nothing is left to do with them."""
    streams = analyse_text("un texte de plus")
    remember_analyses({f"texte {number}": streams for number in range(REMEMBERED_TEXTS + 2)})
    assert analyse_text(f"texte {REMEMBERED_TEXTS + 1}") is analyse_text("texte 2") is streams
    assert analyse_text("texte 1") is not streams
    forget_analyses()
    assert analyse_text(f"texte {REMEMBERED_TEXTS + 1}") is not streams


def test_a_pool_that_prepares(tmp_path: Path) -> None:
    """Sections stay in the worker that has prepared the text."""
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    with Pool(1, Limits()) as plain, Pool(1, Limits(), prepare_text) as preparing:
        whole = plain.submit(tmp_path / "a.txt").result()
        read = preparing.submit(tmp_path / "a.txt").result()
    assert read.format.value in FORMATS
    assert read.sections == ()
    assert isinstance(read.prepared, PreparedText)
    assert read.prepared.passages == cut_passages(whole.sections)


def test_a_text_that_nothing_can_be_made_of(tmp_path: Path) -> None:
    """The failure names its cause, and is not that of a crash: the worker lives on."""
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    with Pool(1, Limits(), _fail) as preparing, pytest.raises(UnreadableFileError) as caught:
        preparing.submit(tmp_path / "a.txt").result()
    assert caught.value.reason is Reason.DAMAGED
    assert caught.value.detail == "RecursionError: trop profond"


def _fail(_: Extraction) -> object:
    raise RecursionError("trop profond")
