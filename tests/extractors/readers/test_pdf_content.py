"""What a PDF holds beside plain text, and what nobody sees of it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from extractors import Reason
from extractors.programs import TESSERACT, is_installed
from extractors.readers.pdf.readability import is_readable
from tests.extractors.pdf_files import build_page, build_stream, write_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from extractors import Extraction

    Read = Callable[[str, bytes], Extraction]

TEXT = "La réunion de la commission évoquera l’hébergement d’été des personnes dans nos communes et cantons"


def said(extraction: Extraction) -> list[str]:
    """The lines of the first page."""
    return extraction.sections[0].text.split("\n") if extraction.sections else []


def draw(lines: Iterable[tuple[str, float, float]], font: str = "Helvetica") -> bytes:
    """A page of lines, each with its size and the height of its foot."""
    stream = io.BytesIO()
    canvas = Canvas(stream)
    for text, size, bottom in lines:
        canvas.setFont(font, size)
        canvas.drawString(60, bottom, text)
    canvas.save()
    return stream.getvalue()


BODY = [(f"Ligne ordinaire de la page, en quelques mots {row}", 10.0, 600.0 - 14 * row) for row in range(12)]


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        # The second line has no letter that rises or falls; the words come back in the text; two sizes, one title.
        ([("Guide de l’aide pour", 24, 740), ("nos communes", 24, 712), *BODY], "Guide de l’aide pour nos communes"),
        ([("Ligne ordinaire", 24, 740), *BODY], "Ligne ordinaire"),
        ([("Bilan de la tarpinette", 21, 740), ("par commune", 24, 712), *BODY], "Bilan de la tarpinette par commune"),
        ([("Charte communale", 11, 740), *BODY], "Charte communale"),
        ([("Compte rendu", 24, 740), ("Paris", 24, 400), *BODY[:3]], "Compte rendu"),
        ([("12", 60, 740), ("Notre rapport annuel", 24, 700), *BODY], "Notre rapport annuel"),
        ([("Rapport annuel", 30, 500), ("de la communauté", 30, 460)], "Rapport annuel de la communauté"),
        (BODY, ""),
        ([*BODY, ("Tout en bas", 24, 100)], ""),
    ],
)  # fmt: skip
def test_titles(lines: list[tuple[str, float, float]], title: str, read: Read) -> None:
    """A title is all the lines in the largest letters that stand together, and nothing else."""
    assert read("a.pdf", draw(lines)).title == title


def test_titles_in_several_fonts(read: Read) -> None:
    """A title in two fonts, and in letters that are enlarged as they are drawn, is read whole."""
    content = "BT /F1 1 Tf 24 0 0 24 50 740 Tm (Charte) Tj /F2 1 Tf 4 0 Td (tarpinette) Tj ET "
    rows = "".join(write_text(text, 50, bottom, size) for text, size, bottom in BODY)
    bold = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold>>"
    extraction = read("a.pdf", build_page(content + rows, bold, resources="/Font<</F1 5 0 R/F2 6 0 R>>"))
    assert extraction.title == "Charte tarpinette"


def test_files_and_rich_comments_on_a_page(read: Read) -> None:
    """A file that is pinned to a page is attached, and a comment may be rich text alone."""
    notes = (
        b"<</Type/Annot/Subtype/FileAttachment/Rect[50 600 70 620]/Contents(Tableau joint)/FS 7 0 R>>",
        b"<</Type/Filespec/F(aides.csv)/UF(aides.csv)/EF<</F 8 0 R>>>>",
        build_stream("ville;aide\nGrigny;bourse\n", "/Type/EmbeddedFile"),
        b"<</Type/Annot/Subtype/FreeText/Rect[50 500 250 520]/RC(<body><p>Premier</p><p>second</p></body>)>>",
        b"<</Type/Annot/Subtype/Text/Rect[50 400 70 420]/Contents(Un seul)/RC(<body><p>Un seul</p></body>)>>",
    )
    extraction = read("a.pdf", build_page(write_text("Texte"), *notes, page="/Annots[6 0 R 9 0 R 10 0 R]"))
    lines = ["Texte", "Tableau joint", "Premier", "second", "Un seul", "", "Pièces jointes : aides.csv"]
    assert said(extraction) == lines
    (attached,) = extraction.sections[1:]
    assert (attached.title, attached.text) == ("aides.csv", "ville | aide\nGrigny | bourse")
    assert extraction.warnings == ()


LAYERS = (b"<</Type/OCG/Name(Vu)>>", b"<</Type/OCG/Name(Cach\xe9)>>")
FORM = "/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</Font<</F1 5 0 R>>>>"
PROPERTIES = "/Properties<</L1 6 0 R/L2 7 0 R>>"
IN_LAYERS = (
    f"{write_text('texte')}/OC /L1 BDC {write_text('vu', 50, 680)}EMC /OC /L2 BDC {write_text('masque', 50, 660)}EMC"
)


@pytest.mark.parametrize(
    ("settings", "lines"),
    [
        ("/OFF[7 0 R]", ["texte", "vu"]),
        ("/BaseState/OFF/ON[6 0 R]", ["texte", "vu"]),
        ("", ["texte", "vu", "masque"]),
    ],
)
def test_layers(settings: str, lines: list[str], read: Read) -> None:
    """Layers that are switched off when the document is opened are not read."""
    catalog = f"/OCProperties<</OCGs[6 0 R 7 0 R]/D<<{settings}>>>>"
    assert said(read("a.pdf", build_page(IN_LAYERS, *LAYERS, catalog=catalog, resources=PROPERTIES))) == lines


@pytest.mark.parametrize(
    ("condition", "is_read"),
    [
        ("/OCGs 7 0 R", False),
        ("/OCGs[6 0 R 7 0 R]", True),
        ("/OCGs[6 0 R 7 0 R]/P/AllOn", False),
        ("/OCGs[6 0 R 7 0 R]/P/AnyOff", True),
        ("/OCGs[6 0 R]/P/AllOff", False),
        ("/OCGs[]", True),
        ("/VE[/And 6 0 R[/Not 7 0 R]]/OCGs 7 0 R", True),
        ("/VE[/Or 7 0 R[/Not 6 0 R]]", False),
    ],
)
def test_conditions_on_layers(condition: str, *, is_read: bool, read: Read) -> None:
    """What is shown under a condition on several layers is read where it is met, whether in the page or a form."""
    content = build_page(
        f"{write_text('texte')}/OC /M1 BDC {write_text('dit', 50, 680)}EMC /X1 Do",
        *LAYERS,
        f"<</Type/OCMD{condition}>>".encode(),
        build_stream(write_text("dessin", 50, 640), f"{FORM}/OC 8 0 R"),
        catalog="/OCProperties<</OCGs[6 0 R 7 0 R]/D<</OFF[7 0 R]>>>>",
        resources="/Properties<</M1 8 0 R>>/XObject<</X1 9 0 R>>",
    )
    assert said(read("a.pdf", content)) == ["texte", *["dit", "dessin"] * is_read]


def test_several_conditions(read: Read) -> None:
    """Each of several conditions hides what stands under it, and nothing else."""
    masked = write_text("masque", 50, 680) + write_text("aussi", 50, 660)
    content = build_page(
        f"/OC /M1 BDC {write_text('vu')}EMC /OC /M2 BDC {masked}EMC",
        *LAYERS,
        b"<</Type/OCMD/OCGs 6 0 R>>",
        b"<</Type/OCMD/OCGs 7 0 R>>",
        catalog="/OCProperties<</OCGs[6 0 R 7 0 R]/D<</OFF[7 0 R]>>>>",
        resources="/Properties<</M1 8 0 R/M2 9 0 R>>",
    )
    assert said(read("a.pdf", content)) == ["vu"]


def test_layers_for_print(read: Read) -> None:
    """A layer that is made for print alone is not read, as no screen shows it."""
    layers = (LAYERS[0], b"<</Type/OCG/Name(Imprimer)/Usage<</View<</ViewState/OFF>>>>>>")
    settings = "/ON[6 0 R 7 0 R]/AS[<</Event/View/Category[/View]/OCGs[7 0 R]>>]"
    catalog = f"/OCProperties<</OCGs[6 0 R 7 0 R]/D<<{settings}>>>>"
    assert said(read("a.pdf", build_page(IN_LAYERS, *layers, catalog=catalog, resources=PROPERTIES))) == ["texte", "vu"]


def test_layers_of_long_files(read: Read) -> None:
    """Layers are found wherever the file declares them."""
    comment, filling = f"%{'y' * 100_000}\n", b"<</Length 200000>>stream\n%b\nendstream" % (b"x" * 200_000)
    catalog = f"{comment}/OCProperties<</OCGs[6 0 R 7 0 R]/D<</OFF[7 0 R]>>>>"
    content = build_page(IN_LAYERS, *LAYERS, filling, catalog=catalog, resources=PROPERTIES)
    assert said(read("a.pdf", content)) == ["texte", "vu"]


def test_drawings_in_layers(read: Read) -> None:
    """A form that belongs to a layer that is switched off is not read, another one is."""
    forms = (
        build_stream(write_text("masque", 50, 660), f"{FORM}/OC 7 0 R"),
        build_stream(write_text("vu", 50, 640), f"{FORM}/OC 6 0 R"),
    )
    content = build_page(
        f"{write_text('texte')}/X1 Do /X2 Do",
        *LAYERS,
        *forms,
        catalog="/OCProperties<</OCGs[6 0 R 7 0 R]/D<</OFF[7 0 R]>>>>",
        resources="/XObject<</X1 8 0 R/X2 9 0 R>>",
    )
    assert said(read("a.pdf", content)) == ["texte", "vu"]


def test_beside_the_page(read: Read) -> None:
    """What lies outside the box that viewers show is not read; invisible letters over a scan are."""
    outside = write_text("dessous", 50, -80) + write_text("à droite", 900) + write_text("rogné", 50, 300)
    content = write_text("dans la page") + outside
    assert said(read("a.pdf", build_page(content, page="/CropBox[0 400 612 792]"))) == ["dans la page"]
    assert said(read("b.pdf", build_page(f"3 Tr {write_text('reconnu')}"))) == ["reconnu"]


@pytest.mark.parametrize("kind", ["Adobe.PubSec", "FileOpen"])
def test_other_locks(kind: str, refusal: Callable[[str, bytes], Reason]) -> None:
    """A file that a certificate or a seller's program opens is protected, not damaged."""
    lock = f"/ID[(a)(b)]/Encrypt<</Filter/{kind}/SubFilter/adbe.pkcs7.s5/V 4/R 4/Length 128>>"
    assert refusal("a.pdf", build_page(write_text("secret"), trailer=lock)) is Reason.ENCRYPTED


