"""What a person is told of a document comes only from what that person may see, whatever is done in the folder."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from index.accounts.audiences import EVERY_ANIMATOR
from index.accounts.audit import CONSOLE
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group
from index.catalogue.decisions import Deposit
from index.catalogue.file_statuses import StatusFilter
from index.catalogue.metadata_layers import Decisions
from index.model.documents import MEMBERS

if TYPE_CHECKING:
    from tests.indexer.conftest import Bench

BOARD = "conseil"
OUTSIDER = EVERY_ANIMATOR
INSIDER = frozenset({MEMBERS, BOARD})
CANARY = "salamandrine"
"""Stands in all that only the reserved folder holds: names of files and folders, texts, sidecars."""

TEXT = f"Compte rendu {CANARY} du conseil."
PLAIN = "Compte rendu ordinaire de la réunion."
SIDECAR = (
    f"titre: Rencontre {CANARY}\ndate: 2024-01-25\ntype: webinaire\ndescription: Résumé {CANARY}\n"
    f"auteurs: [Autrice {CANARY}]\nthemes: [Aller vers]\n"
)
RESERVED, OPEN = f"reserve/{CANARY}/2024-01-25 Webinaire {CANARY}.txt", "ouvert/2024-01-25 Webinaire.txt"


@pytest.fixture
def ruled(bench: Bench) -> Bench:
    """A library with a folder that is reserved to a group."""
    bench.catalogue.access.rules.save_group(Group(BOARD, "Conseil"), CONSOLE)
    bench.catalogue.access.rules.save_folder_rule(FolderRule("reserve", frozenset({BOARD})), CONSOLE)
    return bench


def told(bench: Bench, groups: frozenset[str] = OUTSIDER) -> str:
    """All that the catalogue tells these groups."""
    catalogue = bench.catalogue
    documents = catalogue.documents.list_latest(groups, 100)
    return repr(
        (
            documents,
            [catalogue.documents.list_versions(each.id, groups) for each in documents],
            [catalogue.documents.list_passages(each.id) for each in documents],
            catalogue.events.list_all(groups),
            catalogue.file_statuses.find(StatusFilter(groups=groups)),
        )
    )


def paths_of(bench: Bench, groups: frozenset[str] = OUTSIDER) -> set[str]:
    """Where the documents lie that these groups see."""
    return {path for each in bench.catalogue.documents.list_latest(groups, 100) for path in each.paths}


def settle(bench: Bench) -> None:
    """Look until all is done."""
    bench.step()
    bench.keep_up()
    bench.indexer.synchronise()


def id_at(bench: Bench, path: str) -> str | None:
    """The document at a path."""
    return bench.catalogue.files.find_in_extent()[path].document_id


def agree(bench: Bench, groups: frozenset[str] = INSIDER) -> int:
    """Someone of these groups agrees to all that waits."""
    shown = {each.id: each.etag for each in bench.catalogue.holds.list_held(INSIDER, 100)}
    with bench.catalogue.transaction() as transaction:
        return transaction.holds.agree(shown, groups, CONSOLE).done


@pytest.mark.parametrize("reserved_first", [True, False])
def test_twins_tell_nothing_of_each_other(ruled: Bench, *, reserved_first: bool) -> None:
    """The same bytes in a reserved and in an open folder are two documents; only a copy made in the folder waits."""
    puts = [(f"reserve/{CANARY}/_fiche.yaml", SIDECAR, RESERVED), ("", "", OPEN)]
    for sidecar, text, path in puts if reserved_first else reversed(puts):
        if sidecar:
            ruled.put(sidecar, text)
        ruled.put(path, PLAIN)
        settle(ruled)
    assert id_at(ruled, RESERVED) != id_at(ruled, OPEN)
    assert CANARY not in told(ruled)
    assert paths_of(ruled) == (set() if reserved_first else {OPEN})
    assert RESERVED in paths_of(ruled, INSIDER)
    assert ruled.catalogue.holds.count_undecided(INSIDER) == int(reserved_first)
    if reserved_first:
        assert agree(ruled) == 1
        assert paths_of(ruled) == {OPEN}
        assert CANARY not in told(ruled)


def test_a_deposit_of_a_guessed_content_tells_nothing(ruled: Bench) -> None:
    """It is a document like that of any other deposit: shown at once, alone, with one version."""
    ruled.put(RESERVED, PLAIN)
    settle(ruled)
    ruled.put(OPEN, PLAIN)
    with ruled.catalogue.transaction() as transaction:
        transaction.decisions.announce_deposit(Deposit(OPEN, Decisions()))
    settle(ruled)
    (document,) = ruled.catalogue.documents.list_latest(OUTSIDER, 10)
    assert document.paths == (OPEN,)
    assert len(ruled.catalogue.documents.list_versions(document.id, OUTSIDER)) == 1
    assert CANARY not in told(ruled)
    assert ruled.catalogue.holds.count_undecided(INSIDER) == 0


def test_a_deposit_has_nothing_of_what_waits(ruled: Bench) -> None:
    """A deposit beside a held document, and one at the place of a held one that went, are documents of their own."""
    ruled.put(RESERVED, PLAIN)
    settle(ruled)
    moved = ruled.library / "ouvert" / "ailleurs.txt"
    moved.parent.mkdir()
    (ruled.library / RESERVED).rename(moved)
    settle(ruled)
    assert paths_of(ruled) == set()
    for path, text in ((OPEN, PLAIN), ("ouvert/ailleurs.txt", "Tout autre chose.")):
        ruled.put(path, text)
        with ruled.catalogue.transaction() as transaction:
            transaction.decisions.announce_deposit(Deposit(path, Decisions()))
        settle(ruled)
        assert path in paths_of(ruled)
        assert CANARY not in told(ruled)


def test_a_move_out_waits_until_someone_agrees(ruled: Bench) -> None:
    """The document keeps its identity and its audience; whoever does not see it can neither agree nor learn of it."""
    ruled.put(RESERVED, TEXT)
    settle(ruled)
    id_ = id_at(ruled, RESERVED)
    (ruled.library / "ouvert").mkdir()
    (ruled.library / RESERVED).rename(ruled.library / OPEN)
    settle(ruled)
    assert id_at(ruled, OPEN) == id_
    assert CANARY not in told(ruled)
    assert paths_of(ruled, INSIDER) == {OPEN}
    (held,) = ruled.catalogue.holds.list_held(INSIDER, 10)
    assert (held.origin, set(held.groups), set(held.wanted)) == (RESERVED, {BOARD}, {MEMBERS})
    assert ruled.catalogue.holds.list_held(OUTSIDER, 10) == ()
    assert ruled.catalogue.holds.count_others(OUTSIDER) == {frozenset({BOARD}): 1}
    assert agree(ruled, OUTSIDER) == 0
    assert agree(ruled) == 1
    assert paths_of(ruled) == {OPEN}
    assert RESERVED not in told(ruled)


def test_a_move_in_holds_at_once_and_back_waits(ruled: Bench) -> None:
    """What becomes reserved is so at once, with the same identity; its way back is one like any other."""
    ruled.put(OPEN, PLAIN)
    settle(ruled)
    id_ = id_at(ruled, OPEN)
    (ruled.library / RESERVED).parent.mkdir(parents=True)
    (ruled.library / OPEN).rename(ruled.library / RESERVED)
    settle(ruled)
    assert (id_at(ruled, RESERVED), paths_of(ruled)) == (id_, set())
    (ruled.library / RESERVED).rename(ruled.library / OPEN)
    settle(ruled)
    assert (id_at(ruled, OPEN), paths_of(ruled)) == (id_, set())
    (ruled.library / OPEN).rename(ruled.library / RESERVED)
    settle(ruled)
    assert ruled.catalogue.holds.count_undecided(INSIDER) == 0


@pytest.mark.parametrize("seen_as", ["a move", "a copy, then a removal", "a removal, then a new file"])
def test_the_way_back_waits_however_it_is_seen(ruled: Bench, seen_as: str) -> None:
    """A file that went into the folder waits on its way out, also where each way was seen in two steps."""
    ruled.put(OPEN, PLAIN)
    settle(ruled)
    (ruled.library / RESERVED).parent.mkdir(parents=True)
    for old, new in ((OPEN, RESERVED), (RESERVED, OPEN)):
        if seen_as == "a move":
            (ruled.library / old).rename(ruled.library / new)
        elif seen_as == "a copy, then a removal":
            shutil.copy2(ruled.library / old, ruled.library / new)
            settle(ruled)
            (ruled.library / old).unlink()
        else:
            (ruled.library / old).unlink()
            settle(ruled)
            ruled.put(new, PLAIN)
        settle(ruled)
        assert paths_of(ruled) == set()
    assert ruled.catalogue.holds.count_undecided(INSIDER) == 1
    assert agree(ruled) == 1
    assert paths_of(ruled) == {OPEN}
    # Deleted and put back where everybody had it, it is no more reserved than before.
    (ruled.library / OPEN).unlink()
    settle(ruled)
    ruled.put(OPEN, PLAIN)
    settle(ruled)
    assert paths_of(ruled) == {OPEN}


def test_many_files_that_become_reserved_are_no_loss(ruled: Bench) -> None:
    """A large part of the library that moves in two steps is not taken for a share that went away, and shown on."""
    for number in range(9):
        ruled.put(f"ouvert/{number}.txt", f"{PLAIN} {number}")
    settle(ruled)
    shutil.copytree(ruled.library / "ouvert", ruled.library / "reserve")
    settle(ruled)
    assert len(paths_of(ruled)) == 9
    # One that is nowhere else is a loss like others.
    ruled.put("ouvert/seul.txt", TEXT)
    settle(ruled)
    shutil.rmtree(ruled.library / "ouvert")
    settle(ruled)
    assert paths_of(ruled) == set()
    assert len(paths_of(ruled, INSIDER)) == 9


def test_a_renamed_folder_shows_nothing(ruled: Bench) -> None:
    """A folder that is renamed shows none of its documents: its rule follows it, and nobody has to agree."""
    for number in range(3):
        ruled.put(f"reserve/{CANARY} {number}.txt", f"{TEXT} {number}")
    settle(ruled)
    (ruled.library / "reserve").rename(ruled.library / "Réservé 2024")
    settle(ruled)
    assert CANARY not in told(ruled)
    assert ruled.catalogue.holds.count_undecided(INSIDER) == 0
    assert [rule.folder for rule in ruled.catalogue.access.rules.list_folder_rules()] == ["Réservé 2024"]


@pytest.mark.parametrize("removed", [True, False])
def test_a_copy_out_waits(ruled: Bench, *, removed: bool) -> None:
    """A copy of what only some see waits too, also of what was deleted, and of a former version."""
    ruled.put(RESERVED, TEXT)
    settle(ruled)
    copy = ruled.library / "ouvert" / "copie.txt"
    copy.parent.mkdir()
    shutil.copy2(ruled.library / RESERVED, copy.with_name(".copie.part"))
    if removed:
        (ruled.library / RESERVED).unlink()
    else:
        ruled.put(RESERVED, f"{TEXT} Deuxième version.")
    settle(ruled)
    copy.with_name(".copie.part").rename(copy)
    settle(ruled)
    assert CANARY not in told(ruled)
    assert ruled.catalogue.holds.count_undecided(INSIDER) == 1
    assert agree(ruled) == 1
    assert paths_of(ruled) == {"ouvert/copie.txt"}


def test_a_reserved_content_over_an_open_file_waits(ruled: Bench) -> None:
    """A file that everybody sees and that gets a reserved content is everybody's no longer."""
    ruled.put(OPEN, PLAIN)
    ruled.put(RESERVED, TEXT)
    settle(ruled)
    ruled.put(OPEN, TEXT)
    settle(ruled)
    assert CANARY not in told(ruled)


