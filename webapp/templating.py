"""Jinja: the filters, globals and icons that templates use, and the cache of compiled templates."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from jinja2 import BytecodeCache, StrictUndefined

from index.model import FACETS, MANUAL_FACETS, Facet, PartialDate, TagSource, duration_label, timecode
from webapp.admin import describe_view
from webapp.animation import bulk_tagging_address
from webapp.auth import account_name, current_person, may_animate, must_identify_anew
from webapp.exchange import MAX_ROWS, csv_export_address, document_data, event_data
from webapp.inquiries import ask_address, describe_answers, find_asked, has_voice, list_questions_citing
from webapp.mailing import can_send, question_fields, save_search_address
from webapp.pages import (
    ADMINISTRATION_PAGES,
    ANIMATION_PAGES,
    FOOTER_LINKS,
    MAIN_MENU,
    PROCONNECT_SITE,
    STATE_SITES,
    contact_link,
    document_address,
    facet_address,
    facet_question,
    find_minute,
    gather_address,
    passage_address,
    preview_address,
    search_address,
    thumbnail_address,
)
from webapp.server import (
    capitalise,
    format_bytes,
    format_count,
    format_datetime,
    format_day,
    format_iso,
    format_number,
    format_of_day,
    format_time,
    quote_text,
    render_excerpt,
    render_fragments,
    render_passage,
    render_text,
    typeset,
)

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from jinja2.bccache import Bucket

    from webapp.server import AppServices

log = logging.getLogger(__name__)

_FILTERS = {
    "day": format_day,
    "of_day": format_of_day,
    "machine": format_iso,
    "moment": format_datetime,
    "clock": format_time,
    "size": format_bytes,
    "number": format_number,
    "iso_day": lambda text: format_day(PartialDate.parse(text)),
    "quoted": quote_text,
    "typeset": typeset,
    "marked": render_fragments,
    "excerpted": render_excerpt,
    "passage": render_passage,
    "as_passage": render_text,
    "capital": capitalise,
}
"""By the names that templates use."""

_TAG_ORIGINS = {
    TagSource.ANIMATOR: "l’équipe d’animation",
    TagSource.SIDECAR: "sa fiche",
    TagSource.CALENDAR: "le calendrier des rendez-vous",
    TagSource.FOLDER: "son dossier",
    TagSource.FILE_NAME: "le nom du fichier",
    TagSource.CONTENT: "son texte",
}
"""Who or what put a tag, as the words that follow « d’après » in the pages."""


_DIGEST_BYTES = hashlib.sha256().digest_size


class CheckedBytecodeCache(BytecodeCache):
    """A bytecode cache of Jinja in a folder, which may be deleted at any time.

    Each file begins with a digest: one that was written in part is ignored. Jinja's own FileSystemBytecodeCache raises
    on a file that a power cut has shortened, and where a file cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load a template's code, if there is any; Jinja itself checks that it belongs to the present source."""
        try:
            kept = (self._folder / bucket.key).read_bytes()
        except OSError:
            return
        digest, code = kept[:_DIGEST_BYTES], kept[_DIGEST_BYTES:]
        # Jinja unmarshals what it is given: damaged code could crash the process.
        if hashlib.sha256(code).digest() == digest:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write a template's code; where that fails, the template is compiled again at the next start."""
        code = bucket.bytecode_to_string()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # Not through a temporary file: a file written in part is told by its digest.
            (self._folder / bucket.key).write_bytes(hashlib.sha256(code).digest() + code)
        except OSError as error:
            log.warning("a compiled template could not be kept: %s", error)


def configure_templates(app: Flask, opened: AppServices) -> None:
    """Give templates their filters and globals; `opened` are the services of the application."""
    # Compiling a template takes longer than rendering it.
    app.jinja_env.bytecode_cache = CheckedBytecodeCache(opened.settings.compiled_folder)
    # A misspelt name in a template is an error in tests, not an empty space on a page.
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(_FILTERS)
    app.jinja_env.filters["duration"] = duration_label
    app.jinja_env.filters["timecode"] = timecode
    app.jinja_env.filters["named"] = account_name
    app.jinja_env.globals.update(
        site_name=opened.settings.site_name,
        theme=opened.settings.theme,
        navigation=MAIN_MENU,
        animation_pages=ANIMATION_PAGES,
        administration_pages=ADMINISTRATION_PAGES,
        footer=FOOTER_LINKS,
        state_sites=STATE_SITES,
        proconnect_site=PROCONNECT_SITE,
        contact=contact_link(opened.settings.contact),
        count=format_count,
        assistant=opened.assistant,
        search_address=search_address,
        about=facet_question,
        facet_address=facet_address,
        passage_of=passage_address,
        document_address=document_address,
        preview_address=preview_address,
        gather_address=gather_address,
        vignette=thumbnail_address,
        minute_of=find_minute,
        keep_address=save_search_address,
        question_fields=question_fields,
        mails_leave=can_send(opened.settings),
        export_address=csv_export_address,
        most_exported=MAX_ROWS,
        document_data=document_data,
        event_data=event_data,
        ask_address=ask_address,
        asks_too=has_voice,
        asked_as=find_asked,
        answers_of=describe_answers,
        questions_citing=list_questions_citing,
        may_animate=may_animate,
        person=current_person,
        viewed_as=describe_view,
        must_identify_anew=must_identify_anew,
        bulk_address=bulk_tagging_address,
        label=opened.label,
        format_of=opened.format_of,
        origins=_TAG_ORIGINS,
        Facet=Facet,
        facet_specs=FACETS,
        manual_facets=MANUAL_FACETS,
    )
