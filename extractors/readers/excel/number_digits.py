"""Numbers in the places that a format code keeps for their digits, in decimal, scientific notation or fractions."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from extractors.readers.excel.format_codes import literal_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extractors.readers.excel.format_codes import FormatSection, Token

# Excel keeps 15 significant digits.
PRECISION = ".15g"
# Room for the greatest of numbers with all the decimals of a hostile format.
_EXACTLY = Context(prec=1000, rounding=ROUND_HALF_UP)
# Plain places for digits, thousands grouped or not.
_SHAPE = re.compile(r"(?P<grouped>#,##)?#*(?P<whole>0*)(?:\.(?P<decimals>0+))?")
_FAST_KINDS = frozenset({"digit", "point", "comma", "percent", "quoted", "escaped", "literal", "padding", "filling"})


class DigitShape(NamedTuple):
    """A section of plain places for digits between literals, as most are: they are filled faster.

    `power` is that of the last place, as a Decimal.
    """

    before: str
    least_digits: int
    is_grouped: bool
    power: Decimal
    after: str
    percents: int

    def write(self, number: float) -> str:
        """The number as displayed."""
        exact = Decimal(format(abs(number), PRECISION))
        if self.percents:
            exact = exact.scaleb(2 * self.percents)
        digits, point, decimals = f"{exact.quantize(self.power, context=_EXACTLY):,f}".partition(".")
        digits = digits.replace(",", " " if self.is_grouped else "").zfill(self.least_digits)
        if digits == "0" and not self.least_digits:
            digits = ""
        shown = f"{self.before}{digits},{decimals}{self.after}" if point else f"{self.before}{digits}{self.after}"
        return f"-{shown}" if number < 0 and not is_zero(digits + decimals) else shown


def is_zero(shown: str) -> bool:
    """Whether a number as displayed has no digit but zeros: it then has no sign."""
    return not any(sign in "123456789" for sign in shown)


def format_general(number: float) -> str:
    """A number without a format: with all its digits, however wide the column."""
    written = format(number, PRECISION)
    return (written.upper() if "e" in written else written).replace(".", ",")


def format_digits(section: FormatSection, number: float) -> str:
    """A number of no sign by a section that is no date."""
    if (shape := find_shape(section)) is not None:
        return shape.write(number)
    tokens = section.tokens
    kinds = {token.kind for token in tokens}
    if "general" in kinds or "text" in kinds:
        general = format_general(number)
        return "".join(general if token.kind in {"general", "text"} else literal_text(token) for token in tokens)
    if "digit" not in kinds:
        return "".join(map(literal_text, tokens))
    exact = Decimal(format(number, PRECISION)).scaleb(2 * sum(token.kind == "percent" for token in tokens))
    if "exponent" in kinds:
        return _format_scientific(tokens, exact)
    if "slash" in kinds and (found := _format_fraction(tokens, exact)) is not None:
        return found
    return _fill_digits(tokens, exact)


def _fill_digits(tokens: Sequence[Token], exact: Decimal) -> str:
    """The digits of a number in the places that a section keeps for them, literals between them."""
    point = next((place for place, token in enumerate(tokens) if token.kind == "point"), len(tokens))
    whole, rest = tokens[:point], tokens[point:]
    last = max((place for place, token in enumerate(whole) if token.kind == "digit"), default=-1)
    first = next((place for place, token in enumerate(whole) if token.kind == "digit"), 0)
    # A comma after the last digit divides by a thousand, one between digits groups them.
    thousands = len(list(takewhile(lambda token: token.kind == "comma", whole[last + 1 :]))) if last >= 0 else 0
    is_grouped = any(token.kind == "comma" for token in whole[first:last])
    behind = next((place for place, token in enumerate(reversed(rest)) if token.kind == "digit"), 0)
    if any(token.kind == "digit" for token in rest):
        thousands = len(list(takewhile(lambda token: token.kind == "comma", rest[len(rest) - behind :])))
    decimals = sum(token.kind == "digit" for token in rest)
    rounded = exact.scaleb(-3 * thousands).quantize(Decimal(1).scaleb(-decimals), context=_EXACTLY)
    digits, _, fraction = f"{rounded:f}".partition(".")
    before = _fill_whole(whole, "" if digits == "0" else digits, is_grouped=is_grouped)
    return before + _fill_decimals(rest, fraction)


def _fill_whole(tokens: Sequence[Token], digits: str, *, is_grouped: bool) -> str:
    """The digits before the point, set from the last place to the first, which takes all that are left."""
    places = sum(token.kind == "digit" for token in tokens)
    written = list[str]()
    used = 0
    for token in reversed(tokens):
        if token.kind == "comma":
            continue
        if token.kind != "digit":
            written.append(literal_text(token))
            continue
        places -= 1
        taken = digits[len(digits) - used - 1 : len(digits) - used] if used < len(digits) else ""
        for sign in [
            taken or {"0": "0", "?": " "}.get(token.text, ""),
            *(reversed(digits[: -used - 1]) if not places else ()),
        ]:
            if sign and is_grouped and used and used % 3 == 0:
                written.append(" ")
            written.append(sign)
            used += 1
    return "".join(reversed(written))


def _fill_decimals(tokens: Sequence[Token], fraction: str) -> str:
    """The point and the digits behind it; « # » shows no zero at the end."""
    significant = len(fraction.rstrip("0"))
    written, place = list[str](), 0
    for token in tokens:
        if token.kind == "point" and not place:
            written.append(",")
        elif token.kind == "digit":
            sign = fraction[place]
            written.append(sign if place < significant else {"0": "0", "?": " "}.get(token.text, ""))
            place += 1
        else:
            written.append(literal_text(token) if token.kind != "comma" else "")
    return "".join(written)


