"""Writes a plan into the catalogue. The caller holds the transaction, so that a crash leaves nothing half done."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from extractors import FORMATS, MISNAMED_DETAIL, Format
from index.accounts import EVERYBODY, is_within
from index.catalogue import Content, Failure, FileLocation, PartKind
from index.model import find_suffix, normalise_path
from index.personal_data import find_personal_data
from indexer.reconcile.change_plan import Added, Copied, Moved, Removed, Restored, Touched
from indexer.reconcile.extraction_results import guard_content, is_misnamed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from index.catalogue import Description, PlaceAudiences, Transaction
    from index.personal_data import LocatedFinding
    from indexer.describe import DescriptionRules
    from indexer.reconcile.change_plan import Arrival, Change, FileFingerprint
    from indexer.reconcile.extraction_results import ReadOutcome

    ArrivalOutcome = tuple[Arrival, ReadOutcome]
    """A content that has come to a place, and what reading it gave."""


PART_KINDS = {
    value: PartKind.CAPTIONS if spec.is_captions else PartKind.SOUND if spec.is_sound else PartKind.VIDEO
    for value, spec in FORMATS.items()
    if spec.is_recording or spec.is_captions
}
"""What files of each format are of a replay."""

_PLAIN_FORMATS = {suffix: value for value, spec in FORMATS.items() if spec.signs.by_suffix for suffix in spec.suffixes}
"""The formats that only their suffix tells apart, by suffix."""


class PlanWriter:
    """Writes changes into the catalogue, with what they mean for the documents concerned."""

    def __init__(self, rules: DescriptionRules) -> None:
        self._rules = rules

    def write_changes(self, transaction: Transaction, changes: Sequence[Change]) -> None:
        """Write the changes that need no reading, all from the state before them: two files may swap names."""
        if not changes:
            return
        transaction.replays.watch(PART_KINDS)
        # Read before anything is written: a path may be the origin of one change and the target of another.
        before = {path: _find_document_id(transaction, path) for change in changes for path in _paths_in(change)}
        after = {change.path for change in changes if not isinstance(change, Removed)}
        for change in changes:
            if isinstance(change, Moved):
                # What an animator said of a deposit follows its file to the new path.
                transaction.decisions.move_deposit(change.old_path, change.path)
        # Vacated paths go first; a document without location is removed only when the transaction ends.
        for path in _find_vacated_paths(changes):
            if path not in after:
                transaction.files.forget(path)
        document_ids = [self._write_location(transaction, change, before) for change in changes]
        elsewhere = [change for change in changes if not isinstance(change, Touched)]
        lying_otherwise = {before[path] for change in elsewhere for path in _paths_in(change)} | {
            id_ for id_, change in zip(document_ids, changes, strict=True) if not isinstance(change, Touched)
        }
        _mark_otherwise_named(transaction, {id_ for id_ in lying_otherwise if id_})
        restored = {id_ for id_, change in zip(document_ids, changes, strict=True) if isinstance(change, Restored)}
        self.describe_documents(transaction, [*before.values(), *document_ids], new=restored)

    def _write_location(self, transaction: Transaction, change: Change, before: Mapping[str, str | None]) -> str | None:
        """Write the location to which a change leads; gives its document."""
        match change:
            case Touched(path, fingerprint):
                id_ = before[path]
            case Moved(old, path, fingerprint):
                id_ = before[old]
            case Copied(old, path, fingerprint):
                id_ = before[old]
                # A removed document waits here until its content can be read: a copy is no location of it.
                id_ = None if id_ and transaction.documents.is_removed(id_) else id_
            case Restored(path, fingerprint):
                id_ = transaction.holders.find_document_of(fingerprint.digest, transaction.files.audiences.find(path))
                if id_:
                    self._restore_document(transaction, id_, path)
            case _:
                return None
        transaction.files.save(_to_location(path, fingerprint, id_))
        return id_

    def write_arrivals(self, transaction: Transaction, arrivals: Sequence[ArrivalOutcome]) -> frozenset[str]:
        """Write contents that were read, or why they could not be; gives the digests that could not be described."""
        if not arrivals:
            return frozenset()
        # What only some see comes first: a copy of it elsewhere must not be shown before it is known for one. Failures
        # come last: under another name, the content may have been read.
        arrivals = sorted(
            arrivals,
            key=lambda each: (
                transaction.files.audiences.find(each[0].path) == EVERYBODY,
                isinstance(each[1], Failure),
            ),
        )
        # Files that failed for their names only are copies of what was read under another.
        read = {outcome.digest for _, outcome in arrivals if isinstance(outcome, Content)}
        transaction.queue.retry_failed(read, MISNAMED_DETAIL)
        # What has no past is written together, with as many statements for thirty contents as for one.
        unknown = transaction.holders.filter_without_past([_arrival_key(arrival) for arrival, _ in arrivals])
        # When two files bring one content, the first makes the document and the second is another location of it, or,
        # in a folder that others see, another document.
        first = {arrival.fingerprint.digest: arrival for arrival, _ in reversed(arrivals)}
        new = {arrival for arrival in first.values() if _arrival_key(arrival) in unknown and isinstance(arrival, Added)}
        # What has a past is written one at a time and in order, for each may change what is known of the next.
        undescribed = set[str]()
        for are_new, together in groupby(arrivals, key=lambda each: each[0] in new):
            if are_new:
                undescribed |= self._write_new_contents(transaction, list(together))
            else:
                for arrival, outcome in together:
                    undescribed |= self._write_arrival_with_history(transaction, arrival, outcome)
        return frozenset(undescribed)

    def _write_new_contents(self, transaction: Transaction, arrivals: Sequence[ArrivalOutcome]) -> frozenset[str]:
        """Write contents of which nothing was known, at paths of which nothing was known: none concerns another."""
        for _, outcome in arrivals:
            if isinstance(outcome, Failure):
                transaction.queue.save_failure(outcome)
        contents = {arrival.path: outcome for arrival, outcome in arrivals if isinstance(outcome, Content)}
        ids = dict(zip(contents, transaction.documents.create_each(list(contents.values())), strict=True))
        transaction.files.save_each(
            [_to_location(arrival.path, arrival.fingerprint, ids.get(arrival.path)) for arrival, _ in arrivals]
        )
        loaded = {id_: contents[path] for path, id_ in ids.items()}
        return self.describe_documents(transaction, ids.values(), loaded, new=loaded.keys())

    def _write_arrival_with_history(
        self, transaction: Transaction, arrival: Arrival, outcome: ReadOutcome
    ) -> frozenset[str]:
        """Write a content that has come to a known path, or that was known before."""
        old_path = _find_old_path(transaction, arrival)
        before = _find_document_id(transaction, old_path)
        # A document takes the new content only if no other file still holds its old one.
        is_only_location = before is not None and transaction.documents.find_paths([before])[before] == [old_path]
        replaced = before if is_only_location else None
        document_id: str | None
        if isinstance(outcome, Content):
            document_id = self._assign_document(transaction, arrival.path, replaced, outcome)
        elif holder := _find_otherwise_named(transaction, arrival.path, outcome):
            document_id = holder
        else:
            transaction.queue.save_failure(outcome)
            document_id = self._withdraw_document(transaction, replaced)
        # A new version spelt otherwise: the old spelling is gone.
        if old_path != arrival.path:
            transaction.decisions.move_deposit(old_path, arrival.path)
            transaction.files.forget(old_path)
        transaction.files.save(_to_location(arrival.path, arrival.fingerprint, document_id))
        return self.describe_documents(transaction, [document_id, before], new={document_id})

    def _assign_document(self, transaction: Transaction, path: str, replaced: str | None, content: Content) -> str:
        """Give the document of a content: its holder, else the one it replaces, a former holder, or a new one."""
        audience = transaction.files.audiences.find(path)
        if holder := transaction.holders.find_document_of(content.digest, audience):
            self._restore_document(transaction, holder, path)
            # Of two readings, that under the first name is the document's: the order in which they end does not count.
            if path <= min(transaction.documents.find_paths([holder]).get(holder, [path])):
                transaction.documents.replace_reading(holder, content)
            return holder
        # A deposit is seen as its folder is, whatever is reserved elsewhere: it has nothing of what waits here.
        is_deposited = transaction.holders.is_deposited(path)
        if replaced and is_deposited and transaction.documents.find_places([replaced])[replaced] != audience:
            replaced = None
        former = replaced or transaction.holders.find_former_document_of(content.digest, audience)
        # Some synchronisers delete a file, then write it: what was here less than a day ago is its predecessor.
        if former is None and (predecessor := transaction.holders.find_predecessor(path)):
            former = predecessor[0] if not is_deposited or predecessor[1] == audience else None
        reserved_to = None if is_deposited else transaction.holders.find_reserved_audience(content.digest, audience)
        if former is None:
            former = transaction.documents.create(content)
        else:
            transaction.documents.replace_content(former, content)
        if reserved_to is not None:
            transaction.documents.reserve(former, reserved_to)
        return former

    @staticmethod
    def _restore_document(transaction: Transaction, document_id: str, path: str) -> None:
        """Bring a document back, held where its content has become reserved since; a deposit is as its folder is."""
        reserved_to = transaction.holders.find_reserved_since(document_id)
        transaction.documents.restore(document_id)
        if reserved_to is not None and not transaction.holders.is_deposited(path):
            transaction.documents.reserve(document_id, reserved_to)

    def _withdraw_document(self, transaction: Transaction, replaced: str | None) -> str | None:
        """Withdraw a document whose new version cannot be read; it keeps its identity for the day it can."""
        if replaced:
            transaction.documents.remove(replaced)
        return replaced

    def describe_documents(
        self,
        transaction: Transaction,
        ids: Iterable[str | None],
        loaded: Mapping[str, Content] | None = None,
        *,
        new: Collection[str | None] = (),
    ) -> frozenset[str]:
        """Describe these documents anew, if they are findable and have a location; gives the digests that fail.

        `loaded` holds contents by document that need not be loaded. A content that cannot be described is a failure. A
        document with such a content is withdrawn if it is one of `new`; any other keeps the description that it has.
        """
        transaction.replays.watch(PART_KINDS)
        # The same document may be named by several changes of one transaction: it is described once, at the end.
        paths = transaction.documents.find_living_paths([id_ for id_ in dict.fromkeys(ids) if id_ is not None])
        if not paths:
            return frozenset()
        contents = dict(loaded or {})
        audiences = transaction.files.audiences
        if audiences.rules:
            paths = self._split_documents(transaction, paths)
        if unread := [id_ for id_ in paths if id_ not in contents]:
            contents |= transaction.documents.find_contents(unread)
        unchecked = transaction.personal_data.find_unchecked(paths)
        described: dict[str, Description] = {}
        findings: dict[str, Sequence[LocatedFinding]] = {}
        failed: set[str] = set()
        for id_, lying in paths.items():
            content = contents[id_]
            made = guard_content(
                content.digest, partial(self._describe, lying, content, audiences, check=id_ in unchecked)
            )
            if isinstance(made, Failure):
                failed.add(content.digest)
                transaction.queue.save_failure(made)
                if id_ in new:
                    transaction.documents.remove(id_)
                continue
            described[id_], found = made
            if found is not None:
                findings[id_] = found
        transaction.descriptions.save_each(described)
        if audiences.rules:
            transaction.documents.derive_audiences(described)
        # Personal data is looked for in the same transaction: no text may be found before it was checked.
        transaction.personal_data.save_findings(findings)
        return frozenset(failed)

    def _split_documents(
        self, transaction: Transaction, paths: Mapping[str, Sequence[str]]
    ) -> dict[str, tuple[str, ...]]:
        """Make documents of their own of the locations that others see; gives the paths of all, by document.

        A document keeps the locations of its own audience, else those that most people see. Contents are copied in the
        catalogue: no file is read again.
        """
        audiences, apart = transaction.files.audiences, dict[str, tuple[str, ...]]()
        agreed = transaction.documents.find_places([id_ for id_, lying in paths.items() if len(lying) > 1])
        for id_, lying in paths.items():
            together: defaultdict[frozenset[str], list[str]] = defaultdict(list)
            for path in lying:
                together[audiences.find(path)].append(path)
            kept = agreed[id_] if len(together) > 1 and agreed[id_] in together else _find_widest(together)
            apart[id_] = tuple(together.pop(kept))
            for groups, places in together.items():
                other = self._split_document(transaction, id_, groups, places)
                apart[other] = tuple(transaction.documents.find_paths([other])[other])
        return apart

    def _split_document(self, transaction: Transaction, id_: str, groups: frozenset[str], places: Sequence[str]) -> str:
        """Make another document of some locations of a document, all of one audience; gives its id."""
        content = transaction.documents.find_content(id_)
        other = transaction.holders.find_document_of(content.digest, groups)
        if other is None:
            other = transaction.documents.create(content)
            reserved_to = transaction.documents.find_places([id_])[id_]
            # Nobody agreed to show this location to more people than the document had.
            if not is_within(groups, reserved_to):
                transaction.documents.reserve(other, reserved_to)
            transaction.personal_data.copy_findings(id_, other)
        else:
            self._restore_document(transaction, other, places[0])
        for path in places:
            if location := transaction.files.find(path):
                transaction.files.save(replace(location, document_id=other))
        return other

    def _describe(
        self, paths: Sequence[str], content: Content, audiences: PlaceAudiences, *, check: bool
    ) -> tuple[Description, Sequence[LocatedFinding] | None]:
        """The description of a content, and the personal data in it where that is to be looked for."""
        readers = audiences.find_union(paths)

        def is_open(path: str) -> bool:
            # Whoever sees the document must see what it is described from.
            return is_within(readers, audiences.find(path))

        description = self._rules.tagger.describe_document(paths, content, is_open)
        if not check:
            return description, None
        # Whoever read the file has looked already; what comes from the catalogue is looked through here.
        return description, find_personal_data(content.passages) if content.findings is None else content.findings


def _find_otherwise_named(transaction: Transaction, path: str, failure: Failure) -> str | None:
    """The living document of a content that failed for its name at `path`, and was read under another."""
    if not is_misnamed(failure):
        return None
    holder = transaction.holders.find_document_of(failure.digest, transaction.files.audiences.find(path))
    return holder if holder and not transaction.documents.is_removed(holder) else None


def _mark_otherwise_named(transaction: Transaction, ids: Collection[str]) -> None:
    """Have plain texts read again whose first file has the suffix of another format: it tells plain texts apart."""
    formats = transaction.documents.find_formats(ids, set(_PLAIN_FORMATS.values()))
    paths = transaction.documents.find_paths(list(formats)) if formats else {}
    told = {id_: _PLAIN_FORMATS.get(find_suffix(lying[0]), Format.TEXT.value) for id_, lying in paths.items()}
    transaction.documents.mark_outdated_each([id_ for id_ in told if told[id_] != formats[id_]])


def _find_old_path(transaction: Transaction, arrival: Arrival) -> str:
    """Where that lies which an arrival replaces; what has come to the former path of a renamed file stays there."""
    if isinstance(arrival, Added):
        return arrival.path
    if normalise_path(arrival.old_path) == normalise_path(arrival.path):
        return arrival.old_path
    place = transaction.files.find(arrival.old_path)
    return arrival.old_path if place and place.digest == arrival.fingerprint.digest else arrival.path


def _find_widest(groups: Iterable[frozenset[str]]) -> frozenset[str]:
    """The audience that shows most; of several, always the same."""
    return min(groups, key=lambda each: (each != EVERYBODY, -len(each), sorted(each)))


def _arrival_key(arrival: Arrival) -> tuple[str, str]:
    return arrival.path, arrival.fingerprint.digest


def _paths_in(change: Change) -> tuple[str, ...]:
    return (change.old_path, change.path) if isinstance(change, Moved | Copied) else (change.path,)


def _find_vacated_paths(changes: Iterable[Change]) -> Iterable[str]:
    """Paths that hold nothing any more, unless another change brings something there."""
    for change in changes:
        match change:
            case Moved(old, _, _):
                yield old
            case Removed(path):
                yield path


def _find_document_id(transaction: Transaction, path: str) -> str | None:
    location = transaction.files.find(path)
    return location.document_id if location else None


def _to_location(path: str, fingerprint: FileFingerprint, document_id: str | None) -> FileLocation:
    return FileLocation(path, fingerprint.stat, fingerprint.digest, document_id)
