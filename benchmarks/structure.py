"""Measures how the source tree looks to a newcomer: `python -m benchmarks.structure [ROOT ...]` prints a table.

Given several roots (two checkouts), it sets them side by side.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sized

PACKAGES = ("extractors", "index", "indexer", "webapp")
SHORT_LINES = 60
MAX_PUBLIC_MEMBERS = 25

# A library loads these modules by path, in the order of their numbers: nobody imports or names them.
_LOADED_BY_PATH = "migrations"

_IRREGULAR = frozenset(
    # Participles that do not end in -ed.
    """
    begun bound built chosen cut done drawn fed felt forgotten found frozen given gone grown heard held hidden kept
    known laid learnt left lent lost made meant met paid proven put said seen sent shown sold sought spelt spent stuck
    taken taught thrown told understood undone unfound unheard worn written
    """.split()  # noqa: SIM905 - a list would stand one word a line
)
# Those that are an order too, where they stand first: `put_live`.
_BARE_NOQA = re.compile(r"#\s*(noqa|type: ignore)\S*(\s[A-Z0-9, ]+)?")
_VERBS = frozenset({"bound", "cut", "found", "put"})
_NO_PARTICIPLES = frozenset(
    {"bed", "embed", "exceed", "feed", "need", "proceed", "red", "seed", "shed", "speed", "succeed"}
)
_PREDICATES = frozenset({"are", "can", "has", "is", "may", "must", "on", "was"})


@dataclass(frozen=True, slots=True)
class Module:
    """A source file: `taken` are the modules of the four packages that it imports, imports for type checkers included.

    A face is a package's `__init__`; `defined` are the functions and classes of its top level.
    """

    name: str
    tree: ast.Module
    lines: int
    comments: int
    is_face: bool
    taken: frozenset[str]
    defined: tuple[str, ...]


@cache
def read_modules(root: Path) -> Mapping[str, Module]:
    """All modules of the four packages below `root`, by dotted name; read once."""
    paths = {}
    for path in sorted(path for package in PACKAGES for path in (root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if _LOADED_BY_PATH not in parts:
            paths[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return {name: _read_module(name, path, paths) for name, path in paths.items()}


def _read_module(name: str, path: Path, known: Mapping[str, Path]) -> Module:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    return Module(
        name,
        tree,
        lines=source.count("\n"),
        comments=_count_comment_lines(source),
        is_face=path.name == "__init__.py",
        taken=frozenset(origin for origin, _ in _find_imports(tree, known) if origin != name),
        defined=tuple(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)),
    )


def _find_imports(tree: ast.Module, known: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Each import of a known module: the module, and the name that is taken from it ("" for the module itself)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module in known:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield (inner, "") if inner in known else (node.module, alias.name)


def _count_comment_lines(source: str) -> int:
    """Lines that bear a comment which gives a reason: a bare `noqa` is none."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = (token for token in tokens if token.type == tokenize.COMMENT)
    return len({token.start[0] for token in comments if not _BARE_NOQA.fullmatch(token.string)})


def find_importers(modules: Mapping[str, Module]) -> dict[str, set[str]]:
    """Which modules import each module, faces included; what is taken from a face is taken from its own module too."""
    homes = {
        name: {taken: origin for origin, taken in _find_imports(module.tree, modules) if taken}
        for name, module in modules.items()
        if module.is_face
    }
    importers: dict[str, set[str]] = defaultdict(set)
    for module in modules.values():
        for origin, taken in _find_imports(module.tree, modules):
            home = origin
            importers[home].add(module.name)
            while taken in homes.get(home, {}):
                home = homes[home][taken]
                importers[home].add(module.name)
    for name, those in importers.items():
        those.discard(name)
    return importers


def find_rings(modules: Mapping[str, Module]) -> list[tuple[str, ...]]:
    """Groups of modules that import each other in a loop (Tarjan's algorithm), the largest first."""
    numbers: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_names: list[str] = []
    rings = []

    def visit(name: str) -> None:
        numbers[name] = lowest[name] = len(numbers)
        open_names.append(name)
        for other in sorted(modules[name].taken):
            if other not in numbers:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in open_names:
                lowest[name] = min(lowest[name], numbers[other])
        if lowest[name] == numbers[name]:
            start = open_names.index(name)
            ring = open_names[start:]
            del open_names[start:]
            if len(ring) > 1:
                rings.append(tuple(sorted(ring)))

    # A chain of imports may be longer than Python lets a function call itself. Put back afterwards: what is refused for
    # its depth, in the same process, counts on the usual limit.
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(10_000)
    try:
        for name in sorted(modules):
            if name not in numbers:
                visit(name)
    finally:
        sys.setrecursionlimit(usual)
    return sorted(rings, key=len, reverse=True)


