"""Messages as mail programs write them: wrong labels, odd boundaries, packed, encrypted, in mailboxes."""

from __future__ import annotations

import base64
import struct
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from extractors import Format
from extractors.readers.mail import tnef
from tests.extractors.features.others import pdf_pages
from tests.extractors.tnef_files import build_tnef, embed

if TYPE_CHECKING:
    from collections.abc import Callable

    from extractors import Extraction

    Read = Callable[[str, bytes], Extraction]

HEADERS = "From: Ana Rey <a@b.fr>\nTo: c@d.fr\nSubject: Bilan\nMIME-Version: 1.0\n"
TABLE = "Content-Type: text/csv; name=aides.csv\nContent-Disposition: attachment\n\nville;aide\nGrigny;bourse\n"
PARTS = f"--B\nContent-Type: text/plain\n\nle corps\n--B\n{TABLE}--B\nContent-Type: text/plain\n\nla fin\n--B--\n"


def read_mail(read: Read, content: str | bytes, headers: str = HEADERS) -> Extraction:
    """What a message of this content gives."""
    raw = content if isinstance(content, bytes) else content.encode()
    return read("a.eml", headers.encode() + raw)


def body(extraction: Extraction) -> str:
    """The text of the message, without its people."""
    return extraction.sections[0].text.removeprefix("De : Ana Rey <a@b.fr>\nÀ : c@d.fr").strip("\n")


def attached(extraction: Extraction) -> list[tuple[str, str]]:
    """The title and the text of what is attached."""
    return [(section.title, section.text) for section in extraction.sections[1:]]


@pytest.mark.parametrize(
    ("header", "boundary"),
    [
        ("multipart/mixed; boundary=B", "B"),
        ("multipart/mixed; boundary=B; charset=utf-8", "B"),
        ("multipart/mixed; boundary=----=_Part_1/2:3", "----=_Part_1/2:3"),
        ("multipart/mixed; boundary=a=b(c)d", "a=b(c)d"),
        ("multipart/mixed; boundary=a b c", "a b c"),
        ('multipart/mixed; boundary="<--- x --->"', "<--- x --->"),
        ("multipart/mixed; boundary='B'", "B"),
        ("multipart/mixed; boundary='B'", "'B'"),
        ('multipart/mixed; boundary=\\"B\\"', "B"),
        ('multipart/mixed; boundary="-"', "-"),
        ('multipart/mixed boundary="B"', "B"),
        ('multipart; boundary="B"', "B"),
        ('multipart/mixed; boundary="b"', "B"),
        ('multipart/mixed; boundary="--B"', "B"),
        ('multipart/mixed; boundary="autre"', "B"),
        ("multipart/mixed", "B"),
        ("text/plain", "B"),
        ("", "B"),
        ('multipart/mixed; boundary="B"\nContent-Transfer-Encoding: base64', "B"),
    ],
)
def test_boundaries(header: str, boundary: str, read: Read) -> None:
    """The parts of a message are found by the boundary that is there, however it is declared."""
    declared = f"Content-Type: {header}\n" if header else ""
    parts = PARTS.replace("--B", f"--{boundary}")
    if "base64" in header:
        parts = base64.encodebytes(parts.encode()).decode()
    extraction = read_mail(read, f"{declared}\n{parts}")
    assert body(extraction).split("\n") == ["le corps", "la fin", "Pièces jointes : aides.csv"]
    assert attached(extraction) == [("aides.csv", "ville | aide\nGrigny | bourse")]


