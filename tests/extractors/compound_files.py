"""Writes OLE compound files ([MS-CFB]) for tests: no library does."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field
from typing import IO

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NOTHING, END, TABLE, TABLE_LIST = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC
_SECTOR, _SMALL_SECTOR, _SMALL_STREAM, _ENTRY = 512, 64, 4096, 128
_IN_HEADER, _IN_SECTOR = 109, 127
# Words of the header: how many tables there are and where, where the directory begins and the table of small sectors.
_TABLE_COUNT, _TABLES_AT, _DIRECTORY, _SMALL_TABLE, _ROOT = 11, 19, 12, 15, 5


@dataclass(frozen=True, slots=True)
class Sparse:
    """A stream of `size` bytes that begins with `head`; the rest is a hole in the file."""

    head: bytes
    size: int


Tree = dict[str, "bytes | Sparse | Tree"]
"""What a storage holds, by name: streams and storages."""


@dataclass(slots=True)
class _Entry:
    name: str
    kind: int
    start: int = 0
    size: int = 0
    left: int = NOTHING
    right: int = NOTHING
    child: int = NOTHING


@dataclass(slots=True)
class _Layout:
    """The allocation table so far, and what lies at which sector."""

    table: list[int] = field(default_factory=list)
    pieces: list[tuple[int, bytes]] = field(default_factory=list)
    small: bytearray = field(default_factory=bytearray)
    small_table: list[int] = field(default_factory=list)
    entries: list[_Entry] = field(default_factory=list)

    def allocate(self, content: bytes, size: int | None = None) -> int:
        """Give a chain of sectors to a content; gives the first."""
        count = -(-(len(content) if size is None else size) // _SECTOR)
        if not count:
            return END
        start = len(self.table)
        self.table += [*range(start + 1, start + count), END]
        self.pieces.append((start, content))
        return start

    def allocate_small(self, content: bytes) -> int:
        """Do so in the ministream."""
        count = -(-len(content) // _SMALL_SECTOR)
        if not count:
            return END
        start = len(self.small_table)
        self.small_table += [*range(start + 1, start + count), END]
        self.small += content.ljust(count * _SMALL_SECTOR, b"\0")
        return start

    def add(self, name: str, node: bytes | Sparse | Tree) -> int:
        """Add the entry of a stream or a storage, with all that it holds; gives its number."""
        number = len(self.entries)
        if isinstance(node, dict):
            entry = _Entry(name, 1)
            self.entries.append(entry)
            # In the order that the format asks for: by length, then by letters.
            names = sorted(node, key=lambda each: (len(each), each.upper()))
            entry.child = self.link([self.add(each, node[each]) for each in names])
            return number
        head, size = (node.head, node.size) if isinstance(node, Sparse) else (node, len(node))
        start = self.allocate(head, size) if size >= _SMALL_STREAM else self.allocate_small(head)
        self.entries.append(_Entry(name, 2, start, size))
        return number

    def link(self, numbers: list[int]) -> int:
        """Make siblings a balanced tree; gives its root."""
        if not numbers:
            return NOTHING
        middle = len(numbers) // 2
        entry = self.entries[numbers[middle]]
        entry.left, entry.right = self.link(numbers[:middle]), self.link(numbers[middle + 1 :])
        return numbers[middle]


def write_compound_file(file: IO[bytes], tree: Tree) -> None:
    """Write a file whose directory and tables lie at its end, as those of most writers of large files do."""
    layout = _Layout()
    layout.add("Root Entry", tree)
    root = layout.entries[0]
    root.kind, root.start, root.size = 5, layout.allocate(bytes(layout.small)), len(layout.small)
    small_table = _pack(layout.small_table)
    first_small = layout.allocate(small_table)
    directory = layout.allocate(b"".join(map(_pack_entry, layout.entries)))
    tables, lists = _count_tables(len(layout.table))
    first_table, first_list = len(layout.table), len(layout.table) + tables
    layout.table += [TABLE] * tables + [TABLE_LIST] * lists
    layout.pieces.append((first_table, _pack(layout.table)))
    numbers = list(range(first_table, first_table + tables))
    for place in range(lists):
        part = numbers[_IN_HEADER + place * _IN_SECTOR :][:_IN_SECTOR]
        following = first_list + place + 1 if place + 1 < lists else END
        layout.pieces.append((first_list + place, _pack(part, _IN_SECTOR) + struct.pack("<I", following)))
    header = MAGIC + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<4I", 0, tables, directory, 0)
    header += struct.pack(
        "<5I", 4096, first_small, -(-len(small_table) // _SECTOR), first_list if lists else END, lists
    )
    file.write(header + _pack(numbers[:_IN_HEADER], _IN_HEADER))
    for sector, content in layout.pieces:
        file.seek((sector + 1) * _SECTOR)
        file.write(content)
    file.truncate((len(layout.table) + 1) * _SECTOR)


def build_compound_file(tree: Tree) -> bytes:
    """The content of such a file."""
    file = io.BytesIO()
    write_compound_file(file, tree)
    # A BytesIO does not grow when it is truncated beyond its end.
    return file.getvalue().ljust(-(-file.tell() // _SECTOR) * _SECTOR, b"\0")


def _pack(numbers: list[int], least: int = 0) -> bytes:
    filled = numbers + [NOTHING] * max(least - len(numbers), -len(numbers) % 128 if not least else 0)
    return struct.pack(f"<{len(filled)}I", *filled)


def _pack_entry(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le") + b"\0\0"
    tree = struct.pack("<H2B3I", len(name), entry.kind, 1, entry.left, entry.right, entry.child)
    return name.ljust(64, b"\0") + tree + bytes(36) + struct.pack("<IQ", entry.start, entry.size)


def _count_tables(sectors: int) -> tuple[int, int]:
    """How many sectors the allocation table takes, itself included, and how many list those that the header cannot."""
    tables = lists = 0
    while tables * 128 < sectors + tables + lists:
        tables += 1
        lists = -(-max(tables - _IN_HEADER, 0) // _IN_SECTOR)
    return tables, lists


def move_tables_first(content: bytes) -> bytes:
    """The same file with its tables and its directory at the beginning, as Outlook writes it."""
    words = list(struct.unpack(f"<{len(content) // 4}I", content))
    in_sector = _SECTOR // 4
    sectors = [words[start : start + in_sector] for start in range(in_sector, len(words), in_sector)]
    tables = words[_TABLES_AT : _TABLES_AT + words[_TABLE_COUNT]]
    table = [number for place in tables for number in sectors[place]]

    def follow(start: int) -> list[int]:
        return [] if start >= len(sectors) else [start, *follow(table[start])]

    directory = follow(words[_DIRECTORY])
    first = [*tables, *directory, *follow(words[_SMALL_TABLE])]
    order = [*first, *(place for place in range(len(sectors)) if place not in set(first))]
    moved = {old: new for new, old in enumerate(order)}
    for place in directory:
        for entry in range(0, in_sector, _ENTRY // 4):
            kind, size = sectors[place][entry + 16] >> 16 & 0xFF, sectors[place][entry + 30]
            if kind == _ROOT or size >= _SMALL_STREAM:
                sectors[place][entry + 29] = moved.get(sectors[place][entry + 29], END)
    for place, number in enumerate(tables):
        links = [moved.get(table[old], table[old]) for old in order[place * in_sector : (place + 1) * in_sector]]
        sectors[number] = [*links, *[NOTHING] * (in_sector - len(links))]
    header = words[:in_sector]
    header[_TABLES_AT : _TABLES_AT + len(tables)] = [moved[place] for place in tables]
    for place in (_DIRECTORY, _SMALL_TABLE):
        header[place] = moved.get(header[place], header[place])
    return struct.pack(f"<{len(words)}I", *header, *(word for old in order for word in sectors[old]))
