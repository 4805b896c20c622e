"""Holds the rules by which documents are described: the vocabulary in force, the calendar, the library's sidecars.

All of it is kept in the catalogue: documents can be described while the library is out of reach.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from index.accounts import EVERYBODY, FolderRules, is_within
from index.catalogue import WHOLE_LIBRARY, MetadataFile, PlaceAudiences
from index.model import CALENDAR_NAME
from index.personal_data import FINDER_VERSION
from index.vocabulary import VocabularyOverrides
from indexer.describe import calendar_file, metadata_files, sidecars
from indexer.describe.tagging import TAGGER_VERSION, Tagger
from indexer.describe.vocabulary_differences import NAMED_FACETS, VocabularyRecord, record_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from index.catalogue import AnnouncedEvent, Catalogue, Extent
    from index.vocabulary import Vocabulary
    from indexer.describe.sidecars import Sidecar
    from indexer.describe.vocabulary_differences import VocabularyDifference
    from indexer.watch import ScanResult

_RETRY_MTIME = -1
"""The time of change recorded for a file that could not be opened: no file has it, so each scan tries again."""

_UNREADABLE = "accès refusé ou lecture impossible : vérifiez les droits du fichier"
_NOT_UTF8 = "le texte n’est pas en UTF-8 : enregistrez-le dans ce codage"
_DUPLICATE_SIDECAR = "ce dossier a déjà une fiche : réunissez-les en un seul fichier « _fiche.yaml »"
_RESERVED_CALENDAR = (
    "ce calendrier est dans un dossier réservé, et ses rendez-vous seraient montrés à tous : ils ne sont pas "
    "annoncés ; placez-le plutôt dans le dossier des données de Ruche"
)
_FROM_RESERVED = (
    "cette fiche vient d’un dossier réservé, et serait lue ici par d’autres personnes : relisez-la, puis "
    "enregistrez-la de nouveau"
)
_TOO_LARGE = "ce fichier dépasse 512 Kio : raccourcissez-le"


class DescriptionRules:
    """The rules in force, and what changes them; only the one indexer at work holds them."""

    def __init__(
        self, catalogue: Catalogue, base_vocabulary: Vocabulary, library: Path, outside_calendar: Path | None = None
    ) -> None:
        """`base_vocabulary` is without the animators' changes; `outside_calendar` lies outside the library."""
        self._catalogue = catalogue
        self._overrides = VocabularyOverrides(base_vocabulary, catalogue.vocabulary_changes)
        self._library = library
        self._outside_calendar = outside_calendar
        self._metadata_files = catalogue.metadata_files.find_all()
        self._parse_problems: dict[str, tuple[str, ...]] = {}
        # None until the library has been scanned whole: before that, nothing can be said to be absent.
        self._known_paths: frozenset[str] | None = None
        self._sidecars: dict[str, Sidecar] = {}
        self._calendar_revision = -1
        self._audiences = PlaceAudiences(FolderRules({}))
        self.vocabulary = base_vocabulary
        self.tagger = Tagger(base_vocabulary)
        self._update_tagger(force=True)

    @property
    def fingerprint(self) -> str:
        """A text that changes whenever every document has to be described anew."""
        return f"{TAGGER_VERSION}:{FINDER_VERSION}:{self.tagger.fingerprint}"

    @property
    def record(self) -> VocabularyRecord:
        """What descriptions take from the vocabulary and from all else; where it is as it was, none is another one."""
        others = self.tagger.fingerprint_without(NAMED_FACETS)
        return record_vocabulary(self.vocabulary, f"{TAGGER_VERSION}:{FINDER_VERSION}:{others}")

    def find_concerned_folders(self, difference: VocabularyDifference) -> frozenset[str]:
        """The folders whose sidecar says a name that the vocabulary understands otherwise than before."""
        return frozenset(
            sidecars.parent_folder(path)
            for path, each in self._metadata_files.items()
            if each.text and metadata_files.is_sidecar(path) and difference.concerns_sidecar(each.text)
        )

    @property
    def pending_sidecars(self) -> dict[str, str | None]:
        """Sidecars that have changed, by path, with what they say now; None where they are gone."""
        return {
            path: each.text
            for path, each in self._metadata_files.items()
            if each.pending and metadata_files.is_sidecar(path)
        }

    def refresh(self) -> None:
        """Take up what animators have changed, and the calendar that lies outside the library."""
        if self._update_tagger(force=self._refresh_outside_calendar()):
            self._write_problems()

    def take_metadata_files(self, scan: ScanResult) -> ScanResult:
        """Take up the metadata files of a scan; gives the scan without them."""
        metadata_files = {path: stat for path, stat in scan.files.items() if _is_metadata_file(path)}
        rest = {path: stat for path, stat in scan.files.items() if path not in metadata_files}
        changed = [
            news
            for path, stat in metadata_files.items()
            if (news := self._read_if_changed(path, stat.size, stat.mtime_ns))
        ]
        known = [path for path, each in self._metadata_files.items() if each.text is not None]
        # What is missing from a scan is gone only where the scan has looked.
        deleted = [path for path in known if path not in metadata_files and self._is_in_scan(path, scan)]
        self._write_metadata_files(changed)
        self._forget_metadata_files(deleted)
        has_new_tagger = self._update_tagger(force=bool(changed or deleted))
        if self._update_known_paths(scan.extent, rest) or has_new_tagger:
            self._write_problems()
        return replace(scan, files=rest)

    def _is_in_scan(self, path: str, scan: ScanResult) -> bool:
        return path != str(self._outside_calendar) and scan.extent.covers(path) and not scan.is_unreadable(path)

    def _update_known_paths(self, extent: Extent, seen: Iterable[str]) -> bool:
        """Remember which files there are; a scan of a part tells of that part only. Gives whether that has changed."""
        before = self._known_paths
        if extent == WHOLE_LIBRARY:
            self._known_paths = frozenset(seen)
        elif self._known_paths is not None:
            self._known_paths = frozenset((*(path for path in self._known_paths if not extent.covers(path)), *seen))
        return self._known_paths != before

    def mark_described(self, texts: Mapping[str, str | None]) -> None:
        """Record that documents are described by these sidecars (text by path); those that are gone are forgotten."""
        current = {path: text for path, text in texts.items() if path in self._metadata_files}
        # A sidecar that was changed again meanwhile stays pending.
        done = [path for path, text in current.items() if self._metadata_files[path].text == text]
        with self._catalogue.transaction() as transaction:
            transaction.metadata_files.mark_applied(done)
            for path in done:
                if self._metadata_files[path].text is None:
                    transaction.metadata_files.forget(path)
        self._metadata_files = self._catalogue.metadata_files.find_all()

    def _refresh_outside_calendar(self) -> bool:
        """Read the calendar that lies outside the library if it has changed; gives whether it has."""
        if self._outside_calendar is None:
            return False
        path = str(self._outside_calendar)
        try:
            stat = self._outside_calendar.stat()
        except FileNotFoundError:
            known = path in self._metadata_files
            self._forget_metadata_files([path] if known else [])
            return known
        news = self._read_if_changed(path, stat.st_size, stat.st_mtime_ns)
        self._write_metadata_files([news] if news else [])
        return news is not None

    def _read_if_changed(self, path: str, size: int, mtime_ns: int) -> MetadataFile | None:
        """Read a metadata file if it has changed; None where it is as it was, or still cannot be opened."""
        known = self._metadata_files.get(path)
        if known is None or known.text is None:
            return self._read_metadata_file(path, size, mtime_ns)
        if (known.size, known.mtime_ns) == (size, mtime_ns):
            return None
        found = self._read_metadata_file(path, size, mtime_ns)
        # Still closed is no change: it would have all documents described again at every scan.
        was_closed, is_closed = _UNREADABLE in known.problems, _UNREADABLE in found.problems
        return None if was_closed and is_closed and found.size == known.size else found

    def _read_metadata_file(self, path: str, size: int, mtime_ns: int) -> MetadataFile:
        before = self._metadata_files.get(path)
        # Decided by its size, before it is read into memory.
        if size > metadata_files.MOST_BYTES:
            return MetadataFile(path, size, mtime_ns, "", (_TOO_LARGE,))
        try:
            text = metadata_files.decode_text((self._library / path).read_bytes())
        except OSError:
            # What it said last holds until it can be opened again.
            last_text = before.text if before and before.text else ""
            return MetadataFile(
                path, size, _RETRY_MTIME, last_text, (_UNREADABLE,), pending=before is not None and before.pending
            )
        if text is None:
            return MetadataFile(path, size, mtime_ns, "", (_NOT_UTF8,))
        if self._is_reserved_elsewhere(path, text):
            return MetadataFile(path, size, mtime_ns, "", (_FROM_RESERVED,))
        # The same text under another date concerns no document.
        same = before is not None and before.text == text and not before.pending
        return MetadataFile(path, size, mtime_ns, text, pending=not same)

    def _is_reserved_elsewhere(self, path: str, text: str) -> bool:
        """Whether a text that has come to a path was known in folders that fewer people see, and nowhere else."""
        known = {each.path for each in self._metadata_files.values() if each.text == text}
        if not self._audiences.rules or not known or path in self._metadata_files:
            return False
        readers = self._audiences.find(path)
        return not any(is_within(readers, self._audiences.find(each)) for each in known)

    def _write_metadata_files(self, changed: list[MetadataFile]) -> None:
        if not changed:
            return
        with self._catalogue.transaction() as transaction:
            for notice in changed:
                transaction.metadata_files.save(notice)
        self._metadata_files |= {notice.path: notice for notice in changed}

    def _forget_metadata_files(self, paths: list[str]) -> None:
        """Forget metadata files that are gone; a sidecar only once the documents of its folder are described anew."""
        deleted_sidecars = [path for path in paths if metadata_files.is_sidecar(path)]
        self._write_metadata_files(
            [replace(self._metadata_files[path], text=None, problems=(), pending=True) for path in deleted_sidecars]
        )
        forgotten = [path for path in paths if path not in deleted_sidecars]
        if forgotten:
            with self._catalogue.transaction() as transaction:
                for path in forgotten:
                    transaction.metadata_files.forget(path)
                    del self._metadata_files[path]

    def _update_tagger(self, *, force: bool) -> bool:
        """Make a new tagger if anything has changed on which it relies; gives whether anything has."""
        vocabulary = self._overrides.current_vocabulary()
        audiences = self._catalogue.files.read_place_audiences()
        # Compared by what they say of the calendar's place: no other rule changes what it announces.
        force = force or audiences.find(CALENDAR_NAME) != self._audiences.find(CALENDAR_NAME)
        self._audiences = audiences
        # The vocabulary in force is the same object as long as nobody has changed it.
        if force or vocabulary is not self.vocabulary:
            self._parse_metadata_files(vocabulary)
        # Animators change events in the web process: a number in the catalogue tells.
        elif self._catalogue.events.read_calendar_revision() == self._calendar_revision:
            return False
        self.vocabulary = vocabulary
        self._calendar_revision = self._catalogue.events.read_calendar_revision()
        self.tagger = Tagger(vocabulary, self._catalogue.events.list_announced(), self._sidecars)
        return True

    def _parse_metadata_files(self, vocabulary: Vocabulary) -> None:
        announced: list[AnnouncedEvent] = []
        self._sidecars, self._parse_problems = {}, {}
        # In the order of their paths: of two sidecars of a folder the same one counts, whichever came first.
        for path, notice in sorted(self._metadata_files.items()):
            if notice.text is None:
                continue
            # Whoever sees Ruche sees what a calendar announces.
            if not metadata_files.is_sidecar(path) and not self._is_open_to_all(path):
                self._parse_problems[path] = (_RESERVED_CALENDAR,)
                continue
            if not metadata_files.is_sidecar(path):
                found, self._parse_problems[path] = calendar_file.parse_calendar(notice.text, vocabulary)
                announced += found
            # « _fiche.yaml » and « _fiche.yml » may both be there: the first one counts, the other is reported.
            elif (sidecar := sidecars.parse_sidecar(path, notice.text, vocabulary)).folder in self._sidecars:
                self._parse_problems[path] = (_DUPLICATE_SIDECAR,)
            else:
                self._sidecars[sidecar.folder] = sidecar
        with self._catalogue.transaction() as transaction:
            # Written even if empty: events that no calendar announces any more must go.
            transaction.events.replace_calendar(announced)

    def _is_open_to_all(self, path: str) -> bool:
        # The calendar outside the library lies in no folder that a rule could speak of.
        return path == str(self._outside_calendar) or self._audiences.find(path) == EVERYBODY

    def _write_problems(self) -> None:
        """Write what is wrong in each metadata file, where that has changed."""
        # Before the library has been scanned whole, each entry of a sidecar would seem to name no file.
        if self._known_paths is None:
            return
        problems_found = [
            (notice, self._list_problems(notice, self._known_paths)) for notice in self._metadata_files.values()
        ]
        self._write_metadata_files(
            [replace(notice, problems=wrong) for notice, wrong in problems_found if wrong != notice.problems]
        )

    def _filter_told(self, sidecar: Sidecar, files: frozenset[str]) -> frozenset[str]:
        """Those of these files whose names may be told to whoever reads of a sidecar's mistakes."""
        if not self._audiences.rules:
            return files
        readers = self._audiences.find(sidecar.path)
        return frozenset(path for path in files if is_within(readers, self._audiences.find(path)))

    def _list_problems(self, notice: MetadataFile, files: frozenset[str]) -> tuple[str, ...]:
        # Problems of the file itself come from reading it; those of its words are found anew with each vocabulary.
        in_file = tuple(
            each for each in notice.problems if each in {_UNREADABLE, _NOT_UTF8, _TOO_LARGE, _FROM_RESERVED}
        )
        sidecar = (
            self._sidecars.get(sidecars.parent_folder(notice.path)) if metadata_files.is_sidecar(notice.path) else None
        )
        in_words = self._parse_problems.get(notice.path)
        if in_words is None and sidecar and notice.text is not None:
            in_words = (*sidecar.problems, *sidecar.list_missing_files(self._filter_told(sidecar, files)))
        return (*in_file, *(in_words or ()))


def _is_metadata_file(path: str) -> bool:
    return metadata_files.is_sidecar(path) or metadata_files.is_calendar(path)