def is_participle(name: str) -> bool:
    """Whether a function is named by what was done (`told`, `as_typed`, `kept_folder`) and not by what it does."""
    words = [word for word in name.split("_") if word]
    if not words or name.startswith("__") or words[0] in _PREDICATES:
        return False
    if words[0] in {"as", "in"}:
        return len(words) > 1 and _ends_as_participle(words[-1])
    if words[0] in _VERBS and len(words) > 1:
        return False
    return _ends_as_participle(words[0])


def _ends_as_participle(word: str) -> bool:
    return word in _IRREGULAR or (word.endswith("ed") and word not in _NO_PARTICIPLES)


def list_functions(modules: Mapping[str, Module]) -> list[tuple[str, str]]:
    """All functions and methods but properties, which are values: the module, and the name."""
    return [
        (module.name, node.name)
        for module in modules.values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _is_property(node)
    ]


def _is_property(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "property" for each in function.decorator_list)


def list_classes(modules: Mapping[str, Module]) -> list[tuple[str, ast.ClassDef]]:
    """All classes: the module, and the definition."""
    return [
        (module.name, node)
        for module in modules.values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    ]


def count_public_members(name: str, classes: Mapping[str, ast.ClassDef]) -> int:
    """Methods and properties without a leading underscore, those of base classes in the tree included."""
    members: set[str] = set()
    wanted = [name]
    while wanted:
        known = classes.get(wanted.pop())
        if known is None:
            continue
        members |= {
            node.name
            for node in known.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
        }
        wanted += [base.id for base in known.bases if isinstance(base, ast.Name)]
    return len(members)


def list_repeated(names: list[str]) -> dict[str, int]:
    """Names that stand in several places, and in how many."""
    return {name: times for name, times in Counter(names).items() if times > 1}


def measure_tree(root: Path) -> dict[str, str]:
    """The measures of the tree below `root`, as they are printed."""
    modules = read_modules(root)
    rooms = {name: module for name, module in modules.items() if not module.is_face}
    importers = find_importers(modules)
    single = [name for name in rooms if len(importers[name]) == 1]
    short = [name for name, module in rooms.items() if module.lines < SHORT_LINES]
    rings = find_rings(modules)
    functions = list_functions(modules)
    participles = [name for _, name in functions if is_participle(name)]
    classes = list_classes(modules)
    by_name = {definition.name: definition for _, definition in classes}
    sizes = {name: count_public_members(name, by_name) for name in by_name}
    largest = max(sizes, key=lambda name: sizes[name])
    lines = sum(module.lines for module in modules.values())
    comments = sum(module.comments for module in modules.values())
    return {
        "modules (and faces)": f"{len(rooms)} ({len(modules) - len(rooms)})",
        "lines": f"{lines:,}",
        "modules with one importer": _format_share(single, rooms),
        f"modules under {SHORT_LINES} lines": _format_share(short, rooms),
        "rings of imports (modules in the largest)": f"{len(rings)} ({len(rings[0]) if rings else 0})",
        "module names in several places": str(len(list_repeated([name.rsplit(".", 1)[-1] for name in rooms]))),
        "class names in several places": str(len(list_repeated([definition.name for _, definition in classes]))),
        "functions named by participles": _format_share(participles, functions),
        "lines with a comment": f"{comments / lines:.1%}",
        "largest class (public members)": f"{largest} ({sizes[largest]})",
    }


def _format_share(part: Sized, whole: Sized) -> str:
    return f"{len(part)} ({len(part) / len(whole):.0%})"


def main(roots: list[Path]) -> None:
    """Print the measures, a row each, with a column for each tree."""
    columns = [measure_tree(root) for root in roots]
    print(f"| | {' | '.join(root.resolve().name for root in roots)} |")
    print(f"|---|{'---|' * len(roots)}")
    for name in columns[0]:
        print(f"| {name} | {' | '.join(column[name] for column in columns)} |")


if __name__ == "__main__":
    main([Path(each) for each in sys.argv[1:]] or [Path.cwd()])
