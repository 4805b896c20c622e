"""OAI-PMH 2.0, for archives and portals: documents as Dublin Core records, and news of those that are gone."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, Response, request, url_for
from lxml import etree

from index.catalogue import OaiSelection
from index.model import SET_FACETS
from webapp.auth import current_groups
from webapp.exchange import standard_types
from webapp.exchange.standard_types import PREFIX
from webapp.mailing import is_mail_address
from webapp.server import build_element, decode_base64url, encode_base64url, services, to_xml_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from werkzeug.datastructures import MultiDict

    from index.catalogue import OaiRecord

oai_blueprint = Blueprint("oai", __name__)

_OAI_NAMESPACE = "http://www.openarchives.org/OAI/2.0/"
_OAI_SCHEMA = "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
_XSI = standard_types.SCHEMA_INSTANCE
_RECORDS_PER_ANSWER = 100
"""Records of one answer."""


@oai_blueprint.route("/oai", methods=["GET", "POST"])
def respond_to_harvester() -> Response:
    """Answer one request of a harvester."""
    # Taken before anything is read: what changes from now on is dated later, and the next harvest begins here.
    now = datetime.now(UTC)
    request_arguments: dict[str, str] = {}
    try:
        # Changes are dated when they are harvested: dated when written, those of a late commit would be missed.
        services().catalogue.oai_changes.date_changes()
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
        _build_oai_element(
            "earliestDatestamp", {}, _format_datestamp(services().catalogue.oai_changes.find_earliest_date() or now)
        ),
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
            _build_oai_element("metadataPrefix", {}, standard_types.PREFIX),
            _build_oai_element("schema", {}, standard_types.SCHEMA),
            _build_oai_element("metadataNamespace", {}, standard_types.NAMESPACE),
        ),
    )


def _list_sets(request_arguments: Mapping[str, str], _now: datetime) -> etree._Element:
    if "resumptionToken" in request_arguments:
        # All sets are in one answer, hence no token was ever given.
        raise OaiError(OaiErrorCode.BAD_TOKEN, "La liste des ensembles tient en une réponse.")
    set_names = [(facet.value, f"Par {facet.label.lower()}") for facet in SET_FACETS]
    set_names += [
        (f"{facet.value}:{value}", f"{facet.label}\u00a0: {services().label(facet, value)}")
        for facet, value in services().catalogue.oai_changes.list_sets(current_groups())
    ]
    sets = (
        _build_oai_element("set", {}, _build_oai_element("setSpec", {}, spec), _build_oai_element("setName", {}, name))
        for spec, name in set_names
    )
    return _build_oai_element("ListSets", {}, *sets)


def _get_record(request_arguments: Mapping[str, str], _now: datetime) -> etree._Element:
    return _build_oai_element("GetRecord", {}, _build_record(_find_record(request_arguments["identifier"])))


def _list_records(request_arguments: Mapping[str, str], _now: datetime) -> etree._Element:
    list_request, harvest = parse_list_request(request_arguments), services().catalogue.oai_changes
    # One more than is shown tells whether the list goes on.
    offers = harvest.list_records(current_groups(), list_request.part, list_request.after, _RECORDS_PER_ANSWER + 1)
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
        [_build_oai_element("metadata", {}, standard_types.build_record(record.document))] if record.document else []
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
        found = services().catalogue.oai_changes.find_record(identifier.removeprefix(prefix), current_groups())
    if found is None:
        raise OaiError(OaiErrorCode.NO_DOCUMENT, "Aucun document n’a cet identifiant.")
    return found


def _identifier_prefix() -> str:
    """Return the beginning of identifiers: with the site's name, which lasts where the public address is set."""
    return f"oai:{_site_host()}:"


def _site_host() -> str:
    return urlsplit(_base_address()).hostname or "localhost"


def _base_address() -> str:
    return url_for("oai.respond_to_harvester", _external=True)


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


_DATESTAMP_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?")
_NUMBER_PATTERN = re.compile(r"[0-9]{1,12}")
_TOKEN_ARGUMENT = "resumptionToken"  # noqa: S105 - the name of an argument


class OaiErrorCode(Enum):
    """The errors of the protocol, without those that say there are no formats and no sets: here there always are."""

    BAD_ARGUMENT = "badArgument"
    BAD_TOKEN = "badResumptionToken"  # noqa: S105 - an error's code
    BAD_VERB = "badVerb"
    NO_FORMAT = "cannotDisseminateFormat"
    NO_DOCUMENT = "idDoesNotExist"
    NO_RECORDS = "noRecordsMatch"


