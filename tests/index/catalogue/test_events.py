"""Events: who tells of them, which word prevails, and when they go."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING

from index.catalogue.metadata_layers import AnnouncedEvent, Decisions, Description, EventSource, MetadataField
from index.model.documents import MEMBERS, Event, PartialDate, Tag, TagSource
from index.model.facets import Facet

if TYPE_CHECKING:
    from index.catalogue.catalogue import Catalogue
    from tests.index.conftest import Add

EVERYONE = frozenset({MEMBERS})
WEBINAR = Event("webinaire-2024-01-25", "webinaire", "L'aller vers", PartialDate(2024, 1, 25))
TOLD = Event(
    WEBINAR.id,
    "webinaire",
    "L’aller-vers",
    WEBINAR.date,
    begins=time(14, 0),
    ends=time(16, 30),
    place="En ligne",
    link="https://visio.example.org/1",
    description="Aller à la rencontre.",
)


def described(title: str = "Support", event: Event = WEBINAR, source: EventSource = EventSource.FOLDER) -> Description:
    """A document that names put in an event."""
    kind = Tag(Facet.EVENT_TYPE, event.type, TagSource.FOLDER, "dossier")
    return Description(title, event.date, event, (kind,), source)


def test_an_animator_before_the_calendar_before_names(catalogue: Catalogue, add: Add) -> None:
    """Of all that is told of an event, the highest authority's word holds, whole, whatever the order of arrival."""
    id_ = add("Support", "texte")
    mine = replace(TOLD, title="Aller vers, vraiment")
    with catalogue.transaction() as transaction:
        transaction.events.save(mine, "Anne")
        transaction.events.replace_calendar([AnnouncedEvent(TOLD)])
        transaction.descriptions.save_each({id_: described()})
    assert catalogue.events.find(WEBINAR.id, EVERYONE) == mine
    with catalogue.transaction() as transaction:
        transaction.events.withdraw(WEBINAR.id)
    assert catalogue.events.find(WEBINAR.id, EVERYONE) == TOLD
    with catalogue.transaction() as transaction:
        transaction.events.replace_calendar([])
    assert catalogue.events.find(WEBINAR.id, EVERYONE) == WEBINAR


def test_a_telling_folder_before_a_file_name(catalogue: Catalogue, add: Add) -> None:
    """A folder's title prevails over what a file elsewhere makes up, whichever was described last."""
    for path, event, source in (
        ("a.pdf", WEBINAR, EventSource.FOLDER),
        ("b.pdf", replace(WEBINAR, title="Webinaire – 25 janvier 2024"), EventSource.FILE_NAME),
    ):
        id_ = add("Support", "texte", path=path)
        with catalogue.transaction() as transaction:
            transaction.descriptions.save_each({id_: described(event=event, source=source)})
    assert catalogue.events.find(WEBINAR.id, EVERYONE) == WEBINAR


def test_an_animators_event_needs_no_document(catalogue: Catalogue) -> None:
    """What is announced is there before anything is left of it; two of one day have each their id."""
    with catalogue.transaction() as transaction:
        first = transaction.events.create("webinaire", "Un", PartialDate(2027, 3, 4), "Anne")
        second = transaction.events.create("webinaire", "Deux", PartialDate(2027, 3, 4))
    assert first.id == "webinaire-2027-03-04"
    assert second.id == "webinaire-2027-03-04-2"
    assert catalogue.events.list_all(EVERYONE) == (first, second)
    assert catalogue.events.list_latest(EVERYONE, 10) == ()


def test_between_dates_and_by_kind(catalogue: Catalogue) -> None:
    """Bounds are included; an event of a month stands in each of its days, and nowhere else."""
    events = [
        Event("pleniere-2023-12-20", "pleniere", "Plénière", PartialDate(2023, 12, 20)),
        Event("mensuelle-2024-01", "mensuelle", "Mensuelle", PartialDate(2024, 1)),
        WEBINAR,
        Event("webinaire-2024-02-29", "webinaire", "Communiquer", PartialDate(2024, 2, 29)),
    ]
    with catalogue.transaction() as transaction:
        transaction.events.replace_calendar(map(AnnouncedEvent, events))

    def ids(first: PartialDate | None, last: PartialDate | None, *types: str) -> list[str]:
        return [each.id for each in catalogue.events.list_all(EVERYONE, first, last, types)]

    assert ids(None, None) == [each.id for each in events]
    assert ids(PartialDate(2024, 1, 25), PartialDate(2024, 1, 25)) == ["mensuelle-2024-01", WEBINAR.id]
    assert ids(PartialDate(2024, 1, 26), PartialDate(2024, 2, 29)) == ["mensuelle-2024-01", "webinaire-2024-02-29"]
    assert ids(PartialDate(2024, 2, 1), None) == ["webinaire-2024-02-29"]
    assert ids(None, PartialDate(2024, 1)) == [each.id for each in events[:3]]
    assert ids(None, None, "webinaire") == [WEBINAR.id, "webinaire-2024-02-29"]


def test_rights_and_counts(catalogue: Catalogue, add: Add) -> None:
    """An event that only names suggest is seen by those who see one of its documents; an announced one by all."""
    id_ = add("Support", "texte")
    others = frozenset({"autres"})
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_each({id_: described()})
    assert catalogue.events.list_all(EVERYONE) == (WEBINAR,)
    assert catalogue.events.count_documents([WEBINAR.id, "inconnu"], EVERYONE) == {WEBINAR.id: 1, "inconnu": 0}
    assert catalogue.events.list_all(others) == ()
    assert catalogue.events.find(WEBINAR.id, others) is None
    with catalogue.transaction() as transaction:
        transaction.events.replace_calendar([AnnouncedEvent(TOLD)])
    assert catalogue.events.list_all(others) == (TOLD,)
    assert catalogue.events.count_documents([WEBINAR.id], others) == {WEBINAR.id: 0}


