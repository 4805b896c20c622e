"""The library's folders and the rules that follow them, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from index.accounts.audit import AuditAction
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group
from index.catalogue.file_records import WHOLE_LIBRARY, Extent
from index.catalogue.library_folders import LibraryFolder, RuleMove
from index.model.documents import MEMBERS

if TYPE_CHECKING:
    from index.catalogue.catalogue import Catalogue
    from tests.index.conftest import Add

NOW = datetime(2026, 3, 1, tzinfo=UTC)
EVERYONE, TEAM = frozenset({MEMBERS}), frozenset({"direction"})


@pytest.fixture(autouse=True)
def _a_folder_for_some(catalogue: Catalogue) -> None:
    """« Secret » is seen by one group."""
    catalogue.access.rules.save_group(Group("direction", "La direction"), "")
    catalogue.access.rules.save_folder_rule(FolderRule("Secret", TEAM), "")
    save(catalogue, LibraryFolder("Secret", "1", NOW), LibraryFolder("Public", "2", NOW))


def save(catalogue: Catalogue, *folders: LibraryFolder, moves: tuple[RuleMove, ...] = ()) -> None:
    """Store folders, as a scan does."""
    with catalogue.transaction() as transaction:
        transaction.folders.update(folders, (), moves)


def test_folders_are_kept_by_path(catalogue: Catalogue) -> None:
    """Those of a part of the library lie where their parent is looked at; one that is gone is not there."""
    save(catalogue, LibraryFolder("Public/a", "3", NOW), LibraryFolder("Secret", "1", NOW, NOW))
    assert set(catalogue.folders.find_in_extent(WHOLE_LIBRARY)) == {"Secret", "Public", "Public/a"}
    part = catalogue.folders.find_in_extent(Extent(folders=frozenset({"Public"})))
    assert part == {"Public/a": LibraryFolder("Public/a", "3", NOW)}
    assert catalogue.folders.list_present() == {"Public", "Public/a"}
    assert catalogue.folders.find_by_identity(["1", "3"]) == {"3": "Public/a"}
    with catalogue.transaction() as transaction:
        transaction.folders.update((), ["Public/a"], ())
    assert catalogue.folders.list_present() == {"Public"}


def test_a_rule_follows_and_leaves_nothing_open(catalogue: Catalogue, add: Add) -> None:
    """In one transaction; documents that are known under the old name stay reserved until they have followed."""
    behind = add("Resté", path="Secret/a.pdf")
    moved = LibraryFolder("Secret", "1", NOW, NOW, "Autre")
    save(catalogue, moved, LibraryFolder("Autre", "1", NOW), moves=(RuleMove("Secret", "Autre"),))
    assert catalogue.access.rules.list_folder_rules() == (FolderRule("Autre", TEAM),)
    assert catalogue.documents.find(behind, EVERYONE) is None
    assert catalogue.documents.find(behind, TEAM)
    assert catalogue.folders.list_lost_rules() == {}


def test_new_folders_are_withheld_for_a_lost_rule(catalogue: Catalogue, add: Add) -> None:
    """From the moment when the rule has lost its folder, which the audit says, until the folder is back."""
    later = NOW + timedelta(hours=1)
    save(catalogue, LibraryFolder("Secret", "1", NOW, later), LibraryFolder("Autre", "4", later))
    new, old = add("Nouveau", path="Autre/a.pdf"), add("Ancien", path="Public/b.pdf")
    assert catalogue.folders.list_lost_rules() == {"Secret": later}
    assert catalogue.documents.find(new, EVERYONE) is None
    assert catalogue.documents.find(old, EVERYONE)
    (entry,) = catalogue.access.audit.list_latest(5, act=AuditAction.FOLDER_LOST)
    assert entry.on == "Secret"
    # Another spelling of the name is the folder too.
    save(catalogue, LibraryFolder("SECRET", "5", later))
    assert catalogue.folders.list_lost_rules() == {}
    assert catalogue.documents.find(new, EVERYONE)


def test_a_rule_that_was_deleted_meanwhile_moves_nothing(catalogue: Catalogue) -> None:
    """What a scan decided may be out of date when it is written."""
    catalogue.access.rules.delete_folder_rule("Secret", "")
    save(catalogue, LibraryFolder("Autre", "1", NOW), moves=(RuleMove("Secret", "Autre"),))
    assert catalogue.access.rules.list_folder_rules() == ()
