"""The catalogue: what is written is what is read, and every change has its revision."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Text, create_engine

from index.catalogue.catalogue import Catalogue
from index.catalogue.database import HEAD, MIGRATIONS, CatalogueError, begin_migration, open_database
from index.catalogue.documents.writes import Content
from index.catalogue.file_records import Failure, FileLocation
from index.catalogue.file_statuses import FileState
from index.catalogue.metadata_layers import Decisions, Description
from index.catalogue.repositories import load_all_tables
from index.catalogue.saved_searches import DigestFrequency
from index.catalogue.tables import Base
from index.model import MEMBERS, Event, Facet, Locator, PartialDate, Passage, Tag, TagSource, Unit
from index.model.documents import FileStat

if TYPE_CHECKING:
    from pathlib import Path

    from tests.index.conftest import Add

EVERYONE = frozenset({MEMBERS})
WEBINAR = Event("webinaire-2024-01-25", "webinaire", "L’aller vers", PartialDate(2024, 1, 25))


def test_the_schema_is_the_migrations(url: str) -> None:
    """The tables of the code and those that the migrations make are the same."""
    load_all_tables()
    Catalogue.open(url).close()
    database = create_engine(url)
    with database.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    database.dispose()
    assert differences == []


def test_the_latest_migration_is_the_known_one() -> None:
    """The head that opening compares with is Alembic's."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_migration_keeps_what_refers_to_its_table(url: str) -> None:
    """SQLite changes a table by dropping it and putting a copy in its place: what refers to it stays."""
    with closing(Catalogue.open(url)) as catalogue:
        search = catalogue.saved_searches.save("Bilan", "bilan")
        token = catalogue.saved_searches.subscribe(search, "ana@exemple.fr", next(iter(DigestFrequency))).token
        database = open_database(url)
        with begin_migration(database) as connection:
            operations = Operations(MigrationContext.configure(connection))
            with operations.batch_alter_table("saved_search") as batch:
                batch.alter_column("name", nullable=True, existing_type=Text())
        database.dispose()
        assert catalogue.saved_searches.find_subscription(token)
        catalogue.saved_searches.delete(search.token)
        assert catalogue.saved_searches.find_subscription(token) is None


def test_a_document_is_read_as_written(catalogue: Catalogue) -> None:
    """Nothing is lost between writing and reading."""
    passages = (
        Passage(0, Locator(Unit.SLIDE, 1), "Texte œuvré", "Titre", "Notes"),
        Passage(1, Locator(Unit.TIME, 2, 1.5, 3.25), "Parole"),
    )
    tag = Tag(Facet.TERRITORY, "grigny", TagSource.FOLDER, "dossier « Grigny »")
    with catalogue.transaction() as transaction:
        id_ = transaction.documents.create(
            Content("d" * 64, "pptx", "Propre", passages, ("Une équipe",), None, 12.5, ("Attention.",))
        )
        transaction.files.save(FileLocation("dossier/été.pptx", FileStat(12, 34, 0), "d" * 64, id_))
        transaction.descriptions.save_each({id_: Description("Titre", WEBINAR.date, WEBINAR, (tag,))})
    document = catalogue.documents.find(id_, EVERYONE)
    assert document is not None
    assert (document.title, document.event, document.tags) == ("Titre", WEBINAR, (tag,))
    assert (document.authors, document.duration, document.warnings) == (("Une équipe",), 12.5, ("Attention.",))
    assert document.paths == ("dossier/été.pptx",)
    assert catalogue.documents.list_passages(id_) == passages
    assert catalogue.documents.find_passages({id_: [1]}) == {id_: {1: passages[1]}}


def test_rights_are_one_predicate(catalogue: Catalogue, add: Add) -> None:
    """What a group may not see does not exist for it, wherever one asks."""
    id_ = add("Fiche", "texte", event=WEBINAR)
    others = frozenset({"autres"})
    assert catalogue.documents.find(id_, EVERYONE)
    assert catalogue.documents.find(id_, others) is None
    assert catalogue.documents.find_each([id_], others) == {}
    assert catalogue.documents.list_latest(others, 10) == ()
    assert catalogue.events.list_latest(others, 10) == ()
    assert catalogue.documents.list_of_event(WEBINAR.id, others) == ()


def test_a_removed_document_keeps_its_identity(catalogue: Catalogue, add: Add) -> None:
    """What is deleted cannot be found, and is the same document when it comes back."""
    id_ = add("Fiche", "texte", path="a.pdf")
    with catalogue.transaction() as transaction:
        transaction.files.forget("a.pdf")
    assert catalogue.documents.find(id_, EVERYONE) is None
    with catalogue.transaction() as transaction:
        assert transaction.holders.find_document_of("a.pdf".ljust(64, "0")) == id_
        transaction.documents.restore(id_)
    assert catalogue.documents.find(id_, EVERYONE)


