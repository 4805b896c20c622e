"""How a question was understood, as a JSON tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.engine import (
    And,
    AtLeast,
    ByAuthor,
    Fuzzy,
    InTitle,
    Not,
    Or,
    Phrase,
    Prefix,
    Tagged,
    Weighted,
    Word,
)

if TYPE_CHECKING:
    from index.engine import Match


_ABOUT: dict[type, str] = {Not: "sauf", InTitle: "titre", ByAuthor: "auteur"}


def understood(match: Match, weight: float = 1.0) -> dict[str, Any]:
    """Return a node of the syntax tree, with its children."""
    # A weight is no node of the answer: it is shown on the part that it weighs.
    if isinstance(match, Weighted):
        return understood(match.part, match.weight * weight)
    kind, told = _told(match)
    return {"kind": kind, "text": None, "stem": None, "weight": weight, "minimum": None, "parts": []} | told


def _told(match: Match) -> tuple[str, dict[str, Any]]:
    match match:
        case Word(exact, stem):
            return "mot", {"text": exact, "stem": stem}
        case Phrase(words, exact):
            # An expression is searched word for word or by its stems.
            said = " ".join(word.exact if exact else word.stem for word in words)
            return "expression", {"text": said, "parts": [understood(word) for word in words]}
        case Prefix(start):
            return "debut", {"text": start}
        case Fuzzy(exact):
            return "proche", {"text": exact}
        case Tagged(facet, values):
            return "etiquette", {"text": f"{facet.value}:{', '.join(sorted(values))}"}
        case _:
            return _of_parts(match)


def _of_parts(match: Match) -> tuple[str, dict[str, Any]]:
    match match:
        case AtLeast(minimum, parts):
            return "au-moins", _parts(parts) | {"minimum": minimum}
        case And(parts):
            return "tous", _parts(parts)
        case Or(parts):
            return "un", _parts(parts)
        case Not(part) | InTitle(part) | ByAuthor(part):
            return _ABOUT[type(match)], _parts((part,))
        case _:
            return "tout", {}


def _parts(parts: tuple[Match, ...]) -> dict[str, Any]:
    return {"parts": [understood(each) for each in parts]}
