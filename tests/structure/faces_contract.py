"""The rule of faces, as a contract of import-linter: code outside a subpackage imports what its `__init__` offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importlinter import Contract, ContractCheck, fields, output

if TYPE_CHECKING:
    from grimp import ImportGraph


def find_crossed_wall(importer: str, imported: str, packages: frozenset[str]) -> str | None:
    """The subpackage whose inside `importer` imports from outside, or None where the import stays within its walls.

    From another top-level package one may import that package, or the face of one of its subpackages. Within one, two
    modules see what lies beside them and beside their packages, never the inside of a package that holds neither.
    """
    own, other = importer.split("."), imported.split(".")
    # A face stands inside its own package.
    home = own if importer in packages else own[:-1]
    shared = 0
    while shared < min(len(home), len(other)) and home[shared] == other[shared]:
        shared += 1
    depth = 2 if shared == 0 else shared + 1
    wall = ".".join(other[:depth])
    return wall if len(other) > depth and wall in packages else None


class FacesContract(Contract):
    """No module imports the inside of a subpackage that it is not part of."""

    type_name = "faces"

    checked_packages = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - import-linter's signature
        """Every import of the checked packages that goes through a wall."""
        names = [name for root in self.checked_packages for name in (root, *graph.find_descendants(root))]  # type: ignore[attr-defined]
        packages = frozenset(name for name in names if graph.find_children(name))
        crossed = sorted(
            (importer, imported, wall)
            for importer in names
            for imported in graph.find_modules_directly_imported_by(importer)
            if (wall := find_crossed_wall(importer, imported, packages))
        )
        return ContractCheck(kept=not crossed, metadata={"crossed": crossed})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import, and the face through which it should go."""
        for importer, imported, wall in check.metadata["crossed"]:
            output.print_error(f"{importer} imports {imported}: it should import from {wall}")
