"""Folder rules over a real folder: what follows, what is lost, and what is withheld in the meantime."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from index.accounts.audit import AuditAction
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group
from index.catalogue.file_records import Extent
from index.catalogue.file_statuses import StatusFilter
from index.model.documents import MEMBERS
from indexer.watch.scan import scan_library

if TYPE_CHECKING:
    from tests.indexer.conftest import Bench

TEAM = frozenset({"direction"})
OUTSIDER, INSIDER = frozenset({MEMBERS}), TEAM | {MEMBERS}


@pytest.fixture
def bench(bench: Bench) -> Bench:
    """« Secret » is for one group; « Public » is for all."""
    bench.catalogue.access.rules.save_group(Group("direction", "La direction"), "")
    bench.catalogue.access.rules.save_folder_rule(FolderRule("Secret", TEAM), "")
    bench.put("Secret/a.txt", "le plan du siège")
    bench.put("Secret/sous/b.txt", "la suite du plan du siège")
    bench.put("Public/p.txt", "l’atelier des droits")
    bench.step()
    return bench


def visible(bench: Bench, groups: frozenset[str] = OUTSIDER) -> set[str]:
    """Where the documents lie that some groups see, and the files that animators of these groups see: they agree."""
    documents = {path for each in bench.catalogue.documents.list_latest(groups, 50) for path in each.paths}
    assert {each.path for each in bench.catalogue.file_statuses.find(StatusFilter(groups=groups))} == documents
    return documents


def rules(bench: Bench) -> set[str]:
    """The folders that have a rule."""
    return {each.folder for each in bench.catalogue.access.rules.list_folder_rules()}


def lost(bench: Bench) -> set[str]:
    """The folders that rules have lost."""
    return set(bench.catalogue.folders.list_lost_rules())


def audited(bench: Bench, act: AuditAction) -> list[tuple[str, str]]:
    """What the audit says of an act, oldest first."""
    return [(each.on, each.detail) for each in reversed(bench.catalogue.access.audit.list_latest(50, act=act))]


def test_what_a_rename_leaves_behind_stays_reserved(bench: Bench) -> None:
    """Between the scan that sees the rename and the files that follow one by one, nothing shows."""
    (bench.library / "Secret").rename(bench.library / "Autre")
    bench.indexer.apply_scan(scan_library(bench.library))
    assert (rules(bench), visible(bench)) == ({"Autre"}, {"Public/p.txt"})
    bench.keep_up()
    assert visible(bench, INSIDER) == {"Autre/a.txt", "Autre/sous/b.txt", "Public/p.txt"}
    assert visible(bench) == {"Public/p.txt"}
    assert audited(bench, AuditAction.FOLDER_FOLLOWED) == [("Secret", "Autre")]


def test_the_new_name_is_seen_first(bench: Bench) -> None:
    """Events of one rename may come apart: the rule follows with the first of them."""
    (bench.library / "Secret").rename(bench.library / "Autre")
    bench.indexer.apply_scan(scan_library(bench.library, Extent(trees=frozenset({"Autre"}))))
    assert rules(bench) == {"Autre"}
    bench.keep_up()
    assert visible(bench) == {"Public/p.txt"}
    bench.step()
    assert visible(bench) == {"Public/p.txt"}


def test_the_old_name_is_seen_first(bench: Bench) -> None:
    """The rule has lost its folder for a moment, and finds it with the next scan."""
    (bench.library / "Secret").rename(bench.library / "Autre")
    gone = Extent(folders=frozenset({"Secret", "Secret/sous"}), trees=frozenset({"Secret"}))
    bench.indexer.apply_scan(scan_library(bench.library, gone))
    bench.step()
    assert (rules(bench), lost(bench), visible(bench)) == ({"Autre"}, set(), {"Public/p.txt"})


def test_names_that_are_swapped(bench: Bench) -> None:
    """The rule is the folder's, not the name's; what lay for a moment under the reserved name waits for someone."""
    for old, new in (("Secret", "tmp"), ("Public", "Secret"), ("tmp", "Public")):
        (bench.library / old).rename(bench.library / f"{new}-")
        (bench.library / f"{new}-").rename(bench.library / new)
    bench.indexer.apply_scan(scan_library(bench.library))
    assert visible(bench) <= {"Public/p.txt"}
    bench.keep_up()
    bench.step()
    assert (rules(bench), visible(bench)) == ({"Public"}, set())
    (held,) = bench.catalogue.holds.list_held(INSIDER, 10)
    with bench.catalogue.transaction() as transaction:
        transaction.holds.agree({held.id: held.etag}, INSIDER, "")
    assert visible(bench) == {"Secret/p.txt"}


def test_a_rule_on_a_subfolder_follows_its_parent(bench: Bench) -> None:
    """Each rule below a renamed folder follows; a subfolder that is opened to all stays so."""
    bench.catalogue.access.rules.save_folder_rule(FolderRule("Secret/sous", OUTSIDER), "")
    (bench.library / "Secret").rename(bench.library / "Autre")
    bench.step()
    assert rules(bench) == {"Autre", "Autre/sous"}
    assert visible(bench) == {"Public/p.txt", "Autre/sous/b.txt"}


def test_a_folder_copied_then_deleted(bench: Bench) -> None:
    """A synchroniser makes other directories; the files say where the rule's folder is."""
    shutil.copytree(bench.library / "Secret", bench.library / "Autre")
    shutil.rmtree(bench.library / "Secret")
    bench.put("Autre/new.txt", "un ajout au plan du siège")
    bench.step()
    assert (rules(bench), lost(bench), visible(bench)) == ({"Autre"}, set(), {"Public/p.txt"})


