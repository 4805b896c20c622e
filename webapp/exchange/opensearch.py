"""OpenSearch 1.1, with its suggestions extension: a browser can add this site to its search engines."""

from __future__ import annotations

from flask import Blueprint, Response, json, request, url_for
from lxml import etree

from webapp import suggestions
from webapp.hive import hive
from webapp.trees import element

blueprint = Blueprint("opensearch", __name__)

_NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
_LONGEST_NAME = 16
"""Characters of a ShortName, a limit of OpenSearch that browsers hold to."""


@blueprint.get("/opensearch.xml")
def description() -> Response:
    """Return the description: what the site is, where it is searched and where it suggests."""
    name = hive().settings.site_name
    # `url_for` would escape the braces, which are the browser's to fill in.
    search = f"{url_for('pages.search', _external=True)}?q={{searchTerms}}"
    suggest = f"{url_for('opensearch.suggest', _external=True)}?q={{searchTerms}}"
    icon = url_for("static", filename="ruche.svg", _external=True)
    root = element(
        "OpenSearchDescription",
        {"xmlns": _NAMESPACE},
        element("ShortName", {}, name[:_LONGEST_NAME]),
        element("Description", {}, f"{name}\u00a0: la mémoire de la communauté Territoires Zéro Non-Recours"),
        element("Url", {"type": "text/html", "template": search}),
        element("Url", {"type": "application/x-suggestions+json", "template": suggest}),
        element("Image", {"type": "image/svg+xml", "width": "16", "height": "16"}, icon),
        element("Language", {}, "fr"),
        element("InputEncoding", {}, "UTF-8"),
        element("OutputEncoding", {}, "UTF-8"),
    )
    written = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return Response(written, mimetype="application/opensearchdescription+xml")


@blueprint.get("/suggestions/navigateur")
def suggest() -> Response:
    """Return what someone who types in the browser's own search field may be about to ask."""
    typed, texts = request.args.get("q", ""), [each["text"] for each in suggestions.told(request.args.get("q", ""))]
    response = Response(json.dumps([typed, texts]), mimetype="application/x-suggestions+json")
    # Suggestions depend on what the person may see: only their own browser may keep them.
    response.headers["Cache-Control"] = f"private, max-age={suggestions.FRESH}"
    return response
