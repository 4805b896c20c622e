"""A workbook by xlsxwriter, a PDF by reportlab and pypdf, a message by the standard library, and texts as written."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from email.message import EmailMessage

import xlsxwriter
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Text
from reportlab.pdfgen.canvas import Canvas

EXCEL_WORDS = {
    **dict.fromkeys(
        (
            *("nombre", "remarque", "12,5%", "07/02/2024", "1 234,50 €", "VRAI", "encadre", "intitule", "resultat"),
            *("entete & co | adroite", "piedpage", "aide", "consigne", "bouton", "indication", "typee"),
        ),
        1,
    ),
    "reserve": 2,
}
EXCEL_TITLES = {1: "Effectifs", 2: "Caches"}
PDF_WORDS = {"texte": 1, "commentaire": 1, "etiquette": 1, "valeur": 1, "suite": 2, "annexe.txt": 2, "versement": 3}
PDF_TITLES = {1: "Titreun", 2: "Titredeux", 3: "annexe.txt"}
MAIL_WORDS = {**dict.fromkeys(("corps", "Ana Rey", "annexe.txt"), 1), "versement": 2}
RTF = (
    rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\stylesheet{\s1\outlinelevel0 heading 1;}}"
    rb"{\info{\title Actes}{\author Ana Rey}}{\header entete\par}{\footer piedpage\par}\pard liminaire\par"
    rb"\pard\s1 Titreun\par\pard paragraphe {\deleted supprime} caf\'e9 \u233?tude{\footnote noteune}"
    rb"{\*\atnauthor X}{\*\annotation remarque}"
    rb"{\field{\*\fldinst HYPERLINK instruction}{\fldrslt lienvers}}\par"
    rb"{\shp{\*\shpinst{\shptxt encadre\par}}}\trowd cellule\cell autre\cell\row}"
)
RTF_WORDS = {
    **dict.fromkeys(("liminaire", "entete", "piedpage"), 1),
    **dict.fromkeys(
        ("paragraphe", "café", "étude", "noteune", "remarque", "lienvers", "encadre", "cellule | autre"), 2
    ),
}
RTF_ABSENT = ("supprime", "instruction", "Arial")
HTML = (
    "<!doctype html><html lang='fr'><head><title>Actes</title><style>feuille</style></head><body><nav>menu</nav>"
    "<script>programme</script><div hidden>cache</div><p>liminaire</p><h1>Titreun</h1><p>paragraphe<br>suite</p>"
    "<ul><li>listee</li></ul><table><tr><th>Ville</th><td>cellule</td></tr></table><img alt='bulle'><pre>verbatim</pre>"
    "<details><summary>resume</summary>replie</details></body></html>"
)
HTML_WORDS = {
    "liminaire": 1,
    **dict.fromkeys(("paragraphe", "suite", "listee", "Ville | cellule", "bulle", "verbatim", "resume", "replie"), 2),
}
HTML_ABSENT = ("feuille", "menu", "programme", "cache")


def excel_workbook() -> bytes:
    """A workbook of two sheets, the second one hidden."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as workbook:
        sheet = workbook.add_worksheet("Effectifs")
        sheet.write_row(0, 0, ["nombre", "Ville"])
        sheet.write_number(1, 0, 0.125, workbook.add_format({"num_format": "0.0%"}))
        sheet.write_datetime(1, 1, date(2024, 2, 7), workbook.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_number(1, 2, 1234.5, workbook.add_format({"num_format": '#,##0.00 "€"'}))
        sheet.write_boolean(1, 3, boolean=True)
        sheet.write_formula(2, 0, '="resul"&"tat"', value="resultat")
        sheet.write_comment(0, 0, "remarque")
        sheet.insert_textbox(5, 0, "encadre", {"description": "indication"})
        sheet.set_header('&L&"Arial,Gras"&12entete && co&R&K00-024adroite')
        sheet.set_footer("&Cpiedpage &P / &N")
        sheet.insert_button(20, 0, {"caption": "bouton"})
        for cell in ("C1", "D1"):
            help_ = {"input_title": "aide", "input_message": "consigne"}
            sheet.data_validation(cell, {"validate": "list", "source": ["Oui", "Non"], **help_})
        chart = workbook.add_chart({"type": "column"})
        chart.add_series({"values": "=Effectifs!$A$2:$A$2"})
        chart.set_title({"name": "intitule"})
        chart.add_series({"name": "typee", "values": "=Effectifs!$A$2:$A$2"})
        sheet.insert_chart(9, 0, chart)
        hidden = workbook.add_worksheet("Caches")
        hidden.write(0, 0, "reserve")
        hidden.hide()
    return stream.getvalue()


def pdf_pages(password: str = "") -> bytes:
    """A PDF of two pages, with an outline, comments, a form and a file attached; protected when a password is given."""
    stream = io.BytesIO()
    canvas = Canvas(stream)
    for title, text in (("Titreun", "texte"), ("Titredeux", "suite")):
        canvas.bookmarkPage(title)
        canvas.addOutlineEntry(title, title)
        canvas.drawString(60, 700, text)
        if text == "texte":
            canvas.acroForm.textfield(name="champ", value="valeur", x=60, y=600)
        canvas.showPage()
    canvas.save()
    writer = PdfWriter(PdfReader(stream))
    writer.add_annotation(0, Text(rect=(50, 550, 200, 650), text="commentaire"))
    writer.add_annotation(0, FreeText(rect=(50, 450, 200, 550), text="etiquette"))
    writer.add_attachment("annexe.txt", b"versement")
    if password:
        writer.encrypt(password, algorithm="AES-256")
    saved = io.BytesIO()
    writer.write(saved)
    return saved.getvalue()


def mail_message() -> bytes:
    """A message in plain text and HTML, with a file attached."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Ana Rey <ana@example.org>", "bo@example.org", "Réunion"
    message["Date"] = "Wed, 07 Feb 2024 10:00:00 +0100"
    message.set_content("corps du message")
    message.add_alternative("<p>corps du message</p>", subtype="html")
    message.add_attachment(b"versement", maintype="text", subtype="plain", filename="annexe.txt")
    return message.as_bytes()


def wrapped_page() -> bytes:
    """The page HTML as a browser saves it in one file."""
    message = EmailMessage()
    message["From"], message["Subject"] = "<Saved by Blink>", "Actes"
    message["Date"] = "Wed, 07 Feb 2024 10:00:00 +0100"
    message.set_content(HTML, subtype="html")
    message.make_related()
    return message.as_bytes()


def digital_book() -> bytes:
    """An EPUB of two chapters, the second one first in the archive."""
    container = "<container><rootfiles><rootfile full-path='OEBPS/livre.opf'/></rootfiles></container>"
    package = (
        "<package xmlns='http://www.idpf.org/2007/opf' xmlns:dc='http://purl.org/dc/elements/1.1/'><metadata>"
        "<dc:title>Actes</dc:title><dc:creator>Ana Rey</dc:creator><dc:language>fr</dc:language></metadata><manifest>"
        "<item id='b' href='b.xhtml' media-type='application/xhtml+xml'/>"
        "<item id='a' href='a%20.xhtml' media-type='application/xhtml+xml'/></manifest>"
        "<spine><itemref idref='a'/><itemref idref='b'/></spine></package>"
    )
    page = "<?xml version='1.0' encoding='utf-8'?><html xmlns='http://www.w3.org/1999/xhtml'><body>{}</body></html>"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("OEBPS/livre.opf", package)
        archive.writestr("OEBPS/b.xhtml", page.format("<h1>Titredeux</h1><p>suite</p>"))
        archive.writestr("OEBPS/a .xhtml", page.format("<h1>Titreun</h1><p>début</p>"))
    return stream.getvalue()
