"""ZIP deposits."""

from __future__ import annotations

import io
import stat
import zipfile
from typing import TYPE_CHECKING

import pytest

from extractors import Format, Limits, Reason, SectionUnit, UnreadableFileError, extract

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pptx.presentation import Presentation

    from extractors import Extraction

CAPTIONS = "WEBVTT\n\n00:01.000 --> 00:02.000\nBonjour à toutes\n\n00:05.000 --> 00:06.000\net à tous.\n"


def zipped(members: Mapping[str | zipfile.ZipInfo, bytes | str], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_members_become_sections(
    read: Callable[..., Extraction],
    pdf: Callable[..., bytes],
    deck: Presentation,
    edited: Callable[..., bytes],
) -> None:
    """A deposit is one document; each passage says in which file it stands, and where."""
    deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = "Le non-recours"
    extraction = read(
        "depot.zip",
        zipped({"CR/note.pdf": pdf([], ["Décisions"]), "a.pptx": edited(deck, {}), "replay.vtt": CAPTIONS}),
    )
    assert extraction.format is Format.ARCHIVE
    assert extraction.warnings == ()
    assert [(section.unit, section.number, section.title) for section in extraction.sections] == [
        (SectionUnit.HEADING, 1, "CR/note.pdf – page 2"),
        (SectionUnit.HEADING, 2, "a.pptx – diapositive 1 – Le non-recours"),
        (SectionUnit.HEADING, 3, "replay.vtt"),
    ]
    assert extraction.sections[0].text == "Décisions"
    assert extraction.sections[2].text.split() == ["Bonjour", "à", "toutes", "et", "à", "tous."]
    assert extraction.sections[2].start is None


def test_paths_lead_nowhere(read: Callable[..., Extraction], tmp_path: Path) -> None:
    """Names that climb or start at the root are read like others, and write nothing where they say."""
    names = ["../../dehors.txt", "/tmp/dehors-ruche.txt", "..\\..\\dehors.txt", "C:\\dehors.txt"]  # noqa: S108  hostile
    extraction = read("depot.zip", zipped(dict.fromkeys(names, "mot")))
    assert [section.title for section in extraction.sections] == [
        "dehors.txt",
        "tmp/dehors-ruche.txt",
        "dehors.txt",
        "C:/dehors.txt",
    ]
    assert [path.name for path in tmp_path.rglob("*")] == ["depot.zip"]


def test_links_are_not_followed(read: Callable[..., Extraction]) -> None:
    """A symbolic link in an archive would show a file of the server's."""
    link = zipfile.ZipInfo("lien.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    extraction = read("depot.zip", zipped({link: "/etc/hostname", "vrai.txt": "mot"}))
    assert [section.title for section in extraction.sections] == ["vrai.txt"]


def test_what_systems_add(read: Callable[..., Extraction]) -> None:
    """Folders, resource forks, thumbnails and locks are no files of anybody's."""
    furniture = ["dossier/", "__MACOSX/._a.txt", "a/.DS_Store", "Thumbs.db", "~$a.docx", ".~lock.a.odt#"]
    extraction = read("depot.zip", zipped({**dict.fromkeys(furniture, ""), "a.txt": "mot"}))
    assert ([section.title for section in extraction.sections], extraction.warnings) == (["a.txt"], ())


@pytest.mark.parametrize("encoding", ["utf-8", "cp850"])
def test_names(encoding: str, read: Callable[..., Extraction]) -> None:
    """Names of French Windows and of Macs, which do not say how they are written, keep their accents."""
    as_if_cp437 = "À l’été.txt".replace("’", "'").encode(encoding).decode("cp437")
    archive = zipped({"Rrrrrrrrrrrr.txt": "mot"}, method=zipfile.ZIP_STORED)
    raw = as_if_cp437.encode("cp437")
    name = raw[:-4].ljust(12, b"r") + b".txt"
    extraction = read("depot.zip", archive.replace(b"Rrrrrrrrrrrr.txt", name))
    assert extraction.sections[0].title.startswith("À l'été")


def test_unreadable_members_are_named(read: Callable[..., Extraction]) -> None:
    """What cannot be read is told file by file, and costs the others nothing."""
    extraction = read(
        "depot.zip",
        zipped({"a.txt": "mot", "casse.docx": b"PK\x03\x04", "vide.pdf": b"", "b.exe": b"MZ\0\0"}),
    )
    assert [section.text for section in extraction.sections] == ["mot"]
    assert [warning.partition(" : ")[0] for warning in extraction.warnings] == ["casse.docx", "vide.pdf", "b.exe"]
    assert extraction.warnings[1] == "vide.pdf : fichier vide (0 octet)."


def test_many_unreadable_members(read: Callable[..., Extraction]) -> None:
    """A long list of troubles is cut short."""
    extraction = read("depot.zip", zipped({"a.txt": "mot", **{f"{number}.pdf": b"" for number in range(50)}}))
    assert len(extraction.warnings) == 21
    assert extraction.warnings[-1].startswith("30 autres fichiers")


def test_nested_archive(read: Callable[..., Extraction]) -> None:
    """An archive inside an archive is left alone, with an advice."""
    extraction = read("depot.zip", zipped({"a.txt": "mot", "b.zip": zipped({"c.txt": "caché"})}))
    assert [section.text for section in extraction.sections] == ["mot"]
    assert "déposez-la à part" in extraction.warnings[0]


def test_nothing_readable(refusal: Callable[..., Reason]) -> None:
    """An archive that gives nothing fails for the reason of most of its files."""
    assert refusal("depot.zip", zipped({"a.pdf": b"", "b.pdf": b"", "c.exe": b"MZ\0"})) is Reason.EMPTY


def test_empty_archive(read: Callable[..., Extraction]) -> None:
    """An archive of nothing is no failure."""
    assert read("depot.zip", zipped({})).sections == ()


def test_protected(refusal: Callable[..., Reason]) -> None:
    """An archive with a protected entry is refused as protected."""
    archive = bytearray(zipped({"a.txt": "mot"}, method=zipfile.ZIP_STORED))
    directory = archive.index(b"PK\x01\x02")
    archive[6] |= 1
    archive[directory + 8] |= 1
    assert refusal("depot.zip", bytes(archive)) is Reason.ENCRYPTED


def test_limits(tmp_path: Path) -> None:
    """Too many entries, or too much once opened, is refused before anything is unpacked."""
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({f"{number}.txt": "mot" for number in range(20)}))
    for limits in (Limits(archive_entries=19), Limits(expansion_floor=10, expansion_ratio=0)):
        with pytest.raises(UnreadableFileError) as refused:
            extract(path, limits)
        assert refused.value.reason is Reason.TOO_LARGE


def test_unknown_compression(read: Callable[..., Extraction]) -> None:
    """A member in a compression that is not known is told as damaged."""
    archive = bytearray(zipped({"a.txt": "mot", "b.txt": "mot"}, method=zipfile.ZIP_STORED))
    directory = archive.index(b"PK\x01\x02")
    archive[8] = archive[directory + 10] = 9
    extraction = read("depot.zip", bytes(archive))
    assert [section.title for section in extraction.sections] == ["b.txt"]
    assert extraction.warnings == ("a.txt : fichier abîmé ou incomplet.",)


def test_no_time_left(tmp_path: Path) -> None:
    """Members for which there is no time are named, and the archive is kept."""
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"a.txt": "mot"}))
    extraction = extract(path, Limits(seconds=0))
    assert "faute de temps" in extraction.warnings[0]
