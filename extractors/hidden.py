"""Warnings about hidden slides and sheets: they are read and can be found, which their author may not expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from extractors.sections import Section

_MOST_NAMED = 10


def warnings_for_hidden_slides(sections: Iterable[Section]) -> Iterator[str]:
    """A warning that names the hidden slides; none where no slide is hidden."""
    numbers = [str(section.number) for section in sections if section.hidden]
    if len(numbers) == 1:
        yield f"La diapositive {numbers[0]} est masquée ; elle se trouve pourtant dans les résultats."
    elif numbers:
        yield f"Diapositives masquées, qui se trouvent pourtant dans les résultats : {_join_names(numbers)}."


def warnings_for_hidden_sheets(sections: Iterable[Section]) -> Iterator[str]:
    """A warning that names the hidden sheets; none where no sheet is hidden."""
    titles = [f"« {section.title} »" for section in sections if section.hidden]
    if len(titles) == 1:
        yield f"La feuille {titles[0]} est masquée ; elle se trouve pourtant dans les résultats."
    elif titles:
        yield f"Feuilles masquées, qui se trouvent pourtant dans les résultats : {_join_names(titles)}."


def _join_names(names: list[str]) -> str:
    return ", ".join(names[:_MOST_NAMED]) + ("…" if len(names) > _MOST_NAMED else "")