def _format_scientific(tokens: Sequence[Token], exact: Decimal) -> str:
    """« 0.00E+00 »; several places before the point make the exponent a multiple of their number."""
    cut = next(place for place, token in enumerate(tokens) if token.kind == "exponent")
    mantissa, exponent = tokens[:cut], tokens[cut + 1 :]
    step = max(sum(token.kind == "digit" for token in takewhile(lambda t: t.kind != "point", mantissa)), 1)
    power = exact.adjusted() // step * step if exact else 0
    width = sum(token.kind == "digit" for token in exponent)
    sign = "-" if power < 0 else tokens[cut].text[1] if tokens[cut].text[1] == "+" else ""
    after = "".join(literal_text(token) for token in exponent if token.kind != "digit")
    return f"{_fill_digits(mantissa, exact.scaleb(-power))}E{sign}{abs(power):0{width}d}{after}"


def _format_fraction(tokens: Sequence[Token], exact: Decimal) -> str | None:
    """« # ?/? » or « ?/8 »; None where the slash stands between no places for digits."""
    slash = next(place for place, token in enumerate(tokens) if token.kind == "slash")
    behind = list(takewhile(lambda token: token.kind == "digit" or token.text.isdigit(), tokens[slash + 1 :]))
    top = len(list(takewhile(lambda token: token.kind == "digit", reversed(tokens[:slash]))))
    if not behind or not top:
        return None
    fixed = "".join(token.text for token in behind)
    before, after = tokens[: slash - top], tokens[slash + 1 + len(behind) :]
    has_whole = any(token.kind == "digit" for token in before)
    whole = int(exact) if has_whole else 0
    part = Fraction(exact) - whole
    if fixed.isdigit() and int(fixed):
        bottom = int(fixed)
        numerator = round(part * bottom)
    else:
        nearest = part.limit_denominator(10 ** min(len(behind), 6) - 1)
        numerator, bottom = nearest.numerator, nearest.denominator
    if has_whole and numerator == bottom:
        whole, numerator = whole + 1, 0
    lead = _fill_whole(before, str(whole) if whole or not numerator else "", is_grouped=False)
    shown = f"{lead}{numerator}/{bottom}" if numerator or not has_whole else lead
    return shown + "".join(map(literal_text, after))


@lru_cache(maxsize=1024)
def find_shape(section: FormatSection) -> DigitShape | None:
    """The plain places of a section; None where they are anything else."""
    tokens = section.tokens
    places = [place for place, token in enumerate(tokens) if token.kind in {"digit", "point", "comma"}]
    if not places or not all(token.kind in _FAST_KINDS for token in tokens):
        return None
    start, end = places[0], places[-1] + 1
    match = _SHAPE.fullmatch("".join(token.text for token in tokens[start:end]))
    if match is None or len(places) != end - start:
        return None
    before, after = ("".join(map(literal_text, part)) for part in (tokens[:start], tokens[end:]))
    power = Decimal(1).scaleb(-len(match["decimals"] or ""))
    percents = sum(token.kind == "percent" for token in tokens)
    return DigitShape(before, len(match["whole"]), bool(match["grouped"]), power, after, percents)
