"""Format codes such as « #,##0.00 » or « dd/mm/yyyy », cut into sections and tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

# The language is the low part of an LCID, or the beginning of a tag: « [$-409] », « [$-en-US] ».
_ENGLISH = re.compile(r"-(?:en\b.*|[0-9a-f]*[048c]?09)$", re.IGNORECASE)
# What stands for the long date and the time of the system (Office's own codes).
_SYSTEM_FORMATS = {"F800": "dddd d mmmm yyyy", "F400": "hh:mm:ss"}

_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)(?:"|$) | \\(?P<escaped>.) | _(?P<padding>.) | \*(?P<filling>.) |
    \[(?P<elapsed>h+|m+|s+)\] | \[(?P<condition>(?:<=|>=|<>|[<>=])\s*-?\d*\.?\d+(?:e[-+]?\d+)?)\] |
    \[(?P<bracket>[^\]]*)\] |
    (?P<general>general|standard) | (?P<half>am/pm|a/p) | (?P<date>y+|m+|d+|h+|s+|e(?![-+])|b+|g+) |
    (?P<exponent>e[-+]) | (?P<digit>[0#?]) | (?P<point>\.) | (?P<comma>,) | (?P<percent>%) | (?P<slash>/) |
    (?P<text>@) | (?P<separator>;) | (?P<literal>.)
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_LITERAL_KINDS = frozenset({"quoted", "escaped", "literal", "percent", "slash", "point", "comma", "date", "half"})
_DATE_KINDS = frozenset({"date", "elapsed", "half"})
# The bound on placeholders is for hostile formats; Excel has 30 decimals at most.
_MOST_TOKENS = 500


class Token(NamedTuple):
    """A piece of a format code: `kind` is a group of _TOKEN, `text` what it displays or its letters."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class FormatSection:
    """One of the up to four sections of a format code; `condition` is an operator and a number, if it has one."""

    tokens: tuple[Token, ...]
    condition: tuple[str, float] | None = None
    is_english: bool = False
    is_date: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it displays texts."""
        return any(token.kind == "text" for token in self.tokens)


def parse_sections(code: str) -> list[FormatSection]:
    """The sections of a format code, which semicolons separate; any text is a code, however odd."""
    parts: list[list[Token]] = [[]]
    for token in _read_tokens(code):
        if token.kind == "separator":
            parts.append([])
        else:
            parts[-1].append(token)
    return [_build_section(part) for part in parts]


def _read_tokens(code: str) -> list[Token]:
    found = islice(_TOKEN.finditer(code), _MOST_TOKENS)
    return [Token(kind, match[kind]) for match in found if (kind := match.lastgroup) is not None]


def _build_section(tokens: Sequence[Token]) -> FormatSection:
    condition: tuple[str, float] | None = None
    is_english = False
    kept = list[Token]()
    for token in tokens:
        if token.kind == "condition":
            operator = "".join(takewhile(lambda sign: sign in "<>=", token.text))
            condition = operator, float(token.text[len(operator) :])
        elif token.kind != "bracket":
            kept.append(token)
        elif token.text.startswith("$"):
            # « [$€-40C] » displays its currency; colours and calendars display nothing.
            symbol, dash, language = token.text[1:].partition("-")
            if system := _SYSTEM_FORMATS.get(language.upper()):
                return _build_section(_read_tokens(system))
            is_english = is_english or bool(_ENGLISH.search(dash + language))
            kept.append(Token("literal", symbol))
    if any(token.kind in _DATE_KINDS for token in kept) and not _has_number_places(kept):
        return FormatSection(tuple(_find_minutes(kept)), condition, is_english, is_date=True)
    return FormatSection(tuple(kept), condition)


def _has_number_places(tokens: Sequence[Token]) -> bool:
    """Whether a section keeps places for a number: its letters, as in « 0.0 km », are then a unit without quotes."""
    decimals = count_second_decimals(tokens)
    return sum(token.kind == "digit" for token in tokens) > decimals


def count_second_decimals(tokens: Sequence[Token]) -> int:
    """How many places follow the point after the seconds."""
    point = next((place for place, token in enumerate(tokens) if follows_seconds(tokens, place)), None)
    return 0 if point is None else len(list(takewhile(lambda token: token.text == "0", tokens[point + 1 :])))


def follows_seconds(tokens: Sequence[Token], place: int) -> bool:
    """Whether the token is the point after the seconds."""
    before = tokens[place - 1] if place else Token("", "-")
    return tokens[place].kind == "point" and before.kind in {"date", "elapsed"} and before.text[0] in "sS"


def _find_minutes(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with the « m » of minutes told from that of months: beside hours or seconds, it is minutes."""
    letters = [(place, token) for place, token in enumerate(tokens) if token.kind in {"date", "elapsed"}]
    found = list(tokens)
    for index, (place, token) in enumerate(letters):
        if token.kind == "date" and token.text.lower() in {"m", "mm"}:
            before = letters[index - 1][1].text.lower()[0] if index else ""
            after = letters[index + 1][1].text.lower()[0] if index + 1 < len(letters) else ""
            if before == "h" or after == "s":
                found[place] = Token("date", "n" * len(token.text))
    return found


def literal_text(token: Token) -> str:
    """What a token displays that stands for no digit and no part of a date."""
    if token.kind in _LITERAL_KINDS:
        return token.text
    # Padding is as wide as a letter, filling as wide as the column.
    return " " if token.kind in {"padding", "filling"} else ""
