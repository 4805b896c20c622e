"""OpenDocument files, beyond what their feature files hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from extractors import Format, Reason
from tests.extractors.compound_files import build_compound_file
from tests.extractors.features.opendocument import odf_sheets, odf_slides, odf_text
from tests.extractors.samples import zipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from extractors import Extraction

    Read = Callable[[str, bytes], Extraction]
    Edited = Callable[..., bytes]

CHART = "urn:oasis:names:tc:opendocument:xmlns:chart:1.0"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
MATH = "http://www.w3.org/1998/Math/MathML"
CHART_CONTENT = (
    f"<office:document-content xmlns:office='{OFFICE}' xmlns:text='{TEXT}' xmlns:c='{CHART}'><c:chart><c:title>"
    "<text:p>intitule</text:p></c:title><c:cell office:value-type='float'><text:p>34</text:p></c:cell>"
    "<c:cell office:value-type='string'><text:p>serie</text:p></c:cell></c:chart></office:document-content>"
)


def test_properties(read: Read, edited: Edited) -> None:
    """Title, author and dates come from the file."""
    meta = (
        f"<office:document-meta xmlns:office='{OFFICE}' xmlns:dc='http://purl.org/dc/elements/1.1/'"
        " xmlns:meta='urn:oasis:names:tc:opendocument:xmlns:meta:1.0'><office:meta><dc:title>Actes</dc:title>"
        "<meta:initial-creator>Ana Rey</meta:initial-creator><dc:creator>Bo Lin</dc:creator>"
        "<meta:creation-date>2024-02-07T10:00:00</meta:creation-date><dc:date>2024-03-01T10:00:00</dc:date>"
        "</office:meta></office:document-meta>"
    )
    extraction = read("a.odt", edited(odf_text(), {"meta.xml": lambda _: meta.encode()}))
    assert (extraction.title, extraction.authors) == ("Actes", ("Ana Rey",))
    assert str(extraction.created)[:10] == "2024-02-07"


def test_protected(refusal: Callable[[str, bytes], Reason], edited: Edited) -> None:
    """A file whose manifest says that its parts are encrypted is protected."""
    lock = b"<manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    content = edited(odf_text(), {"META-INF/manifest.xml": lambda xml: xml.replace(b"</manifest:manifest>", lock)})
    assert refusal("a.odt", content) is Reason.ENCRYPTED


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        (
            CHART_CONTENT,
            "intitule\nserie",
        ),
        (f"<m:math xmlns:m='{MATH}'><m:mi>x</m:mi><m:mo>=</m:mo><m:mn>2</m:mn></m:math>", "x = 2"),
    ],
    ids=["chart", "formula"],
)
def test_objects(inside: str, said: str, read: Read, edited: Edited) -> None:
    """A chart gives its words and not its figures; a formula gives its signs."""
    drawing = b"<text:p><draw:frame><draw:object xlink:href='./Object 1'/></draw:frame></text:p></office:text>"
    content = edited(
        odf_text(),
        {
            "content.xml": lambda xml: xml.replace(b"</office:text>", drawing),
            "Object 1/content.xml": lambda _: inside.encode(),
        },
    )
    assert read("a.odt", content).sections[-1].text.endswith(said)


def test_damaged_content(read: Read, edited: Edited) -> None:
    """A text whose XML breaks off is read as far as it goes."""
    extraction = read("a.odt", edited(odf_text(), {"content.xml": lambda xml: xml[: xml.index(b"Titredeux") + 9]}))
    assert extraction.sections[1].title == "1. Titreun"
    assert "abîmé" in extraction.warnings[0]


def test_nothing_saved(refusal: Callable[[str, bytes], Reason], edited: Edited) -> None:
    """A presentation of which nothing can be saved is damaged, and not merely empty."""
    assert refusal("a.odp", edited(odf_slides(), {"content.xml": lambda xml: xml[:400]})) is Reason.DAMAGED


def test_known_by_its_manifest(read: Read, edited: Edited) -> None:
    """Some programs leave out the entry « mimetype »."""
    assert read("a.odp", edited(odf_slides(), {"mimetype": lambda _: None})).format is Format.ODF_SLIDES


def test_drawings_are_not_read(refusal: Callable[[str, bytes], Reason], edited: Edited) -> None:
    """A file of OpenDocument's other kinds is named as unknown, not taken for an archive."""
    graphics = b"application/vnd.oasis.opendocument.graphics"
    assert refusal("a.odg", edited(odf_sheets(), {"mimetype": lambda _: graphics})) is Reason.UNKNOWN_FORMAT


