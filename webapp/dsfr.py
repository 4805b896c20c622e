"""A set-up script that `make assets` runs: it extracts the French State's design system (DSFR) into the static folder.

It uses the standard library alone, since it runs before dependencies are installed. The application only serves what it
wrote. See docs/adr/0010.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from urllib.parse import quote
from zipfile import ZipFile

DSFR_VERSION = "1.14.4"
"""The last version whose code is entirely under the MIT licence; a later one is another licence to read."""

DSFR_FOLDER = Path(__file__).parent / "static" / "dsfr"
_DIST = "dsfr/static/dsfr/dist"

# In the design system's own order: the rules of later components override those of earlier ones.
COMPONENTS = (
    *("upload", "badge", "button", "quote", "breadcrumb", "form", "stepper", "link", "sidemenu", "callout"),
    *("highlight", "pagination", "summary", "tag", "alert", "notice", "radio", "card", "checkbox", "input", "content"),
    *("segmented", "skiplink", "select", "modal", "navigation", "footer", "tile", "search", "password", "table"),
    *("transcription", "header"),
)
"""The components that the pages use. Their scripts are left out: native HTML does their work."""

_WEIGHTS = ("Regular", "Medium", "Bold")

_ICON = re.compile(r"\bfr-icon-(?!-)[a-z0-9-]+")
_FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
_FONTS = re.compile(r"Marianne,arial,sans-serif")
# Every supported browser has the plain property; the prefixed one would hold each icon a second time.
_PREFIXED_MASK = re.compile(r"-webkit-mask-image:url\([^)]*\);")
_IMAGE = re.compile(r"url\((?:\.\./)+(icons/[^)]+\.svg)\)")
_TEXT_AND_BRACE = re.compile(r"([^{}]*)([{}])")
_DARK_SCHEME = re.compile(r"(?::root)?\[data-fr-theme=dark\]")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_NAME = re.compile(r"\bfr-[a-z0-9_-]+", re.IGNORECASE)
_CLASS = re.compile(r"\.(fr-[a-z0-9_-]+)", re.IGNORECASE)
# What is in brackets asks for nothing that must be there: `:not(.fr-link)`, `[class*=fr-icon]`.
_BRACKETS = re.compile(r"\[[^\]]*\]|\((?:[^()]|\([^()]*\))*\)")
_COMMA = re.compile(r",(?![^(\[]*[)\]])")
_NO_RULES = re.compile(r"@[^{}]+\{\}")


def main(package: Path) -> None:
    """Write the style sheets, the font Marianne and the licence into the static folder; `package` is a wheel."""
    with ZipFile(package) as wheel:
        found = wheel.read("dsfr/static/dsfr/dsfr_version").decode().strip().removeprefix("v")
        if found != DSFR_VERSION:
            sys.exit(f"{package.name} carries DSFR {found}, not {DSFR_VERSION}")
        DSFR_FOLDER.mkdir(parents=True, exist_ok=True)
        _write_sheets("dsfr", join_components(wheel) + _icon_rules(wheel, find_icon_classes()))
        # Apart: the font and the mark « République française » are reserved to the State's own services.
        _write_sheets("etat", _font_rules() + _read_sheet(wheel, "component/logo/logo.main.min.css"))
        for weight in _WEIGHTS:
            name = f"Marianne-{weight}.woff2"
            (DSFR_FOLDER / name).write_bytes(wheel.read(f"{_DIST}/fonts/{name}"))
        (DSFR_FOLDER / "LICENSE.md").write_bytes(wheel.read("LICENSE"))


def find_icon_classes() -> set[str]:
    """Return the icon classes that templates, code, scripts and style sheets name; each must be written in full."""
    return set(_ICON.findall(_read_sources()))


def find_class_names() -> set[str]:
    """Return the design system's classes that templates, code, scripts and style sheets name.

    One that ends with a hyphen is the beginning of those that a template completes: `fr-alert--{{ kind }}`.
    """
    return set(_NAME.findall(_read_sources()))


def keep_named(selector: str, named: set[str]) -> str:
    """Return of a list of selectors those that may apply: of which every class is named. Empty where there is none."""
    begun = tuple(name for name in named if name.endswith("-"))

    def may_apply(one: str) -> bool:
        return all(name in named or name.startswith(begun) for name in _CLASS.findall(_BRACKETS.sub("", one)))

    return ",".join(each for each in _COMMA.split(selector) if may_apply(each))


def _read_sources() -> str:
    sources = [path for suffix in ("html", "py", "js", "css") for path in Path(__file__).parent.rglob(f"*.{suffix}")]
    # Each format has its icon in the registry. The file is read as text: nothing of it may be imported here.
    sources.append(Path(__file__).parents[1] / "extractors" / "formats.py")
    return "\n".join(path.read_text(encoding="utf-8") for path in sources if DSFR_FOLDER not in path.parents)


def join_components(wheel: ZipFile) -> str:
    """Return the style sheets of all components as one, whole, as the package has them."""
    names = ["core/core", *(f"component/{name}/{name}" for name in COMPONENTS)]
    held = set(wheel.namelist())
    screen = [_read_sheet(wheel, f"{name}.main.min.css") for name in names]
    dark = _read_sheet(wheel, "scheme/scheme.min.css")
    paper = [_read_sheet(wheel, f"{name}.print.min.css") for name in names if f"{_DIST}/{name}.print.min.css" in held]
    return "".join((*screen, dark, *paper))


def _read_sheet(wheel: ZipFile, path: str) -> str:
    """Return a style sheet that needs no other file: icons are inlined as data, the State's font is left out."""
    css = wheel.read(f"{_DIST}/{path}").decode().replace('@charset "UTF-8";', "")
    css = _COMMENT.sub("", css)
    css = _FONTS.sub("var(--lettres)", _FONT_FACE.sub("", css))
    return _IMAGE.sub(lambda found: _inline_image(wheel, found[1]), _PREFIXED_MASK.sub("", css))


