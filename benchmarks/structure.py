"""What the source tree looks like to a newcomer: `python -m benchmarks.structure [ROOT ...]` prints a table.

Given several roots (two checkouts), it sets them side by side.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PACKAGES = ("extractors", "index", "indexer", "webapp")
SHORT_LINES = 60
_LOADED_BY_PATH = "migrations"
"""A folder whose modules a library loads by path, in the order of their numbers: nobody imports or names them."""

_IRREGULAR = frozenset(
    [
        "begun",
        "bound",
        "built",
        "chosen",
        "cut",
        "done",
        "drawn",
        "fed",
        "felt",
        "forgotten",
        "found",
        "frozen",
        "given",
        "gone",
        "grown",
        "heard",
        "held",
        "hidden",
        "kept",
        "known",
        "laid",
        "learnt",
        "left",
        "lent",
        "lost",
        "made",
        "meant",
        "met",
        "paid",
        "proven",
        "put",
        "said",
        "seen",
        "sent",
        "shown",
        "sold",
        "sought",
        "spelt",
        "spent",
        "stuck",
        "taken",
        "taught",
        "thrown",
        "told",
        "understood",
        "undone",
        "unfound",
        "unheard",
        "worn",
        "written",
    ]
)
"""Participles that do not end in -ed; those that are also a verb's plain form (read, set, cut) count in second place."""

_VERBS = frozenset(["put", "cut", "bound", "found"])
"""Those of them that give an order when they stand first: `put_live`."""

_NO_PARTICIPLES = frozenset(
    ["bed", "embed", "exceed", "feed", "need", "proceed", "red", "seed", "shed", "speed", "succeed"]
)


@dataclass(frozen=True, slots=True)
class Module:
    """A source file: `taken` are the modules of the four packages that it imports, imports for type checkers included."""

    name: str
    tree: ast.Module
    lines: int
    comments: int
    is_face: bool
    taken: frozenset[str]


