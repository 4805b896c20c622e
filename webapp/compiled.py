"""Compiled templates, kept on disk from one start to the next: compiling one takes longer than rendering it."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from jinja2 import BytecodeCache

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2.bccache import Bucket

log = logging.getLogger(__name__)

_DIGEST_BYTES = hashlib.sha256().digest_size


class CheckedBytecodeCache(BytecodeCache):
    """A bytecode cache of Jinja in a folder, which may be deleted at any time.

    Each file begins with a digest: one that was written in part is ignored. Jinja's own FileSystemBytecodeCache raises
    on a file that a power cut has shortened, and where a file cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load a template's code, if there is any; Jinja itself checks that it belongs to the present source."""
        try:
            kept = (self._folder / bucket.key).read_bytes()
        except OSError:
            return
        digest, code = kept[:_DIGEST_BYTES], kept[_DIGEST_BYTES:]
        # Jinja unmarshals what it is given: damaged code could crash the process.
        if hashlib.sha256(code).digest() == digest:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a template's code; where that fails, the template is compiled again at the next start."""
        code = bucket.bytecode_to_string()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # Not through a temporary file: a file written in part is told by its digest.
            (self._folder / bucket.key).write_bytes(hashlib.sha256(code).digest() + code)
        except OSError as error:
            log.warning("a compiled template could not be kept: %s", error)