def test_multipart_without_parts(read: Read) -> None:
    """A multipart in which there is no part is the text that it holds."""
    assert (
        body(read_mail(read, "Content-Type: multipart/mixed; boundary=B\n\nrien que du texte\n")) == "rien que du texte"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n"])
@pytest.mark.parametrize("start", ["", "\n\n", "From ana@b.fr Tue Dec  3 09:12:00 2024\n", "412\n"])
def test_around_the_headers(start: str, end: str, read: Read) -> None:
    """What mail programs write above the headers, and how they end lines, hides nothing."""
    content = f"{start}{HEADERS}\nle corps\n"
    extraction = read("a.emlx" if start == "412\n" else "a.eml", content.replace("\n", end).encode())
    assert (extraction.format, extraction.title, body(extraction)) == (Format.EMAIL, "Bilan", "le corps")


def test_spaces_before_colons(read: Read) -> None:
    """Some programs write a space after the name of a header, and the first line of a part right below the headers."""
    extraction = read_mail(read, PARTS, HEADERS.replace(": ", " : ") + "Content-Type : multipart/mixed; boundary=B\n")
    assert (extraction.title, len(extraction.sections)) == ("Bilan", 2)


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("=?utf-8?B?w4l0w6k=?=", "Été"),
        # Cut inside a letter; in several encodings; with spaces and without padding; longer than its declared letters.
        ("=?UTF-8?Q?L=E2=80=99=C3?=\n =?utf-8?Q?=A9t=C3=A9?= !", "L’été !"),
        ("=?utf-8?B?w4l0w6k?= =?iso-8859-1?Q?_=E0?= la mer", "Été à la mer"),
        ("=? utf-8 ? Q ?L'=C3=A9t=C3=A9?=", "L'été"),
        ("=?us-ascii?Q?L=92=E9t=E9?=", "L’été"),
        ("=?utf-8?Q?L=92=E9t=E9?=", "L’été"),
        ("=?inconnu?B?w4l0w6k=?=", "Été"),
        ("=?utf-8*fr?Q?=C3=89t=C3=A9?=", "Été"),
        ("=?utf-8?Q?=C3=89t=C3=A9 à la mer?=", "Été à la mer"),
        ("a =?utf-8?Q?=C3=A9?= b =?utf-8?Q?=C3=A9?= c", "a é b é c"),
        ("=?iso-2022-jp?B?GyRCJSIbKEI=?=", "ア"),
    ],
)
def test_encoded_subjects(subject: str, title: str, read: Read) -> None:
    """Encoded words are read as mail programs show them, also where they break the rules."""
    extraction = read_mail(read, "\ncorps", HEADERS.replace("Bilan", subject))
    assert extraction.title == title


@pytest.mark.parametrize(
    "parameter",
    [
        'filename="pièce.csv"'.encode(),
        'filename="pièce.csv"'.encode("cp1252"),
        "filename=pièce.csv".encode("cp1252"),
        b"filename*=utf-8''pi%C3%A8ce.csv",
        b"filename*=utf-8''pi%E8ce.csv",
        b"filename*=iso-8859-1'fr'pi%E8ce.csv",
        b"filename*0*=utf-8''pi%C3%A8;\n filename*1=ce.csv",
        b'filename="=?utf-8?B?cGnDqGNlLmNzdg==?="',
        b"filename==?utf-8?B?cGnDqGNlLmNzdg==?=",
        b"filename='=?utf-8?Q?pi=C3=A8?=\n =?utf-8?Q?ce.csv?='",
    ],
)  # fmt: skip
def test_names_of_attachments(parameter: bytes, read: Read) -> None:
    """The name of an attachment is read in every way that programs write one."""
    content = b"Content-Type: text/csv\nContent-Disposition: attachment; " + parameter + b"\n\na;b\n"
    assert attached(read_mail(read, content)) == [("pièce.csv", "a | b")]


def test_names_with_spaces_and_signs(read: Read) -> None:
    """Unquoted names may hold spaces, quoted ones semicolons and paths."""
    for written, name in (
        ("mon fichier.csv; size=3", "mon fichier.csv"),
        ('"a;b.csv"', "a;b.csv"),
        ('"C:\\a.csv"', "C:\\a.csv"),
    ):
        content = f"Content-Type: text/csv\nContent-Disposition: attachment; filename={written}\n\na;b\n"
        assert [title for title, _ in attached(read_mail(read, content))] == [name]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Content-Transfer-Encoding: base64\n\nrien de codé, à Grigny\n", "rien de codé, à Grigny"),
        (
            "Content-Transfer-Encoding: base64\n\nbGUgY29ycHM=\n________\nListe de l’été\n",
            "le corps\n________\nListe de l’été",
        ),
        ("Content-Transfer-Encoding: base64\n\nbGUgY29ycH\n", "le corp"),
        ("Content-Transfer-Encoding: base64\n\nbGU=\nIGNvcnBz\n", "le corps"),
        ("Content-Transfer-Encoding: 8-bit\n\nl’été\n", "l’été"),
        ("Content-Transfer-Encoding: Quoted-Printable\n\nl=E2=80=99=C3=A9t=\n=C3=A9\n", "l’été"),
        ("Content-Type: text/plain\n\n<html><body><p>le corps</p></body></html>\n", "le corps"),
        ("Content-Type: text/html\n\nle corps\nsans balise\n", "le corps\nsans balise"),
        ("Content-Type: text/enriched\n\n<bold>le</bold> corps\n", "le corps"),
        ("Content-Type: text/inconnu\n\nle corps\n", "le corps"),
        ('Content-Type: "text/plain"; charset="macintosh"\n\nle corps\n', "le corps"),
    ],
)
def test_labels_that_lie(content: str, text: str, read: Read) -> None:
    """What a text really is decides how it is read."""
    assert body(read_mail(read, content)) == text