def read_modules(root: Path) -> dict[str, Module]:
    """All modules of the four packages below `root`, by dotted name."""
    sources = {}
    for path in sorted(path for package in PACKAGES for path in (root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if _LOADED_BY_PATH not in parts:
            sources[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return {name: _read_module(name, path, sources) for name, path in sources.items()}


def _read_module(name: str, path: Path, known: Mapping[str, Path]) -> Module:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    taken = frozenset(origin for origin, _ in _imports(tree, known) if origin != name)
    return Module(name, tree, source.count("\n"), _count_comments(source), path.name == "__init__.py", taken)


def _imports(tree: ast.Module, known: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Each import of a known module: the module, and the name that is taken from it ("" for the module itself)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module in known:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield (inner, "") if inner in known else (node.module, alias.name)


def _count_comments(source: str) -> int:
    """Lines that bear a comment which gives a reason: a `noqa` alone is none."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return len({token.start[0] for token in tokens if token.type == tokenize.COMMENT and "noqa" not in token.string})


def find_importers(modules: Mapping[str, Module]) -> dict[str, set[str]]:
    """Which modules use each module: a name taken from a face is its defining module's, and a face itself uses nothing."""
    homes = {
        name: {taken: origin for origin, taken in _imports(module.tree, modules) if taken}
        for name, module in modules.items()
        if module.is_face
    }
    importers: dict[str, set[str]] = defaultdict(set)
    for module in modules.values():
        if module.is_face:
            continue
        for origin, taken in _imports(module.tree, modules):
            home = origin
            while taken in homes.get(home, {}):
                home = homes[home][taken]
            if home != module.name:
                importers[home].add(module.name)
    return importers


def find_rings(modules: Mapping[str, Module]) -> list[tuple[str, ...]]:
    """Groups of modules that import each other in a loop (Tarjan's strongly connected components), the largest first."""
    numbers: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_: list[str] = []
    rings = []

    def visit(name: str) -> None:
        numbers[name] = lowest[name] = len(numbers)
        open_.append(name)
        for other in sorted(modules[name].taken):
            if other not in numbers:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in open_:
                lowest[name] = min(lowest[name], numbers[other])
        if lowest[name] == numbers[name]:
            ring = open_[open_.index(name) :]
            del open_[open_.index(name) :]
            if len(ring) > 1:
                rings.append(tuple(sorted(ring)))

    # A chain of imports may be longer than Python lets a function call itself.
    sys.setrecursionlimit(10_000)
    for name in sorted(modules):
        if name not in numbers:
            visit(name)
    return sorted(rings, key=len, reverse=True)


def is_participle(name: str) -> bool:
    """Whether a function is named by what was done (`told`, `as_typed`, `written_down`) and not by what it does."""
    words = [word for word in name.strip("_").split("_") if word]
    if (
        not words
        or name.startswith("__")
        or words[0] in {"is", "has", "was", "are", "test", "on", "must", "can", "may"}
    ):
        return False
    first, last = words[0], words[-1]
    return (
        (_ends_as_participle(first) and first not in _VERBS)
        or (len(words) == 1 and first in _IRREGULAR)
        or (
            len(words) == 2 and words[0] in {"as", "in"} and _ends_as_participle(last)  # noqa: PLR2004 - « as typed »
        )
    )


def _ends_as_participle(word: str) -> bool:
    return word in _IRREGULAR or (word.endswith("ed") and len(word) > 3 and word not in _NO_PARTICIPLES)  # noqa: PLR2004 - « red »


def functions_of(modules: Mapping[str, Module]) -> list[tuple[str, str]]:
    """All functions and methods but properties: the module, and the name."""
    return [
        (module.name, node.name)
        for module in modules.values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _is_property(node)
    ]


def _is_property(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "property" for each in function.decorator_list)


def classes_of(modules: Mapping[str, Module]) -> list[tuple[str, ast.ClassDef]]:
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


def repeated(names: list[str]) -> dict[str, int]:
    """Names that stand in several places, and in how many."""
    return {name: times for name, times in Counter(names).items() if times > 1}


def measure(root: Path) -> dict[str, str]:
    """The measures of the tree below `root`, as they are printed."""
    modules = read_modules(root)
    rooms = {name: module for name, module in modules.items() if not module.is_face}
    importers = find_importers(modules)
    single = [name for name in rooms if len(importers[name]) == 1]
    short = [name for name, module in rooms.items() if module.lines < SHORT_LINES]
    rings = find_rings(modules)
    functions = functions_of(modules)
    participles = [name for _, name in functions if is_participle(name)]
    classes = classes_of(modules)
    by_name = {definition.name: definition for _, definition in classes}
    sizes = {name: count_public_members(name, by_name) for name in by_name}
    largest = max(sizes, key=lambda name: sizes[name])
    lines = sum(module.lines for module in modules.values())
    comments = sum(module.comments for module in modules.values())
    return {
        "modules (faces apart)": f"{len(rooms)} ({len(modules) - len(rooms)})",
        "lines": f"{lines:,}",
        "modules with one importer": _share(single, rooms),
        f"modules under {SHORT_LINES} lines": _share(short, rooms),
        "rings of imports (modules in the largest)": f"{len(rings)} ({len(rings[0]) if rings else 0})",
        "module names in several places": str(len(repeated([name.rsplit(".", 1)[-1] for name in rooms]))),
        "class names in several places": str(len(repeated([definition.name for _, definition in classes]))),
        "functions named by participles": _share(participles, functions),
        "lines with a comment": f"{comments / lines:.1%}",
        "largest class (public members)": f"{largest} ({sizes[largest]})",
    }


def _share(part: list[str], whole: object) -> str:
    count = len(whole)  # type: ignore[arg-type]
    return f"{len(part)} ({len(part) / count:.0%})"


def main(roots: list[Path]) -> None:
    """Print the measures of each tree, a column a tree."""
    columns = [measure(root) for root in roots]
    for name in columns[0]:
        print(f"| {name} | {' | '.join(column[name] for column in columns)} |")


if __name__ == "__main__":
    main([Path(each) for each in sys.argv[1:]] or [Path.cwd()])
