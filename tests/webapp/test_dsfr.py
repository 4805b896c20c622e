"""The design system's files: all that is used, nothing of the State's unless asked for, in the built package too."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests import ROOT
from tests.composition import create_app
from tests.webapp.every_page import answers
from tests.webapp.page_parser import read
from webapp import dsfr
from webapp.server import assets

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary

_JINJA = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
_CLASSES = re.compile(r'class="([^"]*)"')
_SHEETS = sorted(dsfr.DSFR_FOLDER.glob("*.css"))


def test_every_icon_has_its_rule() -> None:
    """An icon that « make assets » did not take would show as a solid square."""
    sheet = (dsfr.DSFR_FOLDER / "dsfr.css").read_text(encoding="utf-8")
    assert [name for name in sorted(dsfr.find_icon_classes()) if f".{name}:before{{mask-image:" not in sheet] == []


def test_classes_are_named_as_style_sheets_name_them() -> None:
    """With hyphens: a name of the code's got into a template once, and its list lost its layout unnoticed."""
    templates = (ROOT / "webapp" / "templates").rglob("*.html")
    texts = (_JINJA.sub(" ", each.read_text("utf-8")) for each in templates)
    named = {word for text in texts for classes in _CLASSES.findall(text) for word in classes.split()}
    assert "heaps" in named
    assert sorted(each for each in named if re.fullmatch(r"[a-z]+(_[a-z]+)+", each)) == []


def test_no_page_lacks_a_rule(tmp_path: Path, page_texts: dict[str, str]) -> None:
    """Of the whole design system, every rule whose classes a page really has is in the sheet that pages load."""
    packages = sorted((ROOT / "build" / "assets").glob("*.whl"))
    if not packages:
        pytest.skip("the design system's package is not here: « make assets » takes it")
    pages = [*page_texts.values(), *answers(tmp_path).values()]
    worn = {name for page in pages for classes in _CLASSES.findall(page) for name in classes.split()}
    with ZipFile(packages[0]) as wheel:
        wanted = _list_selectors(dsfr.join_components(wheel), worn)
    kept = _list_selectors((dsfr.DSFR_FOLDER / "dsfr.css").read_text("utf-8"), worn)
    assert len(wanted) > 100
    assert sorted(wanted - kept) == []


@pytest.mark.parametrize(
    ("selector", "kept"),
    [
        (".fr-btn,.fr-unknown", ".fr-btn"),
        (".fr-unknown .fr-btn", ""),
        (".fr-btn:not(.fr-unknown,.fr-other)", ".fr-btn:not(.fr-unknown,.fr-other)"),
        (".fr-alert--error:before", ".fr-alert--error:before"),
        ("a[href],[class*=fr-unknown]", "a[href],[class*=fr-unknown]"),
        (".fr-btn--unknown", ""),
    ],
)
def test_rules_of_classes_that_nothing_names_are_left_out(selector: str, kept: str) -> None:
    """A class is asked for outside brackets only, and one that a template completes is named by its beginning."""
    assert dsfr.keep_named(selector, {"fr-btn", "fr-alert--"}) == kept


@pytest.mark.parametrize("sheet", _SHEETS, ids=lambda path: path.name)
def test_style_sheets_load_nothing_else(sheet: Path) -> None:
    """Icons are inside; only the State's font is a file of its own, in the State's sheet."""
    loaded = re.findall(r"url\((?!\"?'?data:)([^)]*)\)", sheet.read_text(encoding="utf-8"))
    assert all(each.startswith("Marianne-") for each in loaded)
    assert sheet.name == "etat.css" or not loaded


def test_the_neutral_look_has_nothing_of_the_state(client: FlaskClient) -> None:
    """Neither its name, its mark nor its font: they are for those entitled to them."""
    page = read(client.get("/").text)
    sheets = [str(each.attributes["href"]) for each in page.all("link", rel="stylesheet")]
    assert not [each for each in sheets if "etat" in each]
    assert not page.all("p", class_="fr-logo")
    for sheet in sheets:
        assert not re.search(r"Marianne", client.get(sheet).text), sheet


def test_the_state_has_its_own_look(library: SmallLibrary) -> None:
    """Those entitled to it set one word, and have the mark, the font and the links that go with it."""
    settings = library.settings.model_copy(update={"theme": "etat"})
    page = read(create_app(settings).test_client().get("/").text)
    assert "République Française" in [
        " ".join(re.findall(r"\w+", each)) for each in _marks(page.texts("p", class_="fr-logo"))
    ]
    assert any("dsfr/etat.css" in str(each.attributes["href"]) for each in page.all("link", rel="stylesheet"))
    assert page.all("a", href="https://www.legifrance.gouv.fr")


def _list_selectors(sheet: str, worn: set[str]) -> set[str]:
    """Those without brackets that the classes of pages could match."""
    # What ends in « } » is matched too, and passed over: else it would be looked at again from each of its letters.
    lists = [before for before, sign in re.findall(r"([^{}]+)([{}])", sheet) if sign == "{"]
    return {
        each
        for selectors in lists
        if "(" not in selectors
        for each in selectors.split(",")
        if re.fullmatch(r"[\w.:>+~ -]*\.fr-[\w.:>+~ -]*", each) and set(re.findall(r"\.(fr-[\w-]+)", each)) <= worn
    }


def _marks(texts: list[str]) -> list[str]:
    # The two words stand on two lines, by a <br> that has no text.
    return [each.replace("RépubliqueFrançaise", "République Française") for each in texts]


def test_another_version_is_refused(tmp_path: Path) -> None:
    """Another version has another licence: the set-up stops rather than take it."""
    package = tmp_path / "django_dsfr-4.0.0-py3-none-any.whl"
    with ZipFile(package, "w") as wheel:
        wheel.writestr("dsfr/static/dsfr/dsfr_version", "v1.15.0")
    with pytest.raises(SystemExit, match=r"carries DSFR 1\.15\.0, not 1\.14\.4"):
        dsfr.main(package)


def test_an_installation_without_them_says_what_to_do(library: SmallLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that names the command, instead of pages without style."""
    monkeypatch.setattr(assets, "STATIC_FOLDER", library.settings.library)
    with pytest.raises(assets.AssetsMissingError, match="make assets"):
        create_app(library.settings)


def test_the_built_package_carries_them(tmp_path: Path) -> None:
    """The repository does not hold the files, the wheel does."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - our own words
    (built,) = tmp_path.glob("*.whl")
    with ZipFile(built) as wheel:
        carried = {name.removeprefix("webapp/static/dsfr/") for name in wheel.namelist() if "/static/dsfr/" in name}
    assert carried == {path.name for path in dsfr.DSFR_FOLDER.iterdir()}
    assert {"dsfr.css", "dsfr-dark.css", "LICENSE.md"} <= carried