_FIELDS = "xmlns:field='urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0'"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
NAMESPACES = " ".join(
    f"xmlns:{prefix}='{_OASIS}:{name}:1.0'"
    for prefix, name in (
        *(("office", "office"), ("text", "text"), ("style", "style"), ("fo", "xsl-fo-compatible"), ("form", "form")),
        *(("draw", "drawing"), ("table", "table"), ("presentation", "presentation")),
    )
)
NAMESPACES += f" {_FIELDS}"


def odf(kind: str, body: str, styles: str = "", page_styles: str = "") -> bytes:
    """An OpenDocument file of this body, with automatic styles and those of its pages."""
    content = (
        f"<office:document-content {NAMESPACES}>"
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": content,
            "styles.xml": f"<office:document-styles {NAMESPACES}>{page_styles}</office:document-styles>",
        }
    )


def style(name: str, parent: str, inside: str = "") -> str:
    """A style of paragraphs."""
    names = f"style:name='{name}' style:family='paragraph' style:parent-style-name='{parent}'"
    return f"<style:style {names}>{inside}</style:style>"


@pytest.mark.parametrize(
    "styles",
    [
        style("P1", "Title", "<style:paragraph-properties fo:text-align='center'/>"),
        style("P1", "P2") + style("P2", "Title"),
        style("P1", "Standard", "<style:text-properties fo:font-size='26pt'/>"),
    ],
    ids=["direct formatting", "twice", "large letters"],
)
def test_formatted_titles(styles: str, read: Read) -> None:
    """A title stays one when it is formatted besides, which makes a style of its own; so do the largest letters."""
    body = (
        "<text:p text:style-name='P1'>Règlement</text:p><text:h text:outline-level='1'>Chapitre</text:h>"
        "<text:p>Texte</text:p><text:p>Suite</text:p>"
    )
    assert read("a.odt", odf("text", body, styles)).title == "Règlement"


@pytest.mark.parametrize("count", ["2.5", "false", "-1", "", "9" * 30])
def test_odd_spaces(count: str, read: Read) -> None:
    """A number of spaces that is none costs no text."""
    assert read("a.odt", odf("text", f"<text:p>a<text:s text:c='{count}'/>b</text:p>")).sections[0].text.split() == [
        "a",
        "b",
    ]


def test_styles_in_a_ring(read: Read) -> None:
    """Styles that are based on each other end nowhere, and are no title."""
    body = "<text:p text:style-name='P1'>Texte</text:p>"
    assert read("a.odt", odf("text", body, style("P1", "P2") + style("P2", "P1"))).title == ""


def test_forms(read: Read) -> None:
    """Labels and values of a form are read, where its controls stand, or at the end where they stand nowhere."""
    form = (
        "<office:forms><form:form><form:text form:id='c1' form:value='Nom' form:current-value='Ana Rey'/>"
        "<form:checkbox form:label='Domicilié' form:value='on'/>"
        "<form:textarea><text:p>Observations</text:p></form:textarea>"
        "<form:listbox><form:option form:label='Grigny'/><form:option form:label='Viry' form:current-selected='true'/>"
        "</form:listbox><form:hidden form:value='secret'/></form:form></office:forms>"
    )
    body = f"{form}<text:p>Avant<draw:control draw:control='c1'/></text:p><text:p>Après</text:p>"
    lines = read("a.odt", odf("text", body)).sections[0].text.split("\n")
    assert lines == ["Avant", "Ana Rey", "Après", "Domicilié", "Observations", "Viry"]