def test_two_places_are_one_document(catalogue: Catalogue, add: Add) -> None:
    """Removing one place keeps the other; the second place is told as a double."""
    id_ = add("Fiche", "texte", path="a.pdf")
    with catalogue.transaction() as transaction:
        transaction.files.save(FileLocation("b.pdf", FileStat(1, 1, 0), "a.pdf".ljust(64, "0"), id_))
    assert {each.path: each.state for each in catalogue.file_statuses.find()} == {
        "a.pdf": FileState.INDEXED,
        "b.pdf": FileState.DUPLICATE,
    }
    with catalogue.transaction() as transaction:
        transaction.files.forget("a.pdf")
    document = catalogue.documents.find(id_, EVERYONE)
    assert document is not None
    assert document.paths == ("b.pdf",)


def test_human_tags_survive_a_new_description(catalogue: Catalogue, add: Add) -> None:
    """Describing anew replaces what the rules said, never what a person said."""
    id_ = add("Fiche", "texte", territories=("rennes",))
    with catalogue.transaction() as transaction:
        transaction.decisions.decide(
            [id_], Decisions(choose=(Tag(Facet.TERRITORY, "lille", TagSource.ANIMATOR, "choix de l’animation"),))
        )
        transaction.descriptions.save_each({id_: Description("Fiche", None, None, ())})
    document = catalogue.documents.find(id_, EVERYONE)
    assert document is not None
    assert document.facet_values(Facet.TERRITORY) == ("lille",)


def test_every_change_has_its_revision(catalogue: Catalogue, add: Add) -> None:
    """An index that knows a revision learns exactly what came after, in order."""
    first = add("Une", "texte", path="a.pdf")
    known = catalogue.revisions.read_last()
    second = add("Deux", "texte", path="b.pdf")
    assert [each.document_id for each in catalogue.revisions.list_since(known, 10)] == [second]
    with catalogue.transaction() as transaction:
        transaction.files.forget("a.pdf")
    last = catalogue.revisions.list_since(known, 10)[-1]
    assert (last.document_id, last.document) == (first, None)
    assert last.number == catalogue.revisions.read_last()


def test_an_error_undoes_the_transaction(catalogue: Catalogue) -> None:
    """A failure in the middle leaves nothing half written."""

    def fail() -> None:
        with catalogue.transaction() as transaction:
            transaction.documents.create(Content("d" * 64, "pdf", "T", ()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert catalogue.revisions.read_last() == 0
    assert catalogue.documents.count_all().documents == 0


def test_failures_are_told_with_their_advice(catalogue: Catalogue) -> None:
    """A file that could not be read says why and what to do, and is counted."""
    failure = Failure("e" * 64, 1, "protege", "protégé par mot de passe", "déposez une version sans mot de passe")
    with catalogue.transaction() as transaction:
        transaction.queue.save_failure(failure)
        transaction.files.save(FileLocation("secret.pdf", FileStat(1, 1, 0), "e" * 64))
    status = catalogue.file_statuses.find()[0]
    assert (status.state, status.reason, status.advice) == (FileState.FAILED, failure.message, failure.advice)
    assert catalogue.documents.count_all().failures == 1
    assert catalogue.queue.find_failures(1) == {"e" * 64: failure}
    assert catalogue.queue.find_failures(2) == {}


def test_a_document_without_text_is_told(catalogue: Catalogue, add: Add) -> None:
    """No text is no failure: the document is found by its title, and its state says so."""
    add("Affiche")
    assert catalogue.file_statuses.find()[0].state is FileState.NO_TEXT


def test_a_database_that_cannot_be_opened_is_explained(tmp_path: Path) -> None:
    """A catalogue that is no database is told with the settings to look at."""
    (tmp_path / "c.sqlite").write_bytes(b"ceci n'est pas une base de donnees" * 100)
    with pytest.raises(CatalogueError, match="réglage « catalogue »"):
        Catalogue.open(f"sqlite:///{tmp_path / 'c.sqlite'}")
    with pytest.raises(CatalogueError, match="xyz"):
        Catalogue.open("xyz://nulle-part")


def test_what_is_committed_outlives_the_process(tmp_path: Path) -> None:
    """A copy of the files taken without closing, as after a crash, holds what was committed."""
    url = tmp_path / "c.sqlite"
    with closing(Catalogue.open(f"sqlite:///{url}")) as catalogue:
        with catalogue.transaction() as transaction:
            transaction.documents.create(Content("d" * 64, "pdf", "T", ()))
        copy = tmp_path / "copie"
        copy.mkdir()
        for file in tmp_path.glob("c.sqlite*"):
            shutil.copy(file, copy)
    with closing(sqlite3.connect(copy / "c.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM document").fetchone() == (1,)


def test_a_later_catalogue_is_refused(tmp_path: Path) -> None:
    """An older Ruche that is put back over a newer catalogue says so in a sentence, and changes nothing."""
    file = tmp_path / "catalogue.sqlite"
    Catalogue.open(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    with pytest.raises(CatalogueError, match="version plus récente"):
        Catalogue.open(f"sqlite:///{file}")
