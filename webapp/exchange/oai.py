"""OAI-PMH 2.0, for archives and portals: documents as Dublin Core records, and news of those that are gone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Response, request, url_for
from lxml import etree

from index.catalogue.harvest import SET_FACETS
from webapp.exchange import dublin_core
from webapp.exchange.oai_asking import OaiError, OaiErrorCode, check_format, parse_arguments, parse_list_request
from webapp.following.mail import is_mail_address
from webapp.hive import current_groups, services
from webapp.trees import build_element

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from index.catalogue import OaiRecord

oai_blueprint = Blueprint("oai", __name__)

_OAI_NAMESPACE = "http://www.openarchives.org/OAI/2.0/"
_OAI_SCHEMA = "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
_XSI = dublin_core.SCHEMA_INSTANCE
_RECORDS_PER_ANSWER = 100
"""Records of one answer."""


@oai_blueprint.route("/oai", methods=["GET", "POST"])
def answer() -> Response:
    """Answer one request of a harvester."""
    # Taken before anything is read: what changes from now on is dated later, and the next harvest begins here.
    now = datetime.now(UTC)
    request_arguments: dict[str, str] = {}
    try:
        # Changes are dated when they are harvested: dated when written, those of a late commit would be missed.
        services().catalogue.harvest.take_up()
        request_arguments = parse_arguments(request.form if request.method == "POST" else request.args)
        check_format(request_arguments)
        content = _HANDLERS[request_arguments["verb"]](request_arguments, now)
    except OaiError as error:
        content = _build_oai_element("error", {"code": error.code.value}, str(error))
        # The protocol: invalid arguments are not repeated in the answer.
        request_arguments = (
            {} if error.code in {OaiErrorCode.BAD_VERB, OaiErrorCode.BAD_ARGUMENT} else request_arguments
        )
    return _render_response(request_arguments, content, now)


def _render_response(request_arguments: Mapping[str, str], content: etree._Element, now: datetime) -> Response:
    root = _build_oai_element(
        "OAI-PMH",
        {f"{{{_XSI}}}schemaLocation": f"{_OAI_NAMESPACE} {_OAI_SCHEMA}"},
        _build_oai_element("responseDate", {}, _format_datestamp(now)),
        _build_oai_element("request", request_arguments, _base_address()),
        content,
        prefixes={None: _OAI_NAMESPACE, "xsi": _XSI},
    )
    return Response(
        etree.tostring(root, xml_declaration=True, encoding="utf-8"), content_type="text/xml; charset=utf-8"
    )


def _identify(_asked: Mapping[str, str], now: datetime) -> etree._Element:
    return _build_oai_element(
        "Identify",
        {},
        _build_oai_element("repositoryName", {}, services().settings.site_name),
        _build_oai_element("baseURL", {}, _base_address()),
        _build_oai_element("protocolVersion", {}, "2.0"),
        _build_oai_element("adminEmail", {}, _admin_mail()),
        _build_oai_element("earliestDatestamp", {}, _format_datestamp(services().catalogue.harvest.earliest() or now)),
        _build_oai_element("deletedRecord", {}, "persistent"),
        _build_oai_element("granularity", {}, "YYYY-MM-DDThh:mm:ssZ"),
    )


def _list_formats(request_arguments: Mapping[str, str], _now: datetime) -> etree._Element:
    # Called for its error: the protocol asks which formats this record has.
    if "identifier" in request_arguments:
        _find_record(request_arguments["identifier"])
    return _build_oai_element(
        "ListMetadataFormats",
        {},
        _build_oai_element(
            "metadataFormat",
            {},
            _build_oai_element("metadataPrefix", {}, dublin_core.PREFIX),
            _build_oai_element("schema", {}, dublin_core.SCHEMA),
            _build_oai_element("metadataNamespace", {}, dublin_core.NAMESPACE),
        ),
    )


def _list_sets(request_arguments: Mapping[str, str], _now: datetime) -> etree._Element:
    if "resumptionToken" in request_arguments:
        # All sets are in one answer, hence no token was ever given.
        raise OaiError(OaiErrorCode.BAD_TOKEN, "La liste des ensembles tient en une réponse.")
    set_names = [(facet.value, f"Par {facet.label.lower()}") for facet in SET_FACETS]
    set_names += [
        (f"{facet.value}:{value}", f"{facet.label}\u00a0: {services().label(facet, value)}")
        for facet, value in services().catalogue.harvest.sets(current_groups())
    ]
    sets = (
        _build_oai_element("set", {}, _build_oai_element("setSpec", {}, spec), _build_oai_element("setName", {}, name))
        for spec, name in set_names
    )
    return _build_oai_element("ListSets", {}, *sets)


def _get_record(request_arguments: Mapping[str, str], _now: datetime) -> etree._Element:
    return _build_oai_element("GetRecord", {}, _build_record(_find_record(request_arguments["identifier"])))


def _list_records(request_arguments: Mapping[str, str], _now: datetime) -> etree._Element:
    list_request, harvest = parse_list_request(request_arguments), services().catalogue.harvest
    # One more than is shown tells whether the list goes on.
    offers = harvest.offers(current_groups(), list_request.part, list_request.after, _RECORDS_PER_ANSWER + 1)
    if not offers:
        raise OaiError(OaiErrorCode.NO_RECORDS, "Aucun document ne correspond.")
    shown, more = offers[:_RECORDS_PER_ANSWER], len(offers) > _RECORDS_PER_ANSWER
    build_item = _build_header if request_arguments["verb"] == "ListIdentifiers" else _build_record
    answer_element = _build_oai_element(request_arguments["verb"], {}, *map(build_item, shown))
    # Section 3.5 of the protocol: the last part of a list that was resumed ends with an empty token.
    if more or list_request.given_count:
        size = {
            "cursor": str(list_request.given_count),
            "completeListSize": str(harvest.count(current_groups(), list_request.part)),
        }
        token = list_request.resumption_token(shown[-1].revision, list_request.given_count + len(shown)) if more else ""
        answer_element.append(_build_oai_element("resumptionToken", size, token))
    return answer_element


_HANDLERS: Mapping[str, Callable[[Mapping[str, str], datetime], etree._Element]] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListIdentifiers": _list_records,
    "ListRecords": _list_records,
}


def _build_record(record: OaiRecord) -> etree._Element:
    # Of a deleted record there is a header, and nothing else.
    metadata = (
        [_build_oai_element("metadata", {}, dublin_core.build_record(record.document))] if record.document else []
    )
    return _build_oai_element("record", {}, _build_header(record), *metadata)


def _build_header(record: OaiRecord) -> etree._Element:
    return _build_oai_element(
        "header",
        {} if record.document else {"status": "deleted"},
        _build_oai_element("identifier", {}, f"{_identifier_prefix()}{record.document_id}"),
        _build_oai_element("datestamp", {}, _format_datestamp(record.at)),
        *(_build_oai_element("setSpec", {}, f"{facet.value}:{value}") for facet, value in record.sets),
    )


def _find_record(identifier: str) -> OaiRecord:
    prefix = _identifier_prefix()
    found = None
    if identifier.startswith(prefix):
        found = services().catalogue.harvest.offer(identifier.removeprefix(prefix), current_groups())
    if found is None:
        raise OaiError(OaiErrorCode.NO_DOCUMENT, "Aucun document n’a cet identifiant.")
    return found


def _identifier_prefix() -> str:
    """Return the beginning of identifiers: with the site's name, which lasts where the public address is set."""
    return f"oai:{_site_host()}:"


def _site_host() -> str:
    return urlsplit(services().settings.public_address or request.host_url).hostname or "localhost"


def _base_address() -> str:
    public = services().settings.public_address.rstrip("/")
    return f"{public}{url_for('oai.answer')}" if public else url_for("oai.answer", _external=True)


def _admin_mail() -> str:
    """Return the mail address that the protocol requires: the team's, else the sender's, else the usual webmaster's."""
    settings = services().settings
    given = (settings.contact.removeprefix("mailto:"), settings.mail_sender)
    return next(filter(is_mail_address, given), f"webmaster@{_site_host()}")


def _format_datestamp(instant: datetime) -> str:
    # To the second, the granularity that Identify declares.
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def _build_oai_element(
    name: str,
    attributes: Mapping[str, str],
    *content: etree._Element | str,
    prefixes: Mapping[str | None, str] | None = None,
) -> etree._Element:
    return build_element(f"{{{_OAI_NAMESPACE}}}{name}", attributes, *content, prefixes=prefixes)