def test_form_choices(read: Read) -> None:
    """The entry chosen in a drop-down list of an old form is read."""
    stated = (("Dropdown_ListEntry", "Grigny"), ("Dropdown_ListEntry", "Viry"), ("Dropdown_Selected", "1"))
    given = "".join(f"<field:param field:name='{name}' field:value='{value}'/>" for name, value in stated)
    body = f"<text:p>Commune : <field:fieldmark field:type='FORMDROPDOWN'>{given}</field:fieldmark></text:p>"
    assert read("a.odt", odf("text", body)).sections[0].text == "Commune : Viry"


def test_numbers_of_lists(read: Read) -> None:
    """Numbers that a word processor writes itself are read before their items; bullets are none."""
    levels = (
        "<text:list-level-style-number text:level='1' style:num-format='I' style:num-prefix='Article '/>"
        "<text:list-level-style-number text:level='2' style:num-format='a' style:num-suffix=')'/>"
        "<text:list-level-style-bullet text:level='3' text:bullet-char='•'/>"
    )
    styles = f"<text:list-style style:name='L1'>{levels}</text:list-style>"

    def items(*texts: str) -> str:
        return "".join(f"<text:list-item>{text}</text:list-item>" for text in texts)

    def list_(inside: str, named: str = "") -> str:
        return f"<text:list {named}>{inside}</text:list>"

    inner = "<text:p>un</text:p>" + list_(items("<text:p>deux</text:p>", "<text:p>trois</text:p>"))
    last = "<text:p>quatre</text:p><text:p>suite</text:p>" + list_(items(list_(items("<text:p>puce</text:p>"))))
    named = "text:style-name='L1'"
    body = (
        list_(items(inner, last), named)
        + list_(items("<text:p>cinq</text:p>"), f"{named} text:continue-numbering='true'")
        + list_("<text:list-item text:start-value='9'><text:h>six</text:h></text:list-item>", named)
    )
    extraction = read("a.odt", odf("text", body, styles))
    assert extraction.sections[0].text.split("\n") == [
        *("Article I un", "a) deux", "b) trois", "Article II quatre", "suite", "puce", "Article III cinq"),
    ]
    assert extraction.sections[1].title == "Article IX six"


def test_numbers_written_by_programs(read: Read) -> None:
    """A number that the file itself states is read once."""
    outline = "<text:outline-style><text:outline-level-style text:level='1' style:num-format='1'/></text:outline-style>"
    level = "text:outline-level='1'"
    body = f"<text:h {level}><text:number>1</text:number>Objet</text:h><text:h {level}>Durée</text:h>"
    titles = [section.title for section in read("a.odt", odf("text", body, "", outline)).sections]
    assert titles == ["1 Objet", "1 Durée"]


def test_declared_footers(read: Read) -> None:
    """A footer that slides share is read once, with the first that shows it."""
    declared = "<presentation:footer-decl presentation:name='f1'>Plénière de juin</presentation:footer-decl>"
    pages = "".join(
        f"<draw:page {use}><draw:frame><draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame></draw:page>"
        for text, use in (("un", ""), *((text, "presentation:use-footer-name='f1'") for text in ("deux", "trois")))
    )
    texts = [section.text for section in read("a.odp", odf("presentation", declared + pages)).sections]
    assert texts == ["un", "deux\nPlénière de juin", "trois"]


def test_typed_footers(read: Read) -> None:
    """A footer that was typed into slides themselves is read once too; one that only holds a field says nothing."""
    frame = "<draw:frame presentation:class='{}'><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"
    footers = frame.format("footer", "Plénière de juin"), frame.format("footer", "<presentation:footer/>")
    pages = "".join(
        f"<draw:page>{frame.format('outline', text)}{footer}</draw:page>"
        for text, footer in (("un", footers[1]), ("deux", footers[0]), ("trois", footers[0]))
    )
    extraction = read("a.odp", odf("presentation", pages))
    assert [section.text for section in extraction.sections] == ["un", "deux\nPlénière de juin", "trois"]


