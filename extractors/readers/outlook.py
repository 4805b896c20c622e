"""The reader of messages saved by Outlook (MSG). Format: [MS-OXMSG], Outlook Item File Format."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from olefile.olefile import STGTY_STORAGE, STGTY_STREAM
from oxmsg.domain import constants
from oxmsg.domain.encodings import encoding_from_codepage
from oxmsg.domain.model import UnrecognizedCodePageError, UnsupportedEncodingError
from oxmsg.storage import Storage, Stream

from extractors.compound_files import open_compound_file
from extractors.errors import Reason, UnreadableFileError
from extractors.formats import Format
from extractors.model import PARTIAL_WARNING
from extractors.readers.mail import (
    MailContent,
    build_extraction,
    choose_body,
    is_tnef,
    read_tnef_mail,
    unwrap_attachment,
    write_message,
)
from extractors.readers.markup import parse_html
from extractors.readers.rtf import parse_rtf, unpack_rtf
from extractors.text import TextLine, decode_text, parse_authors, parse_iso_date, to_single_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from olefile.olefile import OleDirectoryEntry

    from extractors.compound_files import CompoundFile
    from extractors.model import Extraction, Limits

# Where the properties begin in their stream: that of a message, of one inside another, of all else (2.4.1).
_MESSAGE_HEADER, _EMBEDDED_HEADER, _OTHER_HEADER = 32, 24, 8
# The storage of an attached message ([MS-OXMSG] 2.2.2.1).
_EMBEDDED_STORAGE = "__substg1.0_3701000D"
# The kinds of recipients that are shown ([MS-OXOMSG] 2.2.3.1), with their labels; blind copies are not.
_RECIPIENTS = ((1, "À"), (2, "Copie à"))
_MOST_RECIPIENTS = 1_000
# A property in its list: type, number, flags, then its value or the length of its stream (2.4.2).
_PROPERTY = struct.Struct("<2HI8s")
_PROPERTIES = "__properties_version1.0"
_TIME_ORIGIN = datetime(1601, 1, 1, tzinfo=UTC)
# The rest of a recipient's type says whether sending to it failed ([MS-OXOMSG] 2.2.3.1).
_RECIPIENT_KIND = 0x0F
# How attachments that lie elsewhere are attached: by a path, or by a web address ([MS-OXCMSG] 2.2.2.9).
_BY_REFERENCE = frozenset({2, 3, 4, 7})


@dataclass(frozen=True, slots=True)
class _Item:
    """A message, a recipient or an attachment: its storage, and its properties of fixed length by number.

    `encodings` are those of its texts that are not Unicode, the likeliest first.
    """

    storage: Storage
    fixed: Mapping[int, bytes]
    encodings: tuple[str, ...] = ()

    def read_text(self, pid: int, *encodings: str | None) -> str:
        """The text of a property, "" where it is missing; `encodings` are tried before those of the item."""
        unicode = self._read_stream(pid, constants.PTYP_STRING).decode("utf-16-le", errors="replace")
        return unicode or decode_text(self._read_stream(pid, constants.PTYP_STRING8), *encodings, *self.encodings)

    def read_bytes(self, pid: int) -> bytes:
        """The bytes of a property; b"" where it is missing."""
        return self._read_stream(pid, constants.PTYP_BINARY)

    def read_number(self, pid: int) -> int:
        """The number, or the truth, of a property; 0 where it is missing."""
        return int.from_bytes(self.fixed.get(pid, b"")[:4], "little")

    def read_date(self, pid: int) -> datetime | None:
        """The date of a property; None where it is missing, or was never set."""
        try:
            moment = _TIME_ORIGIN + timedelta(microseconds=int.from_bytes(self.fixed[pid], "little") // 10)
        except (KeyError, OverflowError):
            return None
        return parse_iso_date(moment.isoformat())

    def read_encoding(self, pid: int) -> str | None:
        """The encoding of a property that holds the number of one; None where that is missing or unknown."""
        try:
            return encoding_from_codepage(self.read_number(pid))
        except (UnrecognizedCodePageError, UnsupportedEncodingError):
            return None

    def _read_stream(self, pid: int, kind: int) -> bytes:
        try:
            return self.storage.property_stream_bytes(pid, kind)
        except LookupError:
            return b""


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for the message, with its people and the names of its attachments; then those of the attachments."""
    size = path.stat().st_size
    if size > limits.text_bytes:
        raise UnreadableFileError(Reason.TOO_LARGE, f"plus de {limits.text_bytes} octets de message")
    with path.open("rb") as file:
        is_packed = is_tnef(file.read(4))
    if is_packed:
        return build_extraction(Format.OUTLOOK, read_tnef_mail(path.read_bytes(), limits.nesting), limits)
    with open_compound_file(path) as ole:
        loader = _StreamLoader(ole, size)
        mail = _read_message(_open_message(loader.load(ole.root), _MESSAGE_HEADER), limits.nesting)
    if loader.is_cut:
        mail = replace(mail, warnings=(PARTIAL_WARNING, *mail.warnings))
    return build_extraction(Format.OUTLOOK, mail, limits)


