"""What the developers' documents cite: files of the tree, and names that these define."""

from __future__ import annotations

from tests import ROOT

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/addresses.md")),
    *(ROOT / "docs" / name for name in ("glossary.md", "operations.md", "securite.md", "api.md", "scale.md")),
    *sorted(ROOT.glob("docs/adr/*.md")),
]

_CODE = re.compile(r"`([^`\n]+)`")
_FOLDERS = "extractors|index|indexer|webapp|tests|benchmarks|docs|deploy|requirements"
# A folder ends with a slash; what stands for a name of the reader's (`x.py`, `x_page.py`) is no citation.
_PATH = re.compile(
    rf"(?:{_FOLDERS})/(?:[\w./-]*\.(?:py|md|html|json|yaml|jinja|txt|svg)|(?:[\w-]+/)*)"
    r"|ruche\.py|pyproject\.toml|[A-Z]+\.md"
)
_PLACEHOLDER = re.compile(r"(^|/)x(_\w+)?(\.py|/)")
# « `Name` in `path` », « `One`, `Other` in `path` », « a `Member` to `NAMES` of `path` ».
_NAMED = re.compile(r"((?:`\w+(?:\.\w+)?`[^`.;]{1,12})*`\w+(?:\.\w+)?`) (?:in|of) `([\w./-]+\.py)`")


def cited_paths(text: str) -> Iterator[str]:
    """Files and folders of the tree that a page names between back quotes."""
    for quoted in _CODE.findall(text):
        path = quoted.partition("::")[0]
        if _PATH.fullmatch(path) and not _PLACEHOLDER.search(path):
            yield path


def cited_names(text: str) -> Iterator[tuple[str, str]]:
    """Names that a page says a module holds, as « `Name` in `path` »: the module and the name."""
    for names, path in _NAMED.findall(text.replace("\n   ", " ").replace("\n", " ")):
        if not _PLACEHOLDER.search(path):
            yield from ((path, name) for quoted in _CODE.findall(names) for name in quoted.split("."))


def find_missing(text: str) -> set[str]:
    """What a page cites and the tree has not: `path`, or `path: name` where the module is there without the name."""
    missing = {path for path in cited_paths(text) if not (ROOT / path).exists()}
    for path, name in cited_names(text):
        module = ROOT / path
        if module.is_file() and not re.search(rf"\b{name}\b", module.read_text(encoding="utf-8")):
            missing.add(f"{path}: {name}")
    return missing
