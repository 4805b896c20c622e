"""Doubts in the catalogue: a document with something personal is seen by animators alone until one has decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from index.accounts.audiences import EVERY_ANIMATOR
from index.catalogue.documents.writes import Content
from index.model.documents import MEMBERS, Locator, Passage, Unit
from index.personal_data.doubts import Verdict, find_personal_data
from index.personal_data.findings import PersonalDataKind

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from index.catalogue.catalogue import Catalogue
    from index.catalogue.personal_data import DoubtfulDocument

EVERYONE = frozenset({MEMBERS})
NIR, OTHER = "1 85 05 78 006 084 91", "2 53 07 2B 073 004 70"


def version(digest: str, *slides: str) -> Content:
    """A content of several slides."""
    passages = tuple(Passage(at, Locator(Unit.SLIDE, at + 1), said) for at, said in enumerate(slides))
    return Content(digest, "pptx", "Bilan", passages)


def deposit(catalogue: Catalogue, *slides: str) -> str:
    """A new document, checked; its id."""
    with catalogue.transaction() as transaction:
        content = version("a", *slides)
        id_ = transaction.documents.create(content)
        transaction.personal_data.save_findings({id_: find_personal_data(content.passages)})
    return id_


def renew(catalogue: Catalogue, id_: str, digest: str, *slides: str) -> None:
    """A new version of a document, checked."""
    with catalogue.transaction() as transaction:
        content = version(digest, *slides)
        transaction.documents.replace_content(id_, content)
        transaction.personal_data.save_findings({id_: find_personal_data(content.passages)})


def decide(catalogue: Catalogue, verdict: Verdict | None, doubtful: DoubtfulDocument) -> None:
    """An animator decides about all that was found in a document."""
    with catalogue.transaction() as transaction:
        transaction.personal_data.decide([each.number for each in doubtful.doubts], verdict, "Ada")


def seen(catalogue: Catalogue, id_: str) -> bool:
    """Whether members see a document."""
    return catalogue.documents.find(id_, EVERYONE) is not None


def test_a_doubt_keeps_a_document_from_members(catalogue: Catalogue) -> None:
    """Members do not see it, animators do, and read where and what, masked."""
    id_ = deposit(catalogue, "Ouverture", f"Le dossier {NIR}", f"encore {NIR}")
    assert not seen(catalogue, id_)
    assert catalogue.documents.find(id_, EVERY_ANIMATOR)
    (doubtful,) = catalogue.personal_data.list_undecided(10, EVERY_ANIMATOR)
    (doubt,) = doubtful.doubts
    assert (doubtful.document.id, doubtful.withheld, catalogue.personal_data.count_undecided(EVERY_ANIMATOR)) == (
        id_,
        True,
        1,
    )
    assert (doubt.kind, doubt.where, doubt.masked) == (PersonalDataKind.NIR, "diapositive 2", "1 85 •• •• ••• ••• ••")


def test_nothing_found_changes_nothing(catalogue: Catalogue) -> None:
    """A document without doubt is the members'."""
    assert seen(catalogue, deposit(catalogue, "Ouverture"))
    assert catalogue.personal_data.list_undecided(10, EVERY_ANIMATOR) == ()


def test_a_dismissed_value_stays_dismissed(catalogue: Catalogue) -> None:
    """« Rien de personnel » frees the document, holds for the same value in later versions, and for no other."""
    id_ = deposit(catalogue, NIR)
    decide(catalogue, Verdict.NOTHING, catalogue.personal_data.list_undecided(10, EVERY_ANIMATOR)[0])
    assert seen(catalogue, id_)
    renew(catalogue, id_, "b", "nouveau", f"toujours {NIR.replace(' ', '')}")
    assert seen(catalogue, id_)
    renew(catalogue, id_, "c", "sans rien")
    renew(catalogue, id_, "d", NIR)
    assert seen(catalogue, id_)
    renew(catalogue, id_, "e", NIR, OTHER)
    assert not seen(catalogue, id_)
    (doubtful,) = catalogue.personal_data.list_undecided(10, EVERY_ANIMATOR)
    assert [(each.where, each.verdict, each.who) for each in doubtful.doubts] == [
        ("diapositive 1", Verdict.NOTHING, "Ada"),
        ("diapositive 2", None, ""),
    ]


def test_a_reserved_document_stays_reserved_while_it_holds_the_value(catalogue: Catalogue) -> None:
    """« Garder réservé » is no more to decide; a version without the value is everyone's again; one may go back."""
    id_ = deposit(catalogue, NIR)
    decide(catalogue, Verdict.RESERVED, catalogue.personal_data.list_undecided(10, EVERY_ANIMATOR)[0])
    assert (seen(catalogue, id_), catalogue.personal_data.count_undecided(EVERY_ANIMATOR)) == (False, 0)
    (reserved,) = catalogue.personal_data.list_reserved(10, EVERY_ANIMATOR)
    decide(catalogue, None, reserved)
    assert (seen(catalogue, id_), catalogue.personal_data.count_undecided(EVERY_ANIMATOR)) == (False, 1)
    renew(catalogue, id_, "b", "le numéro est parti")
    assert (seen(catalogue, id_), catalogue.personal_data.count_undecided(EVERY_ANIMATOR)) == (True, 0)


def test_contacts_are_told_and_keep_nothing(catalogue: Catalogue) -> None:
    """A speaker's mobile on the last slide is told to animators; a list of persons is kept from members."""
    id_ = deposit(catalogue, "Contact : 06 12 34 56 78, x@gmail.com")
    (doubtful,) = catalogue.personal_data.list_undecided(10, EVERY_ANIMATOR)
    assert (seen(catalogue, id_), doubtful.withheld, len(doubtful.doubts)) == (True, False, 2)
    renew(catalogue, id_, "b", *(f"Participante 06 12 34 56 {number}" for number in range(10, 20)))
    assert not seen(catalogue, id_)


def test_indexes_learn_who_may_see(catalogue: Catalogue) -> None:
    """A decision is a revision of the document, with its new audience; one that changes nothing is none."""
    id_ = deposit(catalogue, NIR)
    (doubtful,) = catalogue.personal_data.list_undecided(10, EVERY_ANIMATOR)
    before = catalogue.revisions.read_last()
    decide(catalogue, Verdict.RESERVED, doubtful)
    assert catalogue.revisions.read_last() == before
    decide(catalogue, Verdict.NOTHING, doubtful)
    (revision,) = catalogue.revisions.list_since(before, 10)
    assert revision.document is not None
    assert (revision.document_id, revision.document.groups) == (id_, EVERYONE)


def test_the_value_is_not_kept_with_the_doubt(catalogue: Catalogue, behind: Engine) -> None:
    """Beside the passage itself, the catalogue holds a mask and a keyed fingerprint."""
    deposit(catalogue, NIR)
    with behind.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM doubt")).all()
    assert not any("006084" in str(value).replace(" ", "") for value in row)


def changed(behind: Engine, statement: str) -> None:
    """Change the catalogue behind its back."""
    with behind.begin() as connection:
        connection.execute(text(statement))


def test_a_text_is_looked_through_once(catalogue: Catalogue, behind: Engine) -> None:
    """Describing a document again searches its text again only once another version of the search is there."""
    id_ = deposit(catalogue, NIR)
    with catalogue.transaction() as transaction:
        assert transaction.personal_data.find_unchecked([id_]) == frozenset()
    changed(behind, "UPDATE document SET checked = checked - 1")
    with catalogue.transaction() as transaction:
        assert transaction.personal_data.find_unchecked([id_]) == {id_}
