"""What harvesters are offered: every change after it is committed, nothing that they may not see."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Event as Signal
from threading import Thread
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text

from index.accounts.audiences import EVERY_ANIMATOR
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group
from index.catalogue.catalogue import Catalogue
from index.catalogue.documents.writes import Content
from index.catalogue.file_records import FileLocation
from index.catalogue.metadata_layers import Description
from index.catalogue.oai_changes import OaiSelection
from index.model.documents import ANIMATORS, MEMBERS, FileStat, Locator, Passage, Tag, TagSource, Unit
from index.model.facets import Facet
from index.personal_data.doubts import Verdict, find_personal_data
from index.vocabulary.vocabulary import EntryKind, Territory

if TYPE_CHECKING:
    from index.catalogue.oai_changes import OaiRecord
    from tests.index.conftest import Add

EVERYONE = frozenset({MEMBERS})
NIR = "1 85 05 78 006 084 91"
SOME = 1_000


def offers(
    catalogue: Catalogue,
    groups: frozenset[str] = EVERYONE,
    part: OaiSelection = OaiSelection(),  # noqa: B008 - frozen
    after: int = 0,
) -> list[OaiRecord]:
    """Everything that is offered now."""
    catalogue.oai_changes.date_changes()
    return list(catalogue.oai_changes.list_records(groups, part, after, SOME))


def state(catalogue: Catalogue, groups: frozenset[str] = EVERYONE) -> dict[str, bool]:
    """By document offered, whether it is to be seen."""
    return {each.document_id: each.document is not None for each in offers(catalogue, groups)}


def forget(catalogue: Catalogue, *paths: str) -> None:
    """Files that are gone."""
    with catalogue.transaction() as transaction:
        for path in paths:
            transaction.files.forget(path)


def test_all_is_offered_and_deletions_are_told(catalogue: Catalogue, add: Add) -> None:
    """A deleted document stays among the offers as deleted, moves to their end, and comes back with its content."""
    first, second = add("Premier", "un"), add("Second", "deux")
    assert state(catalogue) == {first: True, second: True}
    last = offers(catalogue)[-1].revision
    forget(catalogue, "Premier.pdf")
    (told,) = offers(catalogue, after=last)
    assert (told.document_id, told.document) == (first, None)
    with catalogue.transaction() as transaction:
        transaction.documents.restore(first)
    assert state(catalogue) == {second: True, first: True}


def test_what_was_never_shown_is_never_named(catalogue: Catalogue) -> None:
    """A document held from its first moment on is no offer to members, not even a deleted one, whatever follows."""
    passages = (Passage(0, Locator(Unit.SLIDE, 1), f"Le dossier {NIR}"),)
    content = Content("a", "pptx", "Bilan", passages)
    with catalogue.transaction() as transaction:
        id_ = transaction.documents.create(content)
        transaction.files.save(FileLocation("Bilan.pptx", FileStat(1, 1, 0), "a", id_))
        transaction.personal_data.save_findings({id_: find_personal_data(content.passages)})
    assert (state(catalogue), state(catalogue, EVERY_ANIMATOR)) == ({}, {id_: True})
    forget(catalogue, "Bilan.pptx")
    assert (state(catalogue), state(catalogue, EVERY_ANIMATOR)) == ({}, {id_: False})


def test_what_becomes_hidden_is_told_as_deleted(catalogue: Catalogue, add: Add) -> None:
    """To those who were offered it, and to no others; an animator's word brings it back."""
    id_ = add("Bilan", "un")
    assert state(catalogue) == {id_: True}
    hidden = Content("b", "pdf", "Bilan", (Passage(0, Locator(Unit.PAGE, 1), NIR),))
    with catalogue.transaction() as transaction:
        transaction.documents.replace_content(id_, hidden)
        transaction.personal_data.save_findings({id_: find_personal_data(hidden.passages)})
    assert (state(catalogue), state(catalogue, EVERY_ANIMATOR)) == ({id_: False}, {id_: True})
    assert catalogue.oai_changes.find_record(id_, EVERYONE)
    (doubtful,) = catalogue.personal_data.list_undecided(1, EVERY_ANIMATOR)
    with catalogue.transaction() as transaction:
        transaction.personal_data.decide([each.number for each in doubtful.doubts], Verdict.NOTHING, "Ada")
    assert state(catalogue) == {id_: True}


def test_a_folder_kept_for_a_group_is_deleted_for_others(catalogue: Catalogue, add: Add) -> None:
    """A rule of a folder reaches harvesters like any change; its group goes on seeing what is in it."""
    kept, other = add("A", "un", path="Grigny/A.pdf"), add("B", "deux")
    assert state(catalogue) == {kept: True, other: True}
    catalogue.access.rules.save_group(Group("grigny", "Grigny"), "")
    catalogue.access.rules.save_folder_rule(FolderRule("Grigny", frozenset({"grigny"})), "")
    assert state(catalogue) == {other: True, kept: False}
    assert state(catalogue, frozenset({"grigny"})) == {kept: True}


