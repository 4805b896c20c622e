"""The registry of formats: one entry of FORMATS says all that any part of Ruche knows of a format. Why: docs/adr/0024.

It loads no library and no reader: the web process has it too.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from extractors import text_signs
from extractors.format_spec import ContentSigns, FormatSpec

if TYPE_CHECKING:
    from collections.abc import Mapping


class Format(Enum):
    """A file format, as detected from the content; the suffix is not trusted."""

    # The catalogue keeps these values with each document: a value never changes.
    PDF = "pdf"
    POWERPOINT = "pptx"
    WORD = "docx"
    MARKDOWN = "markdown"
    TEXT = "texte"
    CAPTIONS = "sous-titres"
    VIDEO = "video"
    SOUND = "son"
    ODF_TEXT = "odt"
    ODF_SLIDES = "odp"
    ODF_SHEETS = "ods"
    EXCEL = "xlsx"
    CSV = "csv"
    RTF = "rtf"
    HTML = "html"
    EMAIL = "courriel"
    OUTLOOK = "msg"
    CALENDAR = "ics"
    CONTACTS = "vcf"
    EPUB = "epub"
    ARCHIVE = "zip"
    IMAGE = "image"
    OLD_WORD = "doc"
    OLD_POWERPOINT = "ppt"
    OLD_EXCEL = "xls"

    @property
    def spec(self) -> FormatSpec:
        """All that is known of the format."""
        return _FORMAT_SPECS[self]


_OPENXML = "application/vnd.openxmlformats-officedocument"
_OPENDOCUMENT = "application/vnd.oasis.opendocument"
_DECK = "PresentationDigitalDocument"
_DOCUMENT = "TextDigitalDocument"
_WORKBOOK = "SpreadsheetDigitalDocument"

# Hidden slides are exported too, and each sheet on one page: page numbers are then those of the Sections.
_SLIDES_FILTER = 'pdf:impress_pdf_Export:{"ExportHiddenSlides":{"type":"boolean","value":"true"}}'
_SHEETS_FILTER = 'pdf:calc_pdf_Export:{"SinglePageSheets":{"type":"boolean","value":"true"}}'
_TEXT_FILTER = "pdf:writer_pdf_Export"

_VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".wmv", ".ogv")
_SOUND_SUFFIXES = (".mp3", ".m4a", ".wav", ".ogg", ".oga", ".opus", ".flac", ".wma", ".aac", ".aiff", ".aif", ".amr")
_PLAIN_SUFFIXES = ("", ".txt", ".text", ".md", ".markdown", ".csv", ".tsv")

# Icons are written in full: set-up looks for these very texts.
_FORMAT_SPECS: dict[Format, FormatSpec] = {
    Format.PDF: FormatSpec(
        label="PDF",
        name="un PDF",
        icon="fr-icon-file-pdf-line",
        suffixes=(".pdf",),
        reader="extractors.readers.pdf.pdf_reader",
        # Acrobat accepts the header anywhere in the first 1,024 bytes (PDF Reference 1.7, appendix H, note 13).
        signs=ContentSigns(binary=rb".{0,1019}?%PDF-"),
        media_type="application/pdf",
        browser_types={".pdf": "application/pdf"},
        is_paged=True,
        drawn=True,
    ),
    Format.POWERPOINT: FormatSpec(
        label="Diaporama",
        name="une présentation PowerPoint",
        icon="fr-icon-slideshow-line",
        suffixes=(".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"),
        reader="extractors.readers.powerpoint.powerpoint_reader",
        # Here and below, the alternatives are the types of templates, slide shows and files with macros.
        signs=ContentSigns(
            content_type=r"(presentationml\.(presentation|slideshow|template)|ms-powerpoint\.[\w.]+)\.main\+xml",
            main_part="ppt/presentation.xml",
            text=text_signs.flat_office("PowerPoint.Show"),
        ),
        media_type=f"{_OPENXML}.presentationml.presentation",
        browser_types={".pptx": f"{_OPENXML}.presentationml.presentation"},
        schema_org_type=_DECK,
        is_deck=True,
        pdf_filter=_SLIDES_FILTER,
    ),
    Format.WORD: FormatSpec(
        label="Document Word",
        name="un document Word",
        icon="fr-icon-file-text-line",
        suffixes=(".docx", ".docm", ".dotx", ".dotm"),
        reader="extractors.readers.word.word_reader",
        signs=ContentSigns(
            content_type=r"(wordprocessingml\.(document|template)|ms-word\.[\w.]+)\.main\+xml",
            main_part="word/document.xml",
            text=text_signs.flat_office("Word.Document"),
        ),
        media_type=f"{_OPENXML}.wordprocessingml.document",
        browser_types={".docx": f"{_OPENXML}.wordprocessingml.document"},
        schema_org_type=_DOCUMENT,
        pdf_filter=_TEXT_FILTER,
    ),
    Format.EXCEL: FormatSpec(
        label="Tableur Excel",
        name="un classeur Excel",
        icon="fr-icon-table-line",
        suffixes=(".xlsx", ".xlsm", ".xltx", ".xltm"),
        reader="extractors.readers.excel.excel_reader",
        signs=ContentSigns(
            content_type=(r"(spreadsheetml\.(sheet|template)|ms-excel\.(sheet|template)\.macroEnabled)\.main\+xml"),
            main_part="xl/workbook.xml",
        ),
        media_type=f"{_OPENXML}.spreadsheetml.sheet",
        dcmi_type="Dataset",
        schema_org_type=_WORKBOOK,
        pdf_filter=_SHEETS_FILTER,
    ),
    Format.ODF_TEXT: FormatSpec(
        label="Document OpenDocument",
        name="un texte OpenDocument",
        icon="fr-icon-file-text-line",
        suffixes=(".odt", ".ott", ".fodt"),
        reader="extractors.readers.opendocument.odf_text",
        signs=ContentSigns(mimetype=f"{_OPENDOCUMENT}.text", text=text_signs.flat_odf("text")),
        media_type=f"{_OPENDOCUMENT}.text",
        schema_org_type=_DOCUMENT,
        pdf_filter=_TEXT_FILTER,
    ),
    Format.ODF_SLIDES: FormatSpec(
        label="Diaporama OpenDocument",
        name="une présentation OpenDocument",
        icon="fr-icon-slideshow-line",
        suffixes=(".odp", ".otp", ".fodp"),
        reader="extractors.readers.opendocument.odf_slides",
        signs=ContentSigns(mimetype=f"{_OPENDOCUMENT}.presentation", text=text_signs.flat_odf("presentation")),
        media_type=f"{_OPENDOCUMENT}.presentation",
        schema_org_type=_DECK,
        is_deck=True,
        pdf_filter=_SLIDES_FILTER,
    ),
    Format.ODF_SHEETS: FormatSpec(
        label="Tableur OpenDocument",
        name="un classeur OpenDocument",
        icon="fr-icon-table-line",
        suffixes=(".ods", ".ots", ".fods"),
        reader="extractors.readers.opendocument.odf_sheets",
        signs=ContentSigns(mimetype=f"{_OPENDOCUMENT}.spreadsheet", text=text_signs.flat_odf("spreadsheet")),
        media_type=f"{_OPENDOCUMENT}.spreadsheet",
        dcmi_type="Dataset",
        schema_org_type=_WORKBOOK,
        pdf_filter=_SHEETS_FILTER,
    ),
    Format.OLD_WORD: FormatSpec(
        label="Ancien document Word",
        name="un ancien document Word",
        icon="fr-icon-file-text-line",
        suffixes=(".doc", ".dot"),
        reader="extractors.readers.legacy_office",
        signs=ContentSigns(ole_streams=("WordDocument",), text=text_signs.OLD_WORD),
        media_type="application/msword",
        schema_org_type=_DOCUMENT,
        import_filter="MS Word 97",
        modern=Format.WORD.value,
        pdf_filter=_TEXT_FILTER,
    ),
    Format.OLD_POWERPOINT: FormatSpec(
        label="Ancien diaporama",
        name="une ancienne présentation PowerPoint",
        icon="fr-icon-slideshow-line",
        suffixes=(".ppt", ".pps", ".pot"),
        reader="extractors.readers.legacy_office",
        signs=ContentSigns(ole_streams=("PowerPoint Document", "PP97_DUALSTORAGE", "PP40")),
        media_type="application/vnd.ms-powerpoint",
        schema_org_type=_DECK,
        is_deck=True,
        import_filter="MS PowerPoint 97",
        modern=Format.POWERPOINT.value,
        pdf_filter=_SLIDES_FILTER,
    ),
    Format.OLD_EXCEL: FormatSpec(
        label="Ancien tableur Excel",
        name="un ancien classeur Excel",
        icon="fr-icon-table-line",
        suffixes=(".xls", ".xlt", ".xlsb"),
        reader="extractors.readers.legacy_office",
        # A binary workbook (XLSB) is a package of records such as an old one holds.
        signs=ContentSigns(
            ole_streams=("Workbook", "Book"),
            content_type=r"ms-excel\.sheet\.binary\.macroEnabled\.main",
            main_part="xl/workbook.bin",
            text=text_signs.OLD_EXCEL,
        ),
        media_type="application/vnd.ms-excel",
        dcmi_type="Dataset",
        schema_org_type=_WORKBOOK,
        import_filter="MS Excel 97",
        modern=Format.EXCEL.value,
        pdf_filter=_SHEETS_FILTER,
    ),
    Format.RTF: FormatSpec(
        label="Texte RTF",
        name="un texte RTF",
        icon="fr-icon-file-text-line",
        suffixes=(".rtf",),
        reader="extractors.readers.rtf.rtf_reader",
        signs=ContentSigns(text=r"\s*\{\\rtf"),
        media_type="application/rtf",
        schema_org_type=_DOCUMENT,
        pdf_filter=_TEXT_FILTER,
    ),
    Format.CAPTIONS: FormatSpec(
        label="Transcription de replay",
        name="un fichier de sous-titres",
        icon="fr-icon-chat-quote-line",
        suffixes=(".vtt", ".srt", ".sbv", ".ttml", ".dfxp", ".ass", ".ssa", ".lrc"),
        also_named=_PLAIN_SUFFIXES,
        reader="extractors.readers.captions.captions_reader",
        signs=ContentSigns(text=text_signs.CAPTIONS, by_suffix=True),
        schema_org_type=_DOCUMENT,
        is_captions=True,
    ),
    Format.HTML: FormatSpec(
        label="Page web",
        name="une page web",
        icon="fr-icon-global-line",
        suffixes=(".html", ".htm", ".xhtml", ".mht", ".mhtml"),
        reader="extractors.readers.html",
        signs=ContentSigns(text=text_signs.HTML, by_suffix=True),
        media_type="text/html",
        schema_org_type=_DOCUMENT,
    ),
    Format.EMAIL: FormatSpec(
        label="Courriel",
        name="un courriel",
        icon="fr-icon-mail-line",
        suffixes=(".eml", ".emlx", ".mbox", ".p7m"),
        reader="extractors.readers.mail.mail_reader",
        # The headers of a message are counted, which no expression can do: see detection.
        signs=ContentSigns(binary=text_signs.SIGNED_BYTES, text=text_signs.MAIL, by_suffix=True),
        media_type="message/rfc822",
        schema_org_type=_DOCUMENT,
    ),
    Format.OUTLOOK: FormatSpec(
        label="Courriel Outlook",
        name="un courriel Outlook",
        icon="fr-icon-mail-line",
        suffixes=(".msg", ".tnef"),
        reader="extractors.readers.outlook",
        # « winmail.dat », which Outlook packs what it sends into, begins with a sign of its own.
        signs=ContentSigns(binary=rb"\x78\x9f\x3e\x22", ole_streams=("__properties_version1.0",)),
        media_type="application/vnd.ms-outlook",
        schema_org_type=_DOCUMENT,
    ),
    Format.CALENDAR: FormatSpec(
        label="Agenda",
        name="un agenda",
        icon="fr-icon-calendar-line",
        suffixes=(".ics", ".vcs"),
        reader="extractors.readers.calendar_contacts",
        signs=ContentSigns(text=r"(?i:\s*BEGIN:VCALENDAR\s)"),
        media_type="text/calendar",
        schema_org_type=_DOCUMENT,
    ),
    Format.CONTACTS: FormatSpec(
        label="Carnet d’adresses",
        name="un carnet d’adresses",
        icon="fr-icon-mail-line",
        suffixes=(".vcf",),
        reader="extractors.readers.calendar_contacts",
        signs=ContentSigns(text=r"(?i:\s*BEGIN:VCARD\s)"),
        media_type="text/vcard",
        schema_org_type=_DOCUMENT,
    ),
    Format.EPUB: FormatSpec(
        label="Livre numérique",
        name="un livre numérique",
        icon="fr-icon-book-2-line",
        suffixes=(".epub",),
        reader="extractors.readers.epub",
        signs=ContentSigns(mimetype="application/epub+zip"),
        media_type="application/epub+zip",
        schema_org_type=_DOCUMENT,
    ),
    Format.CSV: FormatSpec(
        label="Tableau CSV",
        name="un tableau CSV",
        icon="fr-icon-table-line",
        suffixes=(".csv", ".tsv"),
        also_named=_PLAIN_SUFFIXES,
        reader="extractors.readers.csv",
        signs=ContentSigns(by_suffix=True),
        media_type="text/csv",
        dcmi_type="Dataset",
        schema_org_type=_WORKBOOK,
    ),
    Format.MARKDOWN: FormatSpec(
        label="Texte mis en forme",
        name="un texte Markdown",
        icon="fr-icon-file-line",
        suffixes=(".md", ".markdown"),
        also_named=_PLAIN_SUFFIXES,
        reader="extractors.readers.markdown",
        signs=ContentSigns(by_suffix=True),
        media_type="text/markdown",
        schema_org_type=_DOCUMENT,
    ),
    Format.TEXT: FormatSpec(
        label="Texte",
        name="un texte simple",
        icon="fr-icon-file-line",
        suffixes=(".txt", ".text"),
        also_named=_PLAIN_SUFFIXES,
        reader="extractors.text.decoding",
        signs=ContentSigns(by_suffix=True),
        media_type="text/plain",
        schema_org_type=_DOCUMENT,
    ),
    Format.VIDEO: FormatSpec(
        label="Vidéo",
        name="une vidéo",
        icon="fr-icon-film-line",
        suffixes=_VIDEO_SUFFIXES,
        also_named=_SOUND_SUFFIXES,
        reader="extractors.readers.audio_video",
        # MP4 and QuickTime begin with the length of a box, then its type. HEIF and AVIF pictures share their
        # container with MP4; the brand tells them apart.
        signs=ContentSigns(
            binary=rb".{4}ftyp(?!(?i:heic|heix|mif1|avif|msf1|m4a |m4b ))|.{4}moov|\x1a\x45\xdf\xa3|RIFF.{4}AVI "
        ),
        browser_types={".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime"}
        | {".webm": "video/webm", ".mkv": "video/x-matroska"},
        dcmi_type="MovingImage",
        schema_org_type="VideoObject",
        is_recording=True,
        drawn=True,
    ),
    Format.SOUND: FormatSpec(
        label="Enregistrement sonore",
        name="un enregistrement sonore",
        icon="fr-icon-headphone-line",
        suffixes=_SOUND_SUFFIXES,
        also_named=_VIDEO_SUFFIXES,
        reader="extractors.readers.audio_video",
        # MP3 begins with an ID3 tag or with the header of a frame, AAC (ADTS) with the latter. MP4, ASF and Ogg hold
        # videos too: the reader tells by the tracks.
        signs=ContentSigns(
            binary=rb"ID3[\x02-\x04]|\xff[\xe2\xe3\xf2\xf3\xfa\xfb\xf1\xf9]|.{4}ftypM4[AB] |(RIFF|RF64).{4}WAVE|OggS"
            rb"|fLaC|\x30\x26\xb2\x75\x8e\x66\xcf\x11|FORM.{4}AIF[FC]|#!AMR"
        ),
        browser_types={".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".wav": "audio/wav", ".flac": "audio/flac"}
        | {".aac": "audio/aac", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg"},
        dcmi_type="Sound",
        schema_org_type="AudioObject",
        is_recording=True,
        is_sound=True,
    ),
    Format.IMAGE: FormatSpec(
        label="Image",
        name="une image",
        icon="fr-icon-image-line",
        suffixes=(".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp"),
        reader="extractors.recognition",
        signs=ContentSigns(binary=rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|II\*\0|MM\0\*|RIFF.{4}WEBP"),
        dcmi_type="StillImage",
        schema_org_type="ImageObject",
        drawn=True,
    ),
    Format.ARCHIVE: FormatSpec(
        label="Archive ZIP",
        name="une archive ZIP",
        icon="fr-icon-archive-line",
        suffixes=(".zip",),
        reader="extractors.readers.archive",
        # Any zip that no other format claims.
        signs=ContentSigns(),
        media_type="application/zip",
        dcmi_type="Collection",
    ),
}

FORMATS: Mapping[str, FormatSpec] = {kind.value: _FORMAT_SPECS[kind] for kind in Format}
"""By Format value, in the order in which signs are looked for. A format without its entry stops this very import."""

SUFFIXES: frozenset[str] = frozenset(suffix for spec in FORMATS.values() for suffix in spec.suffixes)
"""Suffixes, in lower case, of all supported formats."""
