"""Who may see a document follows its places, what was found in it and the folders' rules, whichever of them changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from index.accounts.audiences import restrict_to_animators
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group
from index.catalogue.documents.writes import Content
from index.catalogue.file_records import FileLocation
from index.catalogue.holds import Decided
from index.catalogue.library_folders import LibraryFolder
from index.catalogue.metadata_layers import Decisions, MetadataField
from index.model.documents import ANIMATORS, MEMBERS, FileStat, Locator, Passage, Unit
from index.personal_data.doubts import Verdict, find_personal_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.catalogue.catalogue import Catalogue

NORTH = "nord"
SOUTH = frozenset({"sud"})
EVERYONE, TEAM = frozenset({MEMBERS}), frozenset({NORTH})
INSIDER = EVERYONE | TEAM
ANYONE = frozenset({MEMBERS, ANIMATORS, NORTH, *SOUTH}) | restrict_to_animators(frozenset({NORTH}))
NIR = "1 85 05 78 006 084 91"


@pytest.fixture(autouse=True)
def _a_folder_for_some(catalogue: Catalogue) -> None:
    """« reserve » is seen by one group."""
    catalogue.access.rules.save_group(Group(NORTH, "l’équipe du nord"), "")
    catalogue.access.rules.save_folder_rule(FolderRule("reserve", TEAM), "")


def put(catalogue: Catalogue, *paths: str, text: str = "la CAF") -> str:
    """A document at some places, whose content was looked through; its id."""
    content = Content(text.ljust(64, "0"), "pdf", "Fiche", (Passage(0, Locator(Unit.PAGE, 1), text),))
    with catalogue.transaction() as transaction:
        id_ = transaction.documents.create(content)
        for path in paths:
            transaction.files.save(FileLocation(path, FileStat(1, 1, 0), content.digest, id_))
        transaction.personal_data.save_findings({id_: find_personal_data(content.passages)})
    return id_


def audience(catalogue: Catalogue, id_: str) -> frozenset[str]:
    """Who sees a document."""
    document = catalogue.documents.find(id_, ANYONE)
    return document.groups if document else frozenset()


def move(catalogue: Catalogue, old: str, new: str) -> None:
    """A file changes its folder."""
    with catalogue.transaction() as transaction:
        place = transaction.files.find(old)
        assert place is not None
        transaction.files.forget(old)
        transaction.files.save(replace(place, path=new))


def shown(catalogue: Catalogue) -> dict[str, str]:
    """What a page shows to someone of the team of the documents that wait, by id."""
    return {each.id: each.etag for each in catalogue.holds.list_held(INSIDER, 10)}


def agree(catalogue: Catalogue, what: dict[str, str], groups: frozenset[str]) -> int:
    """Someone of these groups agrees that documents are shown as their places are; how many are."""
    with catalogue.transaction() as transaction:
        return transaction.holds.agree(what, groups, "").done


def test_a_new_document(catalogue: Catalogue) -> None:
    """Where it lies decides from its first moment on."""
    assert audience(catalogue, put(catalogue, "reserve/a.pdf")) == TEAM
    assert audience(catalogue, put(catalogue, "a.pdf", text="la MSA")) == EVERYONE


def test_a_move(catalogue: Catalogue) -> None:
    """A file that goes into a folder for some is theirs at once; out of it, once one of them agrees."""
    id_ = put(catalogue, "a.pdf")
    move(catalogue, "a.pdf", "reserve/a.pdf")
    assert audience(catalogue, id_) == TEAM
    known = catalogue.revisions.read_last()
    move(catalogue, "reserve/a.pdf", "b.pdf")
    assert audience(catalogue, id_) == TEAM
    assert agree(catalogue, shown(catalogue), EVERYONE) == 0
    assert agree(catalogue, shown(catalogue), INSIDER) == 1
    assert audience(catalogue, id_) == EVERYONE
    assert [each.document_id for each in catalogue.revisions.list_since(known, 10)] == [id_]


def test_a_copy_and_its_removal(catalogue: Catalogue) -> None:
    """A second place shows a document to nobody new, unless someone agrees, and no longer once that place is gone."""
    id_ = put(catalogue, "reserve/a.pdf")
    place = catalogue.files.find_in_extent()["reserve/a.pdf"]
    with catalogue.transaction() as transaction:
        transaction.files.save(replace(place, path="b.pdf"))
    assert audience(catalogue, id_) == TEAM
    agree(catalogue, shown(catalogue), INSIDER)
    assert audience(catalogue, id_) == EVERYONE
    with catalogue.transaction() as transaction:
        transaction.files.forget("b.pdf")
    assert audience(catalogue, id_) == TEAM


def replace_text(catalogue: Catalogue, id_: str, text: str) -> None:
    """A file of a document gets another content."""
    content = Content(text.ljust(64, "0"), "pdf", "Fiche", (Passage(0, Locator(Unit.PAGE, 1), text),))
    (path,) = (path for path, place in catalogue.files.find_in_extent().items() if place.document_id == id_)
    with catalogue.transaction() as transaction:
        transaction.documents.replace_content(id_, content)
        transaction.files.save(FileLocation(path, FileStat(2, 2, 0), content.digest, id_))


def _rename(catalogue: Catalogue, id_: str) -> None:
    with catalogue.transaction() as transaction:
        transaction.decisions.decide([id_], Decisions(fields={MetadataField.TITLE: "Plan de licenciement"}), "")


def _lie_twice(catalogue: Catalogue, _: str) -> None:
    with catalogue.transaction() as transaction:
        transaction.files.save(replace(catalogue.files.find_in_extent()["nord/a.pdf"], path="nord/licenciement.pdf"))


_CHANGES: dict[str, Callable[[Catalogue, str], object]] = {
    "its content": lambda catalogue, id_: replace_text(catalogue, id_, "un autre texte"),
    "its title": _rename,
    "its place": lambda catalogue, _: move(catalogue, "nord/a.pdf", "sud/a.pdf"),
    "one more place": _lie_twice,
    "who would see it": lambda catalogue, _: catalogue.access.rules.save_folder_rule(FolderRule("nord", SOUTH), ""),
    "whose it is": lambda catalogue, _: move(catalogue, "nord/a.pdf", "reserve/a.pdf"),
}


@pytest.mark.parametrize("change", _CHANGES.values(), ids=_CHANGES)
def test_a_decision_is_about_what_was_shown(catalogue: Catalogue, change: Callable[[Catalogue, str], object]) -> None:
    """Where a document that waits has changed since the page showed it, nothing is done, and that is told."""
    catalogue.access.rules.save_group(Group("sud", "l’équipe du sud"), "")
    id_ = put(catalogue, "reserve/a.pdf")
    move(catalogue, "reserve/a.pdf", "nord/a.pdf")
    seen = shown(catalogue)
    change(catalogue, id_)
    known = audience(catalogue, id_)
    with catalogue.transaction() as transaction:
        assert transaction.holds.agree(seen, INSIDER, "") == Decided(0, 1)
        assert transaction.holds.keep(seen, INSIDER, "") == Decided(0, 1)
    assert audience(catalogue, id_) == known
    assert not any(each.kept for each in catalogue.holds.list_held(INSIDER, 10))
    # As it is shown now, it can be decided.
    now = shown(catalogue)
    assert agree(catalogue, now, INSIDER) == len(now)


def test_an_agreement_covers_what_comes_once_a_limit_is_over(catalogue: Catalogue) -> None:
    """A folder that may be a lost one is seen by few for a while: who would see it in the end is what is shown."""
    catalogue.access.rules.save_group(Group("sud", "l’équipe du sud"), "")
    catalogue.access.rules.save_folder_rule(FolderRule("perdu", SOUTH), "")
    now = datetime.now(UTC)
    with catalogue.transaction() as transaction:
        transaction.folders.update([LibraryFolder("perdu", "", now, now)], (), ())
        transaction.folders.update([LibraryFolder("nouveau", "2", now)], (), ())
    id_ = put(catalogue, "reserve/a.pdf")
    move(catalogue, "reserve/a.pdf", "nouveau/a.pdf")
    (held,) = catalogue.holds.list_held(INSIDER, 10)
    assert held.wanted == EVERYONE
    agree(catalogue, shown(catalogue), INSIDER)
    assert audience(catalogue, id_) == SOUTH


def test_an_agreement_is_taken_back(catalogue: Catalogue) -> None:
    """The document is held as it was, with what came since, by someone for whom it was; others change nothing."""
    id_ = put(catalogue, "reserve/a.pdf")
    move(catalogue, "reserve/a.pdf", "b.pdf")
    (before,) = catalogue.holds.list_held(INSIDER, 10)
    agree(catalogue, shown(catalogue), INSIDER)
    replace_text(catalogue, id_, "venu depuis")
    (agreed,) = catalogue.holds.list_agreed(INSIDER, 10)
    assert (agreed.id, agreed.title, agreed.groups, agreed.wanted) == (id_, "Fiche", TEAM, EVERYONE)
    assert catalogue.holds.list_agreed(EVERYONE, 10) == ()
    known = catalogue.revisions.read_last()
    with catalogue.transaction() as transaction:
        assert transaction.holds.withdraw([id_], EVERYONE, "") == 0
        assert transaction.holds.withdraw([id_], INSIDER, "") == 1
    assert audience(catalogue, id_) == TEAM
    (after,) = catalogue.holds.list_held(INSIDER, 10)
    assert (after.reason, after.origin, after.wanted) == (before.reason, before.origin, before.wanted)
    assert catalogue.holds.list_agreed(INSIDER, 10) == ()
    assert [each.document_id for each in catalogue.revisions.list_since(known, 10)] == [id_]
    # Nor is what it showed meanwhile a former version for those to whom it is shown later.
    replace_text(catalogue, id_, "encore un autre")
    assert agree(catalogue, shown(catalogue), INSIDER) == 1
    assert [len(catalogue.documents.list_versions(id_, each)) for each in (EVERYONE, INSIDER)] == [1, 3]


def test_only_an_agreement_is_taken_back(catalogue: Catalogue) -> None:
    """A document that was reserved again since, and then shown by a rule, is not held for its former agreement."""
    id_ = put(catalogue, "reserve/a.pdf")
    move(catalogue, "reserve/a.pdf", "b.pdf")
    agree(catalogue, shown(catalogue), INSIDER)
    move(catalogue, "b.pdf", "reserve/a.pdf")
    assert catalogue.holds.list_agreed(INSIDER, 10) == ()
    catalogue.access.rules.delete_folder_rule("reserve", "")
    assert catalogue.holds.list_agreed(INSIDER, 10) == ()
    with catalogue.transaction() as transaction:
        assert transaction.holds.withdraw([id_], INSIDER, "") == 0
    assert audience(catalogue, id_) == EVERYONE


def test_a_place_that_another_document_takes(catalogue: Catalogue) -> None:
    """A place that becomes another document's counts for that one only."""
    first, second = put(catalogue, "reserve/a.pdf", "b.pdf"), put(catalogue, "reserve/c.pdf", text="la MSA")
    with catalogue.transaction() as transaction:
        transaction.files.save(replace(catalogue.files.find_in_extent()["b.pdf"], document_id=second))
    assert (audience(catalogue, first), audience(catalogue, second)) == (TEAM, TEAM)


