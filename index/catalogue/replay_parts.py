"""Which files are one replay: a recording, its captions and its sound that lie together. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from enum import IntEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from index.model import find_stem, normalise_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence


class PartKind(IntEnum):
    """What a file is of a replay. The first that is there is the document, the others are its parts."""

    VIDEO = 0
    SOUND = 1
    CAPTIONS = 2


@dataclass(frozen=True, slots=True)
class PartFile:
    """A document that may be a part: all its paths, and the gathering that the rules see it in."""

    id: str
    kind: PartKind
    paths: tuple[str, ...]
    event_id: str | None


@dataclass(frozen=True, slots=True)
class Membership:
    """The document that a part belongs to, and its place among the parts, from 1."""

    main: str
    rank: int


_QUALIFIER = re.compile(r"\.([^\W\d_]{2,14})(-[a-z]{2,4})?$")
"""What stands between stem and suffix of captions: a language (« .fr »), or « .transcript »."""

_SIZE = re.compile(r"_\d{3,4}x\d{3,4}$")
"""What meeting services add to the name of a video: « _1920x1080 »."""

_COPY = re.compile(r" ?\(\d{1,2}\)$| - cop(ie|y)( \(\d{1,2}\))?$")
"""What browsers and systems add to the name of a file that is there already: « (1) », « - Copie »."""

_FRENCH = re.compile(r"\.(fr|fra|fre|français|francais)(-[a-z]{2,4})?$")

_Key = tuple[PartKind, str, str]


def join_parts(files: Iterable[PartFile]) -> dict[str, Membership]:
    """Give the parts by id. Which files are given first changes nothing."""
    by_id = {each.id: each for each in files if each.paths}
    keys: dict[str, _Key] = {id_: (each.kind, min(each.paths), id_) for id_, each in by_id.items()}
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for folder in _split_by_folder(by_id.values()):
        for together in _find_replays(folder):
            main = min(together, key=lambda id_: keys[id_])
            for id_ in together - {main}:
                wanted[id_].add(main)
    # A file in two folders may lie beside two recordings: it is a part of the first.
    first = {id_: min(mains, key=lambda main: keys[main]) for id_, mains in wanted.items()}
    parts: defaultdict[str, list[str]] = defaultdict(list)
    for id_ in first:
        main = id_
        # Keys fall with each step, so that this ends.
        while main in first:
            main = first[main]
        parts[main].append(id_)
    return {
        id_: Membership(main, rank)
        for main, those in parts.items()
        for rank, id_ in enumerate(sorted(those, key=lambda id_: _text_order(by_id[id_])), 1)
    }


@dataclass(frozen=True, slots=True)
class _Lying:
    """A file in one folder, under a stem that files of one replay share."""

    file: PartFile
    stem: str

    @property
    def is_recording(self) -> bool:
        return self.file.kind is not PartKind.CAPTIONS


def _split_by_folder(files: Iterable[PartFile]) -> Iterator[Sequence[_Lying]]:
    folders: defaultdict[str, list[tuple[PartFile, str]]] = defaultdict(list)
    for each in files:
        for path in each.paths:
            folders[str(PurePosixPath(path).parent)].append((each, _name_without_suffix(path)))
    for lying in folders.values():
        recorded = {_SIZE.sub("", name) for each, name in lying if each.kind is not PartKind.CAPTIONS}
        yield [_Lying(each, _find_stem(each.kind, name, recorded)) for each, name in lying]


def _find_stem(kind: PartKind, name: str, recorded: Collection[str]) -> str:
    if kind is not PartKind.CAPTIONS:
        return _SIZE.sub("", name)
    # « 2024.mars.vtt » is of « 2024.mars.mp4 », « replay.fr.vtt » of « replay.mp4 », « replay (1).vtt » likewise.
    unqualified = _QUALIFIER.sub("", name)
    uncopied = _COPY.sub("", unqualified)
    return next((each for each in (name, unqualified, uncopied) if each in recorded), unqualified)


def _find_replays(folder: Sequence[_Lying]) -> Iterator[set[str]]:
    """The documents of each replay in a folder."""
    by_stem: defaultdict[str, list[_Lying]] = defaultdict(list)
    stems: dict[PartKind, set[str]] = {kind: set() for kind in PartKind}
    for each in folder:
        by_stem[each.stem].append(each)
        stems[each.file.kind].add(each.stem)
    anchor = _find_anchor(stems)
    for stem, together in by_stem.items():
        recordings = [each.file for each in together if each.is_recording]
        members = {each.file.id for each in together}
        if stem == anchor:
            event_ids = {each.event_id for each in recordings} - {None}
            members |= {
                each.file.id
                for each in folder
                # Alone of their kind: several suffixes or languages of one name are one.
                if stems[each.file.kind] == {each.stem} and each.file.event_id in event_ids
            }
        if recordings:
            yield members


def _find_anchor(stems: Mapping[PartKind, set[str]]) -> str | None:
    """The stem of the only recording of a folder: of its only video, else of its only sound."""
    recordings = stems[PartKind.VIDEO] or stems[PartKind.SOUND]
    return next(iter(recordings)) if len(recordings) == 1 else None


def _name_without_suffix(path: str) -> str:
    return normalise_path(str(PurePosixPath(path).with_name(find_stem(path))))


def _text_order(file: PartFile) -> tuple[bool, bool, str, str]:
    """Captions first, French ones or those of no language before others."""
    path = min(file.paths)
    name = _name_without_suffix(path)
    foreign = bool(_QUALIFIER.search(name)) and not _FRENCH.search(name)
    return file.kind is not PartKind.CAPTIONS, foreign, path, file.id