def _inline_image(wheel: ZipFile, path: str) -> str:
    image = " ".join(wheel.read(f"{_DIST}/{path}").decode().split())
    return f'url("data:image/svg+xml,{quote(image, safe="/ =:,;()")}")'


def _icon_rules(wheel: ZipFile, wanted: set[str]) -> str:
    css = _PREFIXED_MASK.sub("", wheel.read(f"{_DIST}/utility/icons/icons.main.min.css").decode())
    places = dict(re.findall(r"\.(fr-icon-[a-z0-9-]+):before\{mask-image:url\((?:\.\./)+([^)]+)\)", css))
    # A misspelt class fails the set-up, not the page that would show no icon.
    if unknown := sorted(wanted - set(places)):
        sys.exit(f"DSFR {DSFR_VERSION} has no such icon: {', '.join(unknown)}")
    return "".join(
        f".{name}:after,.{name}:before{{mask-image:{_inline_image(wheel, places[name])}}}" for name in sorted(wanted)
    )


def _font_rules() -> str:
    # The version in the address: fonts named by a style sheet are cached for ever too.
    faces = (
        f"@font-face{{font-family:Marianne;font-display:swap;font-weight:{weight};"
        f'src:url(Marianne-{name}.woff2?v={DSFR_VERSION}) format("woff2")}}'
        for name, weight in zip(_WEIGHTS, (400, 500, 700), strict=True)
    )
    return "".join(faces) + ":root{--lettres:Marianne,arial,sans-serif}"


def _write_sheets(name: str, css: str) -> None:
    """Write a style sheet as two files: the rules that always apply, and those of the dark scheme.

    Two thirds of the design system's rules are for classes that no page has: they are left out.

    The design system turns dark by an attribute that its script sets. Pages work without script: they name the second
    file with a media query.
    """
    always, dark = _split_dark_rules(css, find_class_names())
    # An at-rule that is emptied may leave the one around it empty.
    while _NO_RULES.search(always):
        always = _NO_RULES.sub("", always)
    notice = f"/* DSFR {DSFR_VERSION}, MIT: LICENSE.md */\n"
    (DSFR_FOLDER / f"{name}.css").write_text(notice + always, encoding="utf-8")
    (DSFR_FOLDER / f"{name}-dark.css").write_text(notice + dark, encoding="utf-8")


def _split_dark_rules(css: str, named: set[str]) -> tuple[str, str]:
    """Split the rules of named classes into those that always apply and those of the dark scheme, in their at-rules.

    The sheets are minified and well formed: braces are enough to read them.
    """
    always: list[str] = []
    dark: list[str] = []
    around: list[str] = []
    selector = ""
    for text, brace in _TEXT_AND_BRACE.findall(css):
        # `around` are the open at-rules (@media, @supports); @font-face holds declarations, as a selector does.
        if brace == "{" and text.startswith("@") and not text.startswith("@font-face"):
            around.append(text)
            always.append(f"{text}{{")
        elif brace == "{":
            selector = text
        elif selector:
            kept = keep_named(selector, named)
            # Where only some selectors are of the dark scheme the rule stays as it is: it may not be lost.
            if kept and all(_DARK_SCHEME.search(each) for each in _COMMA.split(kept)):
                dark.append(_wrap_rule(around, f"{_DARK_SCHEME.sub(':root', kept)}{{{text}}}"))
            elif kept:
                always.append(f"{kept}{{{text}}}")
            selector = ""
        else:
            around.pop()
            always.append("}")
    return "".join(always), "".join(dark)


def _wrap_rule(around: list[str], rule: str) -> str:
    return "".join(f"{each}{{" for each in around) + rule + "}" * len(around)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