def test_what_becomes_of_a_hidden_document_is_not_told(catalogue: Catalogue, add: Add) -> None:
    """Its sets are those that it had when it was seen, in its header and among the sets."""
    id_ = add("A", "un", path="Grigny/A.pdf", territories=("grigny",))
    assert state(catalogue) == {id_: True}
    catalogue.access.rules.save_folder_rule(FolderRule("Grigny", frozenset({ANIMATORS})), "")
    tag = Tag(Facet.TERRITORY, "flers", TagSource.FOLDER, "dossier « Flers »")
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_each({id_: Description("A", None, None, (tag,))})
    (told,) = offers(catalogue)
    assert told.sets == ((Facet.TERRITORY, "grigny"),)
    assert offers(catalogue, part=OaiSelection(facet=Facet.TERRITORY, value="flers")) == []
    assert offers(catalogue, part=OaiSelection(facet=Facet.TERRITORY, value="grigny")) == [told]
    assert catalogue.oai_changes.list_sets(EVERYONE) == ()
    assert catalogue.oai_changes.list_sets(EVERY_ANIMATOR) == ((Facet.TERRITORY, "flers"),)


def test_a_part_is_a_set_and_its_dates(catalogue: Catalogue, add: Add) -> None:
    """By value or by kind of set; dates bound by the second, both included."""
    id_ = add("A", "un", territories=("grigny",))
    add("B", "deux")
    (first, _) = offers(catalogue)
    second = timedelta(seconds=1)
    for part, found in (
        (OaiSelection(facet=Facet.TERRITORY), 1),
        (OaiSelection(facet=Facet.TERRITORY, value="grigny"), 1),
        (OaiSelection(facet=Facet.TERRITORY, value="flers"), 0),
        (OaiSelection(facet=Facet.THEME), 0),
        (OaiSelection(first.at, first.at), 2),
        (OaiSelection(first.at + second), 0),
        (OaiSelection(until=first.at - second), 0),
    ):
        assert len(offers(catalogue, part=part)) == catalogue.oai_changes.count(EVERYONE, part) == found, part
    assert (first.document_id, catalogue.oai_changes.find_earliest_date()) == (id_, first.at)


def test_a_change_is_dated_when_it_can_be_seen(catalogue: Catalogue, add: Add) -> None:
    """One that is written before a harvest and committed after it is dated after it: the next harvest has it."""
    id_ = add("A", "un")
    begun, go_on = Signal(), Signal()

    def write_slowly() -> None:
        with catalogue.transaction() as transaction:
            transaction.documents.replace_content(id_, Content("b", "pdf", "A", ()))
            begun.set()
            assert go_on.wait(60)

    writer = Thread(target=write_slowly)
    catalogue.oai_changes.date_changes()
    writer.start()
    assert begun.wait(60)
    asked = datetime.now(UTC).replace(microsecond=0)
    assert [each.document.digest[0] for each in offers(catalogue) if each.document] == ["A"]
    go_on.set()
    writer.join()
    (told,) = offers(catalogue, part=OaiSelection(since=asked))
    assert told.document
    assert told.document.digest == "b"


def test_a_new_name_of_a_theme_is_a_change(catalogue: Catalogue, add: Add) -> None:
    """All that has it is dated anew, for its subject reads otherwise; nothing else is."""
    named, other = add("A", "un", territories=("grigny",)), add("B", "deux")
    before = {each.document_id: each.at for each in offers(catalogue)}
    time.sleep(1.1)
    with catalogue.transaction() as transaction:
        transaction.vocabulary_changes.add(EntryKind.TERRITORY, "grigny", Territory("grigny", "Ville de Grigny"), "Ada")
    after = {each.document_id: each.at for each in offers(catalogue)}
    assert (after[named] > before[named], after[other] == before[other]) == (True, True)
    assert {each.document_id: each.at for each in offers(catalogue)} == after


def test_dates_never_go_back(catalogue: Catalogue, add: Add) -> None:
    """Should the machine's clock do so, changes bear the date of the last ones."""
    add("A", "un")
    catalogue.oai_changes.date_changes()
    ahead = datetime(2999, 1, 1)  # noqa: DTZ001 - as SQLite keeps it
    database = create_engine(catalogue.url)
    with database.begin() as connection:
        connection.execute(text("UPDATE harvest SET at = :at"), {"at": f"{ahead:%Y-%m-%d %H:%M:%S.%f}"})
    database.dispose()
    add("B", "deux")
    assert {each.at for each in offers(catalogue)} == {ahead.replace(tzinfo=UTC)}


def test_looking_without_a_change_writes_nothing(catalogue: Catalogue, add: Add) -> None:
    """A harvester that asks while another program holds the catalogue is answered, when there is nothing new."""
    id_ = add("A", "un")
    catalogue.oai_changes.date_changes()
    with catalogue.transaction() as transaction:
        transaction.indexer.write_memo("occupé", "1")
        assert state(catalogue) == {id_: True}


def test_many_changes_are_taken_up_in_their_order(catalogue: Catalogue) -> None:
    """More than one transaction takes: none is left out, each in its place."""
    with catalogue.transaction() as transaction:
        ids = [
            transaction.documents.create(Content(str(number), "pdf", f"Titre {number}", ())) for number in range(1_234)
        ]
    catalogue.oai_changes.date_changes()
    assert [each.document_id for each in catalogue.oai_changes.list_records(EVERYONE, OaiSelection(), 0, 2_000)] == ids
    assert catalogue.oai_changes.count(EVERYONE, OaiSelection()) == 1_234


def test_two_who_ask_at_once_do_not_disturb_each_other(catalogue: Catalogue, add: Add) -> None:
    """Several harvesters, several processes: each change is taken up once."""
    ids = [add(f"Document {number}", "texte") for number in range(20)]
    with closing(Catalogue.open(catalogue.url)) as other:
        asking = [Thread(target=each.oai_changes.date_changes) for each in (catalogue, other) * 4]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
    assert [each.document_id for each in offers(catalogue)] == ids