def test_a_place_whose_content_could_not_be_read(catalogue: Catalogue) -> None:
    """A document that comes back leaves the places that hold something else by now."""
    id_ = put(catalogue, "reserve/a.pdf", "b.pdf")
    with catalogue.transaction() as transaction:
        transaction.files.save(replace(catalogue.files.find_in_extent()["b.pdf"], digest="1" * 64))
        transaction.documents.remove(id_)
    with catalogue.transaction() as transaction:
        transaction.documents.restore(id_)
    assert audience(catalogue, id_) == TEAM


def test_a_rule_that_changes(catalogue: Catalogue) -> None:
    """A rule that comes, changes or goes reaches the documents that are there."""
    id_ = put(catalogue, "reserve/a.pdf")
    catalogue.access.rules.delete_folder_rule("reserve", "")
    assert audience(catalogue, id_) == EVERYONE
    catalogue.access.rules.save_folder_rule(FolderRule("", frozenset({ANIMATORS})), "")
    assert audience(catalogue, id_) == {ANIMATORS}


def test_a_rule_that_changes_while_a_document_is_gone(catalogue: Catalogue) -> None:
    """A document that comes back is seen by those who may see it now."""
    id_ = put(catalogue, "reserve/a.pdf")
    place = catalogue.files.find_in_extent()["reserve/a.pdf"]
    with catalogue.transaction() as transaction:
        transaction.files.forget(place.path)
    catalogue.access.rules.delete_folder_rule("reserve", "")
    with catalogue.transaction() as transaction:
        transaction.documents.restore(id_)
        transaction.files.save(place)
    assert audience(catalogue, id_) == EVERYONE


def test_a_doubt_that_is_decided(catalogue: Catalogue) -> None:
    """What may be personal is the place's animators' until one of them has decided; then the rule holds again."""
    id_ = put(catalogue, "reserve/a.pdf", text=NIR)
    assert audience(catalogue, id_) == restrict_to_animators(TEAM)
    move(catalogue, "reserve/a.pdf", "b.pdf")
    assert audience(catalogue, id_) == restrict_to_animators(TEAM)
    (doubtful,) = catalogue.personal_data.list_undecided(10, ANYONE)
    with catalogue.transaction() as transaction:
        transaction.personal_data.decide([each.number for each in doubtful.doubts], Verdict.NOTHING, "")
    # It has moved out of the folder meanwhile: that is for those to decide who saw it there.
    assert audience(catalogue, id_) == TEAM


def test_what_everyone_learns_from(catalogue: Catalogue) -> None:
    """Words that go together, which are told to all, are learnt from documents that all may read."""
    put(catalogue, "reserve/a.pdf", text="le secret du nord")
    put(catalogue, "b.pdf", text=f"la fiche de {NIR}")
    put(catalogue, "c.pdf", text="la CAF")
    assert [each.text for each in catalogue.revisions.sample_passages(10)] == ["la CAF"]
