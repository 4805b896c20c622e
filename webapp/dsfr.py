"""The components of the French State's design system, taken from the pinned package into the static folder.

A command of the set-up, which `make` runs; the application only serves what it wrote.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from urllib.parse import quote
from zipfile import ZipFile

VERSION = "1.14.4"
"""The last version whose code is MIT as a whole; another one is another licence to read."""

FOLDER = Path(__file__).parent / "static" / "dsfr"
_DIST = "dsfr/static/dsfr/dist"

# In the design system's own order: later ones refine earlier ones.
COMPONENTS = (
    *("upload", "badge", "button", "quote", "breadcrumb", "form", "stepper", "link", "sidemenu", "callout"),
    *("highlight", "pagination", "summary", "tag", "alert", "notice", "radio", "card", "checkbox", "input", "content"),
    *("segmented", "skiplink", "select", "modal", "navigation", "footer", "tile", "search", "password", "table"),
    *("transcription", "header"),
)
"""Those that the pages use; their scripts are left out, native HTML does their work."""

_WEIGHTS = ("Regular", "Medium", "Bold")

_ICON = re.compile(r"\bfr-icon-(?!-)[a-z0-9-]+")
_FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
_FONTS = re.compile(r"Marianne,arial,sans-serif")
# Every browser that we support has the plain property, and the prefixed one would double each icon.
_PREFIXED = re.compile(r"-webkit-mask-image:url\([^)]*\);")
_IMAGE = re.compile(r"url\((?:\.\./)+(icons/[^)]+\.svg)\)")
_PIECE = re.compile(r"([^{}]*)([{}])")
_DARK = re.compile(r"(?::root)?\[data-fr-theme=dark\]")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def main(package: Path) -> None:
    """Write the style sheets, the font of the State and the licence into the static folder."""
    with ZipFile(package) as wheel:
        found = wheel.read("dsfr/static/dsfr/dsfr_version").decode().strip().removeprefix("v")
        if found != VERSION:
            sys.exit(f"{package.name} carries DSFR {found}, not {VERSION}")
        FOLDER.mkdir(parents=True, exist_ok=True)
        _write("dsfr", _components(wheel) + _icons(wheel, used_icons()))
        _write("etat", _fonts() + _sheet(wheel, "component/logo/logo.main.min.css"))
        for weight in _WEIGHTS:
            name = f"Marianne-{weight}.woff2"
            (FOLDER / name).write_bytes(wheel.read(f"{_DIST}/fonts/{name}"))
        (FOLDER / "LICENSE.md").write_bytes(wheel.read("LICENSE"))


def used_icons() -> set[str]:
    """The classes of icons that the pages name, each written whole somewhere."""
    sources = [path for suffix in ("html", "py", "js", "css") for path in Path(__file__).parent.rglob(f"*.{suffix}")]
    texts = (path.read_text(encoding="utf-8") for path in sources if FOLDER not in path.parents)
    return {name for text in texts for name in _ICON.findall(text)}


def _components(wheel: ZipFile) -> str:
    names = ["core/core", *(f"component/{name}/{name}" for name in COMPONENTS)]
    held = set(wheel.namelist())
    screen = [_sheet(wheel, f"{name}.main.min.css") for name in names]
    dark = _sheet(wheel, "scheme/scheme.min.css")
    paper = [_sheet(wheel, f"{name}.print.min.css") for name in names if f"{_DIST}/{name}.print.min.css" in held]
    return "".join((*screen, dark, *paper))


def _sheet(wheel: ZipFile, path: str) -> str:
    """A style sheet by itself: its icons inside it, the State's font left out."""
    css = wheel.read(f"{_DIST}/{path}").decode().replace('@charset "UTF-8";', "")
    css = _COMMENT.sub("", css)
    css = _FONTS.sub("var(--lettres)", _FONT_FACE.sub("", css))
    return _IMAGE.sub(lambda found: _inline(wheel, found[1]), _PREFIXED.sub("", css))


def _inline(wheel: ZipFile, path: str) -> str:
    image = " ".join(wheel.read(f"{_DIST}/{path}").decode().split())
    return f'url("data:image/svg+xml,{quote(image, safe="/ =:,;()")}")'


def _icons(wheel: ZipFile, wanted: set[str]) -> str:
    css = _PREFIXED.sub("", wheel.read(f"{_DIST}/utility/icons/icons.main.min.css").decode())
    places = dict(re.findall(r"\.(fr-icon-[a-z0-9-]+):before\{mask-image:url\((?:\.\./)+([^)]+)\)", css))
    if unknown := sorted(wanted - set(places)):
        sys.exit(f"DSFR {VERSION} has no such icon: {', '.join(unknown)}")
    return "".join(
        f".{name}:after,.{name}:before{{mask-image:{_inline(wheel, places[name])}}}" for name in sorted(wanted)
    )


def _fonts() -> str:
    faces = (
        f"@font-face{{font-family:Marianne;font-display:swap;font-weight:{weight};"
        f'src:url(Marianne-{name}.woff2?v={VERSION}) format("woff2")}}'
        for name, weight in zip(_WEIGHTS, (400, 500, 700), strict=True)
    )
    return "".join(faces) + ":root{--lettres:Marianne,arial,sans-serif}"


def _write(name: str, css: str) -> None:
    """A style sheet in two: what always holds, and what a dark screen changes, which the page asks for apart.

    The design system tells them apart by an attribute that its script sets; pages that work without script cannot.
    """
    always, dark = _apart(css)
    notice = f"/* DSFR {VERSION}, MIT: LICENSE.md */\n"
    (FOLDER / f"{name}.css").write_text(notice + always, encoding="utf-8")
    (FOLDER / f"{name}-sombre.css").write_text(notice + dark, encoding="utf-8")


def _apart(css: str) -> tuple[str, str]:
    """The rules that always hold, and those of the dark scheme, each within the conditions that it had."""
    always: list[str] = []
    dark: list[str] = []
    around: list[str] = []
    selector = ""
    for text, brace in _PIECE.findall(css):
        if brace == "{" and text.startswith("@") and not text.startswith("@font-face"):
            around.append(text)
            always.append(f"{text}{{")
        elif brace == "{":
            selector = text
        elif selector:
            if all(_DARK.search(each) for each in selector.split(",")):
                dark.append(_within(around, f"{_DARK.sub(':root', selector)}{{{text}}}"))
            else:
                always.append(f"{selector}{{{text}}}")
            selector = ""
        else:
            around.pop()
            always.append("}")
    return "".join(always), "".join(dark)


def _within(around: list[str], rule: str) -> str:
    return "".join(f"{each}{{" for each in around) + rule + "}" * len(around)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
