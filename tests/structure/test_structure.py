"""The measures of the source tree stay within what was agreed, and what holds them can fail."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from benchmarks.structure import (
    MAX_PUBLIC_MEMBERS,
    Module,
    count_public_members,
    find_importers,
    find_rings,
    is_participle,
    list_classes,
    list_functions,
    list_repeated,
    read_modules,
)
from index.catalogue.database import HEAD
from tests import ROOT
from tests.structure.faces_contract import find_crossed_wall

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.fixture(scope="module")
def modules() -> Mapping[str, Module]:
    """All modules, by name."""
    return read_modules(ROOT)


@pytest.fixture(scope="module")
def rooms(modules: Mapping[str, Module]) -> Mapping[str, Module]:
    """Those that are no faces."""
    return {name: module for name, module in modules.items() if not module.is_face}


def test_no_ring_of_imports(modules: Mapping[str, Module]) -> None:
    """No modules import each other in a loop, imports for type checkers included."""
    assert find_rings(modules) == []


def test_each_package_has_a_face(modules: Mapping[str, Module]) -> None:
    """A package's `__init__` says in a sentence what it knows, and names what it offers; it defines nothing itself."""
    faces = {name: module for name, module in modules.items() if module.is_face}
    assert [name for name, face in faces.items() if not ast.get_docstring(face.tree)] == []
    assert [name for name, face in faces.items() if set(face.defined) - {"__getattr__"}] == []


def test_tests_mirror_the_packages() -> None:
    """A folder of tests is named like the package that it tests, so that either is found by the other."""
    own = {"extractors/features", "extractors/hostile"}
    folders = {
        folder.relative_to(ROOT / "tests").as_posix()
        for package in ("extractors", "index", "indexer", "webapp")
        for folder in (ROOT / "tests" / package).rglob("")
        if folder.name != "__pycache__"
    }
    assert {folder for folder in folders - own if not (ROOT / folder).is_dir()} == set()


def test_modules_are_used_by_several_or_large_enough(
    modules: Mapping[str, Module], rooms: Mapping[str, Module]
) -> None:
    """Few modules have one importer, few are under sixty lines: such a module belongs to whoever imports it."""
    importers = find_importers(modules)
    single = [name for name in rooms if len(importers[name]) == 1]
    short = [name for name, module in rooms.items() if module.lines < 60]
    assert len(single) <= 0.25 * len(rooms), single
    assert len(short) <= 0.12 * len(rooms), short


def test_a_name_stands_in_one_place(modules: Mapping[str, Module], rooms: Mapping[str, Module]) -> None:
    """Module and class names that stand in several places are few."""
    assert len(list_repeated([name.rsplit(".", 1)[-1] for name in rooms])) <= 8
    assert len(list_repeated([definition.name for _, definition in list_classes(modules)])) <= 20


def test_functions_say_what_they_do(modules: Mapping[str, Module]) -> None:
    """Functions are verbs or pure values, hardly ever participles."""
    functions = list_functions(modules)
    participles = [f"{module}.{name}" for module, name in functions if is_participle(name)]
    assert len(participles) <= 0.02 * len(functions), participles


def test_comments_and_classes(modules: Mapping[str, Module]) -> None:
    """Four lines in a hundred give a reason; no class has more public members than one can hold in one's head."""
    assert sum(module.comments for module in modules.values()) >= 0.04 * sum(
        module.lines for module in modules.values()
    )
    classes = {definition.name: definition for _, definition in list_classes(modules)}
    sizes = {name: count_public_members(name, classes) for name in classes}
    assert {name: size for name, size in sizes.items() if size > MAX_PUBLIC_MEMBERS} == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *[("told", True), ("_laid_over", True), ("as_typed", True), ("kept_folder", True)],
        *[("read_all", False), ("is_closed", False), ("put_live", False), ("embed", False), ("speed", False)],
    ],
)
def test_participles_are_told_from_verbs(name: str, expected: bool) -> None:  # noqa: FBT001 - an example's answer
    """The measure itself is right about names of both kinds."""
    assert is_participle(name) is expected


@pytest.mark.parametrize(
    ("importer", "imported", "wall"),
    [
        ("webapp.pages.search", "index.search.service", "index.search"),
        ("webapp.pages.search", "index.search", None),
        ("index.search.service", "index.search.questions", None),
        ("index.search.service", "index.engines.tantivy.queries", "index.engines"),
        ("index.engines.registry", "index.engines.tantivy.queries", "index.engines.tantivy"),
        ("index.engines.tantivy.queries", "index.engines.ranking", None),
        ("index.search", "index.search.service", None),
        ("indexer.errors", "index.preview_cache", None),
    ],
)
def test_walls_are_seen(importer: str, imported: str, wall: str | None) -> None:
    """The contract of faces finds an import that goes through a wall, and no other."""
    packages = frozenset(
        {"webapp", "webapp.pages", "index", "index.search", "index.engines", "index.engines.tantivy", "indexer"}
    )
    assert find_crossed_wall(importer, imported, packages) == wall


def test_migrations_follow_one_another() -> None:
    """Two changes that come at once may take the same number: no catalogue would open any more."""
    numbers = sorted(file.name[:4] for file in (ROOT / "index/catalogue/migrations/versions").glob("[0-9]*.py"))
    assert numbers == list(dict.fromkeys(numbers))
    assert numbers[-1] == HEAD