@pytest.mark.parametrize(
    "content",
    [
        "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n{}",
        "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n{}",
        "Content-Type: application/octet-stream\n\n{}",
        "Content-Type: image/png\nContent-ID: <a@b>\nContent-Transfer-Encoding: base64\n\n{}",
    ],
)
def test_a_message_that_is_a_file(content: str, read: Read) -> None:
    """A message may be nothing but a file, without a name and under a wrong type."""
    extraction = read_mail(read, content.format(base64.encodebytes(pdf_pages()).decode()))
    assert "texte" in "\n".join(text for _, text in attached(extraction))


@pytest.mark.parametrize("charset", ["macintosh", "cp850", "iso-8859-15", "utf-16"])
def test_charset_of_attached_texts(charset: str, read: Read) -> None:
    """A text that is attached is in the encoding that the message declares for it."""
    content = f"Content-Type: text/plain; charset={charset}; name=a.txt\nContent-Disposition: attachment\n\n"
    extraction = read_mail(read, content.encode() + "déjà".encode(charset))
    assert attached(extraction) == [("a.txt", "déjà")]


def test_what_leads_to_an_attachment(read: Read) -> None:
    """A page displays pictures; a part that it only links to is an attachment."""
    page = "Content-Type: text/html\n\n<img src=3D'cid:logo%40b'><a href='cid:note@b'>la note</a>\n".replace("3D", "")
    logo = "Content-Type: text/plain; name=logo.txt\nContent-ID: <logo@b>\n\nlogotype\n"
    note = "Content-Type: text/plain; name=note.txt\nContent-ID: <note@b>\n\nmaraude\n"
    parts = f"--B\n{page}--B\n{logo}--B\n{note}--B--\n"
    assert attached(read_mail(read, f"Content-Type: multipart/related; boundary=B\n\n{parts}")) == [
        ("note.txt", "maraude")
    ]


def test_uuencoded_files(read: Read) -> None:
    """Files inside the text, as programs wrote them before MIME, are attachments."""
    extraction = read_mail(read, "\navant\nbegin 644 a.csv\n)=FEL;&4[86ED\n`\nend\naprès\n")
    assert attached(extraction)[0][0] == "a.csv"
    assert "begin" not in body(extraction)
    assert "après" in body(extraction)


def test_several_forwarded_messages(read: Read) -> None:
    """Messages in a digest, and international ones, are read with their own attachments and letters."""
    inner = (
        HEADERS.replace("Bilan", "L’été").encode("cp1252")
        + f"Content-Type: multipart/mixed; boundary=B\n\n{PARTS}".encode()
    )
    for kind in (b"message/rfc822", b"message/global"):
        content = (
            b"Content-Type: multipart/mixed; boundary=C\n\n--C\nContent-Type: " + kind + b"\n\n" + inner + b"\n--C--\n"
        )
        assert [title for title, _ in attached(read_mail(read, content))] == ["L’été.eml", "L’été.eml – aides.csv"]
    digest = b"Content-Type: multipart/digest; boundary=C\n\n--C\n\n" + inner + b"\n--C\n\n" + inner + b"\n--C--\n"
    assert len(attached(read_mail(read, digest))) == 4


def test_warnings_of_attachments(read: Read) -> None:
    """What could not be read inside an attachment is told of the message."""
    inner = EmailMessage()
    inner["Subject"] = "Origine"
    inner.set_content("mot")
    inner.add_attachment(pdf_pages("secret"), maintype="application", subtype="pdf", filename="clos.pdf")
    outer = EmailMessage()
    outer["From"], outer["To"] = "a@b.fr", "c@d.fr"
    outer.set_content("mot")
    outer.add_attachment(inner)
    assert read("a.eml", outer.as_bytes()).warnings == (
        (
            "Dans la pièce jointe « Origine.eml » : "
            "La pièce jointe « clos.pdf » n’a pas été lue : protégé par mot de passe."
        ),
    )