def test_an_edited_day_is_its_documents_day(catalogue: Catalogue, add: Add) -> None:
    """Moving an event to another day moves its documents, without any of them being described anew."""
    id_ = add("Support", "texte")
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_each({id_: described()})
        transaction.events.save(replace(WEBINAR, date=PartialDate(2023, 11, 30)))
    document = catalogue.documents.find(id_, EVERYONE)
    assert document is not None
    assert (document.date, document.facet_values(Facet.YEAR)) == (PartialDate(2023, 11, 30), ("2023",))


def test_an_event_that_no_one_tells_of_goes(catalogue: Catalogue, add: Add) -> None:
    """A folder that is renamed leaves no empty event behind; one that a person put a document in stays."""
    first, second = add("Support", "texte", path="a.pdf"), add("Notes", "texte", path="b.pdf")
    moved = Event("webinaire-2024-01-26", "webinaire", "L'aller vers", PartialDate(2024, 1, 26))
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_each({first: described()})
        transaction.decisions.decide([second], Decisions(fields={MetadataField.EVENT: WEBINAR.id}))
        transaction.descriptions.save_each({first: described(event=moved)})
    assert {each.id for each in catalogue.events.list_all(EVERYONE)} == {WEBINAR.id, moved.id}
    with catalogue.transaction() as transaction:
        transaction.decisions.decide([second], Decisions(fields={MetadataField.EVENT: ""}))
        transaction.descriptions.save_each({first: described()})
        transaction.descriptions.save_each({first: described(event=moved)})
    assert {each.id for each in catalogue.events.list_all(EVERYONE)} == {moved.id}


def test_dropping_an_event_lets_its_documents_go(catalogue: Catalogue, add: Add) -> None:
    """An event that an animator made and takes back leaves its documents what the rules say."""
    id_ = add("Notes", "texte")
    with catalogue.transaction() as transaction:
        made = transaction.events.create("atelier", "Atelier", PartialDate(2024, 6, 1))
        transaction.decisions.decide([id_], Decisions(fields={MetadataField.EVENT: made.id}))
        transaction.events.withdraw(made.id)
    document = catalogue.documents.find(id_, EVERYONE)
    assert document is not None
    assert (document.event, document.date) == (None, None)
    assert catalogue.events.list_all(EVERYONE) == ()


def events_to_learn(catalogue: Catalogue, since: int) -> dict[str, tuple[str, ...]]:
    """By document, the events that an index which holds a revision is about to learn."""
    changes = catalogue.revisions.list_since(since, 10)
    return {each.document_id: each.document.facets.get(Facet.EVENT, ()) for each in changes if each.document}


def test_the_index_learns_that_an_event_is_gone(catalogue: Catalogue, add: Add) -> None:
    """A document described anew without its event takes a revision, though nothing else of it changes."""
    id_ = add("Support", "texte")
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_each({id_: described()})
    known = catalogue.revisions.read_last()
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_each({id_: replace(described(), event=None)})
    assert events_to_learn(catalogue, known) == {id_: ()}


def test_the_index_learns_that_an_event_is_dropped(catalogue: Catalogue, add: Add) -> None:
    """The same where a person chose the document's kind and year, which then stay as they are."""
    id_ = add("Notes", "texte")
    chosen = tuple(
        Tag(facet, value, TagSource.ANIMATOR, "choix")
        for facet, value in ((Facet.EVENT_TYPE, "atelier"), (Facet.YEAR, "2024"))
    )
    with catalogue.transaction() as transaction:
        made = transaction.events.create("atelier", "Atelier", PartialDate(2024, 6, 1))
        date = made.date.isoformat()
        transaction.decisions.decide(
            [id_], Decisions(choose=chosen, fields={MetadataField.EVENT: made.id, MetadataField.DATE: date})
        )
    known = catalogue.revisions.read_last()
    assert events_to_learn(catalogue, 0)[id_] == (made.id,)
    with catalogue.transaction() as transaction:
        transaction.events.withdraw(made.id)
    assert events_to_learn(catalogue, known) == {id_: ()}


def test_a_stale_calendar_harms_nothing(catalogue: Catalogue, add: Add) -> None:
    """A description that names an event the calendar has lost meanwhile leaves the document without one."""
    id_ = add("Support", "texte")
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_each({id_: described(source=EventSource.CALENDAR)})
    document = catalogue.documents.find(id_, EVERYONE)
    assert document is not None
    assert document.event is None


def test_the_calendars_revision_tells_its_changes(catalogue: Catalogue) -> None:
    """Whoever goes by the announced events learns cheaply that they changed, and is not told so for nothing."""
    with catalogue.transaction() as transaction:
        transaction.events.replace_calendar([AnnouncedEvent(TOLD, "Webinaires/aller vers", 1)])
    known = catalogue.events.read_calendar_revision()
    assert catalogue.events.list_announced() == (AnnouncedEvent(TOLD, "Webinaires/aller vers", 1),)
    with catalogue.transaction() as transaction:
        transaction.events.replace_calendar([AnnouncedEvent(TOLD, "Webinaires/aller vers", 1)])
    assert catalogue.events.read_calendar_revision() == known
    with catalogue.transaction() as transaction:
        transaction.events.save(replace(TOLD, place="Paris"))
    assert catalogue.events.read_calendar_revision() > known
    (announced,) = catalogue.events.list_announced()
    assert (announced.event.place, announced.folder, announced.number) == ("Paris", "Webinaires/aller vers", 1)