def test_replacement_texts(read: Read) -> None:
    """What a mark says in place of what is drawn is read, of letters and of pictures."""
    content = (
        "BT /F1 12 Tf 50 700 Td /Span <</ActualText (efficace)>> BDC (e\x01\x02cace) Tj EMC ( suite) Tj ET "
        "/Figure <</ActualText (formule)>> BDC 10 10 50 50 re f EMC /Figure <</Alt (schéma)>> BDC 90 10 50 50 re f EMC"
    )
    assert said(read("a.pdf", build_page(content))) == ["efficace suite", "formule", "schéma"]


def test_descriptions(read: Read) -> None:
    """The structure of a document describes its pictures; not what a program or the page says."""
    figures = [f"/Figure <</MCID {number}>> BDC 10 10 50 50 re f EMC " for number in (1, 2, 3)]
    elements = [
        f"<</Type/StructElem/S/Figure/P 6 0 R/K {number}/Pg 3 0 R/Alt({text})>>".encode()
        for number, text in ((1, "Carte des communes"), (2, "image001"), (3, "texte"))
    ]
    content = build_page(
        f"/P <</MCID 0>> BDC {write_text('Texte')}EMC {''.join(figures)}",
        b"<</Type/StructTreeRoot/K[7 0 R 8 0 R 9 0 R 10 0 R]/ParentTree 11 0 R>>",
        b"<</Type/StructElem/S/P/P 6 0 R/K 0/Pg 3 0 R>>",
        *elements,
        b"<</Nums[0[7 0 R 8 0 R 9 0 R 10 0 R]]>>",
        catalog="/MarkInfo<</Marked true>>/StructTreeRoot 6 0 R",
        page="/StructParents 0",
    )
    assert said(read("a.pdf", content)) == ["Texte", "Carte des communes"]


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        ("C O M P T E   R E N D U", ["COMPTE RENDU"]),
        ("du C O M P T E  R E N D U ici", ["du COMPTE RENDU ici"]),
        ("A B C D", ["A B C D"]),
        ("1 2 3 4 5 6", ["1 2 3 4 5 6"]),
    ],
)
def test_letters_that_stand_apart(written: str, lines: list[str], read: Read) -> None:
    """Spaced-out letters are words, parted where the gap is wider; initials and figures are none."""
    assert said(read("a.pdf", build_page(write_text(written)))) == lines


