"""Messages inside their own signature."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import cache
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509.oid import NameOID

from extractors import Format, Reason
from extractors.readers.mail.signed_mail import unwrap_signed
from tests.extractors.outlook_files import DATA, FILE_NAME, SUBJECT, build_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from extractors import Extraction

    Read = Callable[[str, bytes], Extraction]


@cache
def signed_message() -> bytes:
    """What was signed: a text and a file."""
    message = EmailMessage()
    message.set_content("le corps")
    message.add_attachment(b"maraude", maintype="text", subtype="plain", filename="notes.txt")
    return message.as_bytes()


@cache
def sign(*options: PKCS7Options, content: bytes = b"") -> bytes:
    """The signature of a content, which is that message unless another one is given."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ana Rey")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, SHA256())
    signer = PKCS7SignatureBuilder().set_data(content or signed_message()).add_signer(certificate, key, SHA256())
    return signer.sign(Encoding.DER, [PKCS7Options.Binary, *options])


def in_mail(signature: bytes) -> bytes:
    """A message that is nothing but a signature."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@b.fr", "c@d.fr", "Bilan"
    message.set_content(signature, maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
    return message.as_bytes()


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.eml", in_mail),
        ("a.msg", lambda signature: build_message({SUBJECT: "s"}, [], [{FILE_NAME: "smime.p7m", DATA: signature}])),
    ],
)
def test_a_signature_that_holds_the_message(name: str, write: Callable[[bytes], bytes], read: Read) -> None:
    """Its text and its attachments are read."""
    extraction = read(name, write(sign()))
    assert [(each.title, each.text) for each in extraction.sections[1:]] == [
        ("message signé.eml", "le corps\n\nPièces jointes : notes.txt"),
        ("message signé.eml – notes.txt", "maraude"),
    ]
    assert extraction.warnings == ()


def test_lengths_that_are_not_stated() -> None:
    """Programs that write as they go end elements by a mark, and cut the message into pieces."""
    pieces = b"".join(b"\x04" + bytes([len(piece)]) + piece for piece in (b"Subject: s\n", b"\nmot"))
    data = b"\x06\x01\x2a\xa0\x80\x24\x80" + pieces + bytes(4)
    signed = b"\x30\x80\x02\x01\x01\x31\x00\x30\x80" + data + bytes(4)
    kind = bytes.fromhex("06092a864886f70d010702")
    assert unwrap_signed(b"\x30\x80" + kind + b"\xa0\x80" + signed + bytes(4)) == b"Subject: s\n\nmot"


def test_what_holds_no_message() -> None:
    """A signature beside its message, an encrypted message, and anything else."""
    whole = sign()
    assert unwrap_signed(sign(PKCS7Options.DetachedSignature)) == b""
    assert (
        unwrap_signed(whole.replace(bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d010703"), 1)) == b""
    )
    assert unwrap_signed(b"\x30\x80" * 1_000_000) == b""
    for length in range(len(whole)):
        assert unwrap_signed(whole[:length]) == b""


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
@pytest.mark.parametrize(
    ("name", "inner"),
    [("notes.eml.p7m", "notes.eml"), ("SMIME.P7M", "message signé.eml"), ("", "message signé.eml")],
)
def test_names_of_what_is_signed(name: str, inner: str, encoding: Encoding, read: Read) -> None:
    """What is signed is found whatever the signature is called, in bytes or in letters, and keeps its own name."""
    written = sign() if encoding is Encoding.DER else b"-----BEGIN PKCS7-----\n" + base64.encodebytes(sign())
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@b.fr", "c@d.fr", "Bilan"
    message.set_content("le mot")
    message.add_attachment(written, maintype="application", subtype="x-pkcs7-mime", filename=name or None)
    titles = [section.title for section in read("a.eml", message.as_bytes()).sections[1:]]
    assert titles == [inner, f"{inner} – notes.txt"]


@pytest.mark.parametrize("is_written_in_letters", [False, True])
@pytest.mark.parametrize("name", ["smime.p7m", "sans_suffixe"])
def test_a_signature_that_is_a_file(name: str, is_written_in_letters: bool, read: Read) -> None:  # noqa: FBT001
    """A signed message that was saved as it is gives what the message does."""
    extraction = read(name, base64.encodebytes(sign()) if is_written_in_letters else sign())
    assert extraction.format is Format.EMAIL
    assert [(each.title, each.text) for each in extraction.sections] == [
        ("", "le corps\n\nPièces jointes : notes.txt"),
        ("notes.txt", "maraude"),
    ]


def test_a_signed_file(read: Read) -> None:
    """A signed document is read as the document."""
    extraction = read("contrat.html.p7m", sign(content=b"<!DOCTYPE html><title>Contrat</title><p>Article premier"))
    assert (extraction.format, extraction.title) == (Format.HTML, "Contrat")
    assert extraction.sections[0].text == "Article premier"
    assert extraction.warnings == ()


def test_what_holds_no_file(refusal: Callable[[str, bytes], Reason]) -> None:
    """A signature alone says so, and so does what is encrypted, in bytes or in letters."""
    assert refusal("smime.p7m", sign(PKCS7Options.DetachedSignature)) is Reason.UNKNOWN_FORMAT
    hidden = sign().replace(bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d010703"), 1)
    assert refusal("smime.p7m", hidden) is Reason.ENCRYPTED
    assert refusal("smime.p7m", base64.encodebytes(hidden)) is Reason.ENCRYPTED
