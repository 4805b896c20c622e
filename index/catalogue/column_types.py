"""The types of columns that databases do not have alike: instants, dates and sets of groups."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import DateTime, String, Text, TypeDecorator

from index.model import PartialDate

if TYPE_CHECKING:
    from sqlalchemy import Dialect


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, stored and given in UTC: SQLite forgets time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The value to write, in UTC."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The value read, aware of UTC."""
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


class IsoDay(TypeDecorator[date]):
    """A day as ISO 8601 text, which sorts as days do, on every database."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The text to write."""
        return value.isoformat() if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The day read."""
        return date.fromisoformat(value) if value else None


class IsoDate(TypeDecorator[PartialDate]):
    """A day or a month as ISO 8601 text, which sorts as dates do."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: PartialDate | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The text to write."""
        return value.isoformat() if value else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> PartialDate | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The date read."""
        return _parse_date(value) if value else None


class GroupSet(TypeDecorator[frozenset[str]]):
    """A set of groups as text, their names in order: equal sets are equal texts, which an index can hold."""

    # Names of groups are slugs: none has a comma.
    impl = Text()
    cache_ok = True

    def process_bind_param(self, value: frozenset[str] | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The text to write."""
        return None if value is None else ",".join(sorted(value))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> frozenset[str] | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The groups read."""
        return None if value is None else frozenset(value.split(",")) if value else frozenset()


_parse_date = lru_cache(maxsize=10_000)(PartialDate.parse)
"""Cached: a library has few different dates, and each answer reads many of them."""