def test_former_versions_stay_reserved(ruled: Bench) -> None:
    """Who is shown a document is not shown what it was while it was for others: neither size, date, digest nor path."""
    ruled.put(RESERVED, TEXT)
    settle(ruled)
    ruled.put(RESERVED, PLAIN)
    settle(ruled)
    (ruled.library / "ouvert").mkdir()
    (ruled.library / RESERVED).rename(ruled.library / OPEN)
    settle(ruled)
    agree(ruled)
    id_ = str(id_at(ruled, OPEN))
    assert [each.number for each in ruled.catalogue.documents.list_versions(id_, OUTSIDER)] == [1]
    assert [each.number for each in ruled.catalogue.documents.list_versions(id_, INSIDER)] == [2, 1]
    assert CANARY not in told(ruled)
    ruled.put(OPEN, f"{PLAIN} Suite.")
    settle(ruled)
    assert [each.number for each in ruled.catalogue.documents.list_versions(id_, OUTSIDER)] == [2, 1]


def test_an_event_says_what_all_who_see_it_may_see(ruled: Bench) -> None:
    """A reserved sidecar gives its title to an event only while nobody else sees the event."""
    ruled.put(f"reserve/{CANARY}/_fiche.yaml", SIDECAR)
    ruled.put(RESERVED, TEXT)
    settle(ruled)
    (event,) = ruled.catalogue.events.list_all(INSIDER)
    assert event.title == f"Rencontre {CANARY}"
    ruled.put(OPEN, PLAIN)
    settle(ruled)
    assert CANARY not in told(ruled)
    assert [each.title for each in ruled.catalogue.events.list_all(OUTSIDER)] == ["Webinaire – 25 janvier 2024"]
    # It says more again once they see it no longer.
    (ruled.library / OPEN).unlink()
    ruled.catalogue.access.rules.save_folder_rule(FolderRule("ouvert", frozenset({BOARD})), CONSOLE)
    settle(ruled)
    assert CANARY not in told(ruled)


