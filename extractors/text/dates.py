"""Parsing the date formats that files use. Results always have a time zone; None where a date cannot be parsed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

# The epochs of Windows and Unix: a date in these years is a zero that nobody set.
_UNSET_YEARS = frozenset({1601, 1970})
# ISO 32000-1, 7.9.4: D:YYYYMMDDHHmmSSOHH'mm', all optional after the year.
_PDF_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([+-])(\d\d)'?(\d\d)?)?")


def parse_iso_date(value: str) -> datetime | None:
    """Parse an ISO 8601 date; UTC where it states no time zone. None too for a date that nobody set."""
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None if moment.year in _UNSET_YEARS else moment


def parse_mail_date(value: str) -> datetime | None:
    """Parse the date of a mail message (RFC 5322, 3.3)."""
    try:
        moment = parsedate_to_datetime(value)
    # The library lets several kinds of errors through on malformed headers.
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_pdf_date(value: str) -> datetime | None:
    """Parse a date in PDF's own syntax (ISO 32000-1, 7.9.4)."""
    match = _PDF_DATE.match(value.strip())
    if match is None:
        return None
    year, *rest = match.groups()[:6]
    # What is left out counts as its lowest value: month 1, day 1, then zeros.
    month, day, hour, minute, second = (int(part or lowest) for part, lowest in zip(rest, "11000", strict=True))
    try:
        return datetime(int(year), month, day, hour, minute, second, tzinfo=_to_timezone(*match.groups()[6:]))
    except ValueError:
        return None


def _to_timezone(sign: str | None, hours: str | None, minutes: str | None) -> timezone:
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return timezone(-offset if sign == "-" else offset) if offset else UTC
