"""Holds the rules by which documents are described: the vocabulary in force, the calendar, the library's sidecars.

All of it is kept in the catalogue: documents can be described while the library is out of reach.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from index.catalogue import WHOLE, Notice
from index.personal import FINDER_VERSION
from index.wording import Wording
from indexer import agenda, notices, sidecars
from indexer.tagging import TAGGER_VERSION, Tagger

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from index.catalogue import Announced, Catalogue, Extent
    from index.vocabulary import Vocabulary
    from indexer.sidecars import Sidecar
    from indexer.snapshot import Sighting

_AGAIN = -1
"""The time of change recorded for a file that could not be opened: no file has it, so each scan tries again."""

_CLOSED = "accès refusé ou lecture impossible : vérifiez les droits du fichier"
_NOT_UTF8 = "le texte n’est pas en UTF-8 : enregistrez-le dans ce codage"
_SECOND = "ce dossier a déjà une fiche : réunissez-les en un seul fichier « _fiche.yaml »"
_TOO_LARGE = "ce fichier dépasse 512 Kio : raccourcissez-le"


class Rules:
    """The rules in force, and what changes them; only the one indexer at work holds them."""

    def __init__(self, catalogue: Catalogue, files: Vocabulary, library: Path, calendar: Path | None = None) -> None:
        """`base_vocabulary` is without the animators' changes; `outside_calendar` lies outside the library."""
        self._catalogue = catalogue
        self._wording = Wording(files, catalogue)
        self._library = library
        self._calendar = calendar
        self._notices = catalogue.notices()
        self._wrong: dict[str, tuple[str, ...]] = {}
        # None until the library has been scanned whole: before that, nothing can be said to be absent.
        self._files: frozenset[str] | None = None
        self._sidecars: dict[str, Sidecar] = {}
        self._calendar_revision = -1
        self.vocabulary = files
        self.tagger = Tagger(files)
        self._follow(force=True)

    @property
    def fingerprint(self) -> str:
        """A text that changes whenever every document has to be described anew."""
        return f"{TAGGER_VERSION}:{FINDER_VERSION}:{self.tagger.fingerprint}"

    @property
    def pending(self) -> dict[str, str | None]:
        """Sidecars that have changed, by path, with what they say now; None where they are gone."""
        return {path: each.text for path, each in self._notices.items() if each.pending and notices.is_sidecar(path)}

    def refresh(self) -> None:
        """Take up what animators have changed, and the calendar that lies outside the library."""
        if self._follow(force=self._look_at_calendar()):
            self._tell_problems()

    def look(self, sighting: Sighting) -> Sighting:
        """Take up the metadata files of a scan; gives the scan without them."""
        told = {path: stat for path, stat in sighting.files.items() if _is_notice(path)}
        rest = {path: stat for path, stat in sighting.files.items() if path not in told}
        changed = [news for path, stat in told.items() if (news := self._news(path, stat.size, stat.mtime_ns))]
        known = [path for path, each in self._notices.items() if each.text is not None]
        # What is missing from a scan is gone only where the scan has looked.
        gone = [path for path in known if path not in told and self._is_looked_at(path, sighting)]
        self._keep(changed)
        self._lose(gone)
        followed = self._follow(force=bool(changed or gone))
        if self._note_files(sighting.extent, rest) or followed:
            self._tell_problems()
        return replace(sighting, files=rest)

    def _is_looked_at(self, path: str, sighting: Sighting) -> bool:
        return path != str(self._calendar) and sighting.extent.covers(path) and not sighting.hides(path)

    def _note_files(self, extent: Extent, seen: Iterable[str]) -> bool:
        """Remember which files there are; a scan of a part tells of that part only. Gives whether that has changed."""
        before = self._files
        if extent == WHOLE:
            self._files = frozenset(seen)
        elif self._files is not None:
            self._files = frozenset((*(path for path in self._files if not extent.covers(path)), *seen))
        return self._files != before

    def followed(self, said: Mapping[str, str | None]) -> None:
        """Record that documents are described by these sidecars (text by path); those that are gone are forgotten."""
        current = {path: text for path, text in said.items() if path in self._notices}
        # A sidecar that was changed again meanwhile stays pending.
        done = [path for path, text in current.items() if self._notices[path].text == text]
        with self._catalogue.writing() as write:
            write.follow_notices(done)
            for path in done:
                if self._notices[path].text is None:
                    write.forget_notice(path)
        self._notices = self._catalogue.notices()

    def _look_at_calendar(self) -> bool:
        """Read the calendar that lies outside the library if it has changed; gives whether it has."""
        if self._calendar is None:
            return False
        path = str(self._calendar)
        try:
            stat = self._calendar.stat()
        except FileNotFoundError:
            known = path in self._notices
            self._lose([path] if known else [])
            return known
        news = self._news(path, stat.st_size, stat.st_mtime_ns)
        self._keep([news] if news else [])
        return news is not None

    def _news(self, path: str, size: int, mtime_ns: int) -> Notice | None:
        """Read a metadata file if it has changed; None where it is as it was, or still cannot be opened."""
        known = self._notices.get(path)
        if known is None or known.text is None:
            return self._read(path, size, mtime_ns)
        if (known.size, known.mtime_ns) == (size, mtime_ns):
            return None
        found = self._read(path, size, mtime_ns)
        # Still closed is no change: it would have all documents described again at every scan.
        was_closed, is_closed = _CLOSED in known.problems, _CLOSED in found.problems
        return None if was_closed and is_closed and found.size == known.size else found

    def _read(self, path: str, size: int, mtime_ns: int) -> Notice:
        before = self._notices.get(path)
        # Decided by its size, before it is read into memory.
        if size > notices.LARGEST:
            return Notice(path, size, mtime_ns, "", (_TOO_LARGE,))
        try:
            text = notices.decoded((self._library / path).read_bytes())
        except OSError:
            # What it said last holds until it can be opened again.
            said = before.text if before and before.text else ""
            return Notice(path, size, _AGAIN, said, (_CLOSED,), pending=before is not None and before.pending)
        if text is None:
            return Notice(path, size, mtime_ns, "", (_NOT_UTF8,))
        # The same text under another date concerns no document.
        same = before is not None and before.text == text and not before.pending
        return Notice(path, size, mtime_ns, text, pending=not same)

    def _keep(self, changed: list[Notice]) -> None:
        if not changed:
            return
        with self._catalogue.writing() as write:
            for notice in changed:
                write.keep_notice(notice)
        self._notices |= {notice.path: notice for notice in changed}

    def _lose(self, paths: list[str]) -> None:
        """Forget metadata files that are gone; a sidecar only once the documents of its folder are described anew."""
        gone = [path for path in paths if notices.is_sidecar(path)]
        self._keep([replace(self._notices[path], text=None, problems=(), pending=True) for path in gone])
        forgotten = [path for path in paths if path not in gone]
        if forgotten:
            with self._catalogue.writing() as write:
                for path in forgotten:
                    write.forget_notice(path)
                    del self._notices[path]

    def _follow(self, *, force: bool) -> bool:
        """Make a new tagger if anything has changed on which it relies; gives whether anything has."""
        vocabulary = self._wording.vocabulary()
        # The vocabulary in force is the same object as long as nobody has changed it.
        if force or vocabulary is not self.vocabulary:
            self._parse(vocabulary)
        # Animators change events in the web process: a number in the catalogue tells.
        elif self._catalogue.calendar_revision() == self._calendar_revision:
            return False
        self.vocabulary = vocabulary
        self._calendar_revision = self._catalogue.calendar_revision()
        self.tagger = Tagger(vocabulary, self._catalogue.announced(), self._sidecars)
        return True

    def _parse(self, vocabulary: Vocabulary) -> None:
        announced: list[Announced] = []
        self._sidecars, self._wrong = {}, {}
        for path, notice in self._notices.items():
            if notice.text is None:
                continue
            if not notices.is_sidecar(path):
                found, self._wrong[path] = agenda.parse(notice.text, vocabulary)
                announced += found
            # « _fiche.yaml » and « _fiche.yml » may both be there: the first one counts, the other is reported.
            elif (sidecar := sidecars.parse(path, notice.text, vocabulary)).folder in self._sidecars:
                self._wrong[path] = (_SECOND,)
            else:
                self._sidecars[sidecar.folder] = sidecar
        with self._catalogue.writing() as write:
            # Written even if empty: events that no calendar announces any more must go.
            write.keep_calendar(announced)

    def _tell_problems(self) -> None:
        """Write what is wrong in each metadata file, where that has changed."""
        # Before the library has been scanned whole, each entry of a sidecar would seem to name no file.
        if self._files is None:
            return
        told = [(notice, self._problems(notice, self._files)) for notice in self._notices.values()]
        self._keep([replace(notice, problems=wrong) for notice, wrong in told if wrong != notice.problems])

    def _problems(self, notice: Notice, files: frozenset[str]) -> tuple[str, ...]:
        # Problems of the file itself come from reading it; those of its words are found anew with each vocabulary.
        unread = tuple(each for each in notice.problems if each in {_CLOSED, _NOT_UTF8, _TOO_LARGE})
        sidecar = self._sidecars.get(sidecars.folder_of(notice.path)) if notices.is_sidecar(notice.path) else None
        wrong = self._wrong.get(notice.path)
        if wrong is None and sidecar and notice.text is not None:
            wrong = (*sidecar.problems, *sidecar.missing(files))
        return (*unread, *(wrong or ()))


def _is_notice(path: str) -> bool:
    return notices.is_sidecar(path) or notices.is_calendar(path)
