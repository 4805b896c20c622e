"""Requests of harvesters (OAI-PMH 2.0): arguments, dates, sets and resumption tokens, checked. Pure functions."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from index.catalogue import OaiSelection
from index.catalogue.harvest import SET_FACETS
from webapp.exchange.dublin_core import PREFIX
from webapp.opaque import decode_base64url, encode_base64url
from webapp.trees import to_xml_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict

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
