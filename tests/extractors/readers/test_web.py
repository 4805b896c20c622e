"""Web pages, messages and digital books."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from extractors import Format, Reason
from tests.extractors.features.others import digital_book, mail_message, pdf_pages, wrapped_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from extractors import Extraction

    Read = Callable[[str, bytes], Extraction]


def said(extraction: Extraction) -> str:
    """All the text of an extraction."""
    return "\n".join(section.text for section in extraction.sections)


def test_main_part(read: Read) -> None:
    """Of a page that says which part is its main one, only that part is read."""
    page = "<html><body><header>Accueil</header><main><p>Le guichet unique ouvre.</p></main><footer>Mentions</footer>"
    assert said(read("a.html", page.encode())) == "Le guichet unique ouvre."


def test_main_part_that_is_none(read: Read) -> None:
    """A « main » that holds next to nothing is not believed."""
    page = f"<html><body><main>Haut</main><div>{'Le guichet unique ouvre. ' * 20}</div>"
    assert "guichet" in said(read("a.html", page.encode()))


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("utf-8", "utf-8"), ("iso-8859-1", "cp1252"), ("windows-1251", "cp1251"), ("utf-8", "cp1252"), ("rien", "utf-8")],
)
def test_encodings(declared: str, encoding: str, read: Read) -> None:
    """The declared encoding is followed where it can be true."""
    word = "Привет" if encoding == "cp1251" else "Évaluer"
    page = f"<html><head><meta charset='{declared}'></head><body><p>{word}</p></body></html>"
    assert said(read("a.html", page.encode(encoding))) == word


def test_deep_page(read: Read) -> None:
    """A page nested without end is read without its structure."""
    page = b"<html><body>" + b"<div>" * 100_000 + b"droits &amp; sociaux" + b"</div>" * 100_000
    assert said(read("a.html", page)) == "droits & sociaux"


def test_rows(read: Read) -> None:
    """A row of values is a line, even where each cell holds a paragraph; a row that lays the page out is not."""
    page = (
        "<html><table><tr><td><p>Lille</p></td><td><p>34 %</p></td></tr></table>"
        "<table><tr><td><h1>Un</h1><p>deux</p></td></tr></table>"
    )
    extraction = read("a.html", page.encode())
    assert [(section.title, section.text) for section in extraction.sections] == [("", "Lille | 34 %"), ("Un", "deux")]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("<legend>Qui</legend><label>Nom</label><input value='Rey'><label>Prénom</label>", "Qui\nNom Rey Prénom"),
        ("<select><optgroup label='Villes'><option>Ay<option>Oz</select>fin", "Villes\nAy\nOz\nfin"),
        ("<button>Envoyer</button><button>Annuler</button><textarea>un\ndeux</textarea>", "Envoyer Annuler\nun\ndeux"),
        ("avant<center>Centre</center>après", "avant\nCentre\naprès"),
        ("avant<dialog>Boîte</dialog><noscript>sans programme</noscript>après", "avant\nBoîte\nsans programme après"),
        ("<span style='display:block'>un</span><span style='DISPLAY: block'>deux</span>", "un\ndeux"),
        ("<svg><title>icône</title><text>Axe un</text><text>Axe deux</text></svg>", "Axe un\nAxe deux"),
        ("<table><tr><td><label>A</label><td><button>B</button></table>", "A | B"),
        ("<p hidden='until-found'>vu<p hidden>caché<template>modèle</template><input type=password value=x>", "vu"),
    ],
)
def test_what_a_reader_sees(body: str, lines: str, read: Read) -> None:
    """What a browser shows is read, and what it shows in boxes or blocks of their own is not glued together."""
    assert said(read("a.html", f"<html><body>{body}</body></html>".encode())) == lines


@pytest.mark.parametrize(
    "heading",
    ["<h3><button type=button>Qui peut ?</button></h3>", "<div role=heading aria-level=3>Qui peut ?</div>"],
)
def test_headings_that_unfold(heading: str, read: Read) -> None:
    """The questions of an accordion are headings, with their answers below."""
    extraction = read("a.html", f"<html><body><h1>Questions</h1>{heading}<div><p>Chacun.</p></div></body>".encode())
    assert [(section.title, section.text) for section in extraction.sections] == [
        ("Questions", ""),
        ("Qui peut ?", "Chacun."),
    ]


def test_saved_page(read: Read) -> None:
    """A page that a browser saved in one file keeps its title and the date on which it was saved."""
    extraction = read("a.mht", wrapped_page())
    assert (extraction.format, extraction.title, extraction.warnings) == (Format.HTML, "Actes", ())
    assert extraction.created == datetime(2024, 2, 7, 9, tzinfo=UTC)


def test_message(read: Read) -> None:
    """A message has its subject as title, its sender as author, and its text only once."""
    extraction = read("a.eml", mail_message())
    assert (extraction.title, extraction.authors) == ("Réunion", ("Ana Rey",))
    assert extraction.created == datetime(2024, 2, 7, 9, tzinfo=UTC)
    assert said(extraction).count("corps du message") == 1
    assert extraction.sections[1].title == "annexe.txt"


def test_message_in_html_only(read: Read) -> None:
    """A message whose plain text only announces a page is read as that page."""
    message = EmailMessage()
    message["From"], message["Subject"], message["To"] = "a@b.fr", "Lettre", "c@d.fr"
    message.set_content("Voir la version en ligne")
    message.add_alternative("<p>Le guichet unique ouvre lundi à Grigny, de neuf heures à midi.</p>", subtype="html")
    assert "Grigny" in said(read("a.eml", message.as_bytes()))


def test_attached_message(read: Read) -> None:
    """A message attached to a message is read with what is attached to it; what is protected is named."""
    outer = EmailMessage()
    outer["From"], outer["Subject"], outer["To"] = "a@b.fr", "Transfert", "c@d.fr"
    outer.set_content("Pour information")
    inner = EmailMessage()
    inner["Subject"] = "Origine"
    inner.set_content("mot original")
    inner.add_attachment(pdf_pages("secret"), maintype="application", subtype="pdf", filename="../clos.pdf")
    outer.add_attachment(inner)
    extraction = read("a.eml", outer.as_bytes())
    assert "mot original" in said(extraction)
    assert "Origine.eml" in extraction.sections[0].text
    outer.add_attachment(pdf_pages("secret"), maintype="application", subtype="pdf", filename="clos.pdf")
    assert read("b.eml", outer.as_bytes()).warnings[-1] == (
        "La pièce jointe « clos.pdf » n’a pas été lue : protégé par mot de passe."
    )


@pytest.mark.parametrize(
    "header", [b"From: =?utf-8?Q?=\xff?=", b"Date: hier", b"Content-Type: text/plain; charset=rien"]
)
def test_odd_headers(header: bytes, read: Read) -> None:
    """A header that no standard foresees takes nothing else along."""
    content = header + b"\nTo: c@d.fr\nSubject: Essai\nMIME-Version: 1.0\n\nBonjour \xe9t\xe9\n"
    extraction = read("a.eml", content)
    assert extraction.title == "Essai"
    assert "Bonjour" in said(extraction)


@pytest.mark.parametrize("subject", [b"L\x92\xe9t\xe9", "L’été".encode(), b"=?iso-8859-1?Q?L=92=E9t=E9?="])
def test_subjects_in_bytes(subject: bytes, read: Read) -> None:
    """Old programs write headers without saying in which encoding, or say Latin-1 for Windows-1252."""
    assert read("a.eml", b"From: a@b.fr\nTo: c@d.fr\nSubject: " + subject + b"\n\nmot").title == "L’été"


@pytest.mark.parametrize(("before", "encoding"), [("", "utf-8-sig"), ("", "utf-16"), ("\n\n", "utf-8")])
def test_what_stands_before_the_headers(before: str, encoding: str, read: Read) -> None:
    """An editor's byte order mark and empty lines do not make text of the headers."""
    content = f"{before}From: a@b.fr\nTo: c@d.fr\nSubject: L’été\nContent-Type: text/plain; charset=utf-8\n\nle cœur\n"
    extraction = read("a.eml", content.encode(encoding))
    assert (extraction.title, extraction.sections[0].text) == ("L’été", "De : a@b.fr\nÀ : c@d.fr\nle cœur")