def test_a_rule_without_a_folder_withholds_what_comes_after(bench: Bench) -> None:
    """Renamed beyond recognition: new folders are for the rule's groups, until someone says where the folder is."""
    shutil.rmtree(bench.library / "Secret")
    bench.put("Autre/a.txt", "le plan du siège, tout autre")
    bench.put("Public/q.txt", "un autre atelier")
    bench.step()
    assert (rules(bench), lost(bench)) == ({"Secret"}, {"Secret"})
    assert visible(bench) == {"Public/p.txt", "Public/q.txt"}
    bench.put("Encore/c.txt", "autre chose")
    bench.step()
    assert visible(bench, INSIDER) >= {"Autre/a.txt", "Encore/c.txt"}
    assert visible(bench) == {"Public/p.txt", "Public/q.txt"}
    assert audited(bench, AuditAction.FOLDER_LOST) == [("Secret", "")]
    # Chosen on the administrators' page: the rest is open again, and the old name still reserved if it comes back.
    bench.catalogue.access.rules.save_folder_rule(FolderRule("Autre", TEAM), "", "Secret")
    assert (rules(bench), lost(bench)) == ({"Autre"}, set())
    assert visible(bench) == {"Public/p.txt", "Public/q.txt", "Encore/c.txt"}
    bench.put("Secret/a.txt", "le plan du siège")
    bench.step()
    assert rules(bench) == {"Autre", "Secret"}
    assert "Secret/a.txt" not in visible(bench)


def test_a_rule_that_is_deleted_withholds_nothing(bench: Bench) -> None:
    """The folder is gone for good: whoever may change rules deletes its own, and new folders are as all others."""
    shutil.rmtree(bench.library / "Secret")
    bench.put("Autre/c.txt", "autre chose")
    bench.step()
    assert visible(bench) == {"Public/p.txt"}
    bench.catalogue.access.rules.delete_folder_rule("Secret", "")
    assert (lost(bench), visible(bench)) == (set(), {"Public/p.txt", "Autre/c.txt"})


def test_a_folder_that_comes_back(bench: Bench) -> None:
    """Put back under its name, it is reserved as before, and nothing is withheld any more."""
    shutil.move(bench.library / "Secret", bench.library.parent / "ailleurs")
    bench.put("Autre/c.txt", "autre chose")
    bench.step()
    assert (lost(bench), visible(bench)) == ({"Secret"}, {"Public/p.txt"})
    shutil.move(bench.library.parent / "ailleurs", bench.library / "Secret")
    bench.step()
    assert (lost(bench), visible(bench)) == (set(), {"Public/p.txt", "Autre/c.txt"})


def test_a_new_folder_of_the_old_name(bench: Bench) -> None:
    """« Secret » put away under another name and made anew, at once or later: both are reserved."""
    (bench.library / "Secret").rename(bench.library / "Secret 2025")
    bench.step()
    bench.put("Secret/c.txt", "le plan de cette année")
    bench.step()
    assert (rules(bench), visible(bench)) == ({"Secret", "Secret 2025"}, {"Public/p.txt"})
    assert ("Secret", "direction") in audited(bench, AuditAction.FOLDER_CHANGED)


def test_an_absent_share_moves_no_rule(bench: Bench) -> None:
    """An empty folder in place of the library, or one that may not be listed: no rule moves, none is lost."""
    away = bench.library.rename(bench.library.with_name("partage"))
    bench.library.mkdir()
    bench.step()
    assert (rules(bench), lost(bench)) == ({"Secret"}, set())
    bench.library.rmdir()
    away.rename(bench.library)
    bench.step()
    assert (rules(bench), lost(bench), visible(bench)) == ({"Secret"}, set(), {"Public/p.txt"})


def test_a_folder_renamed_into_an_excluded_one(bench: Bench) -> None:
    """The rule is there before the exclusion is taken back."""
    (bench.library / ".rucheignore").write_text("brouillon*\n", encoding="utf-8")
    (bench.library / "Secret").rename(bench.library / "brouillon")
    bench.step()
    assert (rules(bench), lost(bench)) == ({"brouillon"}, set())
    (bench.library / ".rucheignore").unlink()
    bench.step()
    assert visible(bench, INSIDER) == {"Public/p.txt", "brouillon/a.txt", "brouillon/sous/b.txt"}
    assert visible(bench) == {"Public/p.txt"}


def test_a_folder_below_an_excluded_one_is_not_lost(bench: Bench) -> None:
    """What is not looked at may be there."""
    bench.catalogue.access.rules.save_folder_rule(FolderRule("Public/bureau", TEAM), "")
    bench.put("Public/bureau/x.txt", "le bureau")
    bench.step()
    (bench.library / ".rucheignore").write_text("Public\n", encoding="utf-8")
    bench.step()
    bench.indexer.apply_scan(
        scan_library(bench.library, Extent(trees=frozenset({"Public/bureau"}), folders=frozenset({"Public"})))
    )
    assert lost(bench) == set()


def test_a_rule_made_in_advance_is_no_alarm(bench: Bench) -> None:
    """A folder that was never seen is waited for; once it comes, it is reserved from its first file on."""
    bench.catalogue.access.rules.save_folder_rule(FolderRule("Demain", TEAM), "")
    bench.step()
    assert lost(bench) == set()
    bench.put("DEMAIN/d.txt", "le programme")
    bench.step()
    assert visible(bench) == {"Public/p.txt"}


def test_nothing_new_is_written_twice(bench: Bench) -> None:
    """A scan that sees what was known changes nothing."""
    before = bench.catalogue.folders.find_in_extent(Extent(trees=frozenset({""})))
    bench.step()
    assert bench.catalogue.folders.find_in_extent(Extent(trees=frozenset({""}))) == before
    assert set(before) == {"Secret", "Secret/sous", "Public"}
