"""A deposit as its form describes it: target folder, tags and event, and whether archives are unpacked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from index.accounts import AuditAction
from index.catalogue import Decisions, Deposit, MetadataField
from index.model import MANUAL_FACETS, ExplainedError, UnusableNameError, clean_name, identify_folder
from webapp.animation import build_animator_tags, list_event_choices
from webapp.auth import current_account_id, current_groups
from webapp.deposits.deposit_archives import ArchivedFile, iterate_archive, translate_archive_errors
from webapp.deposits.deposit_writer import (
    ConflictPolicy,
    DepositFate,
    DepositOutcome,
    DepositRefusedError,
    DepositTarget,
    check_folder,
    create_folder,
    deposit_file,
)
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from werkzeug.datastructures import FileStorage, MultiDict

    from index.model import Facet


@dataclass(frozen=True, slots=True)
class DepositRequest:
    """What is asked of a deposit: `tags` are facets and slugs, `event` an id or ""."""

    folder: str
    subfolder: str
    on_conflict: ConflictPolicy
    unpack: bool
    event: str
    tags: tuple[tuple[Facet, str], ...]


def read_deposit_request(form: MultiDict[str, str]) -> DepositRequest:
    """Read the request of a form; an unknown conflict policy means to ask."""
    return DepositRequest(
        folder=form.get("dossier", ""),
        subfolder=form.get("nouveau", "").strip(),
        on_conflict={each.value: each for each in ConflictPolicy}.get(form.get("doublon", ""), ConflictPolicy.ASK),
        unpack=form.get("deplier") == "1",
        event=form.get("rendez-vous", ""),
        tags=tuple((facet, slug) for facet in MANUAL_FACETS for slug in form.getlist(facet.value)),
    )


def open_target(deposit_request: DepositRequest) -> DepositTarget:
    """Return where the files go, creating the new folder that the form names. Raises DepositRefusedError."""
    folder = check_visible_folder(deposit_request.folder)
    if deposit_request.subfolder:
        folder = _create_visible_folder(folder, deposit_request.subfolder)
    return DepositTarget(
        services().settings.library,
        folder,
        make_announcer(deposit_request),
        deposit_request.on_conflict,
        may_compare=may_compare,
        suffixes=list_suffixes(),
    )


def may_compare(path: str) -> bool:
    """Whether the person may learn what the file at a path holds: it is a document of theirs, or has been deposited."""
    catalogue = services().catalogue
    location = catalogue.files.find([path], []).get(path)
    if location and location.document_id:
        return bool(catalogue.documents.find_each([location.document_id], current_groups()))
    # Not read yet: only of a deposit is it known that it does not come from a reserved folder.
    return path in catalogue.files.find_deposited([path])


def list_suffixes() -> frozenset[str]:
    """Return the suffixes of the formats that are read: no other file may be deposited."""
    return frozenset(suffix for each in services().vocabulary.formats.values() for suffix in each.suffixes)


def check_visible_folder(folder: str) -> str:
    """Return a folder's checked path, where the person may see its files. Raises DepositRefusedError for any other.

    Otherwise the names that a deposit finds taken would tell what a hidden folder holds.
    """
    checked = check_folder(services().settings.library, folder)
    if not filter_visible_folders([checked]):
        # The words are those for a folder that does not exist: nothing tells the two apart.
        raise DepositRefusedError("Ce dossier n’existe plus : choisissez-en un autre dans la liste.")
    return checked


def filter_visible_folders(folders: Iterable[str]) -> list[str]:
    """Keep the folders in which the person would see a file."""
    # Rules are asked about files: « … » stands for any file of the folder.
    known = services().catalogue.folders.list_present()
    names = {folder: {folder} if folder in known else _list_names(folder) for folder in folders}
    inside = {folder: {f"{each}/…" if each else "…" for each in named} for folder, named in names.items()}
    seen = frozenset(services().catalogue.files.filter_visible(set().union(*inside.values()), current_groups()))
    return [folder for folder, places in inside.items() if places <= seen]


def _list_names(folder: str) -> set[str]:
    """Return a folder's path, and that under which the indexer knows it where it was renamed a moment ago.

    Until the indexer has seen the rename, no rule knows the new name.
    """
    path = PurePosixPath(folder)
    library = services().settings.library
    identities = {
        identify_folder(library / each): each for each in (path, *path.parents) if each.parts and each.name != ".."
    }
    known = services().catalogue.folders.find_by_identity([each for each in identities if each])
    return {
        folder,
        *(str(PurePosixPath(former) / path.relative_to(identities[identity])) for identity, former in known.items()),
    }


def make_announcer(deposit_request: DepositRequest) -> Callable[[str], None]:
    """Return the function that tells the catalogue, before a file appears, what its depositor says of it."""
    tags = tuple(tag for facet, slug in deposit_request.tags for tag in build_animator_tags(facet, [slug]))
    # An event that is gone, or that the person may not see, is left out.
    known = {id_ for id_, _ in list_event_choices()}
    fields: dict[MetadataField, str | None] = (
        {MetadataField.EVENT: deposit_request.event} if deposit_request.event in known else {}
    )
    decisions = Decisions(choose=tags, fields=fields)

    def announce(path: str) -> None:
        # Even of a file of which nothing was said: a deposit is a document of its own, whatever is reserved elsewhere.
        with services().catalogue.transaction() as transaction:
            transaction.decisions.announce_deposit(Deposit(path, decisions, current_account_id()))

    return announce


def store_files(target: DepositTarget, files: Iterable[FileStorage], *, unpack: bool) -> Iterator[DepositOutcome]:
    """Deposit files, and with `unpack` each file of an archive."""
    for sent in files:
        name = sent.filename or ""
        if unpack and PurePosixPath(name).suffix.lower() == ".zip":
            yield from _deposit_archive(target, sent, services().settings.deposit_megabytes * 2**20)
        else:
            yield deposit_file(target, name, sent.stream)


def audit_outcomes(outcomes: list[DepositOutcome]) -> list[DepositOutcome]:
    """Write to the audit who deposited which files; return the outcomes as they came."""
    if deposited := [each for each in outcomes if each.fate is DepositFate.KEPT]:
        with services().catalogue.transaction() as transaction:
            for each in deposited:
                transaction.record(AuditAction.DEPOSITED, current_account_id(), each.path)
    return outcomes


def _deposit_archive(target: DepositTarget, sent: FileStorage, most_bytes: int) -> Iterator[DepositOutcome]:
    empty = True
    try:
        # Around the loop: damage may show only while a file's content is written.
        with translate_archive_errors():
            for packed in iterate_archive(sent.stream, most_bytes):
                empty = False
                yield _deposit_archived_file(target, packed)
    except ExplainedError as error:
        yield DepositOutcome(sent.filename or "", DepositFate.REFUSED, str(error))
        return
    if empty:
        yield DepositOutcome(sent.filename or "", DepositFate.REFUSED, "Cette archive ne contient aucun fichier.")


def _deposit_archived_file(target: DepositTarget, archived: ArchivedFile) -> DepositOutcome:
    folder = target.folder
    try:
        for name in archived.folders:
            folder = _create_visible_folder(folder, name)
    except DepositRefusedError as error:
        # Its path in the archive, which tells files of one name apart.
        return DepositOutcome("/".join((*archived.folders, archived.name)), DepositFate.REFUSED, str(error))
    return deposit_file(replace(target, folder=folder), archived.name, archived.content)


def _create_visible_folder(parent: str, name: str) -> str:
    """Create a folder in another, where the person may see it, unless it is there. Raises DepositRefusedError.

    A folder reserved for others is refused before anything tells whether it exists.
    """
    try:
        path = str(PurePosixPath(parent) / clean_name(name))
    except UnusableNameError as error:
        raise DepositRefusedError(str(error)) from error
    if not filter_visible_folders([path]):
        raise DepositRefusedError(
            f"Le nom de dossier «\u00a0{name}\u00a0» ne convient pas ici\u00a0: prenez-en un autre."
        )
    return create_folder(services().settings.library, parent, name)