NOTES = b"""Content-Type: text/plain; name="notes.txt"
Content-Disposition: attachment; filename="notes.txt"

maraude
"""
TEXT = b"Content-Type: text/plain\n\nle corps\n"
PAGE = b"Content-Type: text/html\n\n<p>le corps</p>\n"


def mail(content: bytes) -> bytes:
    """A message that was sent, with this content."""
    return b"From: a@b.fr\nTo: c@d.fr\nSubject: Bilan\nMIME-Version: 1.0\n" + content


def multipart(kind: str, *parts: bytes) -> bytes:
    """A content of several parts."""
    boundary = f"{kind}-{len(b''.join(parts))}".encode()
    lines = (b"--" + boundary + b"\n" + part + b"\n" for part in parts)
    header = b"Content-Type: multipart/%s; boundary=%s\n\n" % (kind.encode(), boundary)
    return header + b"".join(lines) + b"--" + boundary + b"--\n"


@pytest.mark.parametrize(
    "content",
    [
        # Apple Mail's; then those of a mailing list, of a signed message, of Gmail, and of a scanner.
        multipart("alternative", TEXT, multipart("mixed", PAGE, NOTES, PAGE)),
        multipart("mixed", multipart("mixed", TEXT, NOTES), b"Content-Type: text/plain\n\nadresse de la liste\n"),
        multipart("signed", multipart("mixed", TEXT, NOTES), b"Content-Type: application/pkcs7-signature\n\nMA==\n"),
        multipart("mixed", TEXT, b"Content-ID: <f_1>\nX-Attachment-Id: f_1\n" + NOTES),
        NOTES,
    ],
)
def test_where_attachments_lie(content: bytes, read: Read) -> None:
    """An attachment is read wherever a mail program puts it."""
    extraction = read("a.eml", mail(content))
    assert "Pièces jointes : notes.txt" in extraction.sections[0].text
    assert [(each.title, each.text) for each in extraction.sections[1:]] == [("notes.txt", "maraude")]
    assert said(extraction).count("le corps") == (content != NOTES)
    assert extraction.warnings == ()


