"""What every member sees: home, search, documents, events, themes, territories."""

from webapp.pages.appearance import appearance_blueprint
from webapp.pages.assistant_page import assistant_blueprint, list_sendable_passages, summarise_passages
from webapp.pages.batch_search import (
    MAX_LINE_LENGTH,
    MAX_LINES,
    BatchError,
    BatchRow,
    answer_lines,
    batch_blueprint,
    first_address,
)
from webapp.pages.catching_up import catching_up_blueprint
from webapp.pages.citations import COMMUNITY, format_citation, summarise_document
from webapp.pages.contact import contact_link
from webapp.pages.contact_fields import details_values, find_slug, find_slugs, list_choices, read_details
from webapp.pages.contact_lookup import contact_lifetime, list_visible_contacts
from webapp.pages.directory_pages import directory_blueprint
from webapp.pages.document_page import document_blueprint, list_visible_versions
from webapp.pages.downloads import is_playable, send_original
from webapp.pages.event_pages import build_listed_events, event_blueprint, today, upcoming_events
from webapp.pages.navigation import (
    ADMINISTRATION_PAGES,
    ANIMATION_PAGES,
    FOOTER_LINKS,
    MAIN_MENU,
    PROCONNECT_SITE,
    STATE_SITES,
    information_blueprint,
)
from webapp.pages.place_page import place_blueprint
from webapp.pages.replay_chapters import ShownChapter, find_minute, list_deck_chapters, list_replay_chapters
from webapp.pages.resolutions_page import (
    ShownResolution,
    list_resolutions,
    resolution_blueprint,
    show_resolutions,
    written_formats,
)
from webapp.pages.search_page import pages_blueprint
from webapp.pages.search_params import (
    ALL_WORDS_PARAM,
    EXACT_PARAM,
    LAST_PAGE,
    MAX_FACET_VALUES,
    MAX_QUESTION_LENGTH,
    describe_question,
    document_address,
    facet_address,
    facet_question,
    gather_address,
    parse_page,
    passage_address,
    preview_address,
    question_params,
    read_question,
    search_address,
    word_params,
)
from webapp.pages.service_status import indexer_context, state_label, status_blueprint
from webapp.pages.suggestions import CACHE_SECONDS, list_suggestions, suggestion_blueprint
from webapp.pages.territory_comparison import comparison_blueprint
from webapp.pages.territory_pages import territory_blueprint
from webapp.pages.theme_pages import theme_blueprint
from webapp.pages.thumbnails import (
    PagePicture,
    find_passage_picture,
    find_picture,
    thumbnail_address,
    thumbnail_blueprint,
)
from webapp.pages.usefulness import usefulness_blueprint

__all__ = [
    "ADMINISTRATION_PAGES",
    "ALL_WORDS_PARAM",
    "ANIMATION_PAGES",
    "CACHE_SECONDS",
    "COMMUNITY",
    "EXACT_PARAM",
    "FOOTER_LINKS",
    "LAST_PAGE",
    "MAIN_MENU",
    "MAX_FACET_VALUES",
    "MAX_LINES",
    "MAX_LINE_LENGTH",
    "MAX_QUESTION_LENGTH",
    "PROCONNECT_SITE",
    "STATE_SITES",
    "BatchError",
    "BatchRow",
    "PagePicture",
    "ShownChapter",
    "ShownResolution",
    "answer_lines",
    "appearance_blueprint",
    "assistant_blueprint",
    "batch_blueprint",
    "build_listed_events",
    "catching_up_blueprint",
    "comparison_blueprint",
    "contact_lifetime",
    "contact_link",
    "describe_question",
    "details_values",
    "directory_blueprint",
    "document_address",
    "document_blueprint",
    "event_blueprint",
    "facet_address",
    "facet_question",
    "find_minute",
    "find_passage_picture",
    "find_picture",
    "find_slug",
    "find_slugs",
    "first_address",
    "format_citation",
    "gather_address",
    "indexer_context",
    "information_blueprint",
    "is_playable",
    "list_choices",
    "list_deck_chapters",
    "list_replay_chapters",
    "list_resolutions",
    "list_sendable_passages",
    "list_suggestions",
    "list_visible_contacts",
    "list_visible_versions",
    "pages_blueprint",
    "parse_page",
    "passage_address",
    "place_blueprint",
    "preview_address",
    "question_params",
    "read_details",
    "read_question",
    "resolution_blueprint",
    "search_address",
    "send_original",
    "show_resolutions",
    "state_label",
    "status_blueprint",
    "suggestion_blueprint",
    "summarise_document",
    "summarise_passages",
    "territory_blueprint",
    "theme_blueprint",
    "thumbnail_address",
    "thumbnail_blueprint",
    "today",
    "upcoming_events",
    "usefulness_blueprint",
    "word_params",
    "written_formats",
]
