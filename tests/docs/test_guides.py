"""The guides name what the site shows: a button that was renamed is named anew where people are told to press it."""

from __future__ import annotations

import re

import pytest

from tests import ROOT

_SOURCES = ("webapp/**/*.py", "webapp/**/*.html", "webapp/static/*.js", "index/**/*.py", "extractors/formats.py")
_QUOTED = re.compile("«\u00a0(.+?)\u00a0»")

# What people type, folders that they name, and what a page puts together: none of it stands in the code as a whole.
_OTHERS = {
    "guide-animateur.md": {
        "Webinaires/2026-03-12 Aller vers",
        "Webinaire Aller vers 12 mars 2026",
        "Rendez-vous, thèmes, territoires et publics visés",
        "Valider les documents cochés",
        "Ajouter un thème",
        "Ajouter un territoire",
        "Sans thème",
        "Sans territoire",
        "Revenir sur…",
        "caravane des droits",
        "bus des droits",
    },
    "guide-administrateur.md": {"CONFIDENTIEL", "Confidentiel"},
    "guide-membre.md": {
        "comment aller vers les jeunes",
        "art. L.262-1",
        "webinaire novembre 2024",
        "dernier webinaire",
        "compte rendu 21/03/2024",
        "Quel pourcentage de membres trouvent les webinaires utiles\u00a0?",
        "pays basque",
        "12:34 dans le replay",
        "Qui connaît l’aller-vers en Bretagne\u00a0?",
    },
}


def _normalise(text: str) -> str:
    return re.sub(r"(?:\s|&nbsp;|\\u00a0)+", " ", text).replace("’", "'").casefold()


@pytest.mark.parametrize("name", sorted(_OTHERS))
def test_what_a_guide_quotes_is_on_the_site(name: str) -> None:
    """Each « label » stands in a template or in the code, whatever its spaces; nothing is excepted in vain."""
    files = [file for pattern in _SOURCES for file in sorted(ROOT.glob(pattern))]
    shown = _normalise("\n".join(each.read_text(encoding="utf-8") for each in files))
    guide = (ROOT / "docs" / name).read_text(encoding="utf-8").replace("\n", " ")
    quoted = set(_QUOTED.findall(guide))
    assert {each for each in quoted - _OTHERS[name] if _normalise(each) not in shown} == set()
    assert quoted >= _OTHERS[name]
