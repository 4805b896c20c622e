"""A deposit as its form describes it: target folder, tags and event, and whether archives are unpacked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from index.accounts import Act
from index.catalogue import Decisions, Deposit, Field
from index.errors import ExplainedError
from index.library_names import UnusableNameError, clean_name
from index.model import Facet
from webapp.animation import choices
from webapp.animation.access import who
from webapp.animation.deposit_archives import Packed, readable, unpacked
from webapp.animation.deposit_writing import (
    Choice,
    DepositRefusedError,
    Fate,
    Outcome,
    Shelf,
    checked_folder,
    new_folder,
    receive,
)
from webapp.hive import groups, hive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from werkzeug.datastructures import FileStorage, MultiDict


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a deposit: `themes` and `territories` are slugs, `event` an id or ""."""

    folder: str
    subfolder: str
    choice: Choice
    unpack: bool
    event: str
    themes: tuple[str, ...]
    territories: tuple[str, ...]


def read(form: MultiDict[str, str]) -> Wish:
    """Read the request of a form; an unknown conflict policy means to ask."""
    return Wish(
        folder=form.get("dossier", ""),
        subfolder=form.get("nouveau", "").strip(),
        choice={each.value: each for each in Choice}.get(form.get("doublon", ""), Choice.ASK),
        unpack=form.get("deplier") == "1",
        event=form.get("rendez-vous", ""),
        themes=tuple(form.getlist("theme")),
        territories=tuple(form.getlist("territoire")),
    )


def shelf_of(wish: Wish) -> Shelf:
    """Return where the files go, creating the new folder that the form names. Raises DepositRefusedError."""
    folder = open_folder(wish.folder)
    if wish.subfolder:
        folder = _made_folder(folder, wish.subfolder)
    return Shelf(hive().settings.library, folder, announcer(wish), wish.choice)


def open_folder(folder: str) -> str:
    """Return a folder's checked path, where the person may see its files. Raises DepositRefusedError for any other.

    Otherwise the names that a deposit finds taken would tell what a hidden folder holds.
    """
    checked = checked_folder(hive().settings.library, folder)
    if not in_sight([checked]):
        # The words are those for a folder that does not exist: nothing tells the two apart.
        raise DepositRefusedError("Ce dossier n’existe plus : choisissez-en un autre dans la liste.")
    return checked


def in_sight(folders: Iterable[str]) -> list[str]:
    """Keep the folders in which the person would see a file."""
    # Rules are asked about files: « … » stands for any file of the folder.
    inside = {folder: f"{folder}/…" if folder else "…" for folder in folders}
    seen = frozenset(hive().catalogue.seen_places(inside.values(), groups()))
    return [folder for folder, place in inside.items() if place in seen]


def announcer(wish: Wish) -> Callable[[str], None]:
    """Return the function that tells the catalogue, before a file appears, what its depositor says of it."""
    themes, territories = choices.tags(Facet.THEME, wish.themes), choices.tags(Facet.TERRITORY, wish.territories)
    # An event that is gone, or that the person may not see, is left out.
    known = {id_ for id_, _ in choices.events()}
    fields: dict[Field, str | None] = {Field.EVENT: wish.event} if wish.event in known else {}
    decisions = Decisions(choose=(*themes, *territories), fields=fields)

    def announce(path: str) -> None:
        # Nothing is announced about a file of which nothing was said.
        if decisions != Decisions():
            with hive().catalogue.writing() as write:
                write.announce_deposit(Deposit(path, decisions, who()))

    return announce


def put(shelf: Shelf, files: Iterable[FileStorage], *, unpack: bool) -> Iterator[Outcome]:
    """Deposit files, and with `unpack` each file of an archive."""
    for sent in files:
        name = sent.filename or ""
        if unpack and PurePosixPath(name).suffix.lower() == ".zip":
            yield from _put_archive(shelf, sent, hive().settings.deposit_megabytes * 2**20)
        else:
            yield receive(shelf, name, sent.stream)


def written_down(outcomes: list[Outcome]) -> list[Outcome]:
    """Write to the audit who deposited which files; return the outcomes as they came."""
    if kept := [each for each in outcomes if each.fate is Fate.KEPT]:
        with hive().catalogue.writing() as write:
            for each in kept:
                write.audit(Act.DEPOSITED, who(), each.path)
    return outcomes


def _put_archive(shelf: Shelf, sent: FileStorage, most_bytes: int) -> Iterator[Outcome]:
    empty = True
    try:
        # Around the loop: damage may show only while a file's content is written.
        with readable():
            for packed in unpacked(sent.stream, most_bytes):
                empty = False
                yield _put_packed(shelf, packed)
    except ExplainedError as error:
        yield Outcome(sent.filename or "", Fate.REFUSED, str(error))
        return
    if empty:
        yield Outcome(sent.filename or "", Fate.REFUSED, "Cette archive ne contient aucun fichier.")


def _put_packed(shelf: Shelf, packed: Packed) -> Outcome:
    folder = shelf.folder
    try:
        for name in packed.folders:
            folder = _made_folder(folder, name)
    except DepositRefusedError as error:
        # Its path in the archive, which tells files of one name apart.
        return Outcome("/".join((*packed.folders, packed.name)), Fate.REFUSED, str(error))
    return receive(replace(shelf, folder=folder), packed.name, packed.content)


def _made_folder(parent: str, name: str) -> str:
    """Create a folder in another, where the person may see it, unless it is there. Raises DepositRefusedError.

    A folder reserved for others is refused before anything tells whether it exists.
    """
    try:
        made = str(PurePosixPath(parent) / clean_name(name))
    except UnusableNameError as error:
        raise DepositRefusedError(str(error)) from error
    if not in_sight([made]):
        raise DepositRefusedError(
            f"Le nom de dossier «\u00a0{name}\u00a0» ne convient pas ici\u00a0: prenez-en un autre."
        )
    return new_folder(hive().settings.library, parent, name)
