"""The registry of formats: every entry is whole, and every part of Ruche that asks about a format gets an answer."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from extractors import FORMATS, Format
from extractors.detection import detect_format
from extractors.extraction import load_reader
from extractors.formats import SUFFIXES
from extractors.rendering import can_preview
from index.catalogue import Content
from index.model import Facet, UnreadFormat, describe_wrong_suffixes
from index.vocabulary import Vocabulary
from indexer.describe.tagging import Tagger
from tests.extractors.samples import SUFFIXES as SAMPLED
from tests.extractors.samples import sample
from webapp import dsfr

if TYPE_CHECKING:
    from pathlib import Path

    from index.model import DocumentFormat

_MEDIA_TYPE = re.compile(r"(application|audio|image|message|text|video)/[a-z0-9][a-z0-9.+-]*")
_DCMI_TYPES = {"Collection", "Dataset", "MovingImage", "Sound", "StillImage", "Text"}
"""Those of the DCMI Type Vocabulary that a document can be."""


def test_the_registry_is_whole() -> None:
    """Each format has one entry; suffixes, names and labels tell formats apart."""
    assert list(FORMATS) == [kind.value for kind in Format]
    assert all(FORMATS[kind.value] is kind.spec for kind in Format)
    suffixes = Counter(suffix for spec in FORMATS.values() for suffix in spec.suffixes)
    assert set(suffixes) == SUFFIXES
    assert [suffix for suffix, times in suffixes.items() if times > 1] == []
    for texts in ([spec.label for spec in FORMATS.values()], [spec.name for spec in FORMATS.values()]):
        assert len(set(texts)) == len(FORMATS)


@pytest.mark.parametrize("kind", Format)
def test_every_format_has_a_reader(kind: Format) -> None:
    """The module that its entry names exists, and reads."""
    assert callable(load_reader(kind).extract)


@pytest.mark.parametrize("kind", Format)
def test_what_people_and_programs_are_told(kind: Format) -> None:
    """Texts are there, and in the form that their readers expect."""
    spec = kind.spec
    assert spec.label[0].isupper()
    assert spec.name.startswith(("un ", "une "))
    assert all(re.fullmatch(r"\.[a-z0-9]+", suffix) for suffix in spec.suffixes)
    assert spec.suffixes
    assert all(_MEDIA_TYPE.fullmatch(each) for each in filter(None, [spec.media_type, *spec.browser_types.values()]))
    assert spec.browser_types.keys() <= set(spec.suffixes)
    assert spec.dcmi_type in _DCMI_TYPES
    assert spec.schema_org_type.endswith(("DigitalDocument", "Object"))
    # A browser would run the scripts of markup that someone put into the library.
    assert not {"text/html", "application/xhtml+xml", "image/svg+xml", "text/xml"} & set(spec.browser_types.values())


@pytest.mark.parametrize("kind", Format)
def test_every_format_has_its_icon(kind: Format) -> None:
    """Set-up finds its icon, and the design system has it."""
    sheet = (dsfr.DSFR_FOLDER / "dsfr.css").read_text(encoding="utf-8")
    assert kind.spec.icon in dsfr.find_icon_classes()
    assert f".{kind.spec.icon}:before{{mask-image:" in sheet


@pytest.mark.parametrize("kind", Format)
def test_how_it_is_recognised(kind: Format) -> None:
    """Each has a sign, but for archives, which are any other zip; expressions are sound, and match no empty content."""
    signs = kind.spec.signs
    named = (signs.binary, signs.text, signs.mimetype, signs.content_type, signs.ole_streams, signs.by_suffix)
    assert any(named) or kind is Format.ARCHIVE
    assert not signs.binary or not re.match(signs.binary, b"")
    assert not signs.text or not re.match(signs.text, "")
    assert bool(signs.content_type) == bool(signs.main_part)


@pytest.mark.parametrize("kind", Format)
def test_conversions(kind: Format) -> None:
    """What is converted to be read is opened by a filter of its own, and becomes a format that is read as it is."""
    spec = kind.spec
    assert bool(spec.modern) == bool(spec.import_filter)
    assert not spec.modern or not FORMATS[spec.modern].modern
    assert not (spec.drawn and spec.pdf_filter)


@pytest.mark.parametrize("kind", Format)
def test_no_part_is_at_a_loss(kind: Format) -> None:
    """Warnings, previews, tags and labels know every format; one entry forgotten used to end the whole run."""
    (notice,) = describe_wrong_suffixes(["a.inconnu"], kind.spec)
    assert kind.spec.name in notice
    assert can_preview(kind.value) in {True, False}
    vocabulary = Vocabulary(formats=FORMATS)
    assert vocabulary.label(Facet.FORMAT, kind.value) == kind.spec.label
    assert kind.value in vocabulary.find_values(Facet.FORMAT, kind.spec.label)
    content = Content(digest="0" * 64, format=kind.value, own_title="Titre", passages=())
    tags = Tagger(vocabulary).describe_document(["a.bin"], content).tags
    assert f"le fichier est de type « {kind.spec.label} »" in [tag.reason for tag in tags]


def test_a_format_of_a_later_version() -> None:
    """After a return to an older version, documents of a format that it lacks are still shown and described."""
    vocabulary = Vocabulary(formats=FORMATS)
    format_: DocumentFormat = vocabulary.format_of("hologramme")
    assert format_ == UnreadFormat("hologramme")
    assert format_.label == vocabulary.label(Facet.FORMAT, "hologramme") == "hologramme"
    assert not can_preview("hologramme")
    content = Content(digest="0" * 64, format="hologramme", own_title="Titre", passages=())
    assert Tagger(vocabulary).describe_document(["a.bin"], content).title == "Titre"


@pytest.mark.parametrize("suffix", SAMPLED)
def test_samples_are_recognised(suffix: str, tmp_path: Path) -> None:
    """A whole file is of the format to which its suffix belongs, without a warning."""
    path = tmp_path / f"a{suffix}"
    path.write_bytes(sample(suffix))
    kind = detect_format(path)
    assert suffix in kind.spec.suffixes
    assert not describe_wrong_suffixes([path.name], kind.spec)


def test_it_costs_the_web_process_nothing() -> None:
    """Whoever has the registry loads neither a reader, nor what detects, nor what runs workers."""
    code = (
        "import extractors.formats, sys; print(*sorted(name for name in sys.modules if name.startswith('extractors')))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)  # noqa: S603
    assert ran.stdout.split() == [
        "extractors",
        "extractors.errors",
        "extractors.format_spec",
        "extractors.formats",
        "extractors.model",
        "extractors.text_signs",
    ]