def test_a_rule_tells_apart_what_lies_in_both(bench: Bench) -> None:
    """A folder that becomes reserved takes its copies along; the others stay the document, described by themselves."""
    bench.catalogue.access.rules.save_group(Group(BOARD, "Conseil"), CONSOLE)
    bench.put(f"reserve/{CANARY}/_fiche.yaml", SIDECAR)
    bench.put(OPEN, PLAIN)
    bench.put(RESERVED, PLAIN)
    settle(bench)
    id_ = id_at(bench, OPEN)
    assert id_at(bench, RESERVED) == id_
    bench.catalogue.access.rules.save_folder_rule(FolderRule("reserve", frozenset({BOARD})), CONSOLE)
    settle(bench)
    assert (id_at(bench, OPEN), id_at(bench, RESERVED) == id_) == (id_, False)
    assert CANARY not in told(bench)
    assert (paths_of(bench), paths_of(bench, INSIDER)) == ({OPEN}, {OPEN, RESERVED})
    assert bench.indexer.run_once().read == 0


def test_a_rule_that_goes_shows_nothing_of_another_folder(ruled: Bench) -> None:
    """A person who opens a folder agrees: it is seen at once, save what is described by a sidecar that is reserved."""
    ruled.put("reserve/_fiche.yaml", SIDECAR)
    ruled.put("reserve/public/note.txt", PLAIN)
    ruled.put("autre/note.txt", "Une autre note, elle aussi ordinaire.")
    rules = ruled.catalogue.access.rules
    for folder in ("reserve/public", "autre"):
        rules.save_folder_rule(FolderRule(folder, frozenset({BOARD})), CONSOLE)
    settle(ruled)
    for folder in ("reserve/public", "autre"):
        rules.save_folder_rule(FolderRule(folder, frozenset({MEMBERS})), CONSOLE)
    assert paths_of(ruled) == {"autre/note.txt"}
    assert CANARY not in told(ruled)
    settle(ruled)
    assert paths_of(ruled) == {"autre/note.txt", "reserve/public/note.txt"}
    assert CANARY not in told(ruled)