ENVELOPED = bytes.fromhex("308006092a864886f70d010703a080") + bytes(40)


@pytest.mark.parametrize(
    "content",
    [
        (
            "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n"
            f"Content-Transfer-Encoding: base64\n\n{base64.encodebytes(ENVELOPED).decode()}"
        ),
        (
            "Content-Type: multipart/encrypted; boundary=B\n\n--B\nContent-Type: application/pgp-encrypted\n\n1\n"
            "--B\nContent-Type: application/octet-stream; name=clos.asc\n\n-----BEGIN PGP MESSAGE-----\n\nAAAA\n--B--\n"
        ),
    ],
)
def test_encrypted(content: str, read: Read) -> None:
    """What only its addressee can read is told to be protected."""
    extraction = read_mail(read, content)
    assert extraction.title == "Bilan"
    assert [warning.split(" : ")[1] for warning in extraction.warnings] == ["protégé par mot de passe."]


def test_encrypted_in_the_text(read: Read) -> None:
    """An encrypted block in the text is told and left out, a signature below it is only left out."""
    block = "-----BEGIN PGP {0}-----\n\nAAAA\n-----END PGP {0}-----\n"
    extraction = read_mail(read, f"\navant\n{block.format('MESSAGE')}après\n{block.format('SIGNATURE')}")
    assert body(extraction) == "avant\n\naprès"
    assert extraction.warnings == ("Une partie du message est chiffrée : elle n’a pas été lue.",)
    assert read_mail(read, f"\navant\n{block.format('SIGNATURE')}").warnings == ()


def test_doubtful_letters(read: Read) -> None:
    """Where the letters of a text may be wrong, the animator is told, once."""
    content = b"\n" + "привет, как дела".encode("koi8_r")
    assert len(read_mail(read, content).warnings) == 1


MAILBOX = (
    "From ana@b.fr Tue Dec  3 09:12:00 2024\n" + HEADERS + "\nle premier\n>From ici\n\n"
    "From bo@b.fr Tue Dec  3 10:12:00 2024\n" + HEADERS.replace("Bilan", "Suite")
    + f"Content-Type: multipart/mixed; boundary=B\n\n{PARTS}\nFrom là-bas en 2024\n"
)  # fmt: skip


@pytest.mark.parametrize(
    ("plain", "page", "text"),
    [
        ("Le bilan est joint", "<p>Le <b>bilan</b> est joint", "Le bilan est joint"),
        (
            "Le bilan : https://exemple.org/a",
            "<p>Le <a href='https://exemple.org/a'>bilan</a>",
            "Le bilan : https://exemple.org/a",
        ),
        ("Le bilan est là", "<p>Le bilan est là<p>Grigny a ouvert", "Le bilan est là\nGrigny a ouvert"),
        (
            "Le bilan est là\nPS maraude",
            "<p>Le bilan est là<p>Grigny ouvre",
            "Le bilan est là\nGrigny ouvre\nPS maraude",
        ),
        (
            "Voir en HTML",
            "<p>" + " ".join(f"mot{number}" for number in range(9)),
            " ".join(f"mot{n}" for n in range(9)),
        ),
    ],
)
def test_versions_of_a_text(plain: str, page: str, text: str, read: Read) -> None:
    """The plain text is read where it says all; what either says alone is kept, addresses of links apart."""
    content = (
        "Content-Type: multipart/alternative; boundary=B\n\n"
        f"--B\nContent-Type: text/plain; charset=utf-8\n\n{plain}\n"
        f"--B\nContent-Type: text/html; charset=utf-8\n\n{page}\n--B--\n"
    )
    assert body(read_mail(read, content)) == text


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["a.mbox", "a.eml", "a.txt"])
def test_mailbox(name: str, end: str, read: Read) -> None:
    """A mailbox is read message by message, each with what is attached to it."""
    extraction = read(name, MAILBOX.replace("\n", end).encode())
    assert [section.title for section in extraction.sections] == ["Bilan.eml", "Suite.eml", "Suite.eml – aides.csv"]
    assert "le premier\nFrom ici" in extraction.sections[0].text
    assert extraction.format is Format.EMAIL