class OaiError(Exception):
    """A request answered by an error of the protocol; the message is for whoever runs the harvester."""

    def __init__(self, code: OaiErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class VerbArguments:
    """The arguments that a verb requires, and those that it accepts."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()


_LIST_ARGUMENTS = VerbArguments(frozenset({"metadataPrefix"}), frozenset({"from", "until", "set", _TOKEN_ARGUMENT}))

VERBS: Mapping[str, VerbArguments] = {
    "Identify": VerbArguments(),
    "ListMetadataFormats": VerbArguments(optional=frozenset({"identifier"})),
    "ListSets": VerbArguments(optional=frozenset({_TOKEN_ARGUMENT})),
    "GetRecord": VerbArguments(frozenset({"identifier", "metadataPrefix"})),
    "ListIdentifiers": _LIST_ARGUMENTS,
    "ListRecords": _LIST_ARGUMENTS,
}


@dataclass(frozen=True, slots=True)
class ListRequest:
    """A part of a list: what comes after a revision and `given_count` earlier records; `arguments` are as written."""

    part: OaiSelection
    arguments: Mapping[str, str]
    after: int = 0
    given_count: int = 0

    def resumption_token(self, after: int, given_count: int) -> str:
        """Return the token of the next part. It holds all that is needed: nothing is kept here of who harvests."""
        query = urlencode({**self.arguments, "after": after, "told": given_count})
        return encode_base64url(query.encode())


def parse_arguments(given: MultiDict[str, str]) -> dict[str, str]:
    """Return the arguments of a request, its verb among them. Raises OaiError for those that the protocol forbids."""
    verb = given.get("verb", "")
    if verb not in VERBS or len(given.getlist("verb")) > 1:
        raise OaiError(OaiErrorCode.BAD_VERB, f"Un seul verbe, parmi\u00a0: {', '.join(VERBS)}.")
    values = {name: value for name, value in given.items() if name != "verb"}
    known = VERBS[verb]
    if unknown := sorted(values.keys() - known.required - known.optional):
        raise OaiError(OaiErrorCode.BAD_ARGUMENT, f"Argument inconnu de {verb}\u00a0: {to_xml_text(unknown[0])}.")
    for name, value in values.items():
        # An argument that XML cannot hold could not be repeated in the answer.
        if len(given.getlist(name)) > 1 or not value or to_xml_text(value) != value:
            raise OaiError(OaiErrorCode.BAD_ARGUMENT, f"L’argument {name} est vide, répété ou illisible.")
    # The protocol: a token excludes all other arguments.
    if _TOKEN_ARGUMENT in values and len(values) > 1:
        raise OaiError(OaiErrorCode.BAD_ARGUMENT, f"{_TOKEN_ARGUMENT} se donne sans autre argument.")
    if _TOKEN_ARGUMENT not in values and (missing := sorted(known.required - values.keys())):
        raise OaiError(OaiErrorCode.BAD_ARGUMENT, f"Il manque l’argument {missing[0]}.")
    return {"verb": verb, **values}


def check_format(request_arguments: Mapping[str, str]) -> None:
    """Raise OaiError for any format but ours."""
    if request_arguments.get("metadataPrefix", PREFIX) != PREFIX:
        raise OaiError(OaiErrorCode.NO_FORMAT, f"Seul format\u00a0: {PREFIX}.")


def parse_list_request(request_arguments: Mapping[str, str]) -> ListRequest:
    """Read the arguments of a list. Raises OaiError."""
    if _TOKEN_ARGUMENT in request_arguments:
        return _parse_token(request_arguments[_TOKEN_ARGUMENT])
    selection = {name: request_arguments[name] for name in ("from", "until", "set") if name in request_arguments}
    return ListRequest(_parse_part(selection), selection)


def _parse_token(token: str) -> ListRequest:
    try:
        selection = dict(parse_qsl(decode_base64url(token).decode(), strict_parsing=True))
        after, given_count = selection.pop("after"), selection.pop("told")
        part = _parse_part(selection)
    except (ValueError, KeyError, OaiError) as error:
        # Anyone can make a token: whatever is wrong in one is the same error of the protocol.
        raise _bad_token_error() from error
    if (
        not _NUMBER_PATTERN.fullmatch(after)
        or not _NUMBER_PATTERN.fullmatch(given_count)
        or selection.keys() - {"from", "until", "set"}
    ):
        raise _bad_token_error()
    return ListRequest(part, selection, int(after), int(given_count))


def _bad_token_error() -> OaiError:
    return OaiError(OaiErrorCode.BAD_TOKEN, "Ce jeton n’a pas été donné ici\u00a0: recommencez le moissonnage.")


def _parse_part(selection: Mapping[str, str]) -> OaiSelection:
    since, until = selection.get("from"), selection.get("until")
    # A date and a date with its time differ in length: the protocol wants both of one granularity.
    if since and until and len(since) != len(until):
        raise OaiError(OaiErrorCode.BAD_ARGUMENT, "from et until doivent avoir la même précision.")
    part = OaiSelection(_parse_datestamp(since) if since else None, _parse_datestamp(until) if until else None)
    # A date without a time includes the whole of its day.
    if until and part.until and len(until) == len("2024-01-25"):
        part = replace(part, until=part.until + timedelta(days=1, seconds=-1))
    if part.since and part.until and part.since > part.until:
        raise OaiError(OaiErrorCode.BAD_ARGUMENT, "from est après until.")
    return _restrict_to_set(part, selection["set"]) if "set" in selection else part


def _parse_datestamp(text: str) -> datetime:
    if _DATESTAMP_PATTERN.fullmatch(text):
        with suppress(ValueError):
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
    raise OaiError(OaiErrorCode.BAD_ARGUMENT, "Une date s’écrit 2024-01-25 ou 2024-01-25T14:30:00Z.")


def _restrict_to_set(part: OaiSelection, name: str) -> OaiSelection:
    kind, _, value = name.partition(":")
    facet = next((facet for facet in SET_FACETS if facet.value == kind), None)
    if facet is None:
        # The protocol has no error of its own for an unknown set.
        raise OaiError(OaiErrorCode.NO_RECORDS, "Cet ensemble n’existe pas.")
    return replace(part, facet=facet, value=value or None)
