"""What the web application stands on: services, errors, headers, assets, metrics, health, French text."""

from webapp.server.app_services import AppServices, install_services, services, services_of
from webapp.server.assets import install_assets
from webapp.server.base64url import decode_base64url, encode_base64url
from webapp.server.bounded_server import SMALL_BODY_BYTES, BodyAdmission, BoundedServer
from webapp.server.csv_tables import escape_cell, send_csv
from webapp.server.fragment_html import (
    CELL_SEPARATOR,
    render_excerpt,
    render_fragments,
    render_passage,
    render_text,
    split_text,
)
from webapp.server.french_text import (
    capitalise,
    format_bytes,
    format_count,
    format_datetime,
    format_day,
    format_iso,
    format_number,
    format_of_day,
    format_time,
    join_line,
    quote_text,
    typeset,
)
from webapp.server.health import ReadinessCheck, check_readiness, health_blueprint
from webapp.server.http_errors import (
    FORBIDDEN,
    NOT_FOUND,
    PROBLEM_KINDS,
    REFUSED_PARAMETER,
    TOOL_PREFIXES,
    ErrorExplanation,
    ProblemError,
    explain_error,
    install_error_handlers,
)
from webapp.server.metrics import (
    SearchSurface,
    current_metrics,
    install_metrics,
    measure_search,
    search_and_measure,
)
from webapp.server.security_headers import (
    FILE_POLICY,
    install_csrf,
    install_nul_refusal,
    install_security_headers,
    is_https,
)
from webapp.server.usage_counting import install_usage_counter, is_prefetch, usage_counter
from webapp.server.xml_elements import build_element, to_xml_text

__all__ = [
    "CELL_SEPARATOR",
    "FILE_POLICY",
    "FORBIDDEN",
    "NOT_FOUND",
    "PROBLEM_KINDS",
    "REFUSED_PARAMETER",
    "SMALL_BODY_BYTES",
    "TOOL_PREFIXES",
    "AppServices",
    "BodyAdmission",
    "BoundedServer",
    "ErrorExplanation",
    "ProblemError",
    "ReadinessCheck",
    "SearchSurface",
    "build_element",
    "capitalise",
    "check_readiness",
    "current_metrics",
    "decode_base64url",
    "encode_base64url",
    "escape_cell",
    "explain_error",
    "format_bytes",
    "format_count",
    "format_datetime",
    "format_day",
    "format_iso",
    "format_number",
    "format_of_day",
    "format_time",
    "health_blueprint",
    "install_assets",
    "install_csrf",
    "install_error_handlers",
    "install_metrics",
    "install_nul_refusal",
    "install_security_headers",
    "install_services",
    "install_usage_counter",
    "is_https",
    "is_prefetch",
    "join_line",
    "measure_search",
    "quote_text",
    "render_excerpt",
    "render_fragments",
    "render_passage",
    "render_text",
    "search_and_measure",
    "send_csv",
    "services",
    "services_of",
    "split_text",
    "to_xml_text",
    "typeset",
    "usage_counter",
]
