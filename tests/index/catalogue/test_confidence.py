"""Of what Ruche is sure: documents that nobody need look at."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from index.catalogue.confidence import find_sure_values, is_sure
from index.catalogue.documents.writes import Content
from index.catalogue.metadata_layers import ANIMATOR_REASON, Decisions, Description, EventSource, MetadataField
from index.model.documents import MEMBERS, Event, Locator, PartialDate, Passage, Tag, TagSource, Unit
from index.model.facets import Facet
from index.model.formats import QUESTION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from index.catalogue.catalogue import Catalogue
    from tests.index.conftest import Add

    Describe = Callable[..., str]

EVERYONE = frozenset({MEMBERS})
_DAY = PartialDate(2024, 1, 25)
_ORIGINS = (TagSource.SIDECAR, TagSource.FOLDER, TagSource.FILE_NAME, TagSource.CONTENT)
_SURE = {
    Facet.EVENT_TYPE: [TagSource.FOLDER],
    Facet.YEAR: [TagSource.FOLDER],
    Facet.THEME: [TagSource.FOLDER, TagSource.CONTENT],
    Facet.TERRITORY: [TagSource.FOLDER],
}
"""The sources that make each part of a description sure."""

_VALUES = {Facet.EVENT_TYPE: "webinaire", Facet.YEAR: "2024", Facet.THEME: "rgpd", Facet.TERRITORY: "lille"}


@pytest.fixture
def describe(catalogue: Catalogue, add: Add) -> Describe:
    """Add a document that the rules describe by tags of these sources, in an event of a date."""

    def write(date: PartialDate | None = _DAY, **changed: Iterable[TagSource]) -> str:
        id_ = add("Fiche", "texte")
        sources = _SURE | {Facet(name): given for name, given in changed.items()}
        tags = tuple(Tag(facet, _VALUES[facet], each, "raison") for facet, given in sources.items() for each in given)
        event = Event(f"webinaire-{date.isoformat()}", "webinaire", "Un webinaire", date) if date else None
        description = Description("Fiche", date, event, tags, EventSource.FOLDER)
        with catalogue.transaction() as transaction:
            transaction.descriptions.save_each({id_: description})
        return id_

    return write


def _doubts(catalogue: Catalogue, id_: str) -> tuple[Facet, ...]:
    return catalogue.decisions.find_doubts([id_]).get(id_, ())


def test_a_document_of_which_everything_is_sure_waits_for_nobody(catalogue: Catalogue, describe: Describe) -> None:
    """Its gathering and its place are said by folders, its theme by two sources: it counts as described."""
    id_ = describe()
    assert _doubts(catalogue, id_) == ()
    page = catalogue.decisions.read_qualification_page(EVERYONE)
    assert (page.total, page.described, catalogue.decisions.count_doubtful(EVERYONE)) == (0, 1, 0)
    everything = catalogue.decisions.read_qualification_page(EVERYONE, sure_too=True)
    assert [each.id for each in everything.documents] == [id_]
    # It is none of what others may count.
    assert catalogue.decisions.read_qualification_page(frozenset({"autres"})).described == 0


@pytest.mark.parametrize(
    ("changed", "doubted"),
    [
        # A text may mention a place, and « Repères » in a name is no « Repérage ».
        ({"territoire": [TagSource.CONTENT]}, (Facet.TERRITORY,)),
        ({"territoire": [TagSource.FILE_NAME]}, ()),
        ({"territoire": []}, ()),
        ({"theme": [TagSource.FILE_NAME]}, (Facet.THEME,)),
        ({"theme": [TagSource.FOLDER]}, (Facet.THEME,)),
        ({"theme": [TagSource.CONTENT]}, (Facet.THEME,)),
        ({"theme": [TagSource.FILE_NAME, TagSource.CONTENT]}, ()),
        ({"theme": [TagSource.SIDECAR]}, ()),
        ({"theme": []}, (Facet.THEME,)),
        # One gathering may be named by two names; a file's alone is too little.
        ({"type": [TagSource.FOLDER], "annee": [TagSource.FILE_NAME]}, ()),
        ({"type": [TagSource.FILE_NAME], "annee": [TagSource.FOLDER]}, (Facet.EVENT,)),
        ({"type": [TagSource.FILE_NAME], "annee": [TagSource.FILE_NAME]}, (Facet.EVENT,)),
        ({"type": [TagSource.CALENDAR], "annee": [TagSource.CALENDAR]}, ()),
        ({"type": [TagSource.FOLDER], "annee": [TagSource.CONTENT]}, (Facet.EVENT,)),
        # Two webinars of one month would pass for one.
        ({"date": PartialDate(2024, 1)}, (Facet.EVENT,)),
        ({"date": PartialDate(2024, 1), "type": [TagSource.CALENDAR]}, ()),
        ({"date": None}, (Facet.EVENT,)),
        # A gathering is everybody's unless it names a place; a document by itself is asked about.
        ({"date": None, "territoire": []}, (Facet.TERRITORY, Facet.EVENT)),
    ],
)
def test_what_is_doubtful(
    catalogue: Catalogue, describe: Describe, changed: dict[str, object], doubted: tuple[Facet, ...]
) -> None:
    """Each part is doubted for itself, by its sources alone; and the document waits for a look exactly then."""
    id_ = describe(**changed)
    assert set(_doubts(catalogue, id_)) == set(doubted)
    assert catalogue.decisions.count_doubtful(EVERYONE) == bool(doubted)


@pytest.mark.parametrize("facet", [Facet.THEME, Facet.TERRITORY])
def test_pages_and_catalogue_agree(catalogue: Catalogue, describe: Describe, facet: Facet) -> None:
    """A value is shown as sure exactly where the catalogue asks nothing about its facet, for all sets of sources."""
    for size in range(1, len(_ORIGINS) + 1):
        for sources in combinations(_ORIGINS, size):
            id_ = describe(**{facet.value: sources})
            document = catalogue.documents.find(id_, EVERYONE)
            assert document is not None
            sure = facet not in _doubts(catalogue, id_)
            assert is_sure(facet, sources) == sure == bool(find_sure_values(document, facet))


def test_a_person_s_word_leaves_no_doubt(catalogue: Catalogue, describe: Describe) -> None:
    """What someone chose, or that someone said that there is no event."""
    id_ = describe(date=None, theme=[], territoire=[TagSource.CONTENT])
    chosen = tuple(
        Tag(facet, value, TagSource.ANIMATOR, ANIMATOR_REASON)
        for facet, value in ((Facet.THEME, "rural"), (Facet.TERRITORY, "lille"))
    )
    with catalogue.transaction() as transaction:
        said = Decisions(choose=chosen, fields={MetadataField.EVENT: ""})
        transaction.decisions.decide([id_], said)
    assert _doubts(catalogue, id_) == ()


def test_an_answered_question_waits_for_nobody(catalogue: Catalogue, add: Add) -> None:
    """Persons said what it is about when they asked and answered; it has no gathering to confirm."""
    said = (Passage(0, Locator(Unit.HEADING, 1), "Par la CAF."),)
    with catalogue.transaction() as transaction:
        transaction.documents.create(Content("0" * 64, QUESTION, "Comment financer un bus ?", said))
    add("Fiche", "texte")
    page = catalogue.decisions.read_qualification_page(EVERYONE, sure_too=True)
    assert [each.title for each in page.documents] == ["Fiche"]
    assert catalogue.decisions.count_doubtful(EVERYONE) == 1