def test_text_after_an_attachment(read: Read) -> None:
    """What is written after an attachment is read, and what a mailing list adds."""
    parts = (TEXT, NOTES, b"Content-Type: text/html\n\n<p>la fin\n", b"Content-Type: text/plain\n\nla liste\n")
    text = read("a.eml", mail(multipart("mixed", *parts))).sections[0].text
    assert [line for line in text.split("\n") if line][2:] == [
        "le corps",
        "la fin",
        "la liste",
        "Pièces jointes : notes.txt",
    ]


def test_pictures_of_the_page(read: Read) -> None:
    """A logo that the page displays is no attachment."""
    page = b"Content-Type: text/html\n\n<p>le corps<img src='cid:logo@1'>\n"
    assert "notes" not in said(read("a.eml", mail(multipart("related", page, b"Content-ID: <logo@1>\n" + NOTES))))


def test_attachments_without_a_name(read: Read) -> None:
    """A document is known by its declared type; an invitation that invites to nothing adds nothing."""
    invitation = b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n"
    content = multipart("mixed", TEXT, invitation, b"Content-Type: application/rtf\n\n{\\rtf1 maraude}\n")
    extraction = read("a.eml", mail(content))
    assert [(each.title, each.text) for each in extraction.sections[1:]] == [("sans nom.rtf", "maraude")]
    assert extraction.warnings == ()


def test_a_forwarded_message_in_base64(read: Read) -> None:
    """Some servers encode it, which the standard forbids."""
    inner = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.b64encode(mail(b"\ndedans"))
    extraction = read("a.eml", mail(multipart("mixed", TEXT, inner)))
    assert extraction.sections[1].title == "Bilan.eml"
    assert "dedans" in extraction.sections[1].text


