"""The few words that it takes to put documents in an engine and to ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.engines.protocol import Engine, IndexedDocument, Query, Results
from index.model import MEMBERS, Facet, Locator, PartialDate, Passage, Unit
from index.query.parser import parse_query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from index.query.syntax import Match

EVERYONE = frozenset({MEMBERS})


def document(
    id_: str,
    title: str,
    *texts: str,
    notes: str = "",
    facets: Mapping[Facet, tuple[str, ...]] | None = None,
    groups: frozenset[str] = EVERYONE,
    date: PartialDate | None = None,
    authors: tuple[str, ...] = (),
) -> IndexedDocument:
    """A document of slides."""
    passages = tuple(
        Passage(ordinal, Locator(Unit.SLIDE, ordinal + 1), text, notes=notes) for ordinal, text in enumerate(texts)
    )
    return IndexedDocument(id_, title, passages, facets or {}, groups, date, authors)


def ask(engine: Engine, asked: str | Match, **others: object) -> Results:
    """The results of a question, as typed or as read, everyone asking."""
    match = parse_query(asked) if isinstance(asked, str) else asked
    return engine.search(Query(match, EVERYONE, **others))  # type: ignore[arg-type]


def found(engine: Engine, asked: str | Match, **others: object) -> list[str]:
    """The ids that a question finds, in order."""
    return [hit.document_id for hit in ask(engine, asked, **others).hits]
