"""Which rules follow their folder: each line of the table, and what must not be taken for a rename."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

from index.catalogue.library_folders import LibraryFolder, RuleMove
from indexer.reconcile.folder_moves import KnownLibrary, SeenLibrary, decide_rule_moves

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=100)


def known(
    folders: dict[str, str], *files: str, gone: tuple[str, ...] = (), moved: dict[str, str] | None = None
) -> KnownLibrary:
    """A library as it was: identities by folder, and files, whose size is the length of their name."""
    return KnownLibrary(
        {
            path: LibraryFolder(path, identity, LONG_AGO, LONG_AGO if path in gone else None, (moved or {}).get(path))
            for path, identity in folders.items()
        },
        sizes(files),
    )


def seen(folders: dict[str, str], *files: str, excluded: tuple[str, ...] = ()) -> SeenLibrary:
    """A library as it is."""
    return SeenLibrary(folders, sizes(files), NOW, frozenset(excluded))


def sizes(files: tuple[str, ...]) -> dict[str, int]:
    """A file's size tells its name, wherever it lies."""
    return {path: len(path.rpartition("/")[2]) for path in files}


def moves(before: KnownLibrary, after: SeenLibrary, *rules: str) -> set[tuple[str, str]]:
    """From where to where the rules go."""
    return {(each.old, each.path) for each in decide_rule_moves(rules, before, after)}


def test_a_folder_that_stays() -> None:
    """Nothing follows where nothing moved; a share that is mounted again numbers its folders anew."""
    before = known({"C": "1"}, "C/a")
    assert moves(before, seen({"C": "1"}, "C/a"), "C") == set()
    assert moves(before, seen({"C": "9"}, "C/a"), "C") == set()
    assert moves(before, seen({"C": "9", "D": "1"}, "C/a", "D/b"), "C") == set()


def test_a_rule_made_in_advance() -> None:
    """A folder that was never seen is nowhere else."""
    assert moves(known({"D": "1"}, "D/a"), seen({"E": "1"}, "E/a"), "C") == set()


def test_a_renamed_folder() -> None:
    """The directory is elsewhere, with files that it held: by another name, deeper, in an existing folder."""
    before = known({"C": "1", "D": "2"}, "C/a", "C/b")
    assert moves(before, seen({"N": "1", "D": "2"}, "N/a", "N/new"), "C") == {("C", "N")}
    assert moves(before, seen({"D": "2", "D/C": "1"}, "D/C/a"), "C") == {("C", "D/C")}


def test_a_number_given_to_another_directory() -> None:
    """A directory that has another one's number, and none of its files, is not it; the files say where it is."""
    before = known({"C": "1"}, "C/a", "C/x/b")
    assert moves(before, seen({"N": "1"}, "N/other"), "C") == set()
    copied = seen({"N": "1", "M": "2", "M/x": "3"}, "N/other", "M/a", "M/x/b", "M/new")
    assert moves(before, copied, "C") == {("C", "M")}


def test_an_empty_folder() -> None:
    """Without files to compare, the number is believed at once, and not after the folder had been lost."""
    assert moves(known({"C": "1"}), seen({"N": "1"}), "C") == {("C", "N")}
    assert moves(known({"C": "1"}, gone=("C",)), seen({"N": "1"}), "C") == set()


def test_a_folder_that_comes_to_an_excluded_place() -> None:
    """What it holds is not looked at there; the rule is there should it no longer be excluded."""
    before = known({"C": "1"}, "C/a")
    assert moves(before, seen({"brouillon": "1"}, excluded=("brouillon",)), "C") == {("C", "brouillon")}


def test_a_folder_copied_by_a_synchroniser() -> None:
    """Other numbers: all its files in one new folder say where it went; some, or two copies, do not."""
    before = known({"C": "1", "D": "2"}, "C/a", "C/x/b")
    assert moves(before, seen({"D": "2", "N": "7", "N/x": "8"}, "N/a", "N/x/b"), "C") == {("C", "N")}
    assert moves(before, seen({"D": "2", "N": "7"}, "N/a"), "C") == set()
    twice = seen({"N": "7", "N/x": "8", "M": "5", "M/x": "6"}, "N/a", "N/x/b", "M/a", "M/x/b")
    assert moves(before, twice, "C") == set()
    # A folder that has been there for long, and happens to hold files of these names.
    assert moves(before, seen({"D": "2", "D/x": "8"}, "D/a", "D/x/b"), "C") == set()


def test_other_capitals_and_accents() -> None:
    """Another spelling of the same name, whether or not the directory has the same number."""
    composed, apart = "Été", unicodedata.normalize("NFD", "Été")
    before = known({composed: "1"}, f"{composed}/a")
    assert moves(before, seen({apart: "1"}, f"{apart}/a"), composed) == {(composed, apart)}
    assert moves(before, seen({"ÉTÉ": "5"}), composed) == {(composed, "ÉTÉ")}


def test_two_folders_that_differ_by_capitals() -> None:
    """The one that leaves takes the rule along, which stays with the other one too."""
    before = known({"C": "1", "c": "2"}, "C/a", "c/b")
    assert decide_rule_moves({"C"}, before, seen({"c": "2", "N": "1"}, "c/b", "N/a")) == (
        RuleMove("C", "N", keeps_old=True),
    )


def test_names_that_are_swapped() -> None:
    """Each rule follows its folder; a file of the same name and size in both does not hide that."""
    before = known({"A": "1", "B": "2"}, "A/secret", "A/logo", "B/open", "B/logo")
    after = seen({"A": "2", "B": "1"}, "A/open", "A/logo", "B/secret", "B/logo")
    assert decide_rule_moves({"A"}, before, after) == (RuleMove("A", "B"),)
    assert moves(before, after, "A", "B") == {("A", "B"), ("B", "A")}


def test_a_new_folder_of_the_old_name() -> None:
    """« Confidentiel » put away as « Confidentiel 2025 » and made anew: both are reserved, in one scan or in two."""
    before = known({"C": "1"}, "C/a")
    assert decide_rule_moves({"C"}, before, seen({"C": "2", "C 2025": "1"}, "C 2025/a")) == (
        RuleMove("C", "C 2025", keeps_old=True),
    )
    later = known({"C": "1", "C 2025": "1"}, "C 2025/a", gone=("C",), moved={"C": "C 2025"})
    assert decide_rule_moves({"C 2025"}, later, seen({"C": "2", "C 2025": "1"}, "C 2025/a")) == (
        RuleMove("C 2025", "C", extends=True),
    )


def test_rules_below_one_another() -> None:
    """Where a parent is renamed, the rules of its subfolders follow too."""
    before = known({"A": "1", "A/B": "2"}, "A/a", "A/B/b")
    after = seen({"N": "1", "N/B": "2"}, "N/a", "N/B/b")
    assert moves(before, after, "A", "A/B") == {("A", "N"), ("A/B", "N/B")}
    copied = seen({"N": "8", "N/B": "9"}, "N/a", "N/B/b")
    assert moves(before, copied, "A", "A/B") == {("A", "N"), ("A/B", "N/B")}


def test_a_folder_that_is_gone() -> None:
    """Deleted, or out of the library: its rule goes nowhere, and is not given to who comes after."""
    assert moves(known({"C": "1"}, "C/a"), seen({"D": "2"}, "D/z"), "C") == set()
    assert moves(known({"C": "1"}, "C/a", gone=("C",)), seen({"N": "1"}, "N/z"), "C") == set()
