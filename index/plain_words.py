"""Questions that are nothing but words, and the words between the signs of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.analysis import STOP_WORDS, tokens
from index.engine import And, Everything, Match, Or, Phrase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.analysis import Token


def words_of(text: str) -> Match:
    """The question as plain words; a question made of stop words alone is asked as it stands."""
    return all_of(meaningful(text)) or all_of(token.word for token in tokens(text)) or Everything()


def meaningful(text: str) -> list[Match]:
    """The words of a text, stop words left out; a compound such as « non-recours » asks for its parts together."""
    return [part for run in text.split() for part in _of_run(list(tokens(run)))]


def _of_run(run: list[Token]) -> list[Match]:
    if len(run) > 1 and not _is_inversion(run):
        return [Phrase(tuple(token.word for token in run), exact=False)]
    return [token.word for token in run if token.lower not in STOP_WORDS and (len(run) == 1 or token is run[0])]


def _is_inversion(run: list[Token]) -> bool:
    """« peut-on », « a-t-il », « faut-il » are a verb and its pronoun; « rendez-vous » is a compound all the same."""
    return run[0].lower != "rendez" and all(token.lower in _PRONOUNS for token in run[1:])


_PRONOUNS = frozenset(
    {"on", "il", "ils", "elle", "elles", "je", "tu", "nous", "vous", "ce", "t", "y", "en", "là", "ci"}
)


def all_of(parts: Iterable[Match]) -> Match | None:
    """What asks for all of these; None where there is none."""
    kept = tuple(parts)
    return (kept[0] if len(kept) == 1 else And(kept)) if kept else None


def any_of(parts: Iterable[Match]) -> Match | None:
    """What asks for one of these at least; None where there is none."""
    kept = tuple(parts)
    return (kept[0] if len(kept) == 1 else Or(kept)) if kept else None
