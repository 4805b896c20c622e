"""OAI-PMH 2.0, for archives and portals: documents as Dublin Core records, and news of those that are gone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Response, request, url_for
from lxml import etree

from index.catalogue.harvest import SETS
from webapp.exchange import dublin_core
from webapp.exchange.oai_asking import Code, RefusedError, arguments, check_format, listing
from webapp.following.mail import is_address
from webapp.hive import groups, hive
from webapp.trees import element

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from index.catalogue import Offer

blueprint = Blueprint("oai", __name__)

_NAMESPACE = "http://www.openarchives.org/OAI/2.0/"
_SCHEMA = "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
_XSI = dublin_core.SCHEMA_INSTANCE
_AT_ONCE = 100
"""Records of one answer."""


@blueprint.route("/oai", methods=["GET", "POST"])
def answer() -> Response:
    """Answer one request of a harvester."""
    # Taken before anything is read: what changes from now on is dated later, and the next harvest begins here.
    now = datetime.now(UTC)
    asked: dict[str, str] = {}
    try:
        # Changes are dated when they are harvested: dated when written, those of a late commit would be missed.
        hive().catalogue.harvest.take_up()
        asked = arguments(request.form if request.method == "POST" else request.args)
        check_format(asked)
        told = _VERBS[asked["verb"]](asked, now)
    except RefusedError as error:
        told = _element("error", {"code": error.code.value}, str(error))
        # The protocol: invalid arguments are not repeated in the answer.
        asked = {} if error.code in {Code.BAD_VERB, Code.BAD_ARGUMENT} else asked
    return _response(asked, told, now)


def _response(asked: Mapping[str, str], told: etree._Element, now: datetime) -> Response:
    root = _element(
        "OAI-PMH",
        {f"{{{_XSI}}}schemaLocation": f"{_NAMESPACE} {_SCHEMA}"},
        _element("responseDate", {}, _moment(now)),
        _element("request", asked, _address()),
        told,
        prefixes={None: _NAMESPACE, "xsi": _XSI},
    )
    return Response(
        etree.tostring(root, xml_declaration=True, encoding="utf-8"), content_type="text/xml; charset=utf-8"
    )


def _identify(_asked: Mapping[str, str], now: datetime) -> etree._Element:
    return _element(
        "Identify",
        {},
        _element("repositoryName", {}, hive().settings.site_name),
        _element("baseURL", {}, _address()),
        _element("protocolVersion", {}, "2.0"),
        _element("adminEmail", {}, _administrator()),
        _element("earliestDatestamp", {}, _moment(hive().catalogue.harvest.earliest() or now)),
        _element("deletedRecord", {}, "persistent"),
        _element("granularity", {}, "YYYY-MM-DDThh:mm:ssZ"),
    )


def _list_formats(asked: Mapping[str, str], _now: datetime) -> etree._Element:
    # Called for its error: the protocol asks which formats this record has.
    if "identifier" in asked:
        _offer(asked["identifier"])
    return _element(
        "ListMetadataFormats",
        {},
        _element(
            "metadataFormat",
            {},
            _element("metadataPrefix", {}, dublin_core.PREFIX),
            _element("schema", {}, dublin_core.SCHEMA),
            _element("metadataNamespace", {}, dublin_core.NAMESPACE),
        ),
    )


def _list_sets(asked: Mapping[str, str], _now: datetime) -> etree._Element:
    if "resumptionToken" in asked:
        # All sets are in one answer, hence no token was ever given.
        raise RefusedError(Code.BAD_TOKEN, "La liste des ensembles tient en une réponse.")
    named = [(facet.value, f"Par {facet.label.lower()}") for facet in SETS]
    named += [
        (f"{facet.value}:{value}", f"{facet.label}\u00a0: {hive().label(facet, value)}")
        for facet, value in hive().catalogue.harvest.sets(groups())
    ]
    sets = (_element("set", {}, _element("setSpec", {}, spec), _element("setName", {}, name)) for spec, name in named)
    return _element("ListSets", {}, *sets)


def _get_record(asked: Mapping[str, str], _now: datetime) -> etree._Element:
    return _element("GetRecord", {}, _record(_offer(asked["identifier"])))


def _list(asked: Mapping[str, str], _now: datetime) -> etree._Element:
    wanted, harvest = listing(asked), hive().catalogue.harvest
    # One more than is shown tells whether the list goes on.
    offers = harvest.offers(groups(), wanted.part, wanted.after, _AT_ONCE + 1)
    if not offers:
        raise RefusedError(Code.NO_RECORDS, "Aucun document ne correspond.")
    shown, more = offers[:_AT_ONCE], len(offers) > _AT_ONCE
    written = _header if asked["verb"] == "ListIdentifiers" else _record
    made = _element(asked["verb"], {}, *map(written, shown))
    # Section 3.5 of the protocol: the last part of a list that was resumed ends with an empty token.
    if more or wanted.told:
        size = {"cursor": str(wanted.told), "completeListSize": str(harvest.count(groups(), wanted.part))}
        token = wanted.token(shown[-1].revision, wanted.told + len(shown)) if more else ""
        made.append(_element("resumptionToken", size, token))
    return made


_VERBS: Mapping[str, Callable[[Mapping[str, str], datetime], etree._Element]] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListIdentifiers": _list,
    "ListRecords": _list,
}


def _record(offer: Offer) -> etree._Element:
    # Of a deleted record there is a header, and nothing else.
    metadata = [_element("metadata", {}, dublin_core.record(offer.document))] if offer.document else []
    return _element("record", {}, _header(offer), *metadata)


def _header(offer: Offer) -> etree._Element:
    return _element(
        "header",
        {} if offer.document else {"status": "deleted"},
        _element("identifier", {}, f"{_prefix()}{offer.document_id}"),
        _element("datestamp", {}, _moment(offer.at)),
        *(_element("setSpec", {}, f"{facet.value}:{value}") for facet, value in offer.sets),
    )


def _offer(identifier: str) -> Offer:
    prefix = _prefix()
    found = None
    if identifier.startswith(prefix):
        found = hive().catalogue.harvest.offer(identifier.removeprefix(prefix), groups())
    if found is None:
        raise RefusedError(Code.NO_DOCUMENT, "Aucun document n’a cet identifiant.")
    return found


def _prefix() -> str:
    """Return the beginning of identifiers: with the site's name, which lasts where the public address is set."""
    return f"oai:{_host()}:"


def _host() -> str:
    return urlsplit(hive().settings.public_address or request.host_url).hostname or "localhost"


def _address() -> str:
    public = hive().settings.public_address.rstrip("/")
    return f"{public}{url_for('oai.answer')}" if public else url_for("oai.answer", _external=True)


def _administrator() -> str:
    """Return the mail address that the protocol requires: the team's, else the sender's, else the usual webmaster's."""
    settings = hive().settings
    given = (settings.contact.removeprefix("mailto:"), settings.mail_sender)
    return next(filter(is_address, given), f"webmaster@{_host()}")


def _moment(instant: datetime) -> str:
    # To the second, the granularity that Identify declares.
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def _element(
    name: str,
    attributes: Mapping[str, str],
    *within: etree._Element | str,
    prefixes: Mapping[str | None, str] | None = None,
) -> etree._Element:
    return element(f"{{{_NAMESPACE}}}{name}", attributes, *within, prefixes=prefixes)
