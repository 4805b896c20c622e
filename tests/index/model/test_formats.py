"""What the names of files say of their formats."""

from __future__ import annotations

import pytest

from extractors import Format
from index.model import UnreadFormat, describe_wrong_suffixes


@pytest.mark.parametrize(
    ("paths", "kind", "notices"),
    [
        (["a.pdf"], Format.PDF, []),
        (["Dossier.pdf/A.PDF"], Format.PDF, []),
        (["a.docx"], Format.PDF, ["L’extension « .docx » ne correspond pas au contenu, qui est un PDF."]),
        (["affiche"], Format.PDF, ["Le nom du fichier n’a pas d’extension ; son contenu est un PDF."]),
        (
            ["a.pdf", "b.docx", "c"],
            Format.PDF,
            [
                "L’extension de « b.docx » ne correspond pas à son contenu, qui est un PDF.",
                "Le nom « c » n’a pas d’extension ; le contenu est un PDF.",
            ],
        ),
        (["Affiche 12.03.2024"], Format.PDF, ["Le nom du fichier n’a pas d’extension ; son contenu est un PDF."]),
        (["CR 12.03.2024", "Note de M. Le Goff"], Format.TEXT, []),
        (["LISEZMOI"], Format.TEXT, []),
        (["webinaire.txt"], Format.CAPTIONS, []),
        (["son.mp4"], Format.SOUND, []),
        (["texte.xml"], Format.ODF_TEXT, []),
        (["note.docx"], Format.TEXT, ["L’extension « .docx » ne correspond pas au contenu, qui est un texte simple."]),
    ],
)
def test_wrong_suffixes(paths: list[str], kind: Format, notices: list[str]) -> None:
    """Each file whose suffix misleads is told, by its name where there are several."""
    assert describe_wrong_suffixes(paths, kind.spec) == tuple(notices)


def test_a_format_that_nobody_reads() -> None:
    """Nothing is said of the name of what a later version has read."""
    assert describe_wrong_suffixes(["a.pdf"], UnreadFormat("hologramme")) == ()