def test_a_reserved_calendar_announces_nothing(bench: Bench) -> None:
    """The whole library may be reserved but for a folder: its calendar is not for those who see that folder only."""
    bench.catalogue.access.rules.save_group(Group(BOARD, "Conseil"), CONSOLE)
    rules = bench.catalogue.access.rules
    rules.save_folder_rule(FolderRule("", frozenset({BOARD})), CONSOLE)
    rules.save_folder_rule(FolderRule("ouvert", frozenset({MEMBERS})), CONSOLE)
    bench.put("evenements.yaml", f"- date: 2024-01-25\n  type: webinaire\n  titre: Conseil {CANARY}\n")
    bench.put(OPEN, PLAIN)
    settle(bench)
    assert CANARY not in told(bench)
    assert "ne sont pas annoncés" in repr(bench.catalogue.metadata_files.find_all())
    rules.delete_folder_rule("", CONSOLE)
    settle(bench)
    assert CANARY in told(bench)


def test_a_sidecar_that_moves_out_says_nothing(ruled: Bench) -> None:
    """Until someone has read it over and saved it; its mistakes name no file that its readers do not see."""
    ruled.put("reserve/_fiche.yaml", SIDECAR)
    ruled.put(OPEN, PLAIN)
    ruled.put(f"ouvert/prive/{CANARY}.txt", TEXT)
    ruled.catalogue.access.rules.save_folder_rule(FolderRule("ouvert/prive", frozenset({BOARD})), CONSOLE)
    settle(ruled)
    (ruled.library / "reserve/_fiche.yaml").rename(ruled.library / "ouvert/_fiche.yaml")
    settle(ruled)
    assert CANARY not in told(ruled)
    assert "vient d’un dossier réservé" in told(ruled)
    ruled.put("ouvert/_fiche.yaml", f"fichiers:\n  prive/{CANARY[:-1]}.txt: {{titre: Une note}}\n")
    settle(ruled)
    assert f"{CANARY}.txt" not in told(ruled)


