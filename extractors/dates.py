"""Parsing the date formats that files use. Results always have a time zone; None where a date cannot be parsed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

# The epochs of Windows and Unix: a date in these years is a zero that nobody set.
_ZEROS = frozenset({1601, 1970})
# ISO 32000-1, 7.9.4: D:YYYYMMDDHHmmSSOHH'mm', all optional after the year.
_PDF_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([+-])(\d\d)'?(\d\d)?)?")


def iso_date(written: str) -> datetime | None:
    """Parse an ISO 8601 date; UTC where it states no time zone. None too for a date that nobody set."""
    try:
        moment = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None if moment.year in _ZEROS else moment


def mail_date(written: str) -> datetime | None:
    """Parse the date of a mail message (RFC 5322, 3.3)."""
    try:
        moment = parsedate_to_datetime(written)
    # The library lets several kinds of errors through on malformed headers.
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def pdf_date(written: str) -> datetime | None:
    """Parse a date in PDF's own syntax (ISO 32000-1, 7.9.4)."""
    match = _PDF_DATE.match(written.strip())
    if match is None:
        return None
    year, *rest = match.groups()[:6]
    # What is left out counts as its lowest value: month 1, day 1, then zeros.
    month, day, hour, minute, second = (int(part or lowest) for part, lowest in zip(rest, "11000", strict=True))
    try:
        return datetime(int(year), month, day, hour, minute, second, tzinfo=_zone(*match.groups()[6:]))
    except ValueError:
        return None


def _zone(sign: str | None, hours: str | None, minutes: str | None) -> timezone:
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return timezone(-offset if sign == "-" else offset) if offset else UTC
