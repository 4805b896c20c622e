"""Dates as files write them, always with a time zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

# Windows' and Unix's zero: a date that nobody set.
_ZEROS = frozenset({1601, 1970})
# ISO 32000-1, 7.9.4: D:YYYYMMDDHHmmSSOHH'mm', all optional after the year.
_PDF_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([+-])(\d\d)'?(\d\d)?)?")


def iso_date(written: str) -> datetime | None:
    """The moment that an ISO 8601 date names, taken for UTC when it does not say."""
    try:
        moment = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None if moment.year in _ZEROS else moment


def mail_date(written: str) -> datetime | None:
    """The moment that a message's date names (RFC 5322, 3.3)."""
    try:
        moment = parsedate_to_datetime(written)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def pdf_date(written: str) -> datetime | None:
    """The moment that a PDF's own form of date names."""
    match = _PDF_DATE.match(written.strip())
    if match is None:
        return None
    year, *rest = match.groups()[:6]
    month, day, hour, minute, second = (int(part or lowest) for part, lowest in zip(rest, "11000", strict=True))
    try:
        return datetime(int(year), month, day, hour, minute, second, tzinfo=_zone(*match.groups()[6:]))
    except ValueError:
        return None


def _zone(sign: str | None, hours: str | None, minutes: str | None) -> timezone:
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return timezone(-offset if sign == "-" else offset) if offset else UTC