def test_columns_of_letters(read: Read) -> None:
    """Letters in the columns of a table stand too far apart for words."""
    content = "".join(write_text(letter, 50 + 60 * place) for place, letter in enumerate("PQRSTU"))
    assert said(read("a.pdf", build_page(content))) == ["P Q R S T U"]


HEBREW = "שלום עולם"


@pytest.mark.parametrize(
    ("drawn", "line"),
    [
        (HEBREW[::-1], HEBREW),
        (f"{HEBREW[::-1]} {HEBREW[::-1]}", f"{HEBREW} {HEBREW}"),
        (f"Bonjour {HEBREW[::-1]} et fin", f"Bonjour {HEBREW} et fin"),
        (f"http://a.fr/b?c 2024 : {HEBREW[::-1]} {HEBREW[::-1]}", f"{HEBREW} {HEBREW} : http://a.fr/b?c 2024"),
    ],
)
def test_right_to_left(drawn: str, line: str, read: Read) -> None:
    """Words that run to the left come in the order of reading, and addresses among them stay whole."""
    fonts = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
    try:
        pdfmetrics.registerFont(TTFont("Sans", fonts))
    except Exception:  # noqa: BLE001  reportlab's own error, of a private module
        pytest.skip(f"no font with Hebrew letters at {fonts}")
    assert said(read("a.pdf", draw([(drawn, 12, 700)], "Sans"))) == [line]


