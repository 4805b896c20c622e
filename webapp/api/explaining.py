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


_WRAPPER_KINDS: dict[type, str] = {Not: "sauf", InTitle: "titre", ByAuthor: "auteur"}


def explain_match(match: Match, weight: float = 1.0) -> dict[str, Any]:
    """Return a node of the syntax tree, with its children."""
    # A weight is no node of the answer: it is shown on the part that it weighs.
    if isinstance(match, Weighted):
        return explain_match(match.part, match.weight * weight)
    kind, details = _explain_leaf(match)
    return {"kind": kind, "text": None, "stem": None, "weight": weight, "minimum": None, "parts": []} | details


def _explain_leaf(match: Match) -> tuple[str, dict[str, Any]]:
    match match:
        case Word(exact, stem):
            return "mot", {"text": exact, "stem": stem}
        case Phrase(words, exact):
            # An expression is searched word for word or by its stems.
            text = " ".join(word.exact if exact else word.stem for word in words)
            return "expression", {"text": text, "parts": [explain_match(word) for word in words]}
        case Prefix(start):
            return "debut", {"text": start}
        case Fuzzy(exact):
            return "proche", {"text": exact}
        case Tagged(facet, values):
            return "etiquette", {"text": f"{facet.value}:{', '.join(sorted(values))}"}
        case _:
            return _explain_compound(match)


def _explain_compound(match: Match) -> tuple[str, dict[str, Any]]:
    match match:
        case AtLeast(minimum, parts):
            return "au-moins", _explain_parts(parts) | {"minimum": minimum}
        case And(parts):
            return "tous", _explain_parts(parts)
        case Or(parts):
            return "un", _explain_parts(parts)
        case Not(part) | InTitle(part) | ByAuthor(part):
            return _WRAPPER_KINDS[type(match)], _explain_parts((part,))
        case _:
            return "tout", {}


def _explain_parts(parts: tuple[Match, ...]) -> dict[str, Any]:
    return {"parts": [explain_match(each) for each in parts]}
