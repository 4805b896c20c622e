"""Names of deposited files: every system takes them, none leads out of its folder, cleaned twice is cleaned once."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from extractors.detection import detect
from index.model.library_names import UnusableNameError, add_number, clean_name, find_stem, is_ignored, split_suffix

_DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{name}{number}" for name in ("COM", "LPT") for number in range(10))}
_NASTY = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="./\\:~$ \u202e\x00aé\n", max_size=30),
    st.builds("{}{}".format, st.text(max_size=300), st.sampled_from([".pdf", ".docx", ".tmp", "~", ".", " "])),
)


@given(_NASTY)
@example("../../etc/passwd")
@example("..\\..\\autoexec.bat")
@example("con.pdf")
@example("CON")
@example("a" * 500 + ".pdf")
@example("é" * 500)
@example("\u202efdp.exe")
@example("~$lettre.docx")
@example(". . .pdf")
@example("_con" + "x" * 300 + " .tmp")
def test_a_clean_name_is_one_plain_name(name: str) -> None:
    """Whatever is sent, a name comes out that stays in its folder on every system, or a refusal."""
    try:
        clean = clean_name(name)
    except UnusableNameError:
        return
    assert PurePosixPath(clean).parts == (clean,)
    assert PureWindowsPath(clean).parts == (clean,)
    assert clean.split(".")[0].rstrip().upper() not in _DEVICES
    assert len(clean.encode()) <= 200
    assert clean.isprintable()
    assert not is_ignored(clean)
    assert clean == clean_name(clean)
    assert Path("/library", clean).resolve().parent == Path("/library").resolve()


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Compte rendu : été 2024.pdf", "Compte rendu - été 2024.pdf"),
        ("C:\\Users\\moi\\Bilan.docx", "C--Users-moi-Bilan.docx"),
        ("  espaces   \t doubles .txt", "espaces doubles .txt"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("nul.txt", "_nul.txt"),
        (".cache.pdf", "cache.pdf"),
        ("Où ? Quand ?.pdf", "Où - Quand -.pdf"),
    ],
)
def test_names_stay_readable(name: str, clean: str) -> None:
    """A French name keeps its accents and apostrophes; what systems refuse becomes a hyphen."""
    assert clean_name(name) == clean


@pytest.mark.parametrize("name", ["", "...", "~", "thumbs.db", "x.part", "\x00"])
def test_a_name_that_the_library_leaves_out_is_refused(name: str) -> None:
    """What the indexer would never read must not be deposited."""
    with pytest.raises(UnusableNameError):
        clean_name(name)


def test_a_number_goes_before_the_suffix() -> None:
    """So that the file keeps its kind."""
    assert add_number("Compte rendu.docx", 2) == "Compte rendu (2).docx"


@pytest.mark.parametrize(
    "name", ["~$lettre.docx", "._lettre.docx", ".~lock.lettre.odt#", " ~$lettre.docx", "\u200b~$a.docx"]
)
def test_locks_and_forks_are_no_documents(name: str) -> None:
    """Without its prefix, the lock of a document would be deposited beside it as a document that cannot be read."""
    with pytest.raises(UnusableNameError):
        clean_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "#recycle",
        "@Recycle",
        "$Recycle.Bin",
        "@eaDir",
        "#snapshot",
        ".snapshot",
        "System Volume Information",
        "Thumbs.db",
    ],
)
def test_what_systems_keep_on_a_share(name: str) -> None:
    """Recycle bins, thumbnails and snapshots are nobody's documents; a folder that merely resembles them is."""
    assert is_ignored(name)
    assert not is_ignored(f"Le {name.strip('.')} de la commune")


@pytest.mark.parametrize(
    ("name", "stem", "suffix"),
    [
        ("Bilan.PDF", "Bilan", ".pdf"),
        ("Webinaire 3.fr.vtt", "Webinaire 3.fr", ".vtt"),
        ("enregistrement.mp3", "enregistrement", ".mp3"),
        ("archive.7z", "archive", ".7z"),
        ("LISEZMOI", "LISEZMOI", ""),
        ("CR 12.03.2024", "CR 12.03.2024", ""),
        ("CR du 12.3", "CR du 12.3", ""),
        ("Note de M. Le Goff", "Note de M. Le Goff", ""),
        ("A.-M. Durand", "A.-M. Durand", ""),
        ("Courrier (H.K.) Limited", "Courrier (H.K.) Limited", ""),
        ("Article (N. Engl. J. Med.).pdf", "Article (N. Engl. J. Med.)", ".pdf"),
        ("compteur.c++", "compteur", ".c++"),
        (".profil", ".profil", ""),
        ("trois points...", "trois points...", ""),
    ],
)
def test_suffixes(name: str, stem: str, suffix: str) -> None:
    """What ends a name is its suffix where a program could have put it there: not a year, nor the name of a person."""
    assert split_suffix(name) == (stem, suffix)
    assert find_stem(f"dossier v1.2/{name}") == stem
    # Extractors have a rule of their own, for they may not know the index.
    assert detect.find_suffix(name) == suffix


def test_a_number_before_the_suffix() -> None:
    """A second file of one name keeps its suffix, and its year."""
    assert add_number("CR.docx", 2) == "CR (2).docx"
    assert add_number("CR 12.03.2024", 2) == "CR 12.03.2024 (2)"
