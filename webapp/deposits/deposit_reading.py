"""What Ruche understood of the files that a person has just deposited, as soon as each is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from index.accounts import AuditAction
from index.catalogue import FileState, StatusFilter
from index.model import FileStat
from webapp.animation import describe_reason, describe_understanding
from webapp.auth import current_account_id, current_groups, restrict_to_animators
from webapp.pages import parse_page
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.catalogue import FileStatus
    from index.model import Document
    from webapp.animation import Understanding

deposit_reading_blueprint = restrict_to_animators(
    Blueprint("deposit_reading", __name__, url_prefix="/animation/depot/lecture")
)

_SHOWN_HOURS = 24
_MAX_SHOWN = 60
"""Files of one page: those of larger deposits are in « Fichiers »."""

_MAX_ENTRIES = 500
_UNREAD = frozenset({FileState.SEEN, FileState.WAITING})


@dataclass(frozen=True, slots=True)
class ReadDeposit:
    """A deposited file: `understood` once it is read, else `state` in French, `reason` and `advice` where there are.

    `waits` while it is about to be read.
    """

    path: str
    waits: bool
    understood: Understanding | None = None
    state: str = ""
    reason: str = ""
    advice: str = ""


@deposit_reading_blueprint.get("")
def show() -> str:
    """Show what became of the person's deposits of the last day, the newest first; `derniers` says how many."""
    number = request.args.get("derniers", "")
    shown = min(parse_page(number), _MAX_SHOWN) if number else _MAX_SHOWN
    indexer = services().catalogue.indexer.read_state()
    deposits = _read_deposits(_list_deposited_paths()[:shown])
    return render_template(
        "animation/deposit_reading.html",
        deposits=deposits,
        # Without an indexer « en cours de lecture » would be said for ever.
        stopped=indexer is None or indexer.is_silent(datetime.now(UTC)),
        waiting=sum(each.waits for each in deposits),
        doubtful=sum(bool(each.understood and each.understood.doubts) for each in deposits),
        reason_of=describe_reason,
    )


def _list_deposited_paths() -> list[str]:
    """List the paths of the person's deposits of the last day that they may see, the newest first, each once."""
    # The audit knows who deposited what, also of those whose announcement the indexer has taken already.
    since = datetime.now().astimezone() - timedelta(hours=_SHOWN_HOURS)
    entries = services().catalogue.access.audit.list_latest(
        _MAX_ENTRIES, account=current_account_id(), act=AuditAction.DEPOSITED
    )
    paths = dict.fromkeys(each.on for each in entries if each.at > since and each.who == current_account_id())
    seen = frozenset(services().catalogue.files.filter_visible(paths, current_groups()))
    return [path for path in paths if path in seen]


def _read_deposits(paths: Sequence[str]) -> list[ReadDeposit]:
    catalogue, groups = services().catalogue, current_groups()
    locations = catalogue.files.find(paths, ())
    # A new version that is not read yet is told by its file: the document is still that of the former one.
    ids = {
        path: location.document_id
        for path, location in locations.items()
        if location.document_id and (stat := _stat_file(path)) and location.stat.matches(stat)
    }
    # Withheld for personal data, it may be nobody's to see here: its state then says so.
    documents = {path: _find_document(id_) for path, id_ in ids.items()}
    doubts = catalogue.decisions.find_doubts(each.id for each in documents.values() if each)
    return [
        ReadDeposit(path, waits=False, understood=describe_understanding(found, doubts.get(found.id, ())))
        if (found := documents.get(path))
        else _describe_unread(path, catalogue.file_statuses.find(StatusFilter(path=path, groups=groups)))
        for path in paths
    ]


def _find_document(document_id: str) -> Document | None:
    """Find the document of a file, or the replay that it is a part of."""
    catalogue, groups = services().catalogue, current_groups()
    main = catalogue.replays.find_main(document_id, groups)
    return catalogue.documents.find(main or document_id, groups)


def _stat_file(path: str) -> FileStat | None:
    try:
        return FileStat.from_os((services().settings.library / path).stat())
    except OSError:
        # Moved or deleted since, or the share is not there.
        return None


def _describe_unread(path: str, statuses: Sequence[FileStatus]) -> ReadDeposit:
    # The filter finds parts of paths; the deposit is one file.
    status = next((each for each in statuses if each.path == path), None)
    if status is None and _stat_file(path) is None:
        advice = "cherchez-le dans « Fichiers », par son nom"
        return ReadDeposit(path, waits=False, state="déplacé", reason="il n’est plus à cette place", advice=advice)
    # Indexed, but not as it lies there now: a new version is about to be noticed.
    if status is None or status.state in _UNREAD or status.state is FileState.INDEXED:
        return ReadDeposit(path, waits=True)
    return ReadDeposit(path, waits=False, state=status.state.label, reason=status.reason, advice=status.advice)