@dataclass(slots=True)
class _StreamLoader:
    """Loads the streams of a file of `size` bytes into memory; `is_cut` is true once one of them was not whole."""

    ole: CompoundFile
    size: int
    loaded: int = 0
    is_cut: bool = False

    def load(self, node: OleDirectoryEntry, path: str = "") -> Storage:
        """A storage with all that it holds.

        UnreadableFileError where streams together are longer than their file, in which some then lie twice.
        """
        # The small streams lie in that of the root.
        self.ole.root.size = min(self.ole.root.size, self.size)
        streams, storages = list[Stream](), list[Storage]()
        for each in node.kids:
            inner = f"{path}/{each.name}" if path else each.name
            if each.entry_type == STGTY_STREAM:
                streams.append(Stream(inner, self._load_stream(each, inner)))
            elif each.entry_type == STGTY_STORAGE:
                storages.append(self.load(each, inner))
        return Storage(path, tuple(streams), tuple(storages))

    def _load_stream(self, entry: OleDirectoryEntry, path: str) -> bytes:
        """The content of a stream, as far as the file goes: a copy may have been interrupted."""
        # olefile follows as many sectors as the directory says that there are, in a ring if need be.
        stated = entry.size
        entry.size = min(stated, self.size)
        try:
            content = bytes(self.ole.openstream(path).read())
        except OSError as error:
            if error.errno is not None:
                raise
            content = b""
        self.is_cut = self.is_cut or len(content) < stated
        self.loaded += len(content)
        if self.loaded > self.size:
            raise UnreadableFileError(Reason.DAMAGED, f"plus de {self.loaded} octets de flux dans {self.size}")
        return content


def _open_message(storage: Storage, header: int, encodings: tuple[str, ...] = ()) -> _Item:
    """A message; `encodings` are those of the message that it is attached to, if it names none itself."""
    message = _open_item(storage, header)
    named = map(message.read_encoding, (constants.PID_MESSAGE_CODEPAGE, constants.PID_INTERNET_CODEPAGE))
    return replace(message, encodings=tuple(filter(None, named)) or encodings)