@pytest.mark.parametrize("declared", ["iso-8859-1", "us-ascii", "utf-8", "windows-1252", "rien"])
@pytest.mark.parametrize("actual", ["cp1252", "utf-8"])
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_wrong_encodings(kind: str, actual: str, declared: str, read: Read) -> None:
    """Programs declare one encoding and write another; above all Latin-1, which lacks « ’ », « œ » and « € »."""
    headers = f"From: a@b.fr\nTo: c@d.fr\nSubject: s\nContent-Type: text/{kind}; charset={declared}\n\n"
    assert "L’été au cœur : 5 €" in said(read("a.eml", headers.encode() + "L’été au cœur : 5 €".encode(actual)))


def test_book(read: Read) -> None:
    """A book is read in the order of its reader, not in that of its archive."""
    extraction = read("a.epub", digital_book())
    assert (extraction.title, extraction.authors) == ("Actes", ("Ana Rey",))
    assert [section.title for section in extraction.sections] == ["Titreun", "Titredeux"]


@pytest.mark.parametrize(("algorithm", "locked"), [("http://www.idpf.org/2008/embedding", False), ("urn:x:drm", True)])
def test_locked_book(
    algorithm: str,
    locked: bool,  # noqa: FBT001  a parameter of the test
    read: Read,
    refusal: Callable[[str, bytes], Reason],
    edited: Callable[..., bytes],
) -> None:
    """A book whose text is locked is protected; one whose fonts alone are scrambled is not."""
    lock = f"<encryption><EncryptedData><EncryptionMethod Algorithm='{algorithm}'/></EncryptedData></encryption>"
    content = edited(digital_book(), {"META-INF/encryption.xml": lambda _: lock.encode()})
    if locked:
        assert refusal("a.epub", content) is Reason.ENCRYPTED
    else:
        assert read("a.epub", content).sections


def test_missing_chapter(read: Read, edited: Callable[..., bytes]) -> None:
    """A chapter that is not in the archive does not take the others along; without its description no book is left."""
    content = edited(digital_book(), {"OEBPS/a .xhtml": lambda _: None})
    assert [section.title for section in read("a.epub", content).sections] == ["Titredeux"]


def test_book_without_description(refusal: Callable[[str, bytes], Reason], edited: Callable[..., bytes]) -> None:
    """A book that has lost its table of contents is damaged."""
    assert refusal("a.epub", edited(digital_book(), {"OEBPS/livre.opf": lambda _: None})) is Reason.DAMAGED


def test_a_message_of_one_word(read: Read) -> None:
    """An HTML body is read however short, where there is no plain text."""
    assert read("a.eml", b"Subject: s\nContent-Type: text/html\n\n<p>Merci").sections[0].text == "Merci"


@pytest.mark.parametrize(
    "page",
    [
        "<p>avant</p><iframe srcdoc='&lt;p&gt;dans le cadre&lt;/p&gt;'></iframe><p>après</p>",
        "<p>avant</p><x-carte><template shadowrootmode='open'><p>dans le cadre</p></template></x-carte><p>après</p>",
    ],
)
def test_pages_in_pages(page: str, read: Read) -> None:
    """What a frame or a component of a page shows, and holds itself, is read in its place."""
    assert said(read("a.html", page.encode())) == "avant\ndans le cadre\naprès"


def test_templates(read: Read) -> None:
    """What a script may fill in one day is on no page."""
    assert said(read("a.html", b"<p>vu</p><template><p>pas vu</p></template>")) == "vu"


def test_frames_of_a_saved_page(read: Read) -> None:
    """The pages that were saved with a page are read where its frames show them, each frame once and no deeper."""
    inner = "<p>dans le cadre</p><iframe src='cid:deux@x'></iframe>"
    parts = {
        "un@x": "<p>avant</p><iframe src='cid:deux@x'></iframe><iframe style='display:none' src='cid:deux@x'></iframe>",
        "deux@x": inner,
        "trois@x": "<p>montré par rien</p>",
    }
    head = "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n"
    body = "".join(
        f"--b\nContent-Type: text/html; charset=utf-8\nContent-ID: <{name}>\n\n{page}\n" for name, page in parts.items()
    )
    assert said(read("a.mhtml", f"{head}{body}--b--\n".encode())) == "avant\ndans le cadre"
