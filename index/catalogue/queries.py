"""What queries share: who answers them, values in short lists, conditions on paths."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import and_, not_, or_, true

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from sqlalchemy import ColumnElement, Connection, SQLColumnExpression
    from sqlalchemy.orm import InstrumentedAttribute, Session

    from index.catalogue.file_records import Extent

    Reader = Connection | Session
    """What answers read is asked of a connection: a session follows its objects, and there are none here."""


K = TypeVar("K")
V = TypeVar("V")

CHUNK = 500
"""Values in one IN clause: SQLite takes 32,766 parameters at most, PostgreSQL 65,535."""

_MOST_FOLDERS = 100
"""Folders named in one condition. Beyond, reading every row and filtering in Python is as quick, and meets no limit."""


def split_into_chunks(values: Collection[str]) -> Iterator[list[str]]:
    """Split values into lists short enough for one condition."""
    ordered = list(values)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def group_pairs(pairs: Iterable[tuple[K, V]]) -> Mapping[K, list[V]]:
    """Gather the values of each key, in their order."""
    grouped: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        grouped[key].append(value)
    return grouped


def compute_etag(*shown: object) -> str:
    """Return what stands for values that a page shows: a form sends it back, and agrees to these values only.

    Values are texts, sets of texts, and sequences of these.
    """
    return hashlib.sha256(repr([_in_order(each) for each in shown]).encode()).hexdigest()[:32]


def _in_order(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    return [_in_order(each) for each in value] if isinstance(value, (list, tuple)) else str(value)


def is_in_extent(column: InstrumentedAttribute[str], extent: Extent) -> ColumnElement[bool]:
    """A condition that the paths in a part of the library meet, and few others.

    It is a first filter: the caller keeps the rows that `Extent.covers`.
    """
    if "" in extent.trees or len(extent.folders) + len(extent.trees) > _MOST_FOLDERS:
        return true()
    below = [is_in_folder(column, folder) for folder in extent.trees | extent.folders - {""}]
    at_the_root = [not_(column.contains("/"))] if "" in extent.folders else []
    return or_(*below, *at_the_root)


def is_in_folder(column: SQLColumnExpression[str], folder: str) -> ColumnElement[bool]:
    """The condition that a path lies in a folder; "" is the whole library.

    Paths are compared exactly, where SQLite's LIKE would take « A/ » for « a/ ».
    """
    # « 0 » is the character after « / », in both databases. An index serves such a range.
    return and_(column >= f"{folder}/", column < f"{folder}0") if folder else true()