def _open_item(storage: Storage, header: int, encodings: tuple[str, ...] = ()) -> _Item:
    try:
        listed = storage.properties_stream_bytes[header:]
    except LookupError:
        listed = b""
    # The last one may be cut.
    entries = _PROPERTY.iter_unpack(listed[: len(listed) // _PROPERTY.size * _PROPERTY.size])
    return _Item(storage, {pid: value for _, pid, _, value in entries}, encodings)


def _read_message(message: _Item, nesting: int) -> MailContent:
    sender, name = _format_sender(message)
    page, charset = _read_page(message)
    attachments = [
        _open_item(each, _OTHER_HEADER, message.encodings) for each in message.storage.iter_attachment_storages()
    ]
    shown = [each for each in attachments if not _is_displayed(each, page)]
    return MailContent(
        subject=_read_first(message, constants.PID_SUBJECT, constants.PID_NORMALIZED_SUBJECT),
        people=tuple(filter(None, (sender and f"De : {sender}", *_list_recipients(message)))),
        authors=parse_authors(name or sender),
        sent=message.read_date(constants.PID_CLIENT_SUBMIT_TIME)
        or message.read_date(constants.PID_MESSAGE_DELIVERY_TIME),
        body=_read_body(message, page, charset),
        attachments=tuple(_list_attachments(shown, nesting)),
        linked=tuple(_list_linked(shown)),
    )


def _format_sender(message: _Item) -> tuple[str, str]:
    """The sender as mail programs write it, and the name alone."""
    name = message.read_text(constants.PID_SENDER_NAME) or message.read_text(constants.PID_SENT_REPRESENTING_NAME)
    addresses = (
        message.read_text(pid) for pid in (constants.PID_SENDER_SMTP_ADDRESS, constants.PID_SENDER_EMAIL_ADDRESS)
    )
    return _format_person(name, addresses), to_single_line(name)


def _list_recipients(message: _Item) -> Iterator[str]:
    people: dict[int, list[str]] = {}
    for storage in islice(message.storage.iter_recipient_storages(), _MOST_RECIPIENTS):
        person = _open_item(storage, _OTHER_HEADER, message.encodings)
        addresses = (person.read_text(pid) for pid in (constants.PID_SMTP_ADDRESS, constants.PID_EMAIL_ADDRESS))
        written = _format_person(person.read_text(constants.PID_DISPLAY_NAME), addresses)
        people.setdefault(person.read_number(constants.PID_RECIPIENT_TYPE) & _RECIPIENT_KIND, []).append(written)
    for kind, label in _RECIPIENTS:
        if kind in people:
            yield f"{label} : {', '.join(filter(None, people[kind]))}"


def _format_person(name: str, addresses: Iterator[str]) -> str:
    """« Ana Rey <ana@exemple.fr> ». Addresses inside an organisation, which are paths, are left out."""
    name, address = to_single_line(name), next((to_single_line(each) for each in addresses if "@" in each), "")
    return f"{name} <{address}>" if name and address and name != address else name or address


def _read_page(message: _Item) -> tuple[bytes, str | None]:
    """The HTML body and its encoding, None where only the page itself may say it."""
    encoding = message.read_encoding(constants.PID_INTERNET_CODEPAGE)
    if page := message.read_bytes(constants.PID_HTML):
        return page, encoding
    return message.read_text(constants.PID_BODY_HTML, encoding).encode(), "utf-8"


def _read_body(message: _Item, page: bytes, charset: str | None) -> tuple[TextLine, ...]:
    """The lines of the message: its plain text, its HTML body where that says more, else its RTF."""
    encoding = message.read_encoding(constants.PID_INTERNET_CODEPAGE)
    text = message.read_text(constants.PID_BODY, encoding).replace("\r\n", "\n").strip("\0").strip()
    lines = parse_html(page, charset).lines if page else ()
    if text or lines:
        return choose_body(text, lines)
    packed = message.read_bytes(constants.PID_RTF_COMPRESSED)
    return tuple(parse_rtf(unpack_rtf(packed)).lines) if packed else ()


def _read_first(item: _Item, *pids: int) -> str:
    """The first of these texts that is there, on a single line."""
    return next(filter(None, (to_single_line(item.read_text(pid)) for pid in pids)), "")


def _is_displayed(attachment: _Item, page: bytes) -> bool:
    """Whether an attachment is a picture that the message itself displays."""
    identifier = attachment.read_text(constants.PID_ATTACH_CONTENT_ID).strip(" <>\0")
    is_cited = bool(identifier) and f"cid:{identifier}".encode() in page
    return is_cited or bool(attachment.read_number(constants.PID_ATTACHMENT_HIDDEN))


def _list_attachments(attachments: Iterable[_Item], nesting: int) -> Iterator[tuple[str, bytes]]:
    """The attachments that the message holds, as (name, content)."""
    for attachment in attachments:
        storage, name = _find_embedded(attachment), _name_attachment(attachment)
        if storage is None and not _is_reference(attachment):
            yield unwrap_attachment(name, attachment.read_bytes(constants.PID_ATTACH_DATA_BINARY))
        elif storage is not None and _is_message(storage) and nesting > 0:
            inner = _read_message(_open_message(storage, _EMBEDDED_HEADER, attachment.encodings), nesting - 1)
            yield f"{inner.subject or name}.eml", write_message(inner)


def _list_linked(attachments: Iterable[_Item]) -> Iterator[str]:
    """The names of those that lie elsewhere, such as files in a shared folder, and of objects of other programs."""
    for attachment in attachments:
        storage = _find_embedded(attachment)
        if _is_reference(attachment) or (storage is not None and not _is_message(storage)):
            yield _name_attachment(attachment)


def _is_reference(attachment: _Item) -> bool:
    return attachment.read_number(constants.PID_ATTACH_METHOD) in _BY_REFERENCE


def _find_embedded(attachment: _Item) -> Storage | None:
    """The storage of an attached message, or of an object of another program; None for a file."""
    return next((each for each in attachment.storage.storages if each.name == _EMBEDDED_STORAGE), None)


def _is_message(storage: Storage) -> bool:
    return any(stream.name == _PROPERTIES for stream in storage.streams)


def _name_attachment(attachment: _Item) -> str:
    # Outlook keeps the whole message inside its own signature, written as mail programs do.
    if attachment.read_text(constants.PID_ATTACH_MIME_TAG) == "multipart/signed":
        return "message signé.eml"
    names = (constants.PID_ATTACH_LONG_FILENAME, constants.PID_ATTACH_FILENAME, constants.PID_DISPLAY_NAME)
    return _read_first(attachment, *names) or f"sans nom{_read_first(attachment, constants.PID_ATTACH_EXTENSION)}"
