"""Numbers, dates and texts as French Excel displays them by a format code: 01000, 36:00, février 2024, 1 234,50 €.

Format: ECMA-376 part 1, 18.8.30 and 18.8.31. Why no library does it: docs/adr/0006-formats.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from extractors.readers.excel.format_codes import literal_text, parse_sections
from extractors.readers.excel.moments import format_moment
from extractors.readers.excel.number_digits import DigitShape, find_shape, format_digits, format_general, is_zero

if TYPE_CHECKING:
    from extractors.readers.excel.format_codes import FormatSection


# By identity: a code is parsed once, and comparing tokens would take longer than displaying a number.
@dataclass(frozen=True, slots=True, eq=False)
class NumberFormat:
    """A parsed format code, which displays numbers and texts."""

    sections: tuple[FormatSection, ...]
    text_section: FormatSection | None
    shape: DigitShape | None = None

    def format_number(self, number: float, *, from_1904: bool = False) -> str:
        """The number as displayed; days count from 1900, or from 1904. What is no date is given as it is."""
        if self.shape is not None:
            return self.shape.write(number)
        return _format_otherwise(self, number, from_1904)

    def format_text(self, text: str) -> str:
        """The text as displayed: most formats leave it as it is."""
        if self.text_section is None:
            return text
        return "".join(text if token.kind == "text" else literal_text(token) for token in self.text_section.tokens)

    def choose_section(self, number: float) -> tuple[FormatSection | None, bool]:
        """The section for a number, and whether a minus sign is to be put before a negative one."""
        if not self.sections:
            return None, True
        if any(section.condition for section in self.sections):
            chosen = next((part for part in self.sections if _meets(number, part.condition)), None)
            # The code writes the sign by itself in a section for negative numbers only.
            is_negative_only = chosen is not None and chosen.condition in {("<", 0.0), ("<=", 0.0)}
            return chosen, not is_negative_only
        count = len(self.sections)
        if number < 0 and count > 1:
            return self.sections[1], False
        return self.sections[2 if number == 0 and count > 2 else 0], True  # noqa: PLR2004  the third is that of zero


@lru_cache(maxsize=20_000)
def _format_otherwise(format_: NumberFormat, number: float, from_1904: bool) -> str:  # noqa: FBT001  of one file
    """A number in no plain places; values repeat in sheets, dates above all."""
    section, is_signed = format_.choose_section(number)
    if section is None:
        return format_general(number)
    if section.is_date:
        return format_moment(section, number, from_1904)
    shown = format_digits(section, abs(number))
    return f"-{shown}" if is_signed and number < 0 and not is_zero(shown) else shown


GENERAL = NumberFormat((), None)
"""The format of cells that have none."""


@lru_cache(maxsize=1024)
def parse_number_format(code: str) -> NumberFormat:
    r"""Parse a format code such as « #,##0.00\ "€" » or « dd/mm/yyyy »; any text is one, however odd."""
    sections = parse_sections(code)
    # The fourth section is that of texts, as is a last one with « @ ».
    text = sections[3] if len(sections) > 3 else sections[-1] if sections[-1].is_text else None  # noqa: PLR2004
    numbers = sections[:3]
    if text is not None and text in numbers:
        numbers.remove(text)
    if text is None or all(token.kind == "text" for token in text.tokens):
        text = None
    if not code.strip():
        return GENERAL
    shape = find_shape(numbers[0]) if len(numbers) == 1 and numbers[0].condition is None else None
    return NumberFormat(tuple(numbers), text, shape)


def _meets(number: float, condition: tuple[str, float] | None) -> bool:
    if condition is None:
        return True
    operator, bound = condition
    return {
        "<": number < bound,
        "<=": number <= bound,
        ">": number > bound,
        ">=": number >= bound,
        "=": number == bound,
        "<>": number != bound,
    }[operator]
