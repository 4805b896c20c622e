"""OpenSearch 1.1, with its suggestions extension: a browser can add this site to its search engines."""

from __future__ import annotations

from flask import Blueprint, Response, json, request, url_for
from lxml import etree

from webapp import suggestions
from webapp.hive import services
from webapp.trees import build_element

opensearch_blueprint = Blueprint("opensearch", __name__)

_OPENSEARCH_NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
_MAX_SHORT_NAME_LENGTH = 16
"""Characters of a ShortName, a limit of OpenSearch that browsers hold to."""


@opensearch_blueprint.get("/opensearch.xml")
def description() -> Response:
    """Return the description: what the site is, where it is searched and where it suggests."""
    name = services().settings.site_name
    # `url_for` would escape the braces, which are the browser's to fill in.
    search = f"{url_for('pages.search', _external=True)}?q={{searchTerms}}"
    suggest = f"{url_for('opensearch.suggest', _external=True)}?q={{searchTerms}}"
    icon = url_for("static", filename="ruche.svg", _external=True)
    root = build_element(
        "OpenSearchDescription",
        {"xmlns": _OPENSEARCH_NAMESPACE},
        build_element("ShortName", {}, name[:_MAX_SHORT_NAME_LENGTH]),
        build_element("Description", {}, f"{name}\u00a0: la mémoire de la communauté Territoires Zéro Non-Recours"),
        build_element("Url", {"type": "text/html", "template": search}),
        build_element("Url", {"type": "application/x-suggestions+json", "template": suggest}),
        build_element("Image", {"type": "image/svg+xml", "width": "16", "height": "16"}, icon),
        build_element("Language", {}, "fr"),
        build_element("InputEncoding", {}, "UTF-8"),
        build_element("OutputEncoding", {}, "UTF-8"),
    )
    xml = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return Response(xml, mimetype="application/opensearchdescription+xml")


@opensearch_blueprint.get("/suggestions/navigateur")
def suggest() -> Response:
    """Return what someone who types in the browser's own search field may be about to ask."""
    typed, texts = (
        request.args.get("q", ""),
        [each["text"] for each in suggestions.list_suggestions(request.args.get("q", ""))],
    )
    response = Response(json.dumps([typed, texts]), mimetype="application/x-suggestions+json")
    # Suggestions depend on what the person may see: only their own browser may keep them.
    response.headers["Cache-Control"] = f"private, max-age={suggestions.CACHE_SECONDS}"
    return response
