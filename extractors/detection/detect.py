"""Format detection by content; the suffix only decides between formats that are plain text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.detection.containers import detect_ole_format, detect_zip_format
from extractors.detection.signatures import (
    OLE_SIGNATURE,
    ZIP_SIGNATURES,
    is_encrypted_message,
    match_binary_signature,
    match_text_signature,
)
from extractors.errors import MISNAMED_DETAIL, Reason, UnreadableFileError
from extractors.formats import SUFFIXES, Format
from extractors.text import decode_beginning

if TYPE_CHECKING:
    from pathlib import Path

# Suffixes of the formats that only these can tell from other plain text, where the content has no signature.
_TEXT_SUFFIXES: dict[str, Format] = {
    suffix: kind for kind in Format if kind.spec.signs.by_suffix for suffix in kind.spec.suffixes
}
# With a letter, and without a space: the same as `index.model.find_suffix`, which may not be imported here.
_SUFFIX = re.compile(r"(?<=.)\.(?=\w*[^\W\d_])[\w+]{1,10}$")
# Enough for the header lines of a message and the comments before an HTML doctype.
_HEAD_BYTES = 8192
# All but tab, line ends, and the ends of DOS texts and of terminals' colours (substitute and escape).
_CONTROLS = re.compile("\0+|[\x01-\x08\x0e-\x19\x1c-\x1f\x7f]")
# Random bytes have a tenth.
_FEW_CONTROLS = 0.03


def detect_format(path: Path) -> Format:
    """The format of a file, by its content. UnreadableFileError if it is empty, protected by a password or unknown."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise UnreadableFileError(Reason.EMPTY)
    if head.startswith(ZIP_SIGNATURES):
        return detect_zip_format(path, head)
    if head.startswith(OLE_SIGNATURE):
        return detect_ole_format(path)
    if is_encrypted_message(head):
        raise UnreadableFileError(Reason.ENCRYPTED, "message chiffré")
    # Binary signatures first: bytes always decode to some text, which would then be searched for text signatures.
    return match_binary_signature(head) or _detect_text_format(path, decode_beginning(head))


def _detect_text_format(path: Path, text: str) -> Format:
    """The format of a text by its signature, else by its suffix, else plain text if it reads like prose."""
    suffix = find_suffix(path.name)
    shape = match_text_signature(text)
    if shape is not None:
        return shape
    by_suffix = _TEXT_SUFFIXES.get(suffix)
    # NULs among many controls mean binary content under a text's suffix; a few are accidents.
    if by_suffix is not None and ("\0" not in text or _count_controls(text) <= _FEW_CONTROLS * len(text) + 1):
        return by_suffix
    # Text under a supported suffix (say, .docx) or none is still read. Under any other suffix it may be source code or
    # data, which nobody searches for.
    if suffix in SUFFIXES | {""} and _is_prose(text):
        return Format.TEXT
    # The suffix promises a binary format that the content is not: the file is damaged, not of an unknown format.
    reason = Reason.DAMAGED if suffix in SUFFIXES - _TEXT_SUFFIXES.keys() else Reason.UNKNOWN_FORMAT
    raise UnreadableFileError(reason, MISNAMED_DETAIL)


def find_suffix(name: str) -> str:
    """The suffix of a name, in lower case; "" for the end of « CR 12.03.2024 » or « Avis de M. Le Goff »."""
    found = _SUFFIX.search(name)
    return found[0].lower() if found else ""


def _count_controls(text: str) -> int:
    """The number of characters that no text has; a run of NULs, as crashes leave behind, counts once."""
    return len(_CONTROLS.findall(text))


def _is_prose(text: str) -> bool:
    # Control characters mean binary data, and so do NULs that are more than the rest: a program ends in zeros, too.
    # « <? » begins XML or PHP, « %! » PostScript: none is prose.
    is_filled = 2 * text.count("\0") > len(text)
    return _count_controls(text) <= 1 and not is_filled and not text.startswith(("<?", "%!"))
