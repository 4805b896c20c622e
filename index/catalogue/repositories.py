"""Repositories of the catalogue, each loaded when it is first asked for: a command needs a few of forty."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Generic, Self, TypeVar, cast, overload

if TYPE_CHECKING:
    from typing import Any

Made = TypeVar("Made")


class Repository(Generic[Made]):
    """An attribute that is made, and whose module is imported, when it is first read.

    To map a table takes SQLAlchemy a millisecond or two, and there are more than sixty.
    """

    def __init__(self, module: str, name: str, *needs: str) -> None:
        """`module` is one of this package, `name` a class in it; it is made of `needs`, attributes of its holder."""
        self._module, self._name, self._needs = module, name, needs
        self._attribute = ""

    def __set_name__(self, owner: type, attribute: str) -> None:
        """Called by Python when the class of the holder is made."""
        self._attribute = attribute

    @overload
    def __get__(self, holder: None, owner: type) -> Self: ...

    @overload
    def __get__(self, holder: Any, owner: type) -> Made: ...

    def __get__(self, holder: Any, owner: type) -> Self | Made:
        """The repository of a holder. Python finds it in the holder's dictionary from then on, without this call."""
        if holder is None:
            return self
        kind = getattr(import_module(f"index.catalogue.{self._module}"), self._name)
        made = kind(*(getattr(holder, each) for each in self._needs))
        # Two threads may both have made one: all get the first.
        return cast("Made", holder.__dict__.setdefault(self._attribute, made))


def load_all_tables() -> None:
    """Import every module of the catalogue: only then does SQLAlchemy know all tables, as what compares them needs."""
    for module in walk_packages([str(Path(__file__).parent)], "index.catalogue."):
        if ".migrations" not in module.name:
            import_module(module.name)