def shifted(text: str) -> str:
    """What a font without its table of letters gives: other letters, each the same number of places away."""
    return "".join(chr((ord(sign) - 97 + 13) % 26 + 97) if "a" <= sign <= "z" else sign for sign in text.lower())


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        (TEXT, True),
        (TEXT.upper(), True),
        ("The committee will meet in the town hall and discuss the housing of all persons in our county", True),
        ("привет, как дела у вас сегодня, всё ли хорошо в вашем городе", True),
        ("1 234,50 € 12 % 2024 | 12 | 45 | 78 | 90,2 | 12/03/2024 | 06 12 34 56 78", True),
        ("\uf0b7 premier point\n\uf0b7 second point\n\uf0b7 troisième point", True),
        ("CCAS", True),
        (shifted(TEXT), False),
        ("".join(chr(ord(sign) - 29) if "a" <= sign <= "z" else sign for sign in TEXT.lower()), False),
        ("La r\x01union de la commission \x01voquera l\x01h\x01bergement d\x01\x01t\x01", False),
        (
            "\ue001\ue002\ue003 " * 8,
            False,
        ),
    ],
)
def test_what_is_made_of_words(text: str, readable: bool) -> None:  # noqa: FBT001  a parameter of the test
    """Words of any language, figures and lists are told from letters that mean others."""
    assert is_readable(text) is readable


def test_a_font_without_letters(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page whose letters are not named is recognised, or told to be unreadable; its comments are kept."""
    content = build_page(
        "".join(write_text(shifted(TEXT), 50, 700 - 14 * row) for row in range(3)),
        b"<</Type/Annot/Subtype/Text/Rect[50 400 70 420]/Contents(Remarque)>>",
        page="/Annots[6 0 R]",
    )
    if is_installed(TESSERACT):
        recognised = read("a.pdf", content)
        assert recognised.sections[0].text.endswith("Remarque")
    monkeypatch.setattr("extractors.recognition.is_available", lambda: False)
    extraction = read("b.pdf", content)
    assert extraction.warnings == ("Pages dont le texte est illisible, faute de polices qui disent leurs lettres : 1.",)
    assert extraction.sections[0].text.endswith("Remarque")


@pytest.mark.parametrize("is_dynamic", [True, False])
def test_dynamic_forms(is_dynamic: bool, read: Read) -> None:  # noqa: FBT001
    """A form that Adobe Reader alone lays out says what its template and data say; others have pages of their own."""
    template = (
        '<template xmlns="http://www.xfa.org/schema/xfa-template/3.3/"><subform><field name="nom"><caption><value>'
        "<text>Nom de famille</text></value></caption><script>app.alert()</script></field><draw><value><exData>"
        '<body xmlns="http://www.w3.org/1999/xhtml"><p>Joindre un <b>justificatif</b></p></body></exData></value>'
        "</draw></subform></template>"
    )
    data = (
        '<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data><form><nom>Rey</nom></form>'
        "</xfa:data></xfa:datasets>"
    )
    content = build_page(
        write_text("Please wait..."),
        build_stream('<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/">' + template),
        build_stream(data + "</xdp:xdp>"),
        catalog=f"/NeedsRendering {str(is_dynamic).lower()}/AcroForm<</Fields[]/XFA[(a)6 0 R(b)7 0 R]>>",
    )
    lines = ["Nom de famille", "Joindre un justificatif", "Rey"]
    assert said(read("a.pdf", content)) == ["Please wait...", *lines * is_dynamic]


def test_damaged_dynamic_forms(read: Read) -> None:
    """A form that cannot be read costs no page."""
    content = build_page(write_text("mot"), catalog="/NeedsRendering true/AcroForm<</Fields[]/XFA 9 0 R>>")
    assert said(read("a.pdf", content)) == ["mot"]