TNEF: dict[int, str | bytes] = {tnef.PID_SUBJECT: "Bilan", tnef.PID_BODY: "le corps", tnef.PID_SENDER_NAME: "Ana Rey"}
FILE: dict[int, str | bytes] = {
    tnef.PID_LONG_FILE_NAME: "Aides de l’été.csv",
    tnef.PID_DATA: b"ville;aide\nGrigny;bourse\n",
}


def in_mail(packed: bytes, text: str = "") -> str:
    """A message with what Outlook has packed."""
    return (
        f"Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/plain\n\n{text}\n--B\n"
        "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"
        f"{base64.encodebytes(packed).decode()}\n--B--\n"
    )


def test_winmail(read: Read) -> None:
    """What Outlook packs into « winmail.dat » are attachments of the message; its text is read for want of another."""
    extraction = read_mail(read, in_mail(build_tnef(TNEF, [FILE])))
    assert body(extraction) == "le corps\nPièces jointes : Aides de l’été.csv"
    assert attached(extraction) == [("Aides de l’été.csv", "ville | aide\nGrigny | bourse")]
    assert extraction.warnings == ()
    assert body(read_mail(read, in_mail(build_tnef(TNEF), "un autre"))) == "un autre"


def test_message_in_winmail(read: Read) -> None:
    """A message that is packed into another is read as one that is attached."""
    packed = build_tnef(TNEF) + embed(build_tnef({**TNEF, tnef.PID_SUBJECT: "Dedans"}, [FILE]))
    titles = [title for title, _ in attached(read_mail(read, in_mail(packed)))]
    assert titles == ["Dedans.eml", "Dedans.eml – Aides de l’été.csv"]


RICH = rb"{\rtf1 l\rquote \'e9t\'e9}"


@pytest.mark.parametrize(
    ("values", "old"),
    [
        ({tnef.PID_HTML: "<p>l’été</p>".encode()}, {}),
        ({tnef.PID_RTF: struct.pack("<II4s4x", len(RICH) + 12, len(RICH), b"MELA") + RICH}, {}),
        ({}, {0x2800C: "l’été\0".encode("cp1252")}),
    ],
)
def test_texts_in_winmail(values: dict[int, bytes], old: dict[int, bytes], read: Read) -> None:
    """Its text may be a page, RTF, or bytes of the encoding that it declares."""
    extraction = read("winmail.dat", build_tnef(values, old=old))
    assert extraction.format is Format.OUTLOOK
    assert extraction.sections[0].text == "l’été"


def test_damaged_winmail(read: Read) -> None:
    """What is cut is read as far as it goes, and told; what a server adds below hides nothing."""
    packed = build_tnef(TNEF, [FILE])
    assert attached(read_mail(read, in_mail(packed + b"\r\n-- pied")))
    cut = read_mail(read, in_mail(packed[:-30]))
    assert body(cut).startswith("le corps")
    assert cut.warnings


@pytest.mark.parametrize(
    "header",
    [
        f"Content-Type: text/plain; {'a=b; ' * 20_000}",
        f"Content-Type: text/plain{';' * 200_000}",
        f"Content-Disposition: inline{'; a=b' * 20_000}",
        f"From: {'(' * 50_000}",
    ],
)
def test_headers_without_end(header: str, read: Read) -> None:
    """A header that never ends takes no more time than others, and costs no text."""
    assert "le corps" in read("a.eml", f"To: c@d.fr\n{header}\n\nle corps\n".encode()).sections[0].text


@pytest.mark.parametrize(
    ("more", "text", "shown"),
    [
        (
            "",
            "> dit \n> plus\n\nun texte qui \nva plus loin\n-- \nAna",
            "> dit plus\n\nun texte qui va plus loin\n--\nAna",
        ),
        ("; delsp=yes", "https://exemple.fr/domi \nciliation", "https://exemple.fr/domiciliation"),
    ],
)
def test_flowed_text(more: str, text: str, shown: str, read: Read) -> None:
    """Lines that say that they go on are one paragraph, and a word that was cut so is whole."""
    assert body(read_mail(read, f"Content-Type: text/plain; format=flowed{more}\n\n{text}\n")) == shown


def test_forwarded_message_in_code(read: Read) -> None:
    """A forwarded message that a server has encoded, against the rules, is decoded."""
    inner = "Subject: Bilan\nContent-Type: text/plain; charset=3Dutf-8\n\n=C3=A9t=C3=A9 chau=\nd\n"
    headers = "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n"
    assert attached(read_mail(read, headers + inner)) == [("Bilan.eml", "été chaud")]