def test_what_was_removed_comes_back_for_its_own(ruled: Bench) -> None:
    """A deleted document comes back in its folder, with its identity; in an open one its content is another's."""
    ruled.put(RESERVED, TEXT)
    settle(ruled)
    id_ = id_at(ruled, RESERVED)
    (ruled.library / RESERVED).unlink()
    settle(ruled)
    ruled.put(OPEN, TEXT)
    settle(ruled)
    assert id_at(ruled, OPEN) != id_
    assert CANARY not in told(ruled)
    ruled.put(f"reserve/{CANARY} autre.txt", TEXT)
    settle(ruled)
    assert id_at(ruled, f"reserve/{CANARY} autre.txt") == id_


def test_a_move_between_two_groups_is_shown_to_neither(ruled: Bench) -> None:
    """Who loses a document loses it at once; who would gain it waits, and who had it decides."""
    ruled.catalogue.access.rules.save_group(Group("bureau", "Bureau"), CONSOLE)
    ruled.catalogue.access.rules.save_folder_rule(FolderRule("bureau", frozenset({"bureau"})), CONSOLE)
    ruled.put(RESERVED, TEXT)
    settle(ruled)
    (ruled.library / "bureau").mkdir()
    (ruled.library / RESERVED).rename(ruled.library / "bureau" / "autre.txt")
    settle(ruled)
    office = frozenset({MEMBERS, "bureau"})
    assert paths_of(ruled, office) == paths_of(ruled, INSIDER) == set()
    (held,) = ruled.catalogue.holds.list_held(INSIDER, 10)
    assert (held.origin, held.paths, held.title) == (RESERVED, (), "")
    assert agree(ruled, office) == 0
    assert agree(ruled) == 1
    assert paths_of(ruled, office) == {"bureau/autre.txt"}


@pytest.mark.parametrize("again", ["reserve", "RESERVE"])
def test_a_folder_made_anew_is_as_reserved(ruled: Bench, again: str) -> None:
    """Once its rule has followed it, a new folder of its name, in any capitals, keeps what it holds, outside too."""
    ruled.put("reserve/a.txt", "Note du conseil.")
    settle(ruled)
    (ruled.library / "reserve").rename(ruled.library / "Ancien")
    settle(ruled)
    ruled.put(f"{again}/{CANARY}.txt", TEXT)
    settle(ruled)
    assert {rule.folder for rule in ruled.catalogue.access.rules.list_folder_rules()} == {"Ancien", again}
    (ruled.library / "ouvert").mkdir()
    (ruled.library / again / f"{CANARY}.txt").rename(ruled.library / OPEN)
    settle(ruled)
    assert CANARY not in told(ruled)
    assert paths_of(ruled) == set()
    assert ruled.catalogue.holds.count_undecided(INSIDER) == 1


def test_a_name_that_a_person_has_opened_is_open(ruled: Bench) -> None:
    """A folder made anew under the former name of one whose rule has followed it is as a rule for this name says."""
    ruled.put("reserve/a.txt", "Note du conseil.")
    settle(ruled)
    (ruled.library / "reserve").rename(ruled.library / "Ancien")
    settle(ruled)
    ruled.catalogue.access.rules.save_folder_rule(FolderRule("reserve", frozenset({MEMBERS})), CONSOLE)
    ruled.put("reserve/note.txt", PLAIN)
    settle(ruled)
    assert paths_of(ruled) == {"reserve/note.txt"}
