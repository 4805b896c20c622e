"""Compiled templates, kept from one start to the next: compiling them takes longer than answering with them."""

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


class CompiledTemplates(BytecodeCache):
    """A folder that may be deleted at any time. What was written in part, or for other templates, is not taken.

    Jinja's own fails on a file that a power cut has shortened, and where a file cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give Jinja what was kept of a template, if it was; Jinja looks whether the template is still the same."""
        try:
            kept = (self._folder / bucket.key).read_bytes()
        except OSError:
            return
        digest, code = kept[:_DIGEST_BYTES], kept[_DIGEST_BYTES:]
        if hashlib.sha256(code).digest() == digest:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template; on a full disk it is compiled again at the next start."""
        code = bucket.bytecode_to_string()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / bucket.key).write_bytes(hashlib.sha256(code).digest() + code)
        except OSError as error:
            log.warning("a compiled template could not be kept: %s", error)