def test_around_the_cells(read: Read) -> None:
    """Help of cells, labels of controls, headers and footers of a spreadsheet are read, but for numbers of pages."""
    help_ = (
        "<table:content-validations><table:content-validation table:name='v1'><table:help-message table:title='Aide'>"
        "<text:p>Choisir la commune</text:p></table:help-message></table:content-validation>"
        "</table:content-validations>"
    )
    cells = "".join(
        f"<table:table-cell table:content-validation-name='v1'>{text}</table:table-cell>"
        for text in ("<text:p>a</text:p>", "")
    )
    form = "<office:forms><form:form><form:checkbox form:label='Relu'/></form:form></office:forms>"
    sheet = f"<table:table table:name='F'>{form}<table:table-row>{cells}</table:table-row></table:table>"
    margins = "".join(
        f"<style:{place}><text:p>{text}</text:p></style:{place}>"
        for place, text in (
            ("header", "Tableau de bord"),
            ("header-left", "<text:sheet-name>???</text:sheet-name>"),
            ("footer", "Page <text:page-number>1</text:page-number> / <text:page-count>9</text:page-count>"),
        )
    )
    master = f"<office:master-styles><style:master-page>{margins}</style:master-page></office:master-styles>"
    lines = read("a.ods", odf("spreadsheet", help_ + sheet, "", master)).sections[0].text.split("\n")
    assert lines == ["a", "Tableau de bord", "Aide", "Choisir la commune", "Relu"]


def test_values_without_text(read: Read) -> None:
    """A program may write values and no text to display: the values are read."""
    cells = "".join(
        f"<table:table-cell office:value-type='{kind}' office:{name}='{value}'/>"
        for kind, name, value in (
            *(("float", "value", "12.5"), ("string", "string-value", "Grigny"), ("date", "date-value", "2024-02-07")),
        )
    )
    sheet = f"<table:table table:name='F'><table:table-row>{cells}</table:table-row></table:table>"
    assert read("a.ods", odf("spreadsheet", sheet)).sections[0].text == "12,5 | Grigny | 2024-02-07"


@pytest.mark.parametrize("kind", ["text", "presentation"])
def test_embedded_documents(kind: str, read: Read, edited: Edited) -> None:
    """A document of another program that is embedded is read as attachments are."""
    frame = (
        "<draw:frame><draw:object-ole xlink:href='./Object 1' xmlns:xlink='http://www.w3.org/1999/xlink'/></draw:frame>"
    )
    body = f"<text:p>hôte{frame}</text:p>" if kind == "text" else f"<draw:page>{frame}</draw:page>"
    held = build_compound_file({"Package": odf("text", "<text:p>annexe</text:p>")})
    name = "a.odt" if kind == "text" else "a.odp"
    extraction = read(name, edited(odf(kind, body), {"Object 1": lambda _: held}))
    assert [(section.title, section.text) for section in extraction.sections][-1] == ("Object 1", "annexe")
    assert extraction.warnings == ()


def test_hidden_text(read: Read) -> None:
    """Text, paragraphs and sections that no page shows are not read."""
    style = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
    hidden = "".join(
        f"<s:style s:name='{name}'><s:text-properties t:display='{display}'/></s:style>"
        for name, display in (("H", "none"), ("V", "true"))
    )
    body = (
        "<t:p>un <t:span t:style-name='H'>caché </t:span><t:span t:style-name='V'>mot</t:span></t:p>"
        "<t:p t:style-name='H'>caché</t:p><t:section t:display='none'><t:p>caché</t:p></t:section>"
        "<t:section t:display='condition'><t:p>montré</t:p></t:section>"
        "<t:section t:display='condition' t:is-hidden='true'><t:p>caché</t:p></t:section>"
    )
    content = (
        f"<o:document-content xmlns:o='{OFFICE}' xmlns:t='{TEXT}' xmlns:s='{style}'><o:automatic-styles>{hidden}"
        f"</o:automatic-styles><o:body><o:text>{body}</o:text></o:body></o:document-content>"
    )
    packed = zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})
    assert [section.text for section in read("a.odt", packed).sections] == ["un mot\nmontré"]
