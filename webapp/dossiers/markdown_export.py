"""A dossier as Markdown (CommonMark, and tables): titles, quotations, notes and references with their links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from webapp.dossiers.contents import GONE_TEXT
from webapp.pages import summarise_document
from webapp.server import split_text

if TYPE_CHECKING:
    from webapp.dossiers.contents import DossierContents, ShownItem

_SIGNS = re.compile(r"([\\`*_\[\]<>#|~!&])")
_LINE_START = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))", re.MULTILINE)


def render_markdown(contents: DossierContents) -> bytes:
    """Return a dossier as Markdown in UTF-8; nothing that titles or notes hold is read as a sign of Markdown."""
    dossier = contents.dossier
    # Empty parts leave no blank lines behind.
    blocks = [f"# {_escape_line(dossier.title)}", _escape(dossier.introduction)]
    for rank, each in enumerate(contents.shown, 1):
        blocks += _render_item(rank, each)
    blocks += [GONE_TEXT for _ in contents.gone]
    return ("\n\n".join(filter(None, blocks)) + "\n").encode()


def _render_item(rank: int, shown: ShownItem) -> list[str]:
    place = f", {shown.place.label}" if shown.place else ""
    # Each line is a paragraph of its own: Markdown would join them.
    blocks = [_escape(each) if isinstance(each, str) else _render_table(each) for each in split_text(shown.text)]
    said = [f"**{_escape_line(shown.headline)}**" if shown.headline else "", *blocks]
    quoted = "\n".join(f"> {line}".rstrip() for line in "\n\n".join(filter(None, said)).splitlines())
    # The link is put back after what surrounds it is escaped: an underscore in it must stay one.
    reference = shown.reference.replace(shown.permanent_link, "\0")
    return [
        f"## {rank}. [{_escape_line(shown.title + place)}]({shown.permanent_link})",
        f"*{_escape_line(shown.notice)}*" if shown.notice else "",
        _describe_whole(shown),
        quoted,
        f"**Note\u00a0:** {_escape(shown.item.note)}" if shown.item.note else "",
        _escape_line(reference).replace("\0", f"<{shown.permanent_link}>"),
    ]


def _render_table(rows: tuple[tuple[str, ...], ...]) -> str:
    """Return rows of cells as a table of GitHub's Markdown, which most readers show; the others show its lines."""
    head, *others = [f"| {' | '.join(map(_escape_line, cells))} |" for cells in rows]
    return "\n".join((head, "|" + " --- |" * len(rows[0]), *others))


def _describe_whole(shown: ShownItem) -> str:
    """Return what a whole document is, and what is said of it; "" for a place, which has its own words."""
    if shown.place:
        return ""
    # In the words of lists: format, event, territories, themes.
    kind = _escape_line(summarise_document(shown.document))
    return "\n\n".join(filter(None, (kind, _escape(shown.document.summary))))


def _escape_line(text: str) -> str:
    return _escape(" ".join(text.splitlines()))


def _escape(text: str) -> str:
    text = re.sub(r"\s*\n\s*", "\n\n", text)
    return _LINE_START.sub(r"\1\\\2", _SIGNS.sub(r"\\\1", text.strip())).replace("\r", "")
